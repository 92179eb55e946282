"""Several real processes on one database at once, and one of them killed."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections import Counter
from datetime import timedelta

import pytest

from bot import clock
from bot.messages import Address
from bot.store.sql import Store, open_store
from tests.store import crowd
from tests.store.words import prepared

PROCESSES = 3
PATIENCE_SECONDS = 100
LEASE = timedelta(seconds=30)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    engine: str = request.getfixturevalue(f"{request.param}_url")
    return engine


async def start(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.store.crowd",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**24,
    )


async def test_three_processes_lose_and_double_nothing(url: str) -> None:
    """Twelve writers and twelve workers in three processes: each message once, in order, and no lock error."""
    expected = PROCESSES * crowd.WRITERS * crowd.MESSAGES_A_WRITER
    processes = [await start(url, f"p{number}", "crowd", str(expected)) for number in range(PROCESSES)]
    outputs = await asyncio.wait_for(asyncio.gather(*(one.communicate() for one in processes)), PATIENCE_SECONDS)
    assert [stderr.decode() for _, stderr in outputs] == [""] * PROCESSES
    told = [json.loads(stdout) for stdout, _ in outputs]
    finished = Counter(name for one in told for name in one["finished"])

    assert sum(one["new"] for one in told) == expected
    assert (len(finished), set(finished.values())) == (expected, {1})
    store = await open_store(url)
    try:
        await _in_order(store, expected)
    finally:
        await store.close()


async def _in_order(store: Store, expected: int) -> None:
    """Replies stand in the order of the messages, each once, and everything was sent."""
    messages = 0
    for number in range(crowd.CONVERSATIONS):
        conversation = await store.conversations.find(Address("web", f"c{number}"))
        assert conversation is not None
        entries = await store.transcript.read(conversation.id, limit=10_000)
        asked = [entry.ref for entry in entries if entry.reply is None]
        messages += len(asked)

        assert [entry.ref for entry in entries if entry.reply is not None] == [f"{ref}.0" for ref in asked]
    assert messages == expected
    while due := await store.outbox.claim("rest", clock.now(), LEASE, 50):
        for one in due:
            await store.outbox.sent(one.row, clock.now(), None)
    assert (await store.inbox.waiting(clock.now()))[0] == 0
    assert (await store.outbox.waiting(clock.now()))[0] == 0


async def test_a_killed_process_loses_nothing_it_promised(url: str) -> None:
    """After `kill -9` in the middle of writes, all that was promised is there, and what it held is claimable."""
    process = await start(url, "p", "until_killed")
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(200)]
    process.send_signal(signal.SIGKILL)
    rest = await process.stdout.read()
    assert process.stderr is not None
    assert await process.stderr.read() == b""
    await process.wait()
    # The last line may be cut off.
    promises = [line.split() for line in (b"".join(lines) + rest).decode().split("\n")[:-1]]
    put = {name for what, name in promises if what == "put"}
    finished = {name for what, name in promises if what == "finished"}
    store = await open_store(url)
    later = clock.now() + crowd.SHORT_LEASE
    found = set()
    while claim := await store.inbox.claim("next", later, LEASE):
        found.add(claim.message.id)
        await store.inbox.finish(claim.row, "next", [prepared(f"{claim.message.id}.0")], later)
    for name in put | finished:
        conversation = await store.conversations.find(Address("web", name))
        assert conversation is not None
        assert [e.ref for e in await store.transcript.read(conversation.id)] == [name, f"{name}.0"]
    await store.close()

    assert put
    assert finished
    assert not found & finished
