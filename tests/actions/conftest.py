"""A database with the small town's articles, and a conversation on it. Imported without Rasa too, so Rasa waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.store.sql import Store

if TYPE_CHECKING:
    from tests.actions.talk import Talk


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    from tests.actions.talk import filled

    async with filled(tmp_path) as opened:
        yield opened


@pytest.fixture
async def talk(store: Store) -> AsyncIterator[Talk]:
    from tests.actions.talk import talking

    async with talking(store) as begun:
        yield begun
