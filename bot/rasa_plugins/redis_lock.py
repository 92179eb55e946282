"""A lock that processes share over Redis: a key with a token and a lease, and a word to those who wait when it is free.

After the single-instance lock of Redis's own documentation (`SET key token NX PX lease`, compare before delete:
https://redis.io/docs/latest/develop/use/patterns/distributed-locks/). Redis may forget it at a restart; the tracker store
then still refuses the second writer.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import redis.asyncio
import structlog
from redis.exceptions import RedisError

from bot.rasa_plugins.lines import NotServed
from bot.tasks import stop

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=10)
"""So long a lock outlives the process that held it."""
RENEW_EVERY = LEASE / 3
LOOK_EVERY = timedelta(seconds=1)
"""A word that was lost costs those who wait no more than that."""
SOCKET_PATIENCE = timedelta(seconds=5)
CONNECTIONS = 64
KEY = "guichet:lock:"
FREED = "guichet:lock-free"
"""The channel on which names are told that are free again."""

_RELEASE = """
if redis.call('get', KEYS[1]) == ARGV[1] then
  redis.call('del', KEYS[1])
  redis.call('publish', ARGV[2], ARGV[3])
  return 1
end
return 0
"""
# A key that is gone is taken again: Redis was started anew, and nobody else has come yet.
_RENEW = """
local holder = redis.call('get', KEYS[1])
if not holder or holder == ARGV[1] then
  redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
end
return 0
"""


class RedisLock:
    """Locks by name on one Redis. Belongs to the event loop that uses it first; one waits for a name at a time."""

    def __init__(self, url: str) -> None:
        seconds = SOCKET_PATIENCE.total_seconds()
        # Those beyond the limit wait for a connection, and are not refused.
        pool = redis.asyncio.BlockingConnectionPool.from_url(
            url, max_connections=CONNECTIONS, timeout=seconds, socket_timeout=seconds, socket_connect_timeout=seconds
        )
        self._redis = redis.asyncio.Redis(connection_pool=pool)
        self._ear = redis.asyncio.Redis.from_url(url, socket_connect_timeout=seconds)
        self._release = self._redis.register_script(_RELEASE)
        self._renew = self._redis.register_script(_RENEW)
        self._waiting: dict[str, asyncio.Event] = {}
        self._listener: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def held(self, name: str, at_most: timedelta, patience: timedelta) -> AsyncIterator[None]:
        """Take the name, and hold it `at_most` so long; then others may, and whoever holds it is not stopped.

        Raises:
            NotServed: it was not free within `patience`.
            RedisError: Redis does not answer.
        """
        token = secrets.token_hex(16)
        await self._take(name, token, patience)
        renewing = asyncio.create_task(self._renew_until(name, token, at_most), name="lock.renew")
        try:
            yield
        finally:
            await stop(renewing)
            try:
                await self._release(keys=[KEY + name], args=[token, FREED, name])
            except RedisError as error:
                # It frees itself when the lease is over.
                log.warning("lock.release_failed", error=type(error).__name__)

    async def close(self) -> None:
        """Stop listening and disconnect."""
        if self._listener is not None:
            await stop(self._listener)
        await self._ear.aclose()
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()

    async def _take(self, name: str, token: str, patience: timedelta) -> None:
        if await self._try(name, token):
            return
        deadline = time.monotonic() + patience.total_seconds()
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen(), name="lock.listen")
        # Before the next try, so that no word is lost between the two.
        freed = self._waiting.setdefault(name, asyncio.Event())
        try:
            while not await self._try(name, token):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise NotServed("another process took too long")
                try:
                    await asyncio.wait_for(freed.wait(), min(left, LOOK_EVERY.total_seconds()))
                except asyncio.TimeoutError:
                    continue
                freed.clear()
        finally:
            self._waiting.pop(name, None)

    async def _try(self, name: str, token: str) -> bool:
        lease = int(LEASE.total_seconds() * 1000)
        return bool(await self._redis.set(KEY + name, token, nx=True, px=lease))

    async def _renew_until(self, name: str, token: str, at_most: timedelta) -> None:
        deadline = time.monotonic() + at_most.total_seconds()
        lease = int(LEASE.total_seconds() * 1000)
        while time.monotonic() < deadline:
            await asyncio.sleep(RENEW_EVERY.total_seconds())
            try:
                if not await self._renew(keys=[KEY + name], args=[token, lease]):
                    log.warning("lock.lost")
                    return
            except RedisError as error:
                log.warning("lock.renew_failed", error=type(error).__name__)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._ear.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.subscribe(FREED)
                    async for message in subscription.listen():
                        waiting = self._waiting.get(message["data"].decode("utf-8", "replace"))
                        if waiting is not None:
                            waiting.set()
            except RedisError as error:
                log.warning("lock.disconnected", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY.total_seconds())
