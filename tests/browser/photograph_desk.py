"""Takes the pictures of the desk in docs/images from a fake gateway with scripted cases:

python -m tests.browser.photograph_desk [folder]
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.chat import PHONE
from tests.browser.conftest import ARGUMENTS
from tests.browser.desk_channels import MESSENGER, WHATSAPP
from tests.browser.desk_letters import HOLE
from tests.browser.fake_desk import FakeDesk
from tests.browser.fake_gateway import ROOT
from tests.desk import counted

FOLDER = ROOT / "docs" / "images"
WINDOW = {"width": 1280, "height": 720}
HIGH = {"width": 1280, "height": 1000}
QUEUE = "La carte d’identité volée se refait sur rendez-vous. Avez-vous déjà fait une déclaration de perte ou de vol ?"


async def photograph(folder: Path = FOLDER) -> None:
    """Writes every picture of the agents' page."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        await _count(browser, folder)
        for scheme in ("light", "dark"):
            async with FakeDesk() as desk:
                page = await _page(browser, desk, WINDOW, scheme)
                await page.screenshot(path=folder / f"desk-queue-{scheme}.png")
                await _converse(page, desk)
                await page.screenshot(path=folder / f"desk-conversation-{scheme}.png")
                await page.get_by_label("Note interne", exact=True).check()
                await page.screenshot(path=folder / f"desk-note-{scheme}.png")
            async with FakeDesk() as desk:
                page = await _page(browser, desk, HIGH, scheme)
                await _carry(page, desk)
                await page.screenshot(path=folder / f"desk-delivery-{scheme}.png")
        async with FakeDesk() as desk:
            page = await _page(browser, desk, WINDOW, "light")
            await _carry(page, desk, MESSENGER)
            await page.screenshot(path=folder / "desk-comment-light.png")
        async with FakeDesk() as desk:
            page = await _page(browser, desk, PHONE, "light")
            await desk.undelivered.carry()
            await page.get_by_role("button", name="Non remis").click()
            await page.get_by_role("button", name="Classer").first.wait_for()
            await page.screenshot(path=folder / "desk-phone-undelivered-light.png")
            await page.locator(f'[data-id="{WHATSAPP}"]').click()
            await page.get_by_role("button", name="Prendre en charge").first.click()
            await page.get_by_label("Votre réponse").fill("Oui.")
            await page.screenshot(path=folder / "desk-phone-delivery-light.png")
        async with FakeDesk() as desk:
            page = await _page(browser, desk, HIGH, "light")
            await _correspond(page, desk)
            await page.screenshot(path=folder / "desk-letter-light.png")
            await page.get_by_role("link", name="Courrier", exact=True).click()
            await page.locator("guichet-letters .asides").wait_for()
            await page.screenshot(path=folder / "desk-mail-light.png")
        async with FakeDesk() as desk:
            page = await _page(browser, desk, WINDOW, "light")
            await _articles(page)
            await page.screenshot(path=folder / "desk-articles-light.png")
            await _article(page)
            await page.screenshot(path=folder / "desk-article-light.png")
        async with FakeDesk() as desk:
            page = await _page(browser, desk, PHONE, "light")
            await _articles(page)
            await _article(page)
            await page.screenshot(path=folder / "desk-phone-article-light.png")
        async with FakeDesk(is_empty=True) as desk:
            page = await _page(browser, desk, WINDOW, "light")
            await page.screenshot(path=folder / "desk-empty-light.png")
        async with FakeDesk() as desk:
            page = await _page(browser, desk, PHONE, "light")
            await page.screenshot(path=folder / "desk-phone-queue-light.png")
            await _converse(page, desk)
            await page.screenshot(path=folder / "desk-phone-conversation-light.png")
        await browser.close()


async def _converse(page: Page, desk: FakeDesk) -> None:
    desk.watching = ["Karim Benali"]
    await page.locator('[data-id="1"]').click()
    await page.get_by_role("button", name="Prendre en charge").first.click()
    await page.get_by_label("Votre réponse").fill(QUEUE)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Annuler l’envoi").wait_for()
    await page.mouse.move(1, 1)


async def _carry(page: Page, desk: FakeDesk, case: int = WHATSAPP) -> None:
    """A case of another channel, taken, with the list of what was not delivered."""
    await desk.undelivered.carry()
    await page.get_by_role("button", name="Non remis").click()
    await page.get_by_role("button", name="Classer").first.wait_for()
    await page.locator(f'[data-id="{case}"]').click()
    await page.get_by_role("button", name="Prendre en charge").first.click()
    await page.get_by_label("Votre réponse").fill("Oui, avec une quittance de moins de trois mois.")
    await page.mouse.move(1, 1)


async def _correspond(page: Page, desk: FakeDesk) -> None:
    """A mail, taken, with a suggested reply in the field."""
    await desk.letters.bring()
    await page.locator(f'[data-id="{HOLE}"]').click()
    await page.get_by_role("button", name="Prendre en charge").first.click()
    await page.get_by_role("button", name="Insérer cette réponse").first.click()
    await page.locator(".log").evaluate("log => log.scrollTop = 0")
    await page.mouse.move(1, 1)


async def _articles(page: Page) -> None:
    await page.get_by_role("link", name="Connaissances").click()
    await page.locator(".article-row").first.wait_for()


async def _article(page: Page) -> None:
    await page.locator('.article-row[data-id="carte-identite"]').click()
    await page.locator(".page-preview").wait_for()
    await page.mouse.move(1, 1)


async def _count(browser: Browser, folder: Path) -> None:
    """The page of figures: its beginning by day and night and on a phone, and all of it."""
    looks = (("desk-insights-light", WINDOW, "light"), ("desk-insights-dark", WINDOW, "dark"))
    whole = ("desk-insights-whole-light", {"width": 1280, "height": 3300}, "light")
    for name, viewport, scheme in (*looks, whole, ("desk-phone-insights-light", PHONE, "light")):
        async with FakeDesk() as desk:
            desk.agent["role"] = "supervisor"
            desk.insights.made = counted.tidy
            page = await _page(browser, desk, viewport, scheme)
            await page.goto(f"{desk.url}/desk/insights")
            await page.locator("guichet-insights .parts").wait_for()
            await page.screenshot(path=folder / f"{name}.png")
            await page.close()


async def _page(browser: Browser, desk: FakeDesk, viewport: Any, scheme: Any) -> Page:
    page = await browser.new_page(
        viewport=viewport, color_scheme=scheme, reduced_motion="reduce", locale="fr-FR", timezone_id="Europe/Paris"
    )
    page.on("console", lambda message: print(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: print(error))
    await page.goto(desk.url + "/desk")
    await page.locator(".rows :is(ul, .empty .hint)").first.wait_for()
    return page


if __name__ == "__main__":
    asyncio.run(photograph(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
