"""The acknowledgement that a citizen gets at once, and when their case is due.

What an electronic acknowledgement has to say is set by the code of relations between the public and the administration:
article L112-11 (every electronic letter to an administration gets one; articles L112-3 and L112-6 do not apply to it) and
article R112-11-1 (date of receipt; the service in charge, its electronic or postal address and its telephone; for a
request, whether silence accepts or refuses it and from which day, provided that it is complete; where it accepts, that an
attestation may be had, article L232-3; where it refuses, the delays and ways of appeal). What silence means is a town's
setting: nothing is said of it where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.cases import Case
from bot.clock import Clock, now
from bot.desk.hours import Hours
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.competences import Competences
from bot.letters import Letter
from bot.messages import Author, Reply
from bot.photos import MAX_BYTES
from bot.readings import LetterKind, Reading, Suggested
from bot.settings import Office
from bot.settings_mail import Means
from bot.text.languages import FULL
from bot.text.moments_words import full_day, in_full, moment
from bot.text.typography import typeset
from bot.text.wording import DEFAULT, Wording
from bot.triage import greeting, learning, templates
from bot.triage.asking import subject_of
from bot.triage.delays import Delays, Formal
from bot.triage.draft import Drafts
from bot.triage.phrases import spread
from bot.triage.ranking import Used

REFUSED = frozenset({"file_refused", "file_too_large", "file_gone"})
"""Why a file was not taken, as channels say it; anything else is said as the first."""
MEGABYTES = str(MAX_BYTES // 1_000_000)


class Acknowledgements:
    """See `bot.correspondence.Acknowledges`."""

    def __init__(self, office: Office, wording: Wording, drafts: Drafts, hours: Hours, clock: Clock = now) -> None:
        """Raises:
        ConfigurationError: see `bot.knowledge.competences.read`.
        """
        self._office = office
        self._wording = wording
        self._drafts = drafts
        self._hours = hours
        self._delays = Delays(office, hours)
        self._clock = clock
        self._competences = Competences(office)

    def delay(self, service: str, opened_at: datetime) -> datetime | None:
        """When a case is due; see `Delays.due`."""
        return self._delays.due(service, opened_at)

    async def words(self, case: Case, letter: Letter, reading: Reading) -> Reply:
        """The acknowledgement of a case, without its id: the numbers first and little else in danger.

        Raises:
            StoreError: the articles have never been read and cannot be now.
        """
        language = case.language if case.language in FULL else DEFAULT
        if reading.alert and reading.alert in self._wording.lines[DEFAULT]:
            # What to do comes in the citizen's own language, wherever we know it.
            spoken = self._wording.spoken(reading.language, reading.alert)
            return self._reply([self._say(reading.alert, spoken), *self._urgent(case, language)], language)
        short = await self._drafts.short(letter, reading)
        formal = self._delays.formal(case.service, reading.kind, spread(letter.subject, reading.said))
        paragraphs = [
            *self._abroad(case, reading),
            *self._received(case, letter, reading, language),
            *(self._expected(case, language) if reading.kind is not LetterKind.THANKS else ()),
            *self._silence(case, formal, language),
            *self._documents(formal, language),
            *self._refused(letter, language),
            *self._masked(letter, language),
            *self._answered(short, language),
            *self._not_ours(letter, reading, language),
            self._say("received_add", language),
            self._say("received_signature", language),
        ]
        return self._reply(paragraphs, language, short)

    def _reply(self, paragraphs: list[str], language: str, short: Suggested | None = None) -> Reply:
        text = "\n\n".join(paragraphs)
        sources = short.sources if short else ()
        return Reply("", typeset(text) if language == DEFAULT else text, language, Author.SYSTEM, sources=sources)

    def _urgent(self, case: Case, language: str) -> Iterator[str]:
        yield self._say("received_alert", language, number=case.number, moment=self._at(case, language))
        yield self._contacts(case, language)

    def _received(self, case: Case, letter: Letter, reading: Reading, language: str) -> Iterator[str]:
        if named := greeting.name(letter, reading, language):
            yield self._say("draft_greeting_name", language, name=named)
        else:
            yield self._say("draft_greeting", language)
        values = {"number": case.number, "moment": self._at(case, language)}
        if subject := subject_of(letter):
            yield self._say("received_about", language, subject=subject, **values)
        else:
            yield self._say("received", language, **values)
        yield self._contacts(case, language)

    def _abroad(self, case: Case, reading: Reading) -> Iterator[str]:
        """In a language that we are written to in and do not write: that the letter is here, and its number."""
        if reading.language not in FULL and self._wording.spoken(reading.language, "received_short") != DEFAULT:
            yield self._say("received_short", reading.language, number=case.number)

    def _contacts(self, case: Case, language: str) -> str:
        service, town = self._delays.service(case.service), self._office.town
        return self._say(
            "received_service",
            language,
            service_address=service.mail.address or town.address,
            service_email=service.email or town.email,
            **self._office.reach(case.service),
        )

    def _expected(self, case: Case, language: str) -> Iterator[str]:
        """The delay, a promise only where the service has set one; and when it opens, if it is closed."""
        if case.due_at is not None:
            # A service that closes at midnight closes on the day before.
            last = (case.due_at - timedelta(microseconds=1)).astimezone(self._office.zone)
            day = full_day(last.date(), language)
            yield self._say(
                "received_promise" if self._delays.promised(case.service) else "received_due", language, day=day
            )
        at = self._clock()
        opens = None if self._hours.is_open(case.service, at) else self._hours.next_opening(case.service, at)
        if opens is not None:
            yield self._say(
                "handoff_closed",
                language,
                moment=moment(opens, at, self._office.zone, language),
                **self._office.reach(case.service),
            )

    def _silence(self, case: Case, formal: Formal, language: str) -> Iterator[str]:
        silence = formal.silence
        if silence is None:
            return
        day = full_day(self._delays.silent_until(silence, case.opened_at), language)
        key = "received_acceptance" if silence.means is Means.ACCEPTANCE else "received_refusal"
        yield self._say(key, language, day=day)
        if silence.appeal:
            yield " ".join(silence.appeal.split())

    def _documents(self, formal: Formal, language: str) -> Iterator[str]:
        if formal.documents:
            listed = "\n".join(f"- {one}" for one in formal.documents)
            key = "received_documents_for" if formal.name else "received_documents"
            yield self._say(key, language, documents=listed, procedure=formal.name)

    def _refused(self, letter: Letter, language: str) -> Iterator[str]:
        for reason in dict.fromkeys(letter.refused):
            known = reason if reason in REFUSED else "file_refused"
            yield self._say(f"received_{known}", language, megabytes=MEGABYTES)

    def _masked(self, letter: Letter, language: str) -> Iterator[str]:
        """That what the citizen gave away without need was not kept."""
        if letter.masked:
            what = ", ".join(self._say(f"masked_{kind}", language) for kind in letter.masked)
            yield self._say("received_masked", language, what=what)

    def _answered(self, short: Suggested | None, language: str) -> Iterator[str]:
        if short is not None:
            yield self._say("received_answer", language, title=short.title)
            yield short.text

    def _not_ours(self, letter: Letter, reading: Reading, language: str) -> Iterator[str]:
        """Whose matter it is where it is not the town's: who writes loses no day."""
        if reading.kind is LetterKind.THANKS:
            return
        door = self._competences.of_letter(letter.subject, reading.said)
        if door is not None:
            yield self._say("received_not_ours", language, body=door.body.line)

    def _at(self, case: Case, language: str) -> str:
        """The moment of receipt with its year: the law's delays are counted from it."""
        return in_full(case.opened_at, case.opened_at, self._office.zone, language, year=True)

    def _say(self, key: str, language: str, /, **values: str) -> str:
        return self._wording.say(key, language, **values)


def answering(
    root: Path, office: Office, wording: Wording, knowledge: KnowledgeBase, used: Used, clock: Clock = now
) -> tuple[Drafts, Acknowledgements]:
    """What suggests replies and what acknowledges letters, for a town whose `office.yml` stands in `root`.

    Raises:
        ConfigurationError: a file of templates is wrong.
    """
    hours = Hours(office)
    written = templates.load(learning.folder(root), office.services)
    drafts = Drafts(office, wording, written, knowledge, used, hours, clock)
    return drafts, Acknowledgements(office, wording, drafts, hours, clock)
