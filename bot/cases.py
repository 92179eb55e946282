"""What a case is: something that a person of the town has to do for a citizen, and what the desk asks of its storage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from bot.messages import Address, Location, Message, Source
from bot.store.base import Prepared

MAX_SUBJECT_CHARS = 200
"""Of a case's subject, which stands in one line of the queue."""


class CaseKind(str, Enum):
    """What is to be done. QUESTION: talk with the citizen; the others are the forms."""

    QUESTION = "question"
    APPOINTMENT = "appointment"
    STREET_ISSUE = "street_issue"


class CaseState(str, Enum):
    """WAITING in the queue of its service, TAKEN by an agent, CLOSED."""

    WAITING = "waiting"
    TAKEN = "taken"
    CLOSED = "closed"


class Cause(str, Enum):
    """Why a person is needed: the citizen asked for one, was not understood twice, found an answer useless, was in
    danger, or filled a form in.
    """

    ASKED = "asked"
    LOST = "lost"
    RATED = "rated"
    DANGER = "danger"
    FORM = "form"


class What(str, Enum):
    """What happened to a case; a line of its history."""

    OPENED = "opened"
    TAKEN = "taken"
    RELEASED = "released"
    VANISHED = "vanished"
    TRANSFERRED = "transferred"
    URGENT = "urgent"
    NOTE = "note"
    REVEALED = "revealed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    RATED = "rated"
    CHANGED = "changed"


class View(str, Enum):
    """The tabs of the queue. CLOSED shows what was closed last."""

    MINE = "mine"
    SERVICES = "services"
    ALL = "all"
    WAITING = "waiting"
    CALLBACKS = "callbacks"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be opened. (conversation, message id, effect) is its key: opened a second time, it is the first one."""

    conversation_id: str
    message_id: str
    effect: str
    kind: CaseKind
    service: str
    cause: Cause
    subject: str
    """The citizen's own words, cut to `MAX_SUBJECT_CHARS` by the store."""
    details: dict[str, str] = field(default_factory=dict)
    """What a form gathered, by slot; shown to agents under catalogue names."""
    contact: str = ""
    """E-mail address or phone number for an answer outside of the conversation."""
    callback: bool = False
    """Nobody was there: the citizen is to be called or written to."""
    urgent: bool = False
    due_at: datetime | None = None
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """An appointment's time at a service's counter, which has `places` of them at once."""

    starts_at: datetime
    ends_at: datetime
    places: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands."""

    id: int
    number: str
    """What citizens are told, such as D-7K3M-92QX."""
    conversation_id: str
    """"" once the conversation is gone."""
    address: Address | None
    language: str
    kind: CaseKind
    state: CaseState
    service: str
    cause: Cause
    subject: str
    details: dict[str, str]
    callback: bool
    has_contact: bool
    """Whether there is a contact; the contact itself is only read by `Cases.reveal`."""
    urgent: bool
    live: bool
    """Whether the conversation belongs to this case's agent now (`Mode.AGENT`)."""
    opened_at: datetime
    due_at: datetime | None
    taken_at: datetime | None
    closed_at: datetime | None
    agent_id: int | None
    agent_name: str
    """"" if nobody has it."""
    rating: int | None
    """1 (no), 2 (partly) or 3 (yes) to "did it help"; None if not rated."""
    location: Location | None = None
    appointment_at: datetime | None = None
    photos: tuple[str, ...] = ()
    """Ids for `Photos.get`."""
    version: int = 0
    """Grows with every change of the case."""


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """A line of a case's history; `position` grows within the database."""

    position: int
    case_id: int
    what: What
    at: datetime
    agent_id: int | None
    agent_name: str
    text: str = ""
    """A note's words, the code of the service it was transferred to, a reason."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was opened, or found under the same key."""

    case: Case
    fresh: bool


@dataclass(frozen=True, slots=True)
class Queued:
    """Where a waiting case stands: `place` 1 is next; `waits` are the last waits at that service, newest first."""

    place: int
    waits: tuple[timedelta, ...]


BOT, WAITING, AGENT = "bot", "waiting", "agent"


@dataclass(frozen=True, slots=True)
class Standing:
    """Who has a citizen's conversation, as their page shows it."""

    state: str = BOT
    """`BOT`, `WAITING` in a queue, or with an `AGENT`."""
    number: str = ""
    service: str = ""
    place: int = 0
    wait: str = ""
    """In words; "" where nobody can say."""
    name: str = ""
    case: int = 0
    """The case's id, for ourselves."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An agent's reply that leaves at `leaves_at` unless it is taken back before."""

    reply_id: str
    case_id: int
    conversation_id: str
    agent_id: int
    agent_name: str
    text: str
    sources: tuple[Source, ...]
    leaves_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What an agent sees."""

    agent_id: int
    services: tuple[str, ...] | None
    """Whose cases they may see; None for all."""
    own: tuple[str, ...] | None
    """Whose cases are their work; None for all."""


class Cases(Protocol):
    """The cases of the town. Every method is one transaction; what changes a case adds to its history."""

    async def open(self, new: NewCase, now: datetime, slot: Slot | None = None, photos: Sequence[str] = ()) -> Opened:
        """Open a case, with the appointment and the photos that belong to it.

        Raises:
            Missing: the conversation is gone.
            SlotTaken: every place of that time is booked.
        """

    async def get(self, case_id: int) -> Case:
        """One case.

        Raises:
            Missing: there is none.
        """

    async def find(self, conversation_id: str, number: str = "") -> list[Case]:
        """The cases of a conversation, the newest first; with a number, that one if it is of this conversation."""

    async def view(self, view: View, seen: Seen, limit: int = 200) -> list[Case]:
        """What an agent sees under a tab: urgent ones first, then the oldest; CLOSED has the last closed first."""

    async def count(self, seen: Seen) -> dict[View, int]:
        """How many cases each tab but CLOSED has."""

    async def queued(self, case_id: int) -> Queued:
        """Where a waiting case stands among those of its service.

        Raises:
            Missing: it is not waiting.
        """

    async def take(self, case_id: int, agent_id: int, now: datetime) -> Case:
        """Give a waiting case to an agent; a QUESTION's conversation becomes theirs too. Taking one's own changes nothing.

        Raises:
            CaseTaken: another agent has it; CaseClosed: it is closed; Missing.
        """

    async def join(self, case_id: int, agent_id: int, now: datetime) -> Case:
        """Make the conversation of one's own case one's own: the agent speaks now.

        Raises:
            CaseTaken: it, or the conversation, is another agent's; CaseClosed; Missing.
        """

    async def release(self, case_id: int, agent_id: int, now: datetime, reason: str = "") -> Case:
        """Put one's own case back into the queue, at the place that its age gives it; the bot has the conversation again.

        Raises:
            CaseTaken: it is not this agent's; CaseClosed; Missing.
        """

    async def transfer(self, case_id: int, agent_id: int, service: str, note: str, now: datetime) -> Case:
        """Put a case into the queue of another service; the bot has the conversation again.

        Raises:
            CaseTaken: another agent has it; CaseClosed; Missing.
        """

    async def close(self, case_id: int, agent_id: int, now: datetime, farewell: Message | None = None) -> Case:
        """Close one's own case, or one that nobody has.

        If the conversation was the agent's, it is the bot's again, and `farewell` is put into the inbox in the same
        transaction: the core answers it before anything that the citizen says later.

        Raises:
            CaseTaken: another agent has it; CaseClosed: it is closed already; Missing.
            Stale: a reply has not left yet.
        """

    async def withdraw(self, case_id: int, conversation_id: str, now: datetime) -> bool:
        """Close a waiting case at its citizen's wish, and free its appointment; False if it is not waiting or not theirs."""

    async def mark_urgent(self, conversation_id: str, now: datetime) -> list[int]:
        """Make every open case of a conversation urgent; the ids of all open ones."""

    async def set_urgent(self, case_id: int, agent_id: int, urgent: bool, now: datetime) -> Case:
        """An agent's own judgement.

        Raises:
            CaseClosed, Missing.
        """

    async def note(self, case_id: int, agent_id: int, note_id: str, text: str, now: datetime) -> CaseEvent:
        """Add a private note; one that is stored under this id already is given back.

        Raises:
            Missing: there is no such case.
        """

    async def reveal(self, case_id: int, agent_id: int, now: datetime) -> str:
        """The contact of a case; that it was looked at is noted in the history.

        Raises:
            Missing: there is none.
        """

    async def rate(self, case_id: int, conversation_id: str, rating: int, now: datetime) -> bool:
        """The citizen's rating of the contact (1 to 3); the last one counts. False if it is not this conversation's."""

    async def history(self, case_id: int) -> list[CaseEvent]:
        """All that happened to a case, in order."""

    async def changed(self, after: int, limit: int = 500) -> list[CaseEvent]:
        """What happened to any case after a position, in order."""

    async def last_position(self) -> int:
        """The newest position of any history."""

    async def say_soon(self, pending: Pending, now: datetime) -> Pending:
        """Keep an agent's reply until it leaves; one that is stored under this id already is given back.

        Raises:
            CaseTaken: the conversation is not this agent's (any more); CaseClosed; Missing.
        """

    async def take_back(self, reply_id: str, agent_id: int) -> Pending | None:
        """An agent's own reply that has not left yet: it never will. None if it has left."""

    async def leaving(self, now: datetime, limit: int = 50) -> list[Pending]:
        """Replies whose time has come, in order."""

    async def send(self, pending: Pending, prepared: Prepared, now: datetime) -> bool:
        """Let a reply leave: it stands in the transcript and in the outbox now. False if it was taken back, or has left."""

    async def pending(self, case_id: int) -> list[Pending]:
        """Replies of a case that have not left yet."""

    async def vanished(self, before: datetime, now: datetime) -> list[Case]:
        """Put every case whose conversation is an agent's who was not seen since `before` back into the queue."""


class Bookings(Protocol):
    """Appointments."""

    async def taken(self, service: str, start: datetime, end: datetime) -> dict[datetime, int]:
        """How many appointments begin at each moment in [start, end), cancelled ones left out."""

    async def cancel(self, case_id: int, now: datetime) -> bool:
        """Free an appointment's time; False if there was none."""


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo as it is kept: re-encoded, without metadata."""

    id: str
    case_id: int | None
    media_type: str
    content: bytes
    location: Location | None
    conversation_id: str = ""
    """Of whoever sent it; set by the store."""


class Photos(Protocol):
    """What citizens photographed."""

    async def add(self, address: Address, language: str, photo: StoredPhoto, now: datetime) -> None:
        """Keep a photo of a citizen, whose conversation is made if there is none.

        Raises:
            TooMany: that conversation has as many as it may.
        """

    async def get(self, photo_id: str) -> StoredPhoto:
        """One photo.

        Raises:
            Missing: there is none.
        """

    async def of(self, address: Address, photo_ids: Sequence[str]) -> list[StoredPhoto]:
        """Those of an address among these ids, without their content, in the order of the ids."""
