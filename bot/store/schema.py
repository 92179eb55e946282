"""The database brought to what the code expects, and the check that it is there.

Several processes may start at once: the first one migrates behind a lock of the database's own, the others wait and
find nothing to do.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot.errors import ConfigurationError
from bot.store import postgresql, sqlite
from bot.store.engine import parse

FOLDER = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 0x6775_6963_6865_74
"""PostgreSQL's number for our lock: "guichet" in ASCII."""
WAL_PATIENCE_SECONDS = 10.0

OUTDATED = "the database is not up to date with this Guichet: `guichet serve` brings it there when it starts"
DATABASE_ERRORS = (SQLAlchemyError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)


def migrate(url: str) -> None:
    """Make the tables, or bring them up to date; may be called while an event loop runs, which it then blocks.

    Raises:
        ConfigurationError: the database is out of reach, damaged, or newer than this code.
    """
    parsed = parse(url)
    name = parsed.render_as_string(hide_password=True)
    try:
        if parsed.get_backend_name() == "sqlite":
            _migrate_sqlite(parsed)
        else:
            with ThreadPoolExecutor(1) as thread:
                thread.submit(lambda: asyncio.run(_migrate_postgresql(parsed))).result()
    except (*DATABASE_ERRORS, asyncio.TimeoutError, CommandError) as error:
        raise ConfigurationError(f"{name}: {_reason(error)}") from error


def require_file(url: URL) -> None:
    """Opening an SQLite file that is not there would make an empty one.

    Raises:
        ConfigurationError: there is none.
    """
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise ConfigurationError(OUTDATED)


def check(connection: Connection) -> None:
    """Whether the tables are those of this code.

    Raises:
        ConfigurationError: they are missing, older or newer.
    """
    stored = MigrationContext.configure(connection).get_current_heads()
    _refuse_newer(stored)
    if set(stored) != set(_scripts().get_heads()):
        raise ConfigurationError(OUTDATED)


def _migrate_sqlite(url: URL) -> None:
    path = Path(str(url.database))
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = sqlite.sync_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        raw = sqlite.driver(connection)
        _write_ahead(raw)
        sqlite.begin(raw)
        try:
            _upgrade(connection)
        except BaseException:
            raw.rollback()
            raise
        raw.commit()
    path.chmod(0o600)


def _write_ahead(raw: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, for good. SQLite does not wait for others here, so we do."""
    deadline = time.monotonic() + WAL_PATIENCE_SECONDS
    while True:
        try:
            (mode,) = raw.execute("PRAGMA journal_mode=WAL").fetchone()
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    if mode != "wal":
        raise sqlite3.OperationalError(f"the file system cannot hold a write-ahead log (journal mode {mode})")


async def _migrate_postgresql(url: URL) -> None:
    engine = postgresql.async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            # Let go by the server at the end of the transaction, whatever becomes of us.
            await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ADVISORY_LOCK})
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, to: str = "head") -> None:
    _refuse_newer(MigrationContext.configure(connection).get_current_heads())
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _refuse_newer(stored: tuple[str, ...]) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if unknown := set(stored) - known:
        raise ConfigurationError(
            f"the database was made by a newer Guichet (revision {', '.join(sorted(unknown))}): "
            "update this one, or restore the backup from before the update"
        )


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def _reason(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    first = str(cause).partition("\n")[0] or type(cause).__name__
    if "not a database" in first or "malformed" in first:
        return f"this file is damaged or no Guichet database ({first}); restore a backup"
    return f"the database cannot be used ({first})"
