"""One citizen on several channels: conversations stay apart until both of them ask to be linked with a one-time code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from bot.messages import Address

VALID = timedelta(minutes=10)
"""How long a code may be used."""


class Outcome(str, Enum):
    """What a code did. SECOND: it was right, and the other side has to give the code of this one now."""

    UNKNOWN = "unknown"
    OWN = "own"
    SECOND = "second"
    LINKED = "linked"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a code: the second one to be given, and whose conversation the first was."""

    outcome: Outcome
    code: str = ""
    other: Address | None = None


class Links(Protocol):
    """Conversations of one person."""

    async def begin(self, conversation_id: str, now: datetime) -> str:
        """A one-time code for a conversation, such as 7K3M-92QX; earlier ones of it are void.

        Raises:
            Missing: the conversation is gone.
        """

    async def answer(self, conversation_id: str, code: str, now: datetime) -> Answered:
        """Give a code in a conversation. A link takes two: the first code is given where it was not made, and makes the
        second, which is given where the first was made. Nobody is linked by giving away one code.

        Raises:
            Missing: the conversation is gone.
        """

    async def others(self, conversation_id: str) -> list[Address]:
        """The other addresses of whose conversation it is."""

    async def cut(self, conversation_id: str) -> bool:
        """Let a conversation stand alone again; False if it did."""


class Cursors(Protocol):
    """How far pulling channels have fetched, and which process pulls: one at a time."""

    async def hold(self, channel: str, holder: str, now: datetime, lease: timedelta) -> bool:
        """Become or stay the one that pulls; False if another process is."""

    async def let_go(self, channel: str, holder: str) -> None:
        """Let another process pull at once."""

    async def read(self, channel: str) -> str:
        """The last value, "" before the first."""

    async def write(self, channel: str, holder: str, value: str) -> None:
        """Keep a value.

        Raises:
            Stale: another process pulls now.
        """

    async def held(self, prefix: str, now: datetime) -> dict[str, str]:
        """The values under names that begin so and are held by somebody now, by name."""

    async def drop(self, channel: str, holder: str) -> None:
        """Forget a name that one holds, with its value."""


class Nonces(Protocol):
    """Requests that may be believed once."""

    async def spend(self, nonce: str, now: datetime, valid: timedelta) -> bool:
        """Note a nonce down; False if it was spent before. Those older than `valid` are forgotten."""
