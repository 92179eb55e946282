"""PostgreSQL through asyncpg: an ordinary pool, ordinary transactions, tried again when the server says so."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import BotError, StoreError

T = TypeVar("T")

POOL_SIZE = 16
"""All of them stay open: one more that is opened for a moment and closed again costs as much as dozens of messages."""
POOL_PATIENCE_SECONDS = 10
CONNECT_PATIENCE_SECONDS = 5
STATEMENT_PATIENCE_SECONDS = 30
TRIES = 5
TRY_AGAIN = frozenset({"40001", "40P01"})
"""serialization_failure, deadlock_detected: https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html"""
SERVER_SETTINGS = {
    "application_name": "guichet",
    # A queue grows from nothing to thousands before the server has counted it. Without statistics it would collect
    # and sort the whole backlog for each claim instead of walking the index in order and stopping at the first row.
    "enable_bitmapscan": "off",
    # Every statement is short: compiling it costs more than running it.
    "jit": "off",
}


HURRIED = {"synchronous_commit": "off"}
"""A commit does not wait for the disk: it is there after the end of every process, and after a crash of the server only
behind a later commit that did wait (https://www.postgresql.org/docs/current/wal-async-commit.html).
"""


def async_engine(url: URL, flushes: bool = True, **options: Any) -> AsyncEngine:
    """An engine on asyncpg. Errors hide their parameters: they are citizens' words. Without `flushes`, see `HURRIED`."""
    return create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        hide_parameters=True,
        connect_args={
            "timeout": CONNECT_PATIENCE_SECONDS,
            "command_timeout": STATEMENT_PATIENCE_SECONDS,
            "server_settings": SERVER_SETTINGS if flushes else SERVER_SETTINGS | HURRIED,
        },
        **options,
    )


class PostgresqlDatabase:
    """A PostgreSQL database. May be used from any number of processes and machines."""

    def __init__(self, url: URL, flushes: bool = True) -> None:
        """`flushes`: see `async_engine`."""
        self._engine = async_engine(
            url,
            flushes,
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=POOL_PATIENCE_SECONDS,
        )
        # One statement is a transaction anyway; beginning and ending it are round trips. Several that only read see no
        # more of one moment within one.
        self._unbound = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def read(self, work: Callable[[Connection], T]) -> T:
        """See `Database.read`."""
        return await self._run(self._unbound, work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """See `Database.write`."""
        return await self._run(self._engine, work)

    async def write_one(self, work: Callable[[Connection], T]) -> T:
        """See `Database.write_one`."""
        return await self._run(self._unbound, work)

    async def _run(self, engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
        """Connections are not asked whether they are still there (`pool_pre_ping`): that is a third of a message's round
        trips. One that is lost before its commit has changed nothing, and the work is done again on another. One
        statement alone may have been committed: `write_one` is for what may be done twice.
        """
        tries = 0
        while True:
            tries += 1
            worked = False
            try:
                async with engine.begin() as connection:
                    value = await connection.run_sync(work)
                    worked = True
                return value
            except BotError:
                raise
            except DBAPIError as error:
                lost = error.connection_invalidated and not worked
                if tries == TRIES or not (lost or getattr(error.orig, "sqlstate", None) in TRY_AGAIN):
                    raise _store_error(error) from error
            except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                raise _store_error(error) from error
            except (asyncio.TimeoutError, UnicodeError) as error:
                raise _store_error(error) from error
            await asyncio.sleep(random.uniform(0, 0.02 * 2**tries))

    async def scrub(self) -> None:
        """Nothing: PostgreSQL's own vacuum takes deleted rows away (docs/storage.md)."""

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()


def _store_error(error: Exception) -> StoreError:
    cause = getattr(error, "orig", None) or error
    return StoreError(f"the database did not do it: {type(cause).__name__}: {str(cause).partition(chr(10))[0]}")
