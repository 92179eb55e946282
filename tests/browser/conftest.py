"""One Chromium for all browser tests; a gateway and a fresh profile for each."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.browser.chat import AXE, DESKTOP, Chat
from tests.browser.fake_gateway import ROOT, FakeGateway

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

Visit = Callable[..., Awaitable[Chat]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    if not (ROOT / "web/dist/widget.js").exists() or not AXE.exists():
        pytest.skip("the widget is not built (cd web && npm ci && npm run build)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def gateway() -> AsyncIterator[FakeGateway]:
    async with FakeGateway() as gateway:
        yield gateway


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, gateway: FakeGateway) -> AsyncIterator[Visit]:
    """A function that opens a path in a new profile with the given options, or in the profile of `context`."""
    async with AsyncExitStack() as stack:

        async def visit(path: str = "/", context: BrowserContext | None = None, **options: Any) -> Chat:
            if context is None:
                options = {"viewport": DESKTOP, "reduced_motion": "reduce", "locale": "fr-FR", **options}
                context = await browser.new_context(**options)
                stack.push_async_callback(context.close)
            page = await context.new_page()
            page.set_default_timeout(8000)
            await page.goto(gateway.url + path)
            chat = Chat(page)
            await chat.launcher.wait_for()
            return chat

        yield visit
