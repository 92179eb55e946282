"""One town for all journeys, and one with agents: they are killed and get up again, as real ones do."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.conftest import ARGUMENTS
from tests.journeys.staffed import KARIM, LEA, Staffed
from tests.journeys.town import Town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    built = Town(tmp_path_factory.mktemp("town") / "var")
    built.start()
    yield built
    built.stop()


@pytest.fixture(scope="session")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    built = Staffed(tmp_path_factory.mktemp("staffed"))
    built.start()
    built.hire("lea", LEA)
    built.hire("karim", KARIM)
    yield built
    built.stop()


@pytest.fixture
async def windows() -> AsyncIterator[Browser]:
    """A Chromium of its own."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        await browser.close()
