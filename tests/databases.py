"""SQLite databases for tests, each a copy of one that was migrated once."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from bot.store.engine import parse
from bot.store.sql import Store, migrate, open_store


def migrated(url: str) -> str:
    """Make the file of an SQLite address, empty and up to date as `migrate` leaves it; the address."""
    path = Path(str(parse(url).database))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_blank())
    path.chmod(0o600)
    return url


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Store]:
    """An open store on an empty database in a folder."""
    store = await open_store(migrated(f"sqlite:///{folder / 'guichet.db'}"))
    try:
        yield store
    finally:
        await store.close()


@cache
def _blank() -> bytes:
    # A migration takes 70 ms of a processor, and hundreds of tests want a database.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "guichet.db"
        migrate(f"sqlite:///{path}")
        return path.read_bytes()
