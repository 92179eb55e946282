"""Rasa's locks: in the order of arrival, woken at once, and lost by whoever dies."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis.asyncio
from rasa.core.lock_store import LockError, LockStore
from rasa.utils.endpoints import EndpointConfig, read_endpoint_config

from bot.rasa_plugins import lines, lock_store, redis_lock
from bot.rasa_plugins.lock_store import GuichetLockStore, held_by
from tests.rasa.conftest import ROOT, environ
from tests.redis_server import PrivateRedis

pytestmark = pytest.mark.rasa


@pytest.fixture
async def stores(url: str | None) -> AsyncIterator[list[GuichetLockStore]]:
    """Those of two processes; without Redis the second stands alone."""
    opened = [GuichetLockStore(EndpointConfig(url)) for _ in range(2)]
    yield opened
    for store in opened:
        await store.close()


@pytest.fixture
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str | None:
    monkeypatch.setenv("GUICHET_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("GUICHET_REDIS_URL", raising=False)
    if getattr(request, "param", "redis") == "process":
        return None
    started: PrivateRedis = request.getfixturevalue("redis_restart")
    return started()


BOTH = pytest.mark.parametrize("url", ["process", "redis"], indirect=True)


def test_rasa_finds_it() -> None:
    """The name in endpoints.yml is right."""
    made = LockStore.create(read_endpoint_config(str(ROOT / "endpoints.yml"), "lock_store"))

    assert isinstance(made, GuichetLockStore)


@BOTH
async def test_who_came_first_is_served_first(stores: list[GuichetLockStore]) -> None:
    """Fifty messages at once of one citizen, one at a time and in their order; nothing is left behind."""
    order: list[int] = []
    inside = 0

    async def one(number: int) -> None:
        nonlocal inside
        async with stores[0].lock("c1"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            order.append(number)
            inside -= 1

    await asyncio.gather(*(one(number) for number in range(50)))

    assert order == list(range(50))
    assert len(stores[0]._lines) == 0


@BOTH
async def test_conversations_do_not_wait_for_each_other(stores: list[GuichetLockStore]) -> None:
    """Whoever holds one takes another at once; each task knows what it holds."""
    async with stores[0].lock("c1"), stores[0].lock("c2"):
        inner = held_by("c2"), held_by("c1")
    async with stores[0].lock("c1"):
        outer = held_by("c1")
        other = await asyncio.create_task(_see("c9"))

    assert inner[0] == outer != ""
    assert (inner[1], other, held_by("c1")) == ("", "", "")


async def _see(name: str) -> str:
    return held_by(name)


@BOTH
async def test_whoever_waits_is_woken_and_does_not_look(
    stores: list[GuichetLockStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred turns that each wait for another: with a look every ten minutes it would take a day."""
    monkeypatch.setattr(redis_lock, "LOOK_EVERY", timedelta(minutes=10))
    done = 0

    async def some(store: GuichetLockStore) -> None:
        nonlocal done
        for _ in range(50):
            async with store.lock("c1"):
                await asyncio.sleep(0)
                done += 1

    used = stores if stores[0]._url else [stores[0], stores[0]]
    await asyncio.wait_for(asyncio.gather(*(some(store) for store in used * 2)), 60)

    assert done == 200


async def test_two_processes_are_never_both_inside(stores: list[GuichetLockStore]) -> None:
    """Over Redis they exclude each other."""
    inside = 0

    async def some(store: GuichetLockStore) -> None:
        nonlocal inside
        for _ in range(20):
            async with store.lock("c1"):
                inside += 1
                assert inside == 1
                await asyncio.sleep(0.001)
                inside -= 1

    await asyncio.gather(*(some(store) for store in stores * 2))

    assert inside == 0


@BOTH
async def test_a_failure_inside_frees_it(stores: list[GuichetLockStore]) -> None:
    """Errors and cancellations leave as they came, of those who hold and of those who wait."""
    with pytest.raises(KeyError):
        async with stores[0].lock("c1"):
            raise KeyError
    async with stores[0].lock("c1"):
        waiting = asyncio.create_task(_hold(stores[0], "c1"))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        later = asyncio.create_task(_hold(stores[0], "c1"))
        await asyncio.sleep(0.01)

    assert await asyncio.wait_for(later, 5) != ""


async def _hold(store: GuichetLockStore, name: str) -> str:
    async with store.lock(name):
        return held_by(name)


@BOTH
async def test_nobody_waits_for_ever(stores: list[GuichetLockStore], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits too long is told, and so is whoever would be too far behind."""
    monkeypatch.setattr(lock_store, "PATIENCE", timedelta(milliseconds=50))
    monkeypatch.setattr(lines, "LONGEST_LINE", 2)
    async with stores[0].lock("c1"):
        waiting = asyncio.create_task(_hold(stores[0], "c1"))
        await asyncio.sleep(0)
        with pytest.raises(LockError, match="2 wait already"):
            await _hold(stores[0], "c1")
        with pytest.raises(LockError, match="took too long"):
            await waiting
        if stores[1]._url:
            with pytest.raises(LockError, match="another process took too long"):
                await _hold(stores[1], "c1")

    assert await _hold(stores[0], "c1") != ""


async def test_whoever_hangs_is_passed_over(stores: list[GuichetLockStore], monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn that holds a conversation beyond its limit no longer keeps others out; its own end harms nobody."""
    monkeypatch.setattr(redis_lock, "LEASE", timedelta(milliseconds=60))
    monkeypatch.setattr(redis_lock, "RENEW_EVERY", timedelta(milliseconds=20))
    async with stores[0].lock("c1", lock_lifetime=0.05):
        for store in stores:
            async with store.lock("c1"):
                pass
        async with stores[1].lock("c1"):
            holder = await _holder(stores[1])
    async with stores[1].lock("c1"):
        again = await _holder(stores[1])

    assert holder
    assert again not in (None, holder)


async def _holder(store: GuichetLockStore) -> bytes | None:
    async with redis.asyncio.Redis.from_url(str(store._url)) as connection:
        found = await connection.get(redis_lock.KEY + "c1")
        return found if isinstance(found, bytes) else None


async def test_a_lease_is_renewed(stores: list[GuichetLockStore], monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn that takes longer than the lease keeps the lock, also over a restart of Redis's memory."""
    monkeypatch.setattr(redis_lock, "LEASE", timedelta(milliseconds=300))
    monkeypatch.setattr(redis_lock, "RENEW_EVERY", timedelta(milliseconds=20))
    async with stores[0].lock("c1"):
        holder = await _holder(stores[0])
        async with redis.asyncio.Redis.from_url(str(stores[0]._url)) as connection:
            await connection.flushall()
        await asyncio.sleep(0.6)
        kept = await _holder(stores[0])

    assert kept == holder is not None
    assert await _holder(stores[0]) is None


HOLDS = """
import asyncio, sys
from datetime import timedelta
from bot.rasa_plugins.redis_lock import RedisLock

async def main():
    async with RedisLock(sys.argv[1]).held("c1", timedelta(minutes=1), timedelta(minutes=1)):
        print("held", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_a_process_that_is_killed_loses_its_lock(stores: list[GuichetLockStore]) -> None:
    """With its lease, and whoever waited goes on."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDS, str(stores[0]._url)), cwd=ROOT, env=environ(), stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"held\n"
        waiting = asyncio.create_task(_hold(stores[0], "c1"))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        process.kill()
        began = time.monotonic()
        served = await asyncio.wait_for(waiting, 30)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()

    assert served == "redis"
    assert time.monotonic() - began <= (redis_lock.LEASE + 2 * redis_lock.LOOK_EVERY).total_seconds()


async def test_a_redis_that_is_away_is_said_and_comes_back(redis_restart: PrivateRedis) -> None:
    """A message that cannot be locked is not worked on; those that wait outlive a restart."""
    store = GuichetLockStore(EndpointConfig(redis_restart()))
    async with store.lock("c1"):
        pass
    redis_restart.stop()
    with pytest.raises(LockError, match="Redis does not answer"):
        await _hold(store, "c1")
    redis_restart()

    assert await _hold(store, "c1") == "redis"
    await store.close()
