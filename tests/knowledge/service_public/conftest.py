"""A base to import into."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.sql import Store
from tests.databases import opened


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty base."""
    async with opened(tmp_path) as made:
        yield made
