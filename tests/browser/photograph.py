"""Takes the pictures of docs/images from a running installation: `make run`, then

python -m tests.browser.photograph [http://127.0.0.1:8080]
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from tests.browser.chat import DESKTOP, PHONE, Chat
from tests.browser.conftest import ARGUMENTS
from tests.browser.fake_gateway import ROOT

FOLDER = ROOT / "docs" / "images"
QUESTION = "Comment refaire ma carte d’identité ?"


async def photograph(address: str, folder: Path = FOLDER) -> None:
    """Writes every picture of the home page and the chat."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        home = await _page(browser, address, DESKTOP, "light")
        await home.page.screenshot(path=folder / "home-desktop-light.png")
        for name, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
            for scheme in ("light", "dark"):
                chat = await _page(browser, address, viewport, scheme)
                await chat.open()
                await chat.ask(QUESTION)
                await chat.page.mouse.move(1, 1)
                await chat.page.screenshot(path=folder / f"chat-{name}-{scheme}.png")
        await browser.close()


async def _page(browser: Browser, address: str, viewport: Any, scheme: Any) -> Chat:
    page = await browser.new_page(viewport=viewport, color_scheme=scheme, reduced_motion="reduce", locale="fr-FR")
    await page.goto(address)
    chat = Chat(page)
    await chat.launcher.wait_for()
    return chat


if __name__ == "__main__":
    asyncio.run(photograph(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"))
