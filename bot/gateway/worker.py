"""Takes messages from the inbox to the conversation, several at once, one at a time per conversation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot import metrics
from bot.bus import INBOX, Bus
from bot.clock import Clock, now
from bot.errors import BotError, Stale
from bot.store.base import Claimed, Inbox
from bot.tasks import drain, stop

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
LOOK_EVERY = timedelta(milliseconds=500)
LOOK_SOON, LATELY = timedelta(milliseconds=20), timedelta(seconds=2)
"""How often it is looked while something was there lately: another process may receive more than it can handle."""
AT_ONCE = 16
AGAIN_AFTER = timedelta(seconds=5)
GATHER = timedelta(milliseconds=20)
"""While more waits than there are places, so long for a few more places before the next claim: a claim is a transaction."""
LATE, LATE_FROM = timedelta(milliseconds=10), 4
"""Where the loop comes so late to what is ready while so many are handled, more messages would only wait here: others may
take them meanwhile."""


class Worker:
    """Claims and handles messages until it is cancelled; what it had claimed is given back then."""

    def __init__(
        self,
        inbox: Inbox,
        handle: Callable[[Claimed], Awaitable[None]],
        bus: Bus,
        name: str,
        clock: Clock = now,
        at_once: int = AT_ONCE,
    ) -> None:
        self._inbox = inbox
        self._handle = handle
        self._bus = bus
        self._name = name
        self._clock = clock
        self._places = asyncio.Semaphore(at_once)
        self._running: set[asyncio.Task[None]] = set()
        self._failed: set[int] = set()
        self._at_once = at_once
        self._behind = False
        self._found_at = 0.0

    async def run(self) -> None:
        """Claim, handle, wait for more."""
        renewing = asyncio.create_task(self._renew(), name="worker.renew")
        try:
            while True:
                claimed = await self._claim(await self._take_places())
                if claimed:
                    self._found_at = time.monotonic()
                else:
                    lately = time.monotonic() - self._found_at < LATELY.total_seconds()
                    await self._bus.wait(INBOX, LOOK_SOON if lately else LOOK_EVERY)
                for one in claimed:
                    task = asyncio.create_task(self._work(one), name=f"worker.handle.{one.row}")
                    self._running.add(task)
                    task.add_done_callback(self._running.discard)
        finally:
            await stop(renewing)

    async def drain(self, patience: timedelta) -> None:
        """Let running turns end, then give back what is left."""
        await drain(self._running, patience)
        await self.release()

    async def release(self) -> None:
        """Give back every claim under this worker's name."""
        await self._inbox.release(self._name)

    async def _take_places(self) -> int:
        """All places that are free, at least one; how many."""
        await self._places.acquire()
        gathers = self._behind and len(self._running) > self._at_once // 2
        if gathers or (len(self._running) >= LATE_FROM and await _lateness() > LATE.total_seconds()):
            await asyncio.sleep(GATHER.total_seconds())
        taken = 1
        while not self._places.locked():
            await self._places.acquire()
            taken += 1
        return taken

    async def _claim(self, places: int) -> list[Claimed]:
        """As many as there are places; those that stay empty are given back.

        All in one transaction: a claim waits in line with every message that is being stored, and one after the other
        nobody would be answered while many write.
        """
        claimed: list[Claimed] = []
        try:
            claimed = await self._inbox.claim_some(self._name, self._clock(), LEASE, places)
        except Exception:
            log.exception("worker.claim_failed")
        self._behind = len(claimed) == places
        for _ in range(places - len(claimed)):
            self._places.release()
        return claimed

    async def _work(self, claimed: Claimed) -> None:
        started = time.perf_counter()
        try:
            await self._handle(claimed)
        except Exception:
            log.exception("worker.failed", conversation=claimed.conversation.id, attempts=claimed.attempts)
            self._failed.add(claimed.row)
            await self._put_back()
        finally:
            self._places.release()
            # The next message of this conversation can be claimed from now on.
            await self._bus.publish(INBOX)
        seconds = time.perf_counter() - started
        metrics.TURN_SECONDS.observe(seconds)
        log.info(
            "message.handled",
            conversation=claimed.conversation.id,
            channel=claimed.conversation.address.channel,
            attempts=claimed.attempts,
            turn_ms=round(seconds * 1000, 1),
            waited_ms=round((self._clock() - claimed.received_at).total_seconds() * 1000, 1),
        )

    async def _put_back(self) -> None:
        """Have failed messages tried again later; while the database takes nothing, they are kept in mind."""
        for row in list(self._failed):
            try:
                await self._inbox.postpone(row, self._name, self._clock() + AGAIN_AFTER, "the handler failed")
            except Stale:
                pass
            except BotError:
                log.exception("worker.put_back_failed")
                return
            self._failed.discard(row)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            await self._put_back()
            try:
                await self._inbox.renew(self._name, self._clock(), LEASE)
            except Exception:
                log.exception("worker.renew_failed")


async def _lateness() -> float:
    """How many seconds the loop takes to come to what is ready."""
    began = time.perf_counter()
    await asyncio.sleep(0)
    return time.perf_counter() - began
