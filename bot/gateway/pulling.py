"""Channels that are asked rather than told: one process at a time asks, and another takes over when it is gone."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import structlog

from bot.clock import Clock, now
from bot.errors import SendError, Stale, StoreError
from bot.linking import Cursors
from bot.messages import Message, Status
from bot.tasks import stop
from channels.base import Channel, Deliver

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
LOOK_EVERY = timedelta(seconds=10)
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=2)


class _Cursor:
    """See `channels.base.Cursor`."""

    def __init__(self, cursors: Cursors, channel: str, holder: str) -> None:
        self._cursors = cursors
        self._channel = channel
        self._holder = holder

    async def read(self) -> str:
        return await self._cursors.read(self._channel)

    async def write(self, value: str) -> None:
        await self._cursors.write(self._channel, self._holder, value)


class Pulling:
    """Listens on one channel until it is cancelled."""

    def __init__(self, channel: Channel, deliver: Deliver, cursors: Cursors, holder: str, clock: Clock = now) -> None:
        self._channel = channel
        self._deliver = deliver
        self._cursors = cursors
        self._holder = holder
        self._clock = clock
        self._fault = ""

    @property
    def fault(self) -> str:
        """Why nothing is taken from the channel just now, as far as the channel does not say so itself; "" if all is well."""
        return f"{self._channel.name}: {self._fault}" if self._fault else ""

    async def run(self) -> None:
        """Hold the channel and listen; when it breaks, listen again after a while."""
        wait = FIRST_WAIT
        name = self._channel.name
        try:
            while True:
                started = self._clock()
                try:
                    await self._listen()
                except (SendError, StoreError) as error:
                    self._fault = "" if isinstance(error, Stale) else str(error)
                    log.warning(
                        "pulling.interrupted", channel=name, error=type(error).__name__, reason=str(error)[:200]
                    )
                except Exception as error:
                    self._fault = type(error).__name__
                    log.exception("pulling.failed", channel=name)
                if self._clock() - started > LONGEST_WAIT:
                    wait = FIRST_WAIT
                await asyncio.sleep(wait.total_seconds() * random.uniform(0.5, 1.5))
                wait = min(LONGEST_WAIT, wait * 2)
        finally:
            await self._let_go()

    async def _listen(self) -> None:
        """Listen for as long as the channel is ours.

        Raises:
            SendError: the provider does not answer.
            StoreError: the database does not.
        """
        while True:
            if await self._cursors.hold(self._channel.name, self._holder, self._clock(), LEASE):
                break
            # The one who holds it says how it goes.
            self._fault = ""
            await asyncio.sleep(LOOK_EVERY.total_seconds())
        log.info("pulling.started", channel=self._channel.name)
        cursor = _Cursor(self._cursors, self._channel.name, self._holder)

        async def deliver(event: Message | Status) -> bool:
            fresh = await self._deliver(event)
            self._fault = ""
            return fresh

        listening = asyncio.create_task(self._channel.listen(deliver, cursor), name="pulling.listen")
        try:
            while not listening.done():
                await asyncio.wait({listening}, timeout=LEASE.total_seconds() / 3)
                if not await self._cursors.hold(self._channel.name, self._holder, self._clock(), LEASE):
                    raise Stale("another process pulls now")
                if not listening.done():
                    # It goes on, and the database takes what we write.
                    self._fault = ""
            listening.result()
        finally:
            await stop(listening)

    async def _let_go(self) -> None:
        try:
            await self._cursors.let_go(self._channel.name, self._holder)
        except StoreError:
            log.exception("pulling.not_let_go", channel=self._channel.name)
