"""Mails that are being stored while the next ones are read: as many as are told, in the order of the mailbox."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from bot.messages import Address, Message, Status
from channels.base import Deliver

AHEAD = 8
"""So many mails of one mailbox are being stored at once: a commit waits for the disk, and takes all that wait."""


@dataclass(frozen=True, slots=True)
class _One:
    uid: int
    address: Address | None
    stored: asyncio.Task[bool]


class UnderWay:
    """What was handed on and may not be stored yet. Belongs to one event loop.

    Whoever reads a mailbox says that a mail is read when `end` has returned it, and never before.
    """

    def __init__(self, deliver: Deliver, at_most: int = AHEAD) -> None:
        self._deliver = deliver
        self._at_most = at_most
        self._all: deque[_One] = deque()

    def __len__(self) -> int:
        return len(self._all)

    def waits_for(self, event: Message | Status) -> bool:
        """Whether an event has to wait for the oldest: there are enough, or one of its conversation is before it."""
        address = _address(event)
        return len(self._all) >= self._at_most or (
            address is not None and any(one.address == address for one in self._all)
        )

    def begin(self, uid: int, event: Message | Status) -> None:
        """Hand on the event of a mail."""
        stored = asyncio.create_task(_run(self._deliver, event), name=f"email.store.{uid}")
        self._all.append(_One(uid, _address(event), stored))

    async def end(self) -> tuple[int, BaseException | None]:
        """Wait for the oldest: its UID, and why it is not stored if it is not.

        Raises:
            IndexError: there is none.
        """
        oldest = self._all[0]
        if not oldest.stored.done():
            # Those that were stored together are told together, without waiting for a turn of the loop each.
            await asyncio.wait({oldest.stored})
        self._all.popleft()
        return oldest.uid, oldest.stored.exception()

    async def stop(self) -> list[int]:
        """Let go of all; the UIDs of those. What of them is stored is recognised by its id when it is read again."""
        left = [one.uid for one in self._all]
        for one in self._all:
            one.stored.cancel()
        await asyncio.gather(*(one.stored for one in self._all), return_exceptions=True)
        self._all.clear()
        return left


async def _run(deliver: Deliver, event: Message | Status) -> bool:
    return await deliver(event)


def _address(event: Message | Status) -> Address | None:
    return event.address if isinstance(event, Message) else None
