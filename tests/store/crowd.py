"""A process of the concurrency tests: several workers that write, claim and settle at once until all is done.

Run as `python -m tests.store.crowd URL NAME ROLE …`; prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import timedelta

from bot import clock
from bot.errors import Stale
from bot.messages import Address, Message, Outgoing, Reply
from bot.store.base import Prepared
from bot.store.sql import Store, migrate, open_store

CONVERSATIONS = 12
MESSAGES_A_WRITER = 25
WRITERS = 4
WORKERS = 4
SECONDS = 90.0
LEASE = timedelta(seconds=30)
SHORT_LEASE = timedelta(seconds=2)


async def write(store: Store, process: str, writer: int) -> int:
    """Put messages, each twice: the double must not count."""
    new = 0
    for number in range(MESSAGES_A_WRITER):
        address = Address("web", f"c{(writer + number) % CONVERSATIONS}")
        name = f"{process}.{writer}.{number}"
        message = Message(name, address, f"bonjour {name}", clock.now())
        outcomes = await asyncio.gather(*(store.inbox.put(message, "fr", clock.now()) for _ in range(2)))
        new += sum(outcomes)
    return new


async def work(store: Store, name: str, finished: list[str], expected: int) -> None:
    """Claim and finish until everything of everybody is finished."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        claim = await store.inbox.claim(name, clock.now(), LEASE)
        if claim is None:
            if await _settled(store, expected):
                return
            await asyncio.sleep(0.05)
            continue
        reply = Reply(f"{claim.message.id}.0", f"re: {claim.message.text}")
        await store.inbox.finish(claim.row, name, [Prepared(reply, (), (Outgoing({"to": reply.id}),))], clock.now())
        finished.append(claim.message.id)
        for due in await store.outbox.claim(name, clock.now(), LEASE, 8):
            await store.outbox.sent(due.row, clock.now(), None)


async def _settled(store: Store, expected: int) -> bool:
    return len(await _all_replies(store)) >= expected


async def _all_replies(store: Store) -> list[str]:
    refs: list[str] = []
    for number in range(CONVERSATIONS):
        conversation = await store.conversations.find(Address("web", f"c{number}"))
        if conversation is not None:
            entries = await store.transcript.read(conversation.id, limit=10_000)
            refs.extend(entry.ref for entry in entries if entry.reply is not None)
    return refs


async def crowd(url: str, process: str, expected: int) -> None:
    """Writers and workers of one process at once."""
    store = await open_store(url)
    finished: list[str] = []
    workers = [asyncio.create_task(work(store, f"{process}-{worker}", finished, expected)) for worker in range(WORKERS)]
    new = await asyncio.gather(*(write(store, process, writer) for writer in range(WRITERS)))
    await asyncio.gather(*workers)
    await store.close()
    print(json.dumps({"new": sum(new), "finished": finished}))


async def until_killed(url: str, process: str) -> None:
    """Put and claim as fast as possible; a line is printed after each promise that the store made."""
    store = await open_store(url)

    async def put(writer: int) -> None:
        for number in range(1_000_000):
            name = f"{process}.{writer}.{number}"
            await store.inbox.put(Message(name, Address("web", name), "bonjour", clock.now()), "fr", clock.now())
            print(f"put {name}", flush=True)

    async def answer(worker: str) -> None:
        while True:
            claim = await store.inbox.claim(worker, clock.now(), SHORT_LEASE)
            if claim is None:
                await asyncio.sleep(0.002)
                continue
            try:
                reply = Prepared(Reply(f"{claim.message.id}.0", "re"))
                await store.inbox.finish(claim.row, worker, [reply], clock.now())
            except Stale:
                continue
            print(f"finished {claim.message.id}", flush=True)

    await asyncio.gather(*(put(writer) for writer in range(4)), *(answer(f"{process}-{one}") for one in range(2)))


if __name__ == "__main__":
    _, url, name, role, *rest = sys.argv
    if role == "migrate":
        migrate(url)
    elif role == "crowd":
        asyncio.run(crowd(url, name, int(rest[0])))
    else:
        asyncio.run(until_killed(url, name))
