"""Mails that are stored while the next ones are read."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import pytest

from bot.errors import StoreError
from bot.messages import Address, Message, Status
from channels.email.under_way import AHEAD, UnderWay

AT = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)


class Slow:
    """Stores a message when it is told to."""

    def __init__(self) -> None:
        self.gates: dict[str, asyncio.Future[bool]] = {}

    async def __call__(self, event: Message | Status) -> bool:
        assert isinstance(event, Message)
        return await self.gates.setdefault(event.id, asyncio.get_running_loop().create_future())

    def store(self, name: str) -> None:
        """Let one be stored."""
        self.gates.setdefault(name, asyncio.get_running_loop().create_future()).set_result(True)


def message(name: str, conversation: str) -> Message:
    return Message(name, Address("email", conversation), "Bonjour", AT)


async def test_they_end_in_the_order_of_the_mailbox() -> None:
    """A mail that is stored sooner than one before it is told behind it: until then nothing says that it is read."""
    slow = Slow()
    under_way = UnderWay(slow)
    under_way.begin(1, message("one", "a"))
    under_way.begin(2, message("two", "b"))
    slow.store("two")
    first = asyncio.create_task(under_way.end())
    await asyncio.wait({first}, timeout=0.05)

    assert not first.done()
    slow.store("one")
    assert [await first, await under_way.end()] == [(1, None), (2, None)]


async def test_two_of_one_conversation_are_never_stored_at_once() -> None:
    """The second one waits, as does whatever comes when there are enough."""
    under_way = UnderWay(Slow())
    under_way.begin(1, message("one", "a"))

    assert under_way.waits_for(message("two", "a"))
    assert not under_way.waits_for(message("three", "b"))
    for number in range(2, AHEAD + 1):
        under_way.begin(number, message(f"{number}", f"{number}"))
    assert under_way.waits_for(message("more", "c"))
    assert await under_way.stop() == list(range(1, AHEAD + 1))
    assert not len(under_way)


async def test_what_cannot_be_stored_is_told_with_its_mail() -> None:
    """And those behind it go on."""

    async def deliver(event: Message | Status) -> bool:
        if isinstance(event, Message) and event.id == "one":
            raise StoreError("the disk is full")
        return True

    under_way = UnderWay(deliver)
    under_way.begin(1, message("one", "a"))
    under_way.begin(2, message("two", "b"))

    uid, fault = await under_way.end()
    assert (uid, str(fault)) == (1, "the disk is full")
    assert await under_way.end() == (2, None)
    with pytest.raises(IndexError):
        await under_way.end()
