"""What one contact was, and what happened in it: the words of the figures, without a word that anybody wrote.

`bot.analytics.events` makes these of a conversation's history; docs/insights.md is their catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Protocol

from bot.cases import Case, CaseEvent
from bot.store.base import Conversation, Entry


class Way(str, Enum):
    """How somebody came: in a CHAT on any channel, by MAIL, by a web FORM, or with a public POST."""

    CHAT = "chat"
    MAIL = "mail"
    FORM = "form"
    POST = "post"


class What(str, Enum):
    """What can happen in a contact; `Fact.detail` and `Fact.value` are given in brackets.

    MET: a question was met [status of the answer]. RATED: an answer was rated [helpful, useless]. ALARM: the numbers
    were said at once. OPENED: a case was opened [cause]. TAKEN: somebody took it for the first time [seconds since it
    was opened, counted within the service's opening hours]. ANSWERED: an agent answered it first [seconds, as TAKEN].
    MOVED: a person put it into another service's queue [that one's code]. RELAYED: it went there by a rule, for nobody
    took it [that one's code]. UNTAKEN: nobody took it, and the supervisors were told. PASSED_ON: it was passed on to somebody who is competent [code
    of the body]. LATE: it was open past its time. CLOSED: it was closed [seconds since it was opened, all of them].
    JUDGED: its citizen said whether it helped [1 no, 2 partly, 3 yes]. LETTER: a letter was read [its kind].
    """

    MET = "met"
    RATED = "rated"
    ALARM = "alarm"
    OPENED = "opened"
    TAKEN = "taken"
    ANSWERED = "answered"
    MOVED = "moved"
    RELAYED = "relayed"
    UNTAKEN = "untaken"
    PASSED_ON = "passed_on"
    LATE = "late"
    CLOSED = "closed"
    JUDGED = "judged"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened; a day and an hour are the town's."""

    what: What
    at: datetime
    day: date
    hour: int
    service: str = ""
    """The code of the service that it is about; "" for none."""
    topic: str = ""
    """The id of the article that it is about; "" for none."""
    detail: str = ""
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """What a citizen brought: a run of words in one conversation, or a letter; with everything that came of it."""

    position: int
    """Of its first line in the transcript: its name within the conversation."""
    way: Way
    channel: str
    language: str
    """BCP 47: in which the citizen wrote."""
    started_at: datetime
    ended_at: datetime
    """The citizen's last word in it."""
    day: date
    hour: int
    service: str = ""
    topic: str = ""
    questions: int = 0
    """Replies of the bot that met a question, whatever the status."""
    answered: int = 0
    """Those with an answer."""
    lost: int = 0
    """Those that were not understood, or that nobody here knows."""
    cause: str = ""
    """Why a person was needed: `bot.cases.Cause`; "" for a contact that needed none."""
    helpful: bool | None = None
    returned: bool = False
    """Whether the citizen came back with the same matter within seven days."""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating of an answer, as it was given."""

    article_id: str
    helpful: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """A letter, as far as figures need it."""

    ref: str
    """The message id of its line in the transcript."""
    kind: str
    """`bot.readings.LetterKind`."""
    service: str
    topic: str
    """The article that the first suggested reply rests on; "" for none."""
    is_form: bool
    is_aside: bool
    """No case was opened for it: nobody waits behind it."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Opening:
    """How a case began: what `Case` no longer says."""

    message_id: str
    """Of the message that it was opened for; "" where nobody knows."""
    service: str
    """The code of the service that it was opened for."""


@dataclass(frozen=True, slots=True)
class PassedOn:
    """A request that was passed on to somebody who is competent."""

    case_id: int
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """Everything that the figures of one conversation are made of, as the database holds it."""

    conversation: Conversation
    lines: Sequence[Entry]
    """In the order of their positions."""
    cases: Sequence[Case] = ()
    events: Sequence[CaseEvent] = ()
    ratings: Sequence[Rated] = ()
    letters: Sequence[Received] = ()
    openings: Mapping[int, Opening] = field(default_factory=dict)
    """By the case's id."""
    passed_on: Sequence[PassedOn] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the town, both included, and what is left out of them; "" leaves nothing out."""

    first: date
    last: date
    channel: str = ""
    service: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """A row of the counts by day, added up over what was not asked for by name."""

    key: tuple[str, ...]
    """In the order in which the columns were asked for; days as ISO dates, hours as numbers in two digits."""
    count: int
    total: int


@dataclass(frozen=True, slots=True)
class Compared:
    """How much was counted of one key, in each of several runs of days."""

    key: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, over those that have a value: exact order statistics in seconds; None if there is none."""

    count: int
    median: int | None = None
    ninetieth: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a night found and nobody told it to look for."""

    sort: str
    """`bot.analytics.findings.Sort`."""
    subject: str
    """The service, channel or topic that it is about; "" for the whole town."""
    first_day: date
    last_day: date
    seen: int
    expected: int
    """What was to be expected, in the unit of `seen`."""
    strength: int
    """How far from it, in standard deviations of what is usual."""
    id: int = 0
    detail: str = ""
    """What else its sentence needs: of a silence the hours (18-24), of a surge the service that most of it goes to, of a
    standstill the cases that were opened, "others" for a service that is late against the others, "taken" where it is late to take its cases.
    """


@dataclass(frozen=True, slots=True)
class Backlog:
    """The open letters of a service, at a moment."""

    service: str
    open: int
    late: int
    """Those that should have been closed."""
    oldest: timedelta


@dataclass(frozen=True, slots=True)
class Marks:
    """How far the sources were read: by source, the highest position."""

    positions: Mapping[str, int] = field(default_factory=dict)


class ContactBook(Protocol):
    """Where contacts, what happened in them, and their counts by day are kept."""

    async def touched(self, marks: Marks, limit: int, now: datetime) -> tuple[list[str], Marks, bool]:
        """Conversations in which something has happened behind the marks, each once, the marks behind that, and whether
        there is more. `limit` bounds what is read of each source; an open case that has become late counts as happening.

        Positions that are handed out in one order may be seen in another: the last ones are given once more.
        """

    async def marks(self) -> Marks:
        """The marks that were kept."""

    async def heads(self, now: datetime) -> Marks:
        """The marks of somebody who has looked at all conversations after this moment."""

    async def conversations(self, after: str, limit: int) -> list[str]:
        """Ids of conversations that are still there, in order, behind one."""

    async def history(self, conversation_ids: Sequence[str]) -> list[History]:
        """What figures are made of, of those that are still there."""

    async def replace(
        self, contacts: Mapping[str, Sequence[Contact]], marks: Marks | None = None, since: date | None = None
    ) -> int:
        """Let the contacts of each conversation be these, with their facts, in one transaction; keep the marks with it.

        Every day on which something of them changed is stale afterwards. A conversation that has gone keeps what it had,
        and so do the days before `since`, of which some contacts may have been removed. How many contacts changed.
        """

    async def roll_up(self, limit: int = 400) -> int:
        """Count stale days anew, the newest first, each in a transaction of its own; how many were done."""

    async def stale(self, first: date, last: date) -> int:
        """How many of these days have changed since they were counted."""

    async def begun(self) -> date | None:
        """The first day on which a contact is counted; None if there is none."""

    async def counts(self, span: Span, what: str, by: Sequence[str]) -> list[Counted]:
        """Counts by day added up, by any of `day hour channel language service topic detail`, the largest first.

        `what` is a `What`, or one of the counts of contacts in `bot.analytics.counters`.
        """

    async def compare(self, span: Span, runs: Sequence[tuple[date, date]], what: str, by: str = "") -> list[Compared]:
        """What `counts` gives by one column, or by none, for each of several runs of days, from one to another, both
        included; the days of the span say nothing. By key.
        """

    async def spread(self, span: Span, what: What) -> Spread:
        """How long something took."""

    async def make_stale(self, first: date, last: date) -> None:
        """Let every day on which something is or was counted be counted anew."""

    async def backlog(self, now: datetime, span: Span) -> list[Backlog]:
        """The letters that are open at a moment, by service, the most first: of the span's channel, service and language,
        whatever its days.
        """

    async def find(self, findings: Sequence[Finding], now: datetime) -> int:
        """Keep what a night found; a finding of the same sort, subject and first day is brought up to date. How many are new."""

    async def findings(self, span: Span, dismissed: bool = False) -> list[Finding]:
        """What was found for these days, the strongest first; what somebody has seen to is left out unless asked for."""

    async def dismiss(self, finding_id: int, now: datetime) -> None:
        """Somebody has seen to it.

        Raises:
            Missing: there is no such finding.
        """
