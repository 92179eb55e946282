"""What the desk and the counter ask of the storage of letters: how they were read, who wrote them, how agents corrected it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from bot.cases import Case, NewCase
from bot.letters import Letter
from bot.readings import Reading, Suggested


class Acknowledged(str, Enum):
    """What became of the one acknowledgement of a case. HELD: its sender has had too many, and a person has to look."""

    SENT = "sent"
    HELD = "held"
    NONE = "none"


class Told(str, Enum):
    """What an agent's choice says: which service, kind or urgency is right, and which suggested reply was used."""

    SERVICE = "service"
    KIND = "kind"
    URGENCY = "urgency"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter that was read. (conversation, message id) is its key: filed a second time, it is the first one."""

    conversation_id: str
    message_id: str
    case_id: int | None
    """None where it opened no case, such as an out-of-office reply."""
    letter: Letter
    reading: Reading
    acknowledged: Acknowledged = Acknowledged.NONE
    gist: tuple[str, ...] = ()
    """What a letter says, in few words: what later ones are compared by."""
    group: int | None = None
    """The id of the first letter that says the same; None for one that stands alone, or is the first."""
    suggested: tuple[Suggested, ...] = ()
    trusted: bool = True
    """Whether it comes from the case's own address; replies go to the last trusted sender."""


@dataclass(frozen=True, slots=True)
class Filing:
    """How a letter is put away together with its message."""

    letter: NewLetter
    at: datetime
    """When it is filed, and its case opened: its citizen is told that moment."""
    case: NewCase | None = None
    """What it opens."""
    photos: tuple[str, ...] = ()
    """Those of the case."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A letter as it stands."""

    id: int
    conversation_id: str
    message_id: str
    case_id: int | None
    letter: Letter
    reading: Reading
    acknowledged: Acknowledged
    group: int | None
    suggested: tuple[Suggested, ...]
    trusted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Gist:
    """What an earlier letter said."""

    letter_id: int
    case_id: int | None
    group: int
    """The first letter of its group: itself where it stands alone."""
    words: tuple[str, ...]
    sender: str


@dataclass(frozen=True, slots=True)
class Around:
    """What a letter has to be looked at with, at one moment."""

    cases: tuple[Case, ...]
    """Of its conversation, the newest first."""
    correspondent: str
    """See `Letters.correspondent`."""
    acknowledged: int
    """How many acknowledgements its sender had since a moment."""
    recent: tuple[Gist, ...]
    """See `Letters.recent`."""


@dataclass(frozen=True, slots=True)
class Together:
    """Letters that say the same are as urgent as the most urgent of them."""

    urgent: bool
    behind: tuple[str, ...] = ()
    """The conversations whose open case is not so yet, and of which no agent has decided that."""


@dataclass(frozen=True, slots=True)
class Label:
    """What an agent decided about a letter; what the next training learns from."""

    letter_id: int
    what: Told
    was: str
    value: str
    """For REPLY: the id of the suggestion, "" where the agent wrote another."""
    edited: bool
    """REPLY only: whether it was changed before it left."""
    subject: str
    text: str
    """The letter's own words, with personal data masked."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Shelf:
    """The open letters of a service: how many there are, how many are late, and the oldest."""

    service: str
    waiting: int
    taken: int
    late: int
    high: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """A letter whose acknowledgement was held, and the open case that waits with it."""

    filed: Filed
    case_id: int
    number: str
    service: str
    """The case's, which may not be the one that was read."""


class Letters(Protocol):
    """The letters of the town. Every method is one transaction."""

    async def file(self, new: NewLetter, now: datetime) -> Filed:
        """Keep a letter with what was read in it.

        Raises:
            Missing: the conversation is gone.
        """

    async def around(
        self, conversation_id: str, sender: str, service: str, alike_since: datetime, acknowledged_since: datetime
    ) -> Around:
        """What a letter to a service that is not filed yet is looked at with."""

    async def find(self, conversation_id: str, message_id: str) -> Filed | None:
        """The letter of a message."""

    async def of_case(self, case_id: int) -> list[Filed]:
        """The letters of a case, the oldest first."""

    async def of_cases(self, case_ids: Sequence[int]) -> dict[int, Filed]:
        """The first letter of each of these cases that has one."""

    async def correspondent(self, conversation_id: str) -> str:
        """Where replies go: the sender of the last trusted letter; "" if nobody can be written to."""

    async def trust(self, letter_id: int) -> bool:
        """An agent confirms the sender of a letter: replies go there from now on. False if there is no such letter."""

    async def recent(self, service: str, since: datetime, limit: int = 200) -> list[Gist]:
        """What the last letters of a service said, the newest first."""

    async def aside(self, limit: int = 200) -> list[Filed]:
        """Letters that opened no case, such as newsletters, the newest first: somebody may have to look after all."""

    async def assign(self, letter_id: int, case_id: int, acknowledged: Acknowledged = Acknowledged.NONE) -> bool:
        """A letter that was put aside belongs to a case after all, acknowledged or not; False if it has one."""

    async def group(self, letter_id: int) -> list[Filed]:
        """All letters that say the same as this one, itself included, the first of them first."""

    async def alike(self, letter_ids: Sequence[int]) -> dict[int, int]:
        """How many letters say the same as each of these, itself included."""

    async def together(self, group: int, urgent: bool) -> Together:
        """How urgent the open cases of a group are with a further letter, which is `urgent` or not."""

    async def acknowledged(self, sender: str, since: datetime) -> int:
        """How many acknowledgements a sender was sent since a moment."""

    async def held(self, services: Sequence[str] | None = None, limit: int = 200) -> list[Held]:
        """Letters of open cases whose acknowledgement was held, the newest first; of these services, or of all."""

    async def let_go(self, letter_id: int) -> bool:
        """A held acknowledgement is sent after all; False if it was not held."""

    async def drop(self, letter_id: int) -> bool:
        """A held acknowledgement is never sent; False if it was not held."""

    async def note(self, label: Label, agent_id: int) -> None:
        """Keep what an agent decided; the last word on a letter and a matter counts."""

    async def forget(self, letter_id: int, what: Told) -> bool:
        """Take back what was decided about a letter; False if nothing was."""

    async def labels(self, what: Told, limit: int = 20_000) -> list[Label]:
        """What agents decided, the newest first."""

    async def decided(self, letter_ids: Sequence[int]) -> dict[int, Mapping[Told, str]]:
        """What agents decided about each of these letters, where they did."""

    async def heard(self, conversation_ids: Sequence[str]) -> dict[str, datetime]:
        """Of these conversations those in which the citizen has the last word, and since when."""

    async def shelves(self, now: datetime) -> list[Shelf]:
        """The open letters by service, in no order."""
