"""Rasa's locks: one message of a conversation after the other, in the order in which they came.

An extension point of Rasa's own, named in endpoints.yml. Rasa's own lock stores look once a second whether it is their
turn. Here whoever is next is woken: within this process always, and over Redis, if our settings name one, where several
processes of Rasa serve one town. Whoever dies loses the lock with its lease; the tracker store's compare-and-set stands
behind both.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import timedelta

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from rasa.utils.endpoints import EndpointConfig
from redis.exceptions import RedisError

from bot import settings
from bot.rasa_events import LOCK_OF_PROCESS, LOCK_OF_REDIS
from bot.rasa_plugins.lines import LineFull, Lines, NotServed
from bot.rasa_plugins.redis_lock import RedisLock

PATIENCE = timedelta(seconds=LOCK_LIFETIME)
"""How long a message waits for those before it; by then its gateway has given up long ago."""

_held: ContextVar[tuple[str, str]] = ContextVar("held", default=("", ""))


def held_by(conversation_id: str) -> str:
    """Which lock of ours the running task holds on a conversation; "" if none."""
    name, kind = _held.get()
    return kind if name == conversation_id else ""


class GuichetLockStore(LockStore):
    """Fair locks by conversation. Belongs to the event loop that uses it first."""

    def __init__(self, endpoint_config: EndpointConfig | None = None) -> None:
        """`url` in endpoints.yml is a Redis, if not the one that our settings name. Nothing is opened before the first use."""
        self._url: str | None = endpoint_config.url if endpoint_config is not None else None
        self._lines = Lines()
        self._redis: RedisLock | None = None
        self._is_open = False

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncIterator[TicketLock]:
        """Hold a conversation, for `lock_lifetime` seconds at most. There is nothing to wait for between looks.

        Raises:
            LockError: too many wait, those before us took too long, or Redis does not answer.
        """
        self._open()
        at_most = timedelta(seconds=lock_lifetime)
        try:
            async with self._lines.served(conversation_id, at_most, PATIENCE):
                if self._redis is None:
                    with _holding(conversation_id, LOCK_OF_PROCESS):
                        yield TicketLock(conversation_id)
                else:
                    async with self._redis.held(conversation_id, at_most, PATIENCE):
                        with _holding(conversation_id, LOCK_OF_REDIS):
                            yield TicketLock(conversation_id)
        except (LineFull, NotServed) as error:
            raise LockError(f"the conversation is not free: {error}") from error
        except RedisError as error:
            raise LockError(f"Redis does not answer ({type(error).__name__})") from error

    async def close(self) -> None:
        """Let go of Redis; Rasa itself never does."""
        lock, self._redis, self._is_open = self._redis, None, False
        if lock is not None:
            await lock.close()

    def _open(self) -> None:
        if not self._is_open:
            url = self._url or settings.load().redis_url
            self._redis = RedisLock(url) if url else None
            self._is_open = True


@contextmanager
def _holding(conversation_id: str, kind: str) -> Iterator[None]:
    before = _held.get()
    _held.set((conversation_id, kind))
    try:
        yield
    finally:
        _held.set(before)
