"""The database of a simulation: on SQLite without threads and without a flush for each of its million little writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import URL, Connection

from bot.store import schema
from bot.store.engine import parse
from bot.store.sql import Store, open_store, stores
from bot.store.sqlite import begin, driver, sync_engine, translated

T = TypeVar("T")


class UnhurriedSqlite:
    """See `bot.store.engine.Database`. One connection, used in the event loop itself, and flushed when it is closed.

    A process that is killed loses nothing by that; a machine that loses power may lose the file, which is a demonstration.
    """

    def __init__(self, url: URL) -> None:
        self._engine = sync_engine(url)
        self._connection = self._engine.connect()
        driver(self._connection).execute("PRAGMA synchronous=OFF")

    async def read(self, work: Callable[[Connection], T]) -> T:
        """See `Database.read`."""
        return self._run(work, keeps=False)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """See `Database.write`."""
        return self._run(work, keeps=True)

    async def write_one(self, work: Callable[[Connection], T]) -> T:
        """See `Database.write_one`."""
        return self._run(work, keeps=True)

    async def scrub(self) -> None:
        """See `Database.scrub`: done when it is closed."""

    async def close(self) -> None:
        """Bring everything to the disk."""
        raw = driver(self._connection)
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._connection.close()
        self._engine.dispose()

    def _run(self, work: Callable[[Connection], T], keeps: bool) -> T:
        raw = driver(self._connection)
        with translated():
            if keeps:
                begin(raw)
            else:
                raw.execute("BEGIN")
            try:
                value = work(self._connection)
            except BaseException:
                raw.rollback()
                raise
            raw.execute("COMMIT")
        return value


async def opened(url: str) -> Store:
    """The stores on a migrated database; PostgreSQL's are the gateway's own.

    Raises:
        ConfigurationError: see `open_store`.
        StoreError: see `open_store`.
    """
    parsed = parse(url)
    if parsed.get_backend_name() != "sqlite":
        return await open_store(url)
    schema.require_file(parsed)
    database = UnhurriedSqlite(parsed)
    await database.read(schema.check)
    return stores(database)
