"""Wake-ups, in one process and between two."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.bus import Bus, LocalBus, RedisBus
from bot.errors import StoreError

SOON = timedelta(milliseconds=50)
LATER = timedelta(seconds=10)


async def test_a_wait_ends_when_something_is_published() -> None:
    """Waiting costs no more than the wake-up takes."""
    bus = LocalBus()
    waiting = asyncio.create_task(bus.wait("inbox", LATER))
    await asyncio.sleep(0)
    await bus.publish("inbox")

    assert await waiting is True


async def test_what_was_published_before_the_wait_is_not_missed() -> None:
    """A wake-up between looking and waiting ends the wait at once."""
    bus = LocalBus()
    await bus.publish("inbox")

    assert await bus.wait("inbox", LATER) is True
    assert await bus.wait("inbox", SOON) is False


async def test_topics_are_apart() -> None:
    """The outbox does not wake the inbox."""
    bus = LocalBus()
    await bus.publish("outbox")

    assert await bus.wait("inbox", SOON) is False


@pytest.mark.redis
async def test_redis_wakes_another_process(redis_url: str) -> None:
    """Two buses on one Redis: what one publishes wakes the other."""
    one, other = RedisBus(redis_url), RedisBus(redis_url)
    try:
        await other.wait("inbox", SOON)

        async def heard() -> bool:
            await one.publish("inbox")
            return await other.wait("inbox", SOON)

        assert await _eventually(heard)
    finally:
        await one.close()
        await other.close()


@pytest.mark.redis
async def test_redis_that_went_away_and_came_back(redis_restart: Callable[[], str]) -> None:
    """Without Redis a process still wakes itself; when it is back, the others are woken again."""
    url = redis_restart()
    one, other = RedisBus(url), RedisBus(url)
    try:
        await other.wait("inbox", SOON)
        redis_restart()

        async def heard(bus: Bus) -> bool:
            await one.publish("inbox")
            return await bus.wait("inbox", SOON)

        assert await heard(one)
        assert await _eventually(lambda: heard(other))
    finally:
        await one.close()
        await other.close()


async def _eventually(attempt: Callable[[], object]) -> bool:
    for _ in range(200):
        if await attempt():  # type: ignore[misc]
            return True
    return False


@pytest.mark.redis
async def test_a_dead_redis_is_told(redis_url: str) -> None:
    """/ready names it: locks and other gateways' chats depend on it."""
    alive, dead = RedisBus(redis_url), RedisBus("redis://127.0.0.1:1/0")
    try:
        assert await alive.ping() == "Redis answers"
        with pytest.raises(StoreError):
            await dead.ping()
    finally:
        await alive.close()
        await dead.close()
