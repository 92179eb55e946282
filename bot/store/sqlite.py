"""SQLite: one writer thread a process that commits in groups, and a few readers beside it.

`synchronous=FULL` means that a commit waits for the disk. Transactions that arrive meanwhile wait in a queue and are
committed together, each in a savepoint of its own, so that sixteen callers pay for one flush and not for sixteen. A
database that is opened without it leaves the flush to the next commit of another, which takes what is in the log before.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreError

log = structlog.get_logger(__name__)

T = TypeVar("T")

BUSY_TIMEOUT = timedelta(seconds=5)
LOCK_PATIENCE = timedelta(seconds=60)
"""How long a writer stays in line behind other processes before its callers are told."""
LOOK_SECONDS, LOOK_OFTEN_SECONDS, LOOK_SELDOM_SECONDS = 0.0008, 0.5, 0.01
"""How often a writer looks whether the lock is free: at first, and after half a second."""
GROUP_LIMIT = 64
CROWD, LONGEST_GATHER_SECONDS = 3, 0.01
"""After a group of so many the next one waits for more as long as that commit took, and no longer than this."""
READERS = 4
SCRUB_TRIES = 4
SCRUB_PAUSE = timedelta(milliseconds=100)
SCRUB_BUSY_TIMEOUT = timedelta(milliseconds=200)
JOURNAL_LIMIT_BYTES = 64 * 1024 * 1024
LIBRARY_ERRORS = (SQLAlchemyError, sqlite3.Error, UnicodeError)


@dataclass(slots=True)
class _Job:
    """A transaction that waits for the writer, and who waits for it."""

    work: Callable[[Connection], Any]
    future: Future[Any] = field(default_factory=Future)
    value: Any = None
    error: Exception | None = None


def sync_engine(url: URL, flushes: bool = True, **options: Any) -> Engine:
    """A SQLAlchemy engine whose transactions are begun and ended by hand, on connections set up as we need them.

    Without `flushes` a commit survives the end of every process, but not a power cut, until some other commit flushes.
    """
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT.total_seconds()},
        **options,
    )
    event.listen(engine, "connect", partial(_set_up, "FULL" if flushes else "NORMAL"))
    return engine


def driver(connection: Connection) -> sqlite3.Connection:
    """The `sqlite3` connection underneath, for BEGIN and COMMIT, which SQLAlchemy leaves to us."""
    raw: Any = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def _set_up(synchronous: str, connection: sqlite3.Connection, record: object) -> None:
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute("PRAGMA foreign_keys=ON")
    # Freed pages are overwritten with zeros: an erasure erases the bytes, not only the way to them.
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute(f"PRAGMA journal_size_limit={JOURNAL_LIMIT_BYTES}")


class SqliteDatabase:
    """A SQLite file. May be used from any number of processes on one machine."""

    def __init__(self, url: URL, flushes: bool = True) -> None:
        """`flushes`: see `sync_engine`."""
        self._path = str(url.database)
        self._engine = sync_engine(url, flushes, pool_size=READERS + 1, max_overflow=0)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._writer: threading.Thread | None = None
        self._scrubber: asyncio.Task[None] | None = None
        self._closed = False
        self._gather_seconds = 0.0

    async def read(self, work: Callable[[Connection], T]) -> T:
        """See `Database.read`."""
        if self._closed:
            raise StoreError("the store is closed")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """See `Database.write`. A caller that is cancelled leaves the transaction to whatever end it has."""
        job = _Job(work)
        self._put(job)
        value: T = await asyncio.wrap_future(job.future)
        return value

    async def write_one(self, work: Callable[[Connection], T]) -> T:
        """See `Database.write_one`."""
        return await self.write(work)

    async def scrub(self) -> None:
        """See `Database.scrub`: empties the write-ahead log, which still holds the pages as they were.

        While another connection reads, the log cannot be emptied: then it is tried on until it can.
        """
        loop = asyncio.get_running_loop()
        for _ in range(SCRUB_TRIES):
            if await loop.run_in_executor(self._readers, self._truncate_log):
                return
            await asyncio.sleep(SCRUB_PAUSE.total_seconds())
        if self._scrubber is None or self._scrubber.done():
            self._scrubber = asyncio.create_task(self._scrub_on(), name="store.scrub")

    async def close(self) -> None:
        """Commit what waits, then close every connection."""
        with self._starting:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        if self._scrubber is not None:
            self._scrubber.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._scrubber
        await asyncio.get_running_loop().run_in_executor(None, self._wind_up)

    def _wind_up(self) -> None:
        if self._writer is not None:
            self._writer.join()
        self._readers.shutdown()
        self._engine.dispose()

    def _put(self, job: _Job) -> None:
        with self._starting:
            if self._closed:
                raise StoreError("the store is closed")
            if self._writer is None:
                # A daemon: a process that ends without `close` must not hang; what was promised is committed.
                self._writer = threading.Thread(target=self._write_on, name="store-write", daemon=True)
                self._writer.start()
            self._jobs.put(job)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with translated(), self._engine.connect() as connection:
            raw = driver(connection)
            raw.execute("BEGIN")
            try:
                return work(connection)
            finally:
                raw.rollback()

    def _write_on(self) -> None:
        """The writer's life: take what waits, commit it, tell those who wait."""
        connection: Connection | None = None
        while group := self._next_group():
            try:
                if connection is None:
                    connection = self._engine.connect()
                self._commit(connection, group)
            except Exception as error:  # noqa: BLE001 - the writer outlives every fault, its callers are told
                # Nothing of the group is on disk. The connection may be in any state: a new one is made.
                if connection is not None:
                    with contextlib.suppress(SQLAlchemyError, sqlite3.Error):
                        connection.invalidate()
                        connection.close()
                    connection = None
                for job in group:
                    job.error = job.error or _store_error(error)
            for job in group:
                if job.error is not None:
                    job.future.set_exception(job.error)
                else:
                    job.future.set_result(job.value)
        if connection is not None:
            connection.close()

    def _next_group(self) -> list[_Job]:
        """The first that waits; blocks for it; empty when the store closes."""
        group: list[_Job] = []
        while not group:
            job = self._jobs.get()
            if job is None:
                return []
            if job.future.set_running_or_notify_cancel():
                group.append(job)
        return group

    def _add_waiting(self, group: list[_Job]) -> None:
        """What has come meanwhile joins a group, up to `GROUP_LIMIT`."""
        while len(group) < GROUP_LIMIT:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is None:
                self._jobs.put(None)
                return
            if job.future.set_running_or_notify_cancel():
                group.append(job)

    def _commit(self, connection: Connection, group: list[_Job]) -> None:
        raw = driver(connection)
        if self._gather_seconds:
            time.sleep(self._gather_seconds)
        begin(raw)
        # The lock may have taken longer than all of the work: nobody waits for the next turn who can be done in this one.
        self._add_waiting(group)
        for job in group:
            raw.execute("SAVEPOINT job")
            try:
                job.value = job.work(connection)
            except Exception as error:
                job.error = _in_our_words(error)
                if not raw.in_transaction:
                    # A full disk or an I/O error: SQLite has rolled back the whole group by itself.
                    raise
                raw.execute("ROLLBACK TO job")
            raw.execute("RELEASE job")
        began = time.monotonic()
        raw.execute("COMMIT")
        took = min(time.monotonic() - began, LONGEST_GATHER_SECONDS)
        self._gather_seconds = took if len(group) >= CROWD else 0.0

    def _truncate_log(self) -> bool:
        """Whether everything of the log went into the database and the log is empty."""
        try:
            with contextlib.closing(sqlite3.connect(self._path, SCRUB_BUSY_TIMEOUT.total_seconds())) as connection:
                busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy
        except sqlite3.Error as error:
            log.warning("store.scrub_failed", error=type(error).__name__)
            return False

    async def _scrub_on(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1)
            if await loop.run_in_executor(self._readers, self._truncate_log):
                return


def begin(raw: sqlite3.Connection) -> None:
    """Take the write lock. SQLite gives it to whoever looks at the right moment, so look often, and long.

    Its own wait looks every 25 milliseconds after the first few, when the transactions of another process are a tenth of that.
    """
    began = time.monotonic()
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                waited = time.monotonic() - began
                if "locked" not in str(error) or waited > LOCK_PATIENCE.total_seconds():
                    raise
                time.sleep(
                    random.uniform(0.5, 1.0) * (LOOK_SECONDS if waited < LOOK_OFTEN_SECONDS else LOOK_SELDOM_SECONDS)
                )
    finally:
        raw.execute(f"PRAGMA busy_timeout={int(BUSY_TIMEOUT.total_seconds() * 1000)}")


def _in_our_words(error: Exception) -> Exception:
    """Library errors as `StoreError`; anything else is the work's own business."""
    if isinstance(error, LIBRARY_ERRORS):
        return _store_error(error)
    return error


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Library errors come out as `StoreError`."""
    try:
        yield
    except LIBRARY_ERRORS as error:
        raise _store_error(error) from error


def _store_error(error: Exception) -> StoreError:
    """The first line only: the rest is SQLAlchemy's statement."""
    cause = getattr(error, "orig", None) or error
    told = StoreError(f"the database did not do it: {type(cause).__name__}: {str(cause).partition(chr(10))[0]}")
    told.__cause__ = error
    return told
