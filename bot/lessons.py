"""What agents teach the bot: messages that were hard to understand, and samples of its answers, judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from bot.store.base import Entry


class Why(str, Enum):
    """Why a message is shown to an agent.

    UNSURE: the model was not sure of it. LOST: it was not understood, or nobody here knew. USELESS: its answer was rated
    so. CORRECTED: the citizen chose another title, said « aucun », or said it in other words that found an answer.
    """

    UNSURE = "unsure"
    LOST = "lost"
    USELESS = "useless"
    CORRECTED = "corrected"


class Decision(str, Enum):
    """What an agent made of a message; NONE as long as nobody has decided."""

    NONE = ""
    RIGHT = "right"
    INTENT = "intent"
    """It is another act: `Lesson.value` names it."""
    ARTICLE = "article"
    """It asks for another article: `Lesson.value` is its id."""
    IGNORE = "ignore"


class Rating(str, Enum):
    """How an answer was rated; UNSOURCED: what it says is not in the page that it names."""

    NONE = ""
    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    UNSOURCED = "unsourced"


@dataclass(frozen=True, slots=True)
class Understood:
    """What the core made of one message."""

    intent: str
    """That the model found likeliest, also where the gate did not act on it."""
    confidence: float
    """In [0, 1]."""
    margin: float
    """By how much it was likelier than the next one, in [0, 1]."""
    alarm: float = 0.0
    """The confidences of danger and distress together."""
    unsure: bool = False
    """Whether it was not acted on because it was not sure enough."""
    pressed: bool = False
    """A button and no words."""
    article: str = ""
    """That the button is for."""
    in_form: bool = False
    """An answer to a form's question: it may be anybody's name or address."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A stretch of one conversation, and what the core made of the citizen's lines."""

    conversation_id: str
    language: str
    lines: Sequence[Entry]
    understood: Mapping[str, Understood] = field(default_factory=dict)
    """By the line's ref; what was said to agents is not there."""
    useless: Mapping[str, str] = field(default_factory=dict)
    """Ratings that an answer was of no use: by the ref of the line that said so, the article."""


@dataclass(frozen=True, slots=True)
class NewLesson:
    """A message that an agent should look at."""

    conversation_id: str
    ref: str
    text: str
    """With personal data masked."""
    language: str
    intent: str
    confidence: float
    article: str
    """That it was answered with; "" for none."""
    meant: str
    """The article that the citizen then chose, or that answered other words for it; "" for none."""
    why: Why
    times: int
    """How many messages of that day said the same, or nearly."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Lesson:
    """A message that an agent looks at or has judged."""

    id: int
    text: str
    language: str
    intent: str
    confidence: float
    article: str
    meant: str
    why: Why
    times: int
    at: datetime
    decision: Decision = Decision.NONE
    value: str = ""
    decided_at: datetime | None = None
    exported_at: datetime | None = None
    """When what was decided was written into training data; None again once it was decided anew."""
    written_act: str = ""
    """The act whose example it stands as in training data, by an earlier decision too; "" for none."""
    written_page: str = ""
    """The article whose phrasing it stands as; "" for none."""

    @property
    def is_written(self) -> bool:
        """Whether an export wrote something for it that stands there."""
        return bool(self.written_act or self.written_page)


@dataclass(frozen=True, slots=True)
class Written:
    """What an export wrote for a lesson; both empty where all of it was known already."""

    lesson_id: int
    act: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with an article, as samples are drawn from."""

    position: int
    conversation_id: str
    answer_ref: str
    article: str


@dataclass(frozen=True, slots=True)
class NewSample:
    """An answer that was drawn."""

    conversation_id: str
    question_ref: str
    answer_ref: str
    article: str
    service: str
    """Its stratum; "" for all the small ones together."""
    stratum: int
    """How many answers of the week were in it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """An answer that was drawn, and how it was rated; the first three are empty once its conversation is gone."""

    id: int
    week: date
    conversation_id: str
    question_ref: str
    answer_ref: str
    article: str
    service: str
    stratum: int
    rating: Rating = Rating.NONE


class Lessons(Protocol):
    """Where messages to learn from are found and kept."""

    async def talks(self, since: datetime, until: datetime, after: str, limit: int) -> list[Talk]:
        """Of conversations heard since then, in the order of their ids behind one: what was said in that time."""

    async def add(self, lessons: Sequence[NewLesson]) -> int:
        """Keep those that are not kept yet, and whose conversation is still there; how many."""

    async def count(self, since: datetime, until: datetime) -> int:
        """How many are of messages of that time."""

    async def texts(self, limit: int) -> list[str]:
        """The words of the newest ones, whatever was decided."""

    async def get(self, lesson_id: int) -> Lesson:
        """One of them.

        Raises:
            Missing: there is none.
        """

    async def waiting(self, limit: int) -> list[Lesson]:
        """Undecided ones: those that an export wrote before, then as they were kept, the newest day first, its most informative first."""

    async def counts(self) -> Mapping[str, int]:
        """How many are `waiting`, decided in each way, `exported`, and `changed` since they were."""

    async def decide(self, lesson_id: int, decision: Decision, value: str, agent_id: int, now: datetime) -> Lesson:
        """Decide, or decide anew; NONE takes a decision back. What an export wrote is taken out, or written anew, by the next.

        Raises:
            Missing: there is none.
        """

    async def to_export(self, limit: int) -> list[Lesson]:
        """Decided ones that teach something and are not in training data yet, the oldest first."""

    async def to_withdraw(self, limit: int) -> list[Lesson]:
        """Those that an export wrote and that were decided anew, or taken back, since."""

    async def lately_exported(self, limit: int) -> list[Lesson]:
        """Those whose decision stands in training data, the newest export first."""

    async def exported(self, written: Sequence[Written], now: datetime) -> int:
        """They stand in training data from now on; how many did not before."""

    async def withdrawn(self, left: Sequence[Written]) -> None:
        """What an export wrote for lessons was taken out; what of it is left."""


class Samples(Protocol):
    """Where samples of answers are drawn from and kept."""

    async def answers(self, since: datetime, until: datetime, after: int, limit: int) -> list[Answered]:
        """Answers of that time behind a position, in order."""

    async def draw(self, week: date, samples: Sequence[NewSample], now: datetime) -> int:
        """Keep a week's sample, if the week has none; how many."""

    async def drawn(self, week: date) -> bool:
        """Whether the week has its sample."""

    async def of(self, weeks: Sequence[date]) -> list[Sample]:
        """The samples of weeks, in the order in which they were drawn."""

    async def weeks(self, limit: int) -> list[date]:
        """The newest weeks that have a sample, the newest first."""

    async def get(self, sample_id: int) -> Sample:
        """One of them.

        Raises:
            Missing: there is none.
        """

    async def rate(self, sample_id: int, rating: Rating, agent_id: int, now: datetime) -> Sample:
        """Rate, or rate anew; NONE takes a rating back.

        Raises:
            Missing: there is none.
        """
