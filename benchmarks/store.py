"""The store on both engines, and SQLite the usual way (aiosqlite, one transaction a commit) beside ours.

    python -m benchmarks.store [--rounds 3]

Each round measures all of them in turn, each on a fresh database: a message stored (`put`), and the whole way of one
(put, claim, finish with a reply, claim for delivery, sent), by one caller and by sixteen at once. Rates are the
best round's, since other programs of the machine only ever take away. Writes results/store.json.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks import machine
from bot import clock
from bot.messages import Address, Message, Outgoing, Reply
from bot.outgoing import Outbox
from bot.store.base import Inbox, Prepared
from bot.store.inbox import SqlInbox
from bot.store.outbox import SqlOutbox
from bot.store.sql import migrate, open_store
from tests.servers import Postgresql, postgresql_binaries, running_postgresql

T = TypeVar("T")
Queues = tuple[Inbox, Outbox]

CALLERS = (1, 16)
PUTS = 600
WAYS = 300
LEASE = timedelta(seconds=30)
TEXT = "bonjour, comment refaire ma carte d'identité avant les vacances ?"


class Aiosqlite:
    """SQLite as SQLAlchemy's documentation has it: aiosqlite, a lock around the writer, a commit for each."""

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(url, isolation_level="AUTOCOMMIT", pool_size=1)
        self._lock = asyncio.Lock()
        event.listen(self._engine.sync_engine, "connect", self._set_up)

    @staticmethod
    def _set_up(connection: sqlite3.Connection, record: object) -> None:
        for setting in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {setting}")

    async def write(self, work: Callable[[Connection], T]) -> T:
        async with self._lock, self._engine.connect() as connection:
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
            value = await connection.run_sync(work)
            await connection.exec_driver_sql("COMMIT")
            return value

    read = write_one = write

    async def scrub(self) -> None: ...

    async def close(self) -> None:
        await self._engine.dispose()


@contextlib.asynccontextmanager
async def ours(url: str) -> AsyncIterator[Queues]:
    store = await open_store(url)
    yield store.inbox, store.outbox
    await store.close()


@contextlib.asynccontextmanager
async def aiosqlite(url: str) -> AsyncIterator[Queues]:
    database = Aiosqlite(url)
    yield SqlInbox(database), SqlOutbox(database)
    await database.close()


async def put(queues: Queues, name: str, caller: int) -> None:
    inbox, _ = queues
    await inbox.put(Message(name, Address("web", f"c{caller}"), TEXT, clock.now()), "fr", clock.now())


async def way(queues: Queues, name: str, caller: int) -> None:
    inbox, outbox = queues
    worker = f"w{caller}"
    await put(queues, name, caller)
    while (claim := await inbox.claim(worker, clock.now(), LEASE)) is None:
        pass
    reply = Prepared(Reply(f"{claim.message.id}.0", TEXT * 4), (), (Outgoing({"text": TEXT * 4}),))
    await inbox.finish(claim.row, worker, [reply], clock.now())
    for due in await outbox.claim(worker, clock.now(), LEASE, 32):
        await outbox.sent(due.row, clock.now(), None)


async def measure(act: Callable[[Queues, str, int], Awaitable[None]], queues: Queues, callers: int, total: int) -> Any:
    """Seconds of each, and of all together."""
    seconds: list[float] = []
    numbers = iter(range(total))

    async def call(caller: int) -> None:
        for number in numbers:
            started = time.perf_counter()
            await act(queues, f"{act.__name__}-{callers}-{number}", caller)
            seconds.append(time.perf_counter() - started)

    started = time.perf_counter()
    await asyncio.gather(*(call(caller) for caller in range(callers)))
    return seconds, time.perf_counter() - started


async def run(rounds: int, server: Postgresql | None) -> dict[str, Any]:
    seconds: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    rates: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="guichet-bench-") as folder:
            file = f"sqlite+aiosqlite:///{Path(folder)}"
            kinds = [("sqlite", ours, f"{file}/ours.db"), ("sqlite, aiosqlite", aiosqlite, f"{file}/usual.db")]
            if server is not None:
                kinds.append(("postgresql", ours, server.create(f"bench{number}")))
            for kind, opened, url in kinds:
                migrate(url)
                async with opened(url) as queues:
                    for act, total in ((put, PUTS), (way, WAYS)):
                        for callers in CALLERS:
                            await _drain(queues)
                            each, all_of_them = await measure(act, queues, callers, total)
                            what = f"{act.__name__}, {callers} at once"
                            seconds[kind, what] += each
                            rates[kind, what].append(total / all_of_them)
    return {
        kind: {
            what: {"per_second": round(max(rates[kind, what])), **machine.summary(seconds[kind, what])}
            for of, what in seconds
            if of == kind
        }
        for kind in dict.fromkeys(kind for kind, _ in seconds)
    }


async def _drain(queues: Queues) -> None:
    inbox, _ = queues
    while claim := await inbox.claim("drain", clock.now(), LEASE):
        await inbox.finish(claim.row, "drain", [], clock.now())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running_postgresql()) if postgresql_binaries() else None
        figures = asyncio.run(run(rounds, server))
    for kind, of in figures.items():
        for what, one in of.items():
            print(f"{kind:18} {what:16} {one['per_second']:6} /s  p50 {one['p50_ms']:7} ms  p95 {one['p95_ms']:7} ms")
    print(machine.write("store", figures))


if __name__ == "__main__":
    main()
