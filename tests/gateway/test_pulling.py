"""What is said of a channel that is asked while what it brings cannot be kept."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

from bot.errors import StoreError
from bot.gateway.pulling import Pulling
from bot.linking import Cursors
from bot.messages import Address, Message, Status
from bot.tasks import stop
from channels.base import Cursor, Deliver
from channels.form import WebForm
from tests.gateway.conftest import until

MESSAGE = Message("m1", Address("form", "lucie"), "Un trou.", datetime(2026, 1, 5, tzinfo=timezone.utc))


class Asked(WebForm):
    """A channel with one message, which it keeps until it is taken."""

    async def listen(self, deliver: Deliver, cursor: Cursor) -> None:
        await deliver(MESSAGE)
        await asyncio.Event().wait()


class Free(Cursors):
    """Cursors that nobody else holds."""

    async def read(self, channel: str) -> str:
        return ""

    async def hold(self, channel: str, holder: str, now: datetime, lease: timedelta) -> bool:
        return True

    async def write(self, channel: str, holder: str, value: str) -> None:
        return None

    async def let_go(self, channel: str, holder: str) -> None:
        return None


async def test_what_cannot_be_kept_is_said_until_it_is() -> None:
    """`/ready` names the channel and the database's words; the message comes again, and the fault is over."""
    taken: list[Message | Status] = []
    full = True

    async def deliver(event: Message | Status) -> bool:
        if full:
            raise StoreError("the disk is full")
        taken.append(event)
        return True

    pulling = Pulling(Asked(), deliver, Free(), "w1")
    running = asyncio.create_task(pulling.run())
    try:
        await until(lambda: pulling.fault == "form: the disk is full")
        full = False
        await until(lambda: bool(taken))

        assert (taken, pulling.fault) == ([MESSAGE], "")
    finally:
        await stop(running)
