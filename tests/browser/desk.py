"""The desk as an agent uses it, for tests: one page of one browser, and what can be done and seen there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.fake_desk import FakeDesk

WINDOW = {"width": 1280, "height": 720}


@dataclass(frozen=True, slots=True)
class Desk:
    """The agents' page."""

    page: Page

    @property
    def rows(self) -> Locator:
        """The cases in the queue."""
        return self.page.locator(".rows .row")

    @property
    def log(self) -> Locator:
        """The conversation."""
        return self.page.get_by_role("log")

    @property
    def field(self) -> Locator:
        """Where a reply is written."""
        return self.page.get_by_label("Votre réponse", exact=True)

    @property
    def note(self) -> Locator:
        """Where a note is written."""
        return self.page.get_by_label("Votre note, pour les agents seulement", exact=True)

    @property
    def title(self) -> Locator:
        """The heading of the open case."""
        return self.page.locator("#talk-title")

    @property
    def dialog(self) -> Locator:
        """The modal dialog."""
        return self.page.locator("dialog")

    @property
    def status(self) -> Locator:
        """What is told to those who listen, apart from what is said in the conversation."""
        return self.page.locator(".root > [role=status]")

    def row(self, number: int) -> Locator:
        """A case in the queue."""
        return self.page.locator(f'.row[data-id="{number}"]')

    def button(self, name: str) -> Locator:
        """The first button with exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True).first

    async def go(self, name: str) -> None:
        """Go to a page of the desk by its name in the bar, or below it."""
        await self.page.locator(".bar nav, nav.learning").get_by_role("link", name=name, exact=True).click()

    async def open(self, number: int) -> None:
        """Click a case and wait for its conversation."""
        await self.row(number).click()
        await expect(self.log.locator(".entry").first).to_be_visible()

    async def take(self, number: int) -> None:
        """Open a case and take it."""
        await self.open(number)
        await self.button("Prendre en charge").click()
        await expect(self.field).to_be_enabled()

    async def send(self, text: str) -> None:
        """Write a reply and hand it over."""
        await self.field.fill(text)
        await self.field.press("Enter")

    async def focused(self) -> str:
        """What has the focus, by its name, its id or its case."""
        found: str = await self.page.evaluate(
            """() => {
                let at = document.activeElement;
                while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
                return at.getAttribute("aria-label") ?? (at.id ? "#" + at.id : at.dataset.id ?? at.textContent.trim());
            }"""
        )
        return found


@dataclass(frozen=True, slots=True)
class FakedDesk(Desk):
    """The agents' page over a fake gateway."""

    gateway: FakeDesk


@asynccontextmanager
async def visiting(
    browser: Browser, undo_seconds: float = 5, is_empty: bool = False, role: str = "agent", **options: Any
) -> AsyncIterator[FakedDesk]:
    """A desk of its own in a new profile with the given options of the browser."""
    async with FakeDesk(undo_seconds=undo_seconds, is_empty=is_empty) as gateway:
        gateway.agent["role"] = role
        options = {"viewport": WINDOW, "reduced_motion": "reduce", "locale": "fr-FR", **options}
        context = await browser.new_context(**options)
        try:
            page = await context.new_page()
            page.set_default_timeout(8000)
            await page.goto(gateway.url + "/desk")
            await page.locator(".rows :is(.row, .empty .hint)").first.wait_for()
            # What is told before the page listens is told to nobody.
            await asyncio.wait_for(gateway.connected.wait(), 8)
            yield FakedDesk(page, gateway)
        finally:
            await context.close()


async def overflows(page: Page) -> list[str]:
    """What has to be scrolled sideways: the page, its panes or a dialog."""
    found: list[str] = await page.evaluate(
        """() => {
            const root = document.querySelector("guichet-desk").shadowRoot;
            const inside = [...root.querySelectorAll(".root, .bar, .pane, .log, .rows, .composer, dialog, [popover]")];
            return [document.documentElement, ...inside].filter((one) => one.scrollWidth > one.clientWidth + 1)
                .map((one) => one.className || one.tagName);
        }"""
    )
    return found
