"""What could not be answered, grouped by topic: the groups, what was decided about them, and where they are kept.

A group's words are its name; they were all said in `LEAST` conversations or more, so that they say nothing about anybody
and stay when a conversation is erased. The questions themselves stand in the transcript alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Protocol

from bot.store.base import Entry

LEAST = 3
"""Of questions that a group has, of conversations that they come from, and of those in which a word of its name was said."""
WINDOW = timedelta(days=60)
"""Questions that are older are in no group any more."""
RECENT_DAYS, BEFORE_DAYS = 7, 28
"""A group's course compares the last full week with the four weeks before it."""
SETTLING_DAYS = 7
"""So long after a decision nothing can be said about what came of it."""
BACK_FACTOR = 1.5
"""A decided group comes back when it is asked so many times as often as before the decision."""

Line = tuple[str, str]
"""A line of the transcript: the conversation's id and the line's ref."""


class Why(str, Enum):
    """Why a question counts as not answered: the status of the reply, or an answer that was rated useless."""

    LOST = "lost"
    OUT_OF_SCOPE = "out_of_scope"
    UNAVAILABLE = "unavailable"
    USELESS = "useless"


class Course(str, Enum):
    """Where a group is going. NEW: nobody asked before this week. STEADY: neither more nor less, or too few to say."""

    NEW = "new"
    GROWING = "growing"
    FADING = "fading"
    STEADY = "steady"


class Decision(str, Enum):
    """What was made of a group. ARTICLE: one is being written. TAUGHT: it belongs to an article or intent there is."""

    OPEN = ""
    ARTICLE = "article"
    TAUGHT = "taught"
    NOT_OURS = "not_ours"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was not answered, or not well."""

    conversation_id: str
    ref: str
    why: Why
    at: datetime
    text: str
    """As it was said."""

    @property
    def line(self) -> Line:
        """Where it stands."""
        return (self.conversation_id, self.ref)


@dataclass(frozen=True, slots=True)
class Near:
    """An article that comes near a group; `score` in [0, 1]."""

    id: str
    title: str
    service: str
    score: float


@dataclass(frozen=True, slots=True)
class RatedBy:
    """A rating and the message by which it was given."""

    message_id: str
    article_id: str
    helpful: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """A conversation as far as groups need it."""

    conversation_id: str
    lines: Sequence[Entry]
    """In the order of their positions."""
    ratings: Sequence[RatedBy] = ()
    """The oldest first."""


@dataclass(frozen=True, slots=True)
class Swept:
    """Conversations with a reply that answered nothing, from one stretch of the transcript."""

    conversation_ids: Sequence[str]
    after: int | None
    """Where the next stretch begins; None at the end."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group as a night found it; `id` is None for one that was not there before."""

    id: int | None
    words: tuple[str, ...]
    """As they are written, the heaviest first."""
    weights: Mapping[str, float]
    """By stem: a vector of length 1 by which the next night knows the group again."""
    service: str
    nearest: tuple[Near, ...]
    course: Course
    days: Mapping[date, int]
    """How many of its questions were asked on which day of the town, within the window."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A group as it is kept."""

    id: int
    words: tuple[str, ...]
    weights: Mapping[str, float]
    service: str
    nearest: tuple[Near, ...]
    first_day: date
    last_day: date
    course: Course
    decision: Decision = Decision.OPEN
    decided_for: str = ""
    """The article or intent; "" for none."""
    decided_at: datetime | None = None
    decided_by: str = ""
    """The name of an agent; "" if nobody decided, or the account is gone."""
    weekly_before: int | None = None
    """Questions a week in the four weeks before the decision, in thousandths."""
    days: Mapping[date, int] = field(default_factory=dict)
    asked: int = 0
    """How many of its questions are still there to be read."""

    def between(self, first: date, last: date) -> int:
        """How many questions were asked on these days, both included."""
        return sum(count for day, count in self.days.items() if first <= day <= last)


@dataclass(frozen=True, slots=True)
class Example:
    """A question of a group, as it was said."""

    line: Line
    text: str
    why: Why
    at: datetime


@dataclass(frozen=True, slots=True)
class Assigned:
    """A line that belongs to a group."""

    line: Line
    topic_id: int
    why: Why
    at: datetime


class Topics(Protocol):
    """Where groups are kept, and what they are made of."""

    async def sweep(self, since: datetime, after: int = 0) -> Swept:
        """Conversations with a reply since then that answered nothing, in one bounded stretch behind a position."""

    async def rated_useless(self, since: datetime) -> list[str]:
        """Conversations in which an answer was rated useless since then, by id."""

    async def heard(self, conversation_ids: Sequence[str]) -> list[Heard]:
        """Conversations that are still there, by id, each with its newest lines."""

    async def all(self) -> list[Topic]:
        """Every group, decided or not, by id."""

    async def get(self, topic_id: int) -> Topic:
        """One group.

        Raises:
            Missing: there is none.
        """

    async def lines(self) -> dict[Line, Assigned]:
        """Which line belongs to which group."""

    async def keep(self, groups: Sequence[Group], window: tuple[date, date]) -> list[int]:
        """Keep the groups of a night in one transaction; their ids in the same order.

        Counts of the days of the window (first, last) become these, of all groups; older days stay as they are. Groups
        that nobody asked about for the length of the window are forgotten, decided ones after 400 days.
        """

    async def assign(self, lines: Sequence[Assigned], gone: Sequence[Line] = ()) -> None:
        """Let lines belong to groups, and others to none; a line that was erased meanwhile is passed over."""

    async def examples(self, topic_id: int, limit: int = 50) -> list[Example]:
        """A group's questions, the newest first."""

    async def decide(
        self,
        topic_id: int,
        decision: Decision,
        decided_for: str,
        agent_id: int,
        weekly_before: int,
        now: datetime,
    ) -> None:
        """Say what is made of a group; `Decision.OPEN` takes that back.

        Raises:
            Missing: there is no such group.
        """


def weekly_before(topic: Topic, today: date) -> int:
    """Questions a week over the four full weeks before a day, in thousandths."""
    counted = topic.between(today - timedelta(days=BEFORE_DAYS), today - timedelta(days=1))
    return round(counted * 7 * 1000 / BEFORE_DAYS)


def weekly_since(topic: Topic, decided_on: date, today: date) -> int | None:
    """Questions a week since the day behind a decision, at most the last four weeks of it, in thousandths; None within a week."""
    first = max(decided_on + timedelta(days=1), today - timedelta(days=BEFORE_DAYS))
    length = (today - first).days
    if length < SETTLING_DAYS:
        return None
    return round(topic.between(first, today - timedelta(days=1)) * 7 * 1000 / length)


def is_back(topic: Topic, decided_on: date, today: date) -> bool:
    """Whether a decided group is asked about more than before, so that somebody has to look at it again."""
    if (today - decided_on).days <= SETTLING_DAYS or topic.weekly_before is None:
        return False
    last_week = topic.between(today - timedelta(days=RECENT_DAYS), today - timedelta(days=1))
    return last_week >= max(LEAST, BACK_FACTOR * topic.weekly_before / 1000)
