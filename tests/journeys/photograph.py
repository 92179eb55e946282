"""Takes the pictures of a desk that is closed, as a citizen meets it and as agents find it, from a whole town:

python -m tests.journeys.photograph [folder]
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.photograph import FOLDER
from tests.journeys.staffed import LEA, Staffed, case_of, citizen, number_in, sign_in, tell


async def photograph(town: Staffed, folder: Path) -> None:
    """The call-back that is agreed on while the service is closed, and its case at the desk."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        desk, chat = await sign_in(browser, town, "lea"), await citizen(browser, town)
        await tell(chat, "je voudrais parler au service urbanisme")
        await tell(chat, "mon permis de construire est refusé, pourquoi ?")
        await chat.page.mouse.move(1, 1)
        await chat.panel.screenshot(path=folder / "widget-closed.png")
        case = case_of(town, number_in(await tell(chat, "06 12 34 56 78")))
        await desk.page.get_by_role("tab", name="À rappeler").click()
        await desk.open(case)
        await desk.page.mouse.move(1, 1)
        await desk.page.screenshot(path=folder / "desk-callback.png")
        await browser.close()


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        town = Staffed(Path(place))
        town.start()
        try:
            town.hire("lea", LEA)
            asyncio.run(photograph(town, folder))
        finally:
            town.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
