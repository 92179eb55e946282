"""Replies for an agent to send, edit or leave: templates and passages of the knowledge base, whole letters, ranked together.

Nothing stands in them that is not in a template, a passage, `office.yml` or the catalogue; the same letter on the same
day has the same suggestions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.desk import suggest
from bot.desk.hours import Hours
from bot.desk.suggest import Suggestion
from bot.knowledge import english
from bot.knowledge.answer import source
from bot.knowledge.base import KnowledgeBase
from bot.letters import Letter
from bot.messages import AnswerStatus, Source
from bot.readings import MACHINES, LetterKind, Matter, Reading, Scored, Suggested, Urgency
from bot.settings import GENERAL_SERVICE, Office
from bot.text.french import fold
from bot.text.languages import FULL
from bot.text.moments_words import full_day, moment
from bot.text.typography import typeset
from bot.text.wording import DEFAULT, Wording
from bot.triage import greeting, several
from bot.triage.asking import PREFIX, asked, street_of, subject_of
from bot.triage.delays import Delays
from bot.triage.phrases import held, spread
from bot.triage.ranking import Ranking, Used
from bot.triage.templates import DIRECTORY, Facts, Written

MAX_SHORT_CHARS = 350
"""A longer letter tells a story, and no page answers it by itself."""
HELD = 0.7
"""How much of a question's words the answering page has to hold, in [0, 1], rare words counting more."""
NEAR_SERVICES = 3
"""So many of a letter's likeliest services have their templates looked at."""
LEAST_PASSAGE = 0.3
"""A passage that fits less is about something else."""
LEAST_SERVICE = 0.1
"""A service that is less likely has none looked at, the first one excepted."""
PHOTOS = (
    *("photo ci joint*", "photo joint*", "photo en pièce jointe", "ci joint une photo", "ci jointe une photo"),
    *("ci joint la photo", "ci joint des photos", "joins une photo", "joins des photos", "joins la photo"),
    *("photo attached", "attached photo", "attached a photo", "attach a photo"),
)
"""How a letter says that a photo came with it."""
_ASKING = re.compile(
    r"\?|\b(?:comment|combien|quel(?:le)?s?|quand|ou (?:puis|peut|faut)|est ce que|how|what|when|where)\b"
)
_OWN = re.compile(
    r"\b(?:mon|ma|mes|notre|nos) (?:dossier|demande|candidature|facture|rendez vous|reclamation|courrier)s?\b|\bou en est\b"
)
"""What only an agent can look up."""


@dataclass(frozen=True, slots=True)
class _Matter:
    """What a reply is about, whether it came as a letter or in a chat."""

    words: str
    """To be looked up, as they were written."""
    services: tuple[Scored, ...]
    facts: Facts
    language: str
    name: str = ""
    subject: str = ""
    street: str = ""
    kind: LetterKind = LetterKind.REQUEST


class Drafts:
    """Suggests replies to letters and in chats. Belongs to one event loop, as its knowledge base does."""

    def __init__(
        self,
        office: Office,
        wording: Wording,
        templates: Sequence[Written],
        knowledge: KnowledgeBase,
        used: Used,
        hours: Hours,
        clock: Clock,
    ) -> None:
        self._office = office
        self._wording = wording
        self._templates = tuple(templates)
        self._knowledge = knowledge
        self._hours = hours
        self._delays = Delays(office, hours)
        self._clock = clock
        self._others = {
            f"{DIRECTORY}{official}": ", ".join(filter(None, (one.name, one.address, one.phone, one.email, one.url)))
            for official, one in office.directory.items()
            if one.name
        }
        self._ranking = Ranking(self._templates, used, clock)

    async def suggest(self, letter: Letter, reading: Reading, limit: int) -> Sequence[Suggested]:
        """Whole replies to a letter, the best first; none for what nobody waits behind.

        Raises:
            StoreError: the articles have never been read and cannot be now.
        """
        if reading.kind in MACHINES:
            return []
        matter = self._matter(letter, reading)
        found = await self._suggested(matter, limit)
        if reading.matters and not reading.alert:
            parts = await self._parts(matter, reading.matters)
            found = several.joined(found, parts, self._office, self._wording, matter.language)[:limit]
        return [replace(one, text=self._whole(one.text, matter)) for one in found]

    async def chat(self, words: str, service: str, limit: int, language: str = DEFAULT) -> Sequence[Suggested]:
        """What may be said in a chat of a service to a citizen's words: the same without greeting and signature.

        Raises:
            StoreError: see `suggest`.
        """
        service = service if service in self._office.services else GENERAL_SERVICE
        street = street_of(words)
        is_open = self._hours.is_open(service, self._clock())
        matter = _Matter(
            words,
            (Scored(service, 1.0),),
            Facts(spread(words), open=is_open, address=bool(street)),
            language if language in FULL else DEFAULT,
            street=street,
        )
        return await self._suggested(matter, limit)

    async def short(self, letter: Letter, reading: Reading) -> Suggested | None:
        """The answer for the acknowledgement, with its source: where the knowledge base is sure, and nobody has to act.

        Raises:
            StoreError: see `suggest`.
        """
        if not self._is_information(letter, reading):
            return None
        found = await self._knowledge.ask(asked(subject_of(letter), reading.said))
        if found.status is not AnswerStatus.ANSWERED or not found.passages or not found.sources:
            return None
        answering = found.services[0] if found.services else GENERAL_SERVICE
        near = {one.service for one in reading.services[:NEAR_SERVICES]} | {GENERAL_SERVICE}
        if answering not in near:
            return None
        first = found.passages[0]
        if not await self._holds(first.article_id, asked(subject_of(letter), reading.said)):
            return None
        return Suggested(first.article_id, found.sources[0].title, typeset(first.text), found.sources[:1], 1.0)

    async def _holds(self, article_id: str, question: str) -> bool:
        """Whether a town's page holds what is asked; the fiches tell that by themselves."""
        index = await self._knowledge.index()
        place = index.place(article_id)
        return place is None or index.coverage(index.read(english.french(question) or question), place)[0] >= HELD

    def _is_information(self, letter: Letter, reading: Reading) -> bool:
        """Whether a letter asks what a page can tell: neither danger nor a report, a complaint or a formal request."""
        words = spread(letter.subject, reading.said)
        return (
            reading.kind is LetterKind.REQUEST
            and not reading.alert
            and reading.urgency is not Urgency.HIGH
            and not letter.returned
            and not letter.files
            and not PREFIX.match(letter.subject)
            and bool(_ASKING.search(fold(f"{letter.subject} {reading.said}")))
            and not _OWN.search(fold(f"{letter.subject} {reading.said}"))
            and len(reading.said) <= MAX_SHORT_CHARS
            and self._delays.formal(reading.service, reading.kind, words).silence is None
        )

    def _matter(self, letter: Letter, reading: Reading) -> _Matter:
        language = reading.language if reading.language in FULL else DEFAULT
        words = spread(letter.subject, reading.said)
        street = street_of("\n".join([letter.subject, reading.said, *letter.fields.values()]))
        facts = Facts(
            words,
            reading.kind,
            reading.urgency,
            photo=letter.files > 0 or bool(held(words, PHOTOS)),
            address=bool(street),
            open=self._hours.is_open(reading.service, self._clock()),
            alert=bool(reading.alert),
            duplicate=bool(reading.duplicate_of),
        )
        return _Matter(
            asked(subject_of(letter), reading.said),
            _services(reading),
            facts,
            language,
            greeting.name(letter, reading, language),
            subject_of(letter),
            street,
            reading.kind,
        )

    async def _parts(self, whole: _Matter, matters: Sequence[Matter]) -> list[several.Part]:
        """The best reply to each of the matters of a letter, no reply twice where another one fits."""
        parts: list[several.Part] = []
        for one in matters:
            street = street_of(one.said)
            words = spread(one.said)
            facts = replace(
                whole.facts, words=words, kind=one.kind, address=bool(street), photo=bool(held(words, PHOTOS))
            )
            own = _Matter(
                asked("", one.said),
                (Scored(one.service, one.score),),
                replace(facts, open=self._hours.is_open(one.service, self._clock())),
                whole.language,
                street=street,
                kind=one.kind,
            )
            found = await self._suggested(own, len(matters))
            taken = {part.reply.id for part in parts}
            best = next((reply for reply in found if reply.id not in taken), found[0] if found else None)
            if best is not None:
                parts.append(several.Part(one.service, best))
        return parts

    async def _suggested(self, matter: _Matter, limit: int) -> list[Suggested]:
        codes = {one.service for one in matter.services}
        fitting = [
            one
            for one in self._templates
            if (one.service in codes or not one.service)
            and (one.template.en or matter.language != "en")
            and one.fits(matter.facts)
        ]
        passages: Sequence[Suggestion] = ()
        if matter.kind is not LetterKind.THANKS:
            looked_up = english.french(matter.words) or matter.words
            passages = await suggest.find(self._knowledge, self._office, looked_up)
        scores = await self._ranking.scores(matter.facts.words, matter.services, matter.kind, fitting, passages)
        # In danger the numbers come before whatever fits the words.
        scores.update({one.id: 1.0 for one in fitting if one.template.when.alert})
        ready: dict[str, Written | Suggestion] = {one.id: one for one in fitting}
        for passage in passages:
            if scores[passage.article_id] >= LEAST_PASSAGE:
                ready.setdefault(passage.article_id, passage)
        made: list[Suggested] = []
        values: dict[str, dict[str, str]] = {}
        for name in sorted(ready, key=lambda name: (-scores[name], name)):
            if len(made) >= limit:
                break
            one = ready[name]
            if isinstance(one, Suggestion):
                made.append(self._of_passage(one, matter, scores[name]))
                continue
            service = one.service or matter.services[0].service
            known = values.get(service) or values.setdefault(service, self._values(service, matter))
            if text := one.body(known, matter.language):
                text = typeset(text) if matter.language == DEFAULT else text
                made.append(Suggested(name, one.template.title, text, await self._sources(one), scores[name]))
        return made

    def _of_passage(self, found: Suggestion, matter: _Matter, score: float) -> Suggested:
        intro = self._wording.say("draft_passage", matter.language, title=found.source.title, link=self._link(found))
        intro = typeset(intro) if matter.language == DEFAULT else intro
        said = found.text if matter.language == DEFAULT else typeset(f"« {found.text} »")
        return Suggested(found.article_id, found.title, f"{intro}\n\n{said}", (found.source,), score)

    def _link(self, found: Suggestion) -> str:
        url = found.source.url
        return f"{self._office.town.website.rstrip('/')}{url}" if url.startswith("/") else url

    async def _sources(self, written: Written) -> tuple[Source, ...]:
        """The article that a template says the same as; without it where it is gone."""
        if not written.template.source:
            return ()
        index = await self._knowledge.index()
        place = index.place(written.template.source)
        return () if place is None else (source(self._office, index.articles[place]),)

    def _values(self, code: str, matter: _Matter) -> dict[str, str]:
        service, town, now = self._delays.service(code), self._office.town, self._clock()
        zone, language = self._office.zone, matter.language
        due = self._delays.due(code, now) if self._delays.promised(code) else None
        opens = None if self._hours.is_open(code, now) else self._hours.next_opening(code, now)
        formal = self._delays.formal(code, matter.kind, matter.facts.words)
        return {
            **self._others,
            "town": town.name,
            "office": town.office,
            "service": service.name,
            "phone": service.phone or town.phone,
            "hours": service.hours or town.hours,
            "email": service.email or town.email,
            "website": town.website,
            "address": service.mail.address or town.address,
            "date": full_day(now.astimezone(zone).date(), language),
            "name": matter.name,
            "subject": matter.subject,
            "street": matter.street,
            "due": full_day(due.astimezone(zone).date(), language) if due else "",
            "opens": moment(opens, now, zone, language) if opens else "",
            "documents": "\n".join(f"- {one}" for one in formal.documents),
        }

    def _whole(self, body: str, matter: _Matter) -> str:
        """A letter: greeting, body, closing, and who signs."""
        say, language = self._wording.say, matter.language
        code = matter.services[0].service
        service, town = self._delays.service(code), self._office.town
        hello = (
            say("draft_greeting_name", language, name=matter.name) if matter.name else say("draft_greeting", language)
        )
        signed = say(
            "draft_signature",
            language,
            service=service.name,
            service_phone=self._office.reach(code)["service_phone"],
            service_email=service.email or town.email,
        )
        return "\n\n".join((hello, body, say("draft_closing", language), signed))


def _services(reading: Reading) -> tuple[Scored, ...]:
    """The service that the letter is in, then the others that it may be for."""
    scores = {one.service: one.score for one in reading.services}
    first = Scored(reading.service, scores.get(reading.service, 0.0))
    others = [one for one in reading.services[:NEAR_SERVICES] if one.score >= LEAST_SERVICE]
    return (first, *(one for one in others if one.service != reading.service))
