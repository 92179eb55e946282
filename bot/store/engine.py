"""What the stores need of a database: to read, to write in one transaction, to overwrite what was freed.

The stores are plain functions of a SQLAlchemy `Connection`; an engine decides where they run. On PostgreSQL that is
the event loop (asyncpg), on SQLite a thread, once for a whole group of transactions: a hop to a thread for each
statement would cost more than the statement (docs/storage.md has the figures).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol, TypeVar

from sqlalchemy import URL, Column, Connection, Executable, Insert, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.compiler import compiles

from bot.errors import ConfigurationError

T = TypeVar("T")
Work = Callable[[Connection], T]


class Database(Protocol):
    """A database behind one of the two engines. Belongs to the event loop that used it first."""

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work`, which only reads.

        Raises:
            StoreError: the database did not do it.
        """

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction that is on disk when this returns; undone if `work` raises.

        `work` may run more than once, each time from the start: it has no effect but on its connection.

        Raises:
            StoreError: the database did not do it.
        """

    async def write_one(self, work: Callable[[Connection], T]) -> T:
        """As `write`, for work that on PostgreSQL is one statement: that is a transaction by itself.

        It may be done twice, if the connection is lost before the answer has come: then the second time has to find that
        it was done.

        Raises:
            StoreError: the database did not do it.
        """

    async def scrub(self) -> None:
        """Leave no trace of deleted rows in the files, as far as the engine can."""

    async def close(self) -> None:
        """Finish what was begun and let go of connections."""


def parse(url: str) -> URL:
    """A database URL, checked.

    Raises:
        ConfigurationError: it cannot be one of ours. The message holds no password.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise ConfigurationError("the database URL cannot be read: sqlite:///file or postgresql://host/name") from error
    if backend not in {"sqlite", "postgresql"}:
        raise ConfigurationError(f"{backend} is no database that Guichet knows: use SQLite or PostgreSQL")
    if backend == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise ConfigurationError("SQLite needs a file: sqlite:///folder/guichet.db")
    return parsed


class _InsertNew(Insert):
    """`INSERT … ON CONFLICT DO NOTHING RETURNING …`, as both dialects have it.

    SQLAlchemy keeps no compiled form of its dialects' own upserts (2.0: `inherit_cache = False`), and compiling one costs
    more than running it.
    """

    inherit_cache = True


@compiles(_InsertNew)
def _compile_insert_new(statement: _InsertNew, compiler: Any, **options: Any) -> str:
    insert, returning, columns = compiler.visit_insert(statement, **options).rpartition(" RETURNING ")
    return f"{insert} ON CONFLICT DO NOTHING{returning}{columns}"


@cache
def insert_new(dialect: str, column: Column[Any]) -> Executable:
    """`INSERT … ON CONFLICT DO NOTHING RETURNING column`: no row comes back if any unique key was there.

    Made once for each dialect and given its values on execution: building it costs as much as running it.
    """
    statement: Executable = _InsertNew(column.table).returning(column)
    return statement
