"""What the core's trackers are in our storage: events in order, how far they go, and what stands for their beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a tracker is stored, and which of all the trackers that are as long it is."""

    stored: int = 0
    """Positions taken, from 0 on."""
    at: datetime | None = None
    """When the last event happened; of a tracker that was replaced, when that was done."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands for the beginning of a session, where only its end is read."""

    position: int
    """The first event that is still read."""
    events: list[dict[str, Any]]
    """Events that lead to the state that was reached there."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The current session as far as it is read: all of it, or its end behind a head."""

    head: list[dict[str, Any]]
    events: list[dict[str, Any]]
    mark: Mark
    is_whole: bool
    """Whether each position from the first one on has its row, and none is damaged."""


class TrackerEvents(Protocol):
    """Rasa's events, as dictionaries in Rasa's own form; an empty one stands for a row that is damaged."""

    async def append(
        self,
        sender_id: str,
        events: Sequence[dict[str, Any]],
        expected: int,
        after: datetime | None = None,
        head: Head | None = None,
    ) -> Mark:
        """Add events behind the `expected` ones that are stored, the last of which has to be the one of `after`, if given.

        A `head` is what `load` gives from then on for what is before its position, until another session begins.

        Raises:
            Stale: something else is stored: another process wrote this tracker. Or the citizen erased the conversation.
        """

    async def replace(self, sender_id: str, events: Sequence[dict[str, Any]]) -> Mark:
        """Put events in the place of all that are stored.

        Raises:
            Stale: the citizen erased the conversation.
        """

    async def read(self, sender_id: str, current_session: bool) -> tuple[list[dict[str, Any]], int]:
        """Events in order, of the current session or all; and how many are stored in all."""

    async def load(self, sender_id: str) -> Tail | None:
        """The end of the current session, with its head if it has one; None if nothing is stored."""

    async def follow(self, sender_id: str, mark: Mark) -> tuple[list[dict[str, Any]], Mark] | None:
        """What was added behind a mark; None if what it stood for is there no more."""

    async def marks(self, sender_ids: Sequence[str]) -> dict[str, Mark]:
        """The marks of those of some senders that have events."""

    async def remove(self, sender_id: str) -> int:
        """Forget a tracker; how many events it had."""

    async def senders(self) -> list[str]:
        """All sender ids."""
