"""The forms' pages for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.channels.form.door import Browser, Town, visiting


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
async def browser(town: Town) -> AsyncIterator[Browser]:
    async with visiting(town) as browser:
        yield browser
