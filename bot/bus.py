"""Wake-ups: "there is something in the inbox" told at once to whoever waits for it.

A wake-up carries nothing and may be lost: whoever waits also looks by itself every second or so. That is why the
local bus is enough for one process, and Redis is only asked for when there are several.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta
from typing import Protocol

import redis.asyncio
import structlog

from bot.errors import StoreError
from bot.tasks import stop

log = structlog.get_logger(__name__)

INBOX = "inbox"
OUTBOX = "outbox"
DESK = "desk"
LEAVING = "leaving"
CHANNEL = "guichet:wake"
RECONNECT_AFTER = timedelta(seconds=1)


class Bus(Protocol):
    """Tells those who wait for a topic to look again."""

    async def publish(self, topic: str) -> None:
        """Wake everybody who waits for a topic; never fails because nobody does."""

    async def wait(self, topic: str, at_most: timedelta) -> bool:
        """Sleep until the topic is published or the time is over; whether it was published.

        A `publish` since the last `wait` of this topic ends the next one at once.
        """

    async def ping(self) -> str:
        """What carries the wake-ups, after it has answered.

        Raises:
            StoreError: it does not answer.
        """

    async def close(self) -> None:
        """Let go of connections."""


class LocalBus:
    """Wakes this process only."""

    def __init__(self) -> None:
        self._events: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def publish(self, topic: str) -> None:
        """See `Bus.publish`."""
        self._events[topic].set()

    async def wait(self, topic: str, at_most: timedelta) -> bool:
        """See `Bus.wait`."""
        event = self._events[topic]
        try:
            await asyncio.wait_for(event.wait(), at_most.total_seconds())
        except asyncio.TimeoutError:
            return False
        event.clear()
        return True

    async def ping(self) -> str:
        """See `Bus.ping`."""
        return "this process alone"

    async def close(self) -> None:
        """Nothing to let go of."""


class RedisBus:
    """Wakes every process that is connected to the same Redis; without it, this process still wakes itself."""

    def __init__(self, url: str) -> None:
        self._local = LocalBus()
        self._redis = redis.asyncio.Redis.from_url(url)
        self._listener: asyncio.Task[None] | None = None

    async def publish(self, topic: str) -> None:
        """See `Bus.publish`."""
        await self._local.publish(topic)
        try:
            await self._redis.publish(CHANNEL, topic)
        except redis.exceptions.RedisError as error:
            log.warning("bus.publish_failed", error=type(error).__name__)

    async def wait(self, topic: str, at_most: timedelta) -> bool:
        """See `Bus.wait`."""
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen(), name="bus.listen")
        return await self._local.wait(topic, at_most)

    async def ping(self) -> str:
        """See `Bus.ping`. Without Redis, Rasa's locks and the chats of other gateways are gone too."""
        try:
            await self._redis.ping()
        except redis.exceptions.RedisError as error:
            raise StoreError(f"Redis does not answer ({type(error).__name__})") from error
        return "Redis answers"

    async def close(self) -> None:
        """Stop listening and disconnect."""
        if self._listener is not None:
            await stop(self._listener)
        await self._redis.aclose()

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.subscribe(CHANNEL)
                    async for message in subscription.listen():
                        await self._local.publish(message["data"].decode("utf-8", "replace"))
            except redis.exceptions.RedisError as error:
                log.warning("bus.disconnected", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_AFTER.total_seconds())
