"""Fresh databases of both engines: copies of one that was migrated once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from bot.store.sql import Store, migrate, open_store
from tests.databases import migrated
from tests.servers import Postgresql, postgresql

__all__ = ["postgresql"]

_numbers = count(1)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite database of its own."""
    return migrated(f"sqlite+aiosqlite:///{tmp_path / 'guichet.db'}")


@pytest.fixture(scope="session")
def migrated_server(postgresql: Postgresql) -> Postgresql:
    """A server whose database `migrated` can be copied."""
    migrate(postgresql.create("migrated"))
    return postgresql


@pytest.fixture
def postgresql_url(migrated_server: Postgresql) -> Iterator[str]:
    """A PostgreSQL database of its own."""
    name = f"test_{next(_numbers)}"
    yield migrated_server.create(name, template="migrated")
    migrated_server.drop(name)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """An open store on the engine that the test's module chose by its fixture `url`."""
    opened = await open_store(url)
    yield opened
    await opened.close()
