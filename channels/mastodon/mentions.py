"""Hearing what is said to us, each mention once and none lost.

The list of notifications is the truth, and only reading it moves the cursor: in the order of its ids, and only once a
mention is stored. The stream is the bell that says when to read. It may lose a ring (Redis delivers its messages to
those who listen, and forgets them), so the list is read again from time to time as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from bot.clock import Clock
from bot.errors import SendFailed
from bot.messages import Message
from channels.base import Cursor, Deliver, Event
from channels.mastodon import payloads
from channels.mastodon.client import ANSWER, Api
from channels.mastodon.stream import ServerEvent, StreamLost, events

PAGE = 80
"""The most that a server gives at once; older ones give 30."""
MAX_PAGES = 50
"""How far back the very first start looks for its beginning."""
FIRST_LOOK = timedelta(hours=1)
"""What was written while the channel was being set up is answered."""
LATE = timedelta(minutes=10)
"""How long a notification may come after one with a higher id: ids are given before they are committed."""
MAX_SEEN = 5000
BEGINNING = "0"
"""The cursor where there is no notification yet."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait for what."""

    answer: timedelta = ANSWER
    silence: timedelta = timedelta(seconds=45)
    """Without a sign of life, a stream is lost: Mastodon gives one every 15 seconds."""
    settling: timedelta = timedelta(seconds=5)
    """A stream that has just opened may not be listening yet: the list is read again at the first sign of life after."""
    recheck: timedelta = timedelta(seconds=60)
    """How often the list is read while the stream only gives signs of life."""
    first_pause: timedelta = timedelta(seconds=1)
    longest_pause: timedelta = timedelta(seconds=60)

    def pause(self, failures: int) -> float:
        """Seconds before the next stream is opened: twice as many each time, and spread by chance."""
        doubled: timedelta = self.first_pause * 2 ** min(failures, 16)
        return min(self.longest_pause, doubled).total_seconds() * random.uniform(0.5, 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A notification in the list."""

    identity: str
    made: datetime | None
    item: object

    @property
    def order(self) -> tuple[int, str]:
        """Numbers by their value; the ids of other servers have one length, and go by the alphabet."""
        return _order(self.identity)


class Mentions:
    """The list of notifications, as far as it is read."""

    def __init__(
        self, api: Api, read: Callable[[object], Event], deliver: Deliver, cursor: Cursor, clock: Clock
    ) -> None:
        self._api = api
        self._read = read
        self._deliver = deliver
        self._cursor = cursor
        self._clock = clock
        self._at = BEGINNING
        self._seen: dict[str, None] = {}

    async def begin(self) -> None:
        """Find where reading goes on; the very first time, one hour ago.

        Raises:
            SendError: the server does not answer.
        """
        stored = await self._cursor.read()
        self._at = stored or await self._an_hour_ago()
        if not stored:
            await self._cursor.write(self._at)

    async def catch_up(self) -> None:
        """Hand over what is new, and what came late.

        Raises:
            SendError: the server does not answer.
        """
        await self._late()
        await self._forward()

    async def ring(self, event: ServerEvent) -> None:
        """Do what an event asks for.

        Raises:
            SendError: the server does not answer.
        """
        item = _item(event)
        entry = _entry(item)
        if item is None or entry is None or event.name != "notification":
            await self.catch_up()
        elif item["type"] == payloads.MENTION and entry.identity not in self._seen:
            await self._forward()
            await self._late()
            # A server that reads from a copy of its database may not list yet what it has told.
            await self._hand_over(entry)

    async def _forward(self) -> None:
        while page := [entry for entry in await self._page(("min_id", self._at)) if entry.order > _order(self._at)]:
            for entry in page:
                await self._hand_over(entry)
                await self._cursor.write(entry.identity)
                self._at = entry.identity

    async def _late(self) -> None:
        """What the cursor has passed before it could be seen. After a start, some is handed over again: `deliver` knows."""
        if self._at == BEGINNING:
            return
        since = self._clock() - LATE
        for entry in await self._page(("max_id", self._at)):
            if entry.made is not None and entry.made >= since:
                await self._hand_over(entry)

    async def _hand_over(self, entry: Entry) -> None:
        if entry.identity in self._seen:
            return
        event = self._read(entry.item)
        if isinstance(event, Message):
            await self._deliver(event)
        self._seen[entry.identity] = None
        while len(self._seen) > MAX_SEEN:
            del self._seen[next(iter(self._seen))]

    async def _an_hour_ago(self) -> str:
        """The newest notification that is older than that."""
        since = self._clock() - FIRST_LOOK
        page = await self._page()
        oldest: Entry | None = None
        for _ in range(MAX_PAGES):
            for entry in reversed(page):
                if entry.made is not None and entry.made < since:
                    return entry.identity
            if not page:
                return BEGINNING
            oldest = page[0]
            page = [entry for entry in await self._page(("max_id", oldest.identity)) if entry.order < oldest.order]
        return oldest.identity if oldest else BEGINNING

    async def _page(self, *where: tuple[str, str]) -> list[Entry]:
        """Some notifications by their ids, the oldest first; what has no id is left out."""
        found = await self._api.get(
            "/api/v1/notifications",
            ("types[]", payloads.MENTION),
            # Since 4.3 private mentions by strangers are filtered unless the account says otherwise
            # (https://github.com/mastodon/mastodon/issues/33666, January 2025), and these are what citizens send.
            ("include_filtered", "true"),
            ("limit", str(PAGE)),
            *where,
        )
        if not isinstance(found, list):
            raise SendFailed("the server's notifications are not a list")
        entries = [entry for item in found if (entry := _entry(item)) is not None]
        return sorted(entries, key=lambda entry: entry.order)


async def follow(api: Api, streaming: str, mentions: Mentions, pace: Pace) -> NoReturn:
    """Hand over mentions until cancelled; without a stream, whenever one is tried again.

    Raises:
        SendError: the server does not answer, stream or not.
    """
    clock = asyncio.get_running_loop().time
    failures = 0
    while True:
        opened = clock()
        with contextlib.suppress(StreamLost):
            async with api.stream(streaming, pace.silence) as chunks:
                await mentions.catch_up()
                await _hear(chunks, mentions, pace)
        failures = 0 if clock() - opened > pace.silence.total_seconds() else failures + 1
        await mentions.catch_up()
        await asyncio.sleep(pace.pause(failures))


async def _hear(chunks: AsyncGenerator[bytes, None], mentions: Mentions, pace: Pace) -> None:
    """What one stream tells, until it is lost."""
    clock = asyncio.get_running_loop().time
    due = clock() + pace.settling.total_seconds()
    async with aclosing(chunks), aclosing(events(chunks)) as told:
        async for event in told:
            if event.name:
                await mentions.ring(event)
            if clock() >= due:
                await mentions.catch_up()
                due = clock() + pace.recheck.total_seconds()


def _order(identity: str) -> tuple[int, str]:
    return len(identity), identity


def _entry(item: object) -> Entry | None:
    found = payloads.identity(item)
    return None if found is None else Entry(found[0], found[1], item)


def _item(event: ServerEvent) -> dict[str, object] | None:
    try:
        item = json.loads(event.data)
    except (ValueError, RecursionError):
        return None
    return item if isinstance(item, dict) and isinstance(item.get("type"), str) else None
