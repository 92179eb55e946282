"""The fake server, and the channel at it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from channels.mastodon import Mastodon
from tests.channels.mastodon.test_channel import make
from tests.fakes.mastodon import FakeMastodon


@pytest.fixture
async def mastodon() -> AsyncIterator[FakeMastodon]:
    async with FakeMastodon() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def channel(http: aiohttp.ClientSession, mastodon: FakeMastodon) -> Mastodon:
    return make(http, mastodon.url)
