"""A Telegram server and an open channel that speaks with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from channels.telegram import TelegramChannel
from tests.channels.telegram import channel
from tests.fakes.telegram import FakeTelegram


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def ours(telegram: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    opened = channel(url=telegram.url)
    await opened.open()
    yield opened
    await opened.close()
