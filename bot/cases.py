"""What a case is: something that a person of the town has to do for a citizen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from bot.messages import Address, Location, Source

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
    danger, filled a form in, wrote a mail, or commented in public on a page of the town's.
    """

    ASKED = "asked"
    LOST = "lost"
    RATED = "rated"
    DANGER = "danger"
    FORM = "form"
    MAIL = "mail"
    COMMENT = "comment"


class What(str, Enum):
    """What happened to a case; a line of its history."""

    OPENED = "opened"
    TAKEN = "taken"
    OFFERED = "offered"
    PASSED = "passed"
    RELEASED = "released"
    VANISHED = "vanished"
    TRANSFERRED = "transferred"
    RELAYED = "relayed"
    """It went on by a rule, for nobody took it; `CaseEvent.text` is that of `bot.relays.Relay`, as of UNTAKEN."""
    UNTAKEN = "untaken"
    """Nobody took it, and the supervisors were told."""
    URGENT = "urgent"
    NOTE = "note"
    REVEALED = "revealed"
    WROTE = "wrote"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    RATED = "rated"
    CHANGED = "changed"
    REFERRAL = "referral"
    """Whether it may be passed on; `CaseEvent.text` is the step and the body's name, with a colon between."""
    PASSED_ON = "passed_on"
    """It was; `CaseEvent.text` is the body's code."""


class View(str, Enum):
    """The tabs of the queue. UNTAKEN is what the supervisors were told that nobody took, until somebody sees to it; CLOSED
    shows what was closed last.
    """

    MINE = "mine"
    SERVICES = "services"
    ALL = "all"
    WAITING = "waiting"
    CALLBACKS = "callbacks"
    UNTAKEN = "untaken"
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
    number: str = ""
    """What its citizen is told in the same transaction; "" for one that the store makes."""


@dataclass(frozen=True, slots=True)
class Slot:
    """An appointment's time at a service's counter, which has `places` of them at once."""

    starts_at: datetime
    ends_at: datetime
    places: int = 1


@dataclass(frozen=True, slots=True)
class Offered:
    """To which agent a waiting case is offered, and since when."""

    agent_id: int
    agent_name: str
    at: datetime


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
    """In which the citizen is answered."""
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
    spoken: str = ""
    """In which language the citizen writes, where it is not `language`; "" for none."""
    offered: Offered | None = None
    """To whom it is offered, while it waits."""
    passes: int = 0
    """How often an offer went on because nobody took it."""

    def is_for(self, agent_id: int) -> bool:
        """Whether an agent has it, or is offered it: then they may see it, whatever their services."""
        return self.agent_id == agent_id or (self.offered is not None and self.offered.agent_id == agent_id)

    @property
    def waits_live(self) -> bool:
        """Whether a citizen waits for an agent in the chat, or told of danger in a form: no call-back, letter or comment."""
        is_chat = self.kind is CaseKind.QUESTION and self.cause not in (Cause.FORM, Cause.MAIL, Cause.COMMENT)
        return self.state is CaseState.WAITING and not self.callback and (is_chat or self.cause is Cause.DANGER)


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
class Waited:
    """Somebody who waited in the chat for a service before, and the agent who took them."""

    opened_at: datetime
    taken_at: datetime
    agent_id: int | None


@dataclass(frozen=True, slots=True)
class Queued:
    """Where a waiting case stands: `place` 1 is next; `before` are those who waited at that service, newest first."""

    place: int
    before: tuple[Waited, ...]
    service: str = ""


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
