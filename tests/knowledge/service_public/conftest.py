"""A base to import into."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.sql import Store, migrate, open_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty base."""
    url = f"sqlite:///{tmp_path / 'guichet.db'}"
    migrate(url)
    opened = await open_store(url)
    yield opened
    await opened.close()
