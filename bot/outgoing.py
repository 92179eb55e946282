"""What delivery and the desk ask of the storage of what we said, until a channel took it, and of what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.messages import Address, Outgoing, Status
from bot.store.base import Prepared


@dataclass(frozen=True, slots=True)
class Due:
    """A provider message to be sent now; `attempts` counts this one (1 = first)."""

    row: int
    conversation_id: str
    address: Address
    outgoing: Outgoing
    """With its key."""
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Delivered:
    """How far a reply has come."""

    state: str
    """waiting, sent, delivered, read or failed: the least of its parts, but failed if one of them has."""
    reason: str = ""
    """Why it failed, or is still waiting after a try."""
    doubtful: bool = False
    """It may have reached the citizen twice, or once where it says failed: an attempt ended without an answer."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A reply that was given up, and that nobody has settled since."""

    conversation_id: str
    reply_id: str
    address: Address
    at: datetime
    reason: str
    doubtful: bool


class Outbox(Protocol):
    """What we said, until a channel took it."""

    async def add(self, conversation_id: str, replies: Sequence[Prepared], now: datetime) -> int:
        """Store replies that answer no claimed message (transcript, offers, outbox); how many were new.

        Raises:
            Missing: the conversation is gone.
        """

    async def claim(
        self, worker: str, now: datetime, lease: timedelta, limit: int, without: Collection[str] = ()
    ) -> list[Due]:
        """Due provider messages for `worker` alone: at most one a conversation, always its oldest unsettled one.

        Those of the channels in `without` are left where they are.
        """

    async def sent(self, row: int, now: datetime, provider_id: str | None) -> None:
        """The provider took it."""

    async def postpone(self, row: int, until: datetime, error: str, doubtful: bool = False) -> None:
        """Not now: due again at `until`, and nothing of the conversation before it."""

    async def hasten(self, channel: str, now: datetime) -> int:
        """A channel is well again: what waits for it after a failure is due now; how many messages that is."""

    async def give_up(self, row: int, now: datetime, error: str) -> None:
        """Never: kept with its reason, and the next of the conversation is due."""

    async def release(self, worker: str) -> int:
        """Give back all claims of a worker that stops, as doubtful; how many there were."""

    async def waiting(self, now: datetime) -> tuple[int, timedelta]:
        """How many are unsettled and the age of the oldest."""

    async def report(self, channel: str, status: Status) -> str | None:
        """Note down what a provider tells; the conversation it is about, None if it is about nothing of ours."""

    async def states(self, conversation_id: str) -> dict[str, Delivered]:
        """How far each reply of a conversation has come, by its id."""

    async def undelivered(self, limit: int = 500) -> list[Undelivered]:
        """What was given up and not settled since, the newest first."""

    async def by_channel(self) -> tuple[dict[str, int], dict[str, int]]:
        """How many messages wait, and how many were given up and not settled since, by channel."""

    async def again(self, conversation_id: str, prepared: Prepared, now: datetime) -> bool:
        """Send a reply that was given up once more, rendered anew: the parts that were not taken, or all of them if
        their number has changed. False if nothing of it was given up.
        """

    async def dismiss(self, conversation_id: str, reply_id: str, now: datetime) -> bool:
        """Somebody has seen that a reply was given up; False if nothing of it was."""
