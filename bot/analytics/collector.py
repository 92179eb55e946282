"""Keeps the contacts of every conversation and the counts by day up to date, and makes all anew where that is asked.

One process at a time collects, by a lease. Contacts and the marks of how far was read are written in one transaction:
whoever takes over from a process that was killed begins where it was, and counts nothing twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.analytics.events import ServiceOf, contacts_of
from bot.clock import Clock, now
from bot.contacts import Contact, ContactBook, Marks
from bot.desk.hours import Hours
from bot.linking import Cursors

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)
LEASE = timedelta(minutes=5)
NAME = "analytics.collect"
"""Of the lease."""
ROWS = 2000
"""What is read of each source at a time."""
COUNTS_FOR = timedelta(seconds=20)
"""So long days are counted at a time, the newest first; then what has happened meanwhile is collected."""
AT_ONCE = 50
"""Conversations whose contacts are written in one transaction."""

Services = Callable[[], Awaitable[ServiceOf]]
"""Reads the service of every article, as it is now."""


class Collector:
    """Turns what has happened into contacts."""

    def __init__(
        self,
        book: ContactBook,
        cursors: Cursors,
        services: Services,
        hours: Hours,
        zone: ZoneInfo,
        keeps: timedelta,
        holder: str,
        clock: Clock = now,
        at_once: int = AT_ONCE,
        counts_for: timedelta = COUNTS_FOR,
    ) -> None:
        """`keeps` is how long contacts are kept: what is older is left as it is, since some of it may be gone."""
        self._book = book
        self._cursors = cursors
        self._services = services
        self._hours = hours
        self._zone = zone
        self._keeps = keeps
        self._holder = holder
        self._clock = clock
        self._at_once = at_once
        self._counts_for = counts_for

    async def run(self) -> None:
        """Collect and count every minute, until cancelled; at once again where not all days were counted."""
        while True:
            more = False
            try:
                await self.collect()
                more = await self.count()
            except Exception:
                log.exception("analytics.collect_failed")
            await asyncio.sleep(0 if more else EVERY.total_seconds())

    async def count(self) -> bool:
        """Count days that changed for a while, the newest first; whether there are more of them.

        Nothing is done while another process collects or counts.

        Raises:
            StoreError: not now; what was counted is right.
        """
        until = self._clock() + self._counts_for
        while await self._cursors.hold(NAME, self._holder, self._clock(), LEASE):
            if not await self._book.roll_up(1):
                return False
            if self._clock() >= until:
                return True
        return False

    async def collect(self) -> int:
        """Bring the contacts of all conversations up to date in which something has happened; how many contacts changed.

        Nothing is done while another process does it.

        Raises:
            StoreError: not now; what was written is right.
        """
        changed = 0
        more = True
        while more:
            if not await self._cursors.hold(NAME, self._holder, self._clock(), LEASE):
                return changed
            service_of = await self._services()
            ids, marks, more = await self._book.touched(await self._book.marks(), ROWS, self._clock())
            for start in range(0, len(ids), self._at_once):
                # The marks go with the last of them: what comes before is made again if this ends here.
                is_last = start + self._at_once >= len(ids)
                changed += await self._write(ids[start : start + self._at_once], service_of, marks if is_last else None)
                if not is_last and not await self._cursors.hold(NAME, self._holder, self._clock(), LEASE):
                    return changed
            if not ids:
                await self._book.replace({}, marks)
        return changed

    async def catch_up(self) -> int:
        """As `collect`; where nothing was ever collected, each conversation once, in their order; how many contacts changed.

        Raises:
            StoreError: not now; what was written is right.
        """
        if (await self._book.marks()).positions:
            return await self.collect()
        begun = await self._book.heads(self._clock())
        changed = await self._all()
        await self._book.replace({}, begun)
        return changed

    async def gather(self, conversation_ids: list[str]) -> int:
        """Bring the contacts of these up to date now, whoever collects; how many changed.

        Raises:
            StoreError: not now.
        """
        return await self._write(conversation_ids, await self._services(), None)

    async def rebuild(self, told: Callable[[int], None] = lambda done: None) -> int:
        """Make the contacts of every conversation that is still there anew, and count every day anew; how many changed.

        `told` hears how many conversations are done.

        Raises:
            StoreError: not now; what was written is right.
        """
        changed = await self._all(told)
        await self._book.make_stale(self._since(), date.max)
        while await self._book.roll_up():
            pass
        return changed

    async def _all(self, told: Callable[[int], None] = lambda done: None) -> int:
        """Make the contacts of every conversation anew; how many changed."""
        service_of = await self._services()
        after, done, changed = "", 0, 0
        while ids := await self._book.conversations(after, self._at_once):
            changed += await self._write(ids, service_of, None)
            after, done = ids[-1], done + len(ids)
            told(done)
        return changed

    async def _write(self, ids: list[str], service_of: ServiceOf, marks: Marks | None) -> int:
        moment = self._clock()
        made: dict[str, list[Contact]] = {}
        for history in await self._book.history(ids):
            made[history.conversation.id] = contacts_of(history, self._hours, self._zone, service_of, moment)
            # Arithmetic of a conversation is short; that of many must not keep others waiting.
            await asyncio.sleep(0)
        return await self._book.replace(made, marks, self._since())

    def _since(self) -> date:
        """The first day of which nothing was removed."""
        first = self._clock().astimezone(self._zone) - self._keeps
        return first.date() + timedelta(days=2)
