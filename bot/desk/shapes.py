"""Cases as the desk's page reads them: pure functions to the dictionaries of docs/desk-protocol.md."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.agents import Agent
from bot.cases import Case, CaseEvent, CaseState, Pending, What
from bot.comments import POST
from bot.desk import referring
from bot.desk.assign import rule_of
from bot.desk.failures import Failure
from bot.desk.reach import Reaches
from bot.desk.suggest import Suggestion
from bot.desk.words import Words
from bot.letters import CHANNELS as BY_LETTER
from bot.messages import FILE_URL, PHOTO_URL, REMOTE_URL, Address, AnswerStatus, Attachment, Author, Source
from bot.outgoing import Delivered
from bot.relays import Mark, Relay, read_relay
from bot.settings import Office
from bot.store.base import CITIZEN, Entry
from bot.text import moments_words
from bot.text.typography import shorten
from bot.text.wording import Wording

SUMMARY_TITLES = 2
MOMENT = "moment"
"""The detail that an appointment's form gives with the time itself."""
FORM = "form"
"""The detail that names the web form a case comes from."""
AGENTS_REPLY = re.compile(r"^case-\d+\.")
"""What stands before the page's own id of a reply in the transcript; see `Desk.deliver`."""

WEB = re.compile(r"https?://[^\s]+\Z", re.IGNORECASE)
"""What a detail may be to become a link."""
FIRST_CHARS = 160
"""Of a reply that was given up, as much stands in the list."""

Shape = dict[str, Any]


class Shapes:
    """Turns what the stores hold into what the page shows."""

    def __init__(
        self,
        office: Office,
        wording: Wording,
        words: Words,
        reaches: Reaches | None = None,
        forms: Mapping[str, str] | None = None,
    ) -> None:
        """`forms` are the titles of the web forms, by name."""
        self._forms = forms or {}
        self._office = office
        self._wording = wording
        self._words = words
        self._reaches = reaches or {}
        self._bodies = referring.bodies(office)

    def row(self, case: Case, now: datetime, mark: Mark | None = None) -> Shape:
        """What the queue shows of a case; `mark` is what a rule did with it because nobody took it."""
        is_open = case.state is not CaseState.CLOSED
        channel = case.address.channel if case.address else ""
        return {
            "id": case.id,
            "number": case.number,
            "kind": case.kind.value,
            "kind_name": self._words.name("kind", case.kind.value),
            "state": case.state.value,
            "service": case.service,
            "service_name": self.service(case.service),
            "cause": case.cause.value,
            "cause_name": self._words.name("cause", case.cause.value),
            "subject": case.subject,
            "channel": channel,
            "channel_name": self._words.name("channel", channel),
            "language": case.spoken or case.language,
            "callback": case.callback,
            "urgent": case.urgent,
            "live": case.live,
            "late": is_open and case.due_at is not None and case.due_at < now,
            "opened_at": case.opened_at.isoformat(),
            "due_at": _iso(case.due_at),
            "taken_at": _iso(case.taken_at),
            "closed_at": _iso(case.closed_at),
            "agent": None if case.agent_id is None else {"id": case.agent_id, "name": case.agent_name},
            "offered": self._offered(case),
            "rating": case.rating,
            "version": case.version,
            "relay": self._relay(mark) if mark else None,
        }

    def case(self, case: Case, lines: Sequence[Entry], now: datetime, mark: Mark | None = None) -> Shape:
        """A whole case."""
        at = case.appointment_at
        # The moment of an appointment is said once, by itself.
        details = {key: value for key, value in case.details.items() if not (at and key == MOMENT)}
        return {
            **self.row(case, now, mark),
            "details": [
                {
                    "name": self.detail(key),
                    "value": self.form(value) if key == FORM else value,
                    "url": value if key == POST and WEB.match(value) else None,
                }
                for key, value in details.items()
            ],
            "has_contact": case.has_contact,
            "location": asdict(case.location) if case.location else None,
            "appointment_at": _iso(at),
            "appointment_words": moments_words.in_full(at, now, self._office.zone) if at else "",
            "photos": list(case.photos),
            "summary": self._summary(case, lines, now),
        }

    def line(self, entry: Entry, delivered: Delivered | None = None, channel: str = "") -> Shape:
        """A line of the transcript, the bot's with its sources; a reply has the id that the page gave it."""
        reply = entry.reply
        return {
            "position": entry.position,
            "id": AGENTS_REPLY.sub("", entry.ref) if entry.author == Author.AGENT.value else entry.ref,
            "author": entry.author,
            "name": reply.name if reply else "",
            "text": entry.text,
            "language": reply.language if reply else "",
            "at": entry.at.isoformat(),
            "sources": self.sources(reply.sources) if reply else [],
            "photos": [one.url.removeprefix(PHOTO_URL) for one in _at(entry, PHOTO_URL)],
            "files": [
                {"id": one.url.removeprefix(FILE_URL), "name": one.name, "size_bytes": one.size_bytes}
                for one in _at(entry, FILE_URL)
            ],
            "receiving": len(_at(entry, REMOTE_URL)),
            "delivery": self._delivery(delivered, channel) if delivered else None,
            "status": reply.status.value if reply and reply.status else None,
        }

    def undelivered(self, failure: Failure, text: str) -> Shape:
        """A reply that was given up."""
        one = failure.undelivered
        case = next((case for case in failure.cases if case.state is not CaseState.CLOSED), None)
        case = case or next(iter(failure.cases), None)
        channel = one.address.channel
        return {
            "conversation": one.conversation_id,
            "reply": one.reply_id,
            "case": {"id": case.id, "number": case.number} if case else None,
            "channel": channel,
            "channel_name": self._words.name("channel", channel),
            "text": shorten(text, FIRST_CHARS),
            "reason": self._words.reason(one.reason),
            "at": one.at.isoformat(),
            "doubtful": one.doubtful and not self._is_idempotent(channel),
        }

    def limits(self, case: Case, last_heard_at: datetime, now: datetime) -> Shape | None:
        """How far the channel of a case lets an agent speak; None if it is switched off."""
        reach = self._reaches.get(case.address.channel) if case.address else None
        if reach is None or case.address is None:
            return None
        until = reach.until(case.address, last_heard_at)
        return {
            "text_chars": reach.text_chars,
            "window_until": _iso(until),
            "after_window": reach.afterwards(last_heard_at, now) if until else "",
            "first_private": reach.once(case.address),
        }

    def channels(self, addresses: Sequence[Address]) -> list[str]:
        """The names of the channels of addresses, each once."""
        return list(dict.fromkeys(self._words.name("channel", one.channel) for one in addresses))

    def other(self, case: Case, may_open: bool) -> Shape:
        """Another case of the same person; of one that the agent may not see, that it is there and at which service."""
        return {
            "id": case.id if may_open else None,
            "number": case.number,
            "service_name": self.service(case.service),
            "subject": case.subject if may_open else "",
        }

    def nobody(self) -> Shape:
        """What a case has beside it whose conversation is gone."""
        return {"channel_limits": None, "also_on": [], "other_cases": []}

    def body(self, code: str) -> str:
        """What a body is called to which a case was passed on."""
        door = self._bodies.get(code)
        return door.body.name if door is not None else code

    def event(self, event: CaseEvent) -> Shape:
        """A line of a case's history."""
        text = event.text
        match event.what:
            case What.TRANSFERRED:
                text = self.service(text)
            case What.RELAYED | What.UNTAKEN:
                text = self._why(read_relay(text))
            case What.RATED:
                text = self._words.name("rating", text)
            case What.OPENED:
                text = self._words.name("cause", text)
            case What.CHANGED | What.URGENT:
                text = ""
            case What.REFERRAL:
                step, _, name = text.partition(":")
                text = self._words.say("referral", step, name=name)
            case What.PASSED_ON:
                text = self.body(text)
            case _:
                pass
        return {
            "position": event.position,
            "what": event.what.value,
            "what_name": self._words.name("what", event.what.value),
            "at": event.at.isoformat(),
            "agent": event.agent_name,
            "text": text,
        }

    def pending(self, pending: Pending) -> Shape:
        """A reply that has not left yet."""
        return {
            "id": pending.reply_id,
            "text": pending.text,
            "sources": self.sources(pending.sources),
            "leaves_at": pending.leaves_at.isoformat(),
            "agent": {"id": pending.agent_id, "name": pending.agent_name},
        }

    def agent(self, agent: Agent) -> Shape:
        """An account."""
        return {
            "id": agent.id,
            "login": agent.login,
            "name": agent.name,
            "role": agent.role.value,
            "services": list(agent.services),
            "available": agent.available,
            "capacity": rule_of(self._office, "").room(agent),
            "languages": list(agent.abilities.languages),
            "skills": list(agent.abilities.skills),
        }

    def sources(self, sources: Sequence[Source]) -> list[Shape]:
        """What a text rests on."""
        return [
            {"title": one.title, "url": one.url, "publisher": one.publisher, "updated": one.updated} for one in sources
        ]

    def suggestion(self, one: Suggestion) -> Shape:
        """A passage that may answer the citizen."""
        return {
            "article": one.article_id,
            "text": one.text,
            "title": one.title,
            "url": one.source.url,
            "publisher": one.source.publisher,
            "updated": one.source.updated,
            "service_name": self.service(one.service),
            "score": one.score,
        }

    def service(self, code: str) -> str:
        """A service's name; its code if `office.yml` has lost it."""
        found = self._office.services.get(code)
        return found.name if found else code

    def form(self, name: str) -> str:
        """A web form's title, as citizens read it above its questions; its name if the town has dropped the form."""
        return self._forms.get(name, name)

    def refusal(self, key: str, **values: str) -> Shape:
        """Why something was not done."""
        return {"error": key.split("_by_")[0], "text": self._words.say("refusal", key, **values)}

    def _offered(self, case: Case) -> Shape | None:
        """To whom a case is offered, and until when."""
        if case.offered is None:
            return None
        until = case.offered.at + rule_of(self._office, case.service).offer_for
        return {"id": case.offered.agent_id, "name": case.offered.agent_name, "until": until.isoformat()}

    def _relay(self, mark: Mark) -> Shape:
        """What a rule did: in two words for the queue, and why."""
        relay = mark.relay
        name = self._words.say("relay", f"{relay.what.value}_row", origin=self.service(relay.origin))
        return {"what": relay.what.value, "name": name, "text": self._why(relay), "at": mark.at.isoformat()}

    def _why(self, relay: Relay) -> str:
        """Where a case went, and why: « de Voirie à Accueil général, car non prise en 4 heures ouvrées »."""
        hours, rest = divmod(relay.minutes, 60)
        unit = "hour" if (hours, rest) == (1, 0) else "hours" if not rest else "minutes"
        key = "late" if relay.minutes else "closed"
        span = self._words.say("open_span", unit, hours=str(hours), minutes=f"{rest:02d}")
        names = {"origin": self.service(relay.origin), "service": self.service(relay.service)}
        return self._words.say("relay", f"{relay.what.value}_{key}", span=span, **names)

    def _delivery(self, delivered: Delivered, channel: str) -> Shape:
        return {
            "state": delivered.state,
            "reason": self._words.reason(delivered.reason),
            "doubtful": delivered.doubtful and not self._is_idempotent(channel),
        }

    def _is_idempotent(self, channel: str) -> bool:
        reach = self._reaches.get(channel)
        return reach is not None and reach.idempotent

    def detail(self, key: str) -> str:
        """What a form's field is called."""
        try:
            return self._wording.say(f"detail_{key}")
        except KeyError:
            return key

    def _summary(self, case: Case, lines: Sequence[Entry], now: datetime) -> str:
        """What, since when, and what the bot has tried before."""
        zone = self._office.zone
        when = moments_words.moment(case.opened_at, now, zone)
        parts = [self._words.say("summary", case.kind.value, when=when), self._words.name("cause", case.cause.value)]
        before = [entry for entry in lines if entry.at <= case.opened_at and entry.author != CITIZEN and entry.reply]
        titles = list(dict.fromkeys(source.title for one in before if one.reply for source in one.reply.sources))
        if titles:
            shown = ", ".join(f"«\u00a0{title}\u00a0»" for title in titles[-SUMMARY_TITLES:])
            parts.append(self._words.say("summary", "bot_answered", titles=shown))
        elif any(one.reply and one.reply.status is AnswerStatus.LOST for one in before):
            parts.append(self._words.say("summary", "bot_lost"))
        if case.urgent:
            # A letter is urgent also by what it tells, without a word of danger.
            by_letter = case.address is not None and case.address.channel in BY_LETTER
            parts.append(self._words.say("summary", "urgent" if by_letter else "danger"))
        return " ; ".join(parts) + "."


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _at(entry: Entry, place: str) -> list[Attachment]:
    """The attachments of a line whose addresses begin so."""
    return [one for one in entry.attachments if one.url.startswith(place)]
