"""The chat as a citizen uses it, for tests: one page of one browser, and what can be done and seen there."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.async_api import FilePayload, Locator, Page, expect

AXE = Path(__file__).resolve().parents[2] / "web/node_modules/axe-core/axe.min.js"

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 568}


@dataclass(frozen=True, slots=True)
class Chat:
    """The widget on a page."""

    page: Page

    @property
    def launcher(self) -> Locator:
        """The round button."""
        return self.page.locator("guichet-chat .launcher")

    @property
    def panel(self) -> Locator:
        """What the button opens."""
        return self.page.locator("guichet-chat .panel")

    @property
    def field(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_role("textbox", name="Votre question", exact=True)

    @property
    def log(self) -> Locator:
        """The conversation."""
        return self.page.get_by_role("log")

    @property
    def bubbles(self) -> Locator:
        """What was said, the welcome first."""
        return self.log.locator(".bubble")

    @property
    def choices(self) -> Locator:
        """The buttons that can still be pressed."""
        return self.log.get_by_role("group").get_by_role("button")

    @property
    def status(self) -> Locator:
        """What is told to those who listen, apart from messages."""
        return self.panel.get_by_role("status")

    @property
    def strip(self) -> Locator:
        """Who has the conversation, unless it is the bot and always was."""
        return self.panel.locator(".desk")

    @property
    def photos(self) -> Locator:
        """The photos that will go with the message."""
        return self.panel.get_by_role("list", name="Photos à envoyer")

    async def add_photos(self, *photos: FilePayload) -> None:
        """Choose these, as in the dialog that the button for photos opens."""
        await self.panel.locator("input[type=file]").set_input_files(list(photos))

    def button(self, name: str) -> Locator:
        """A button by its exact name."""
        return self.panel.get_by_role("button", name=name, exact=True)

    async def open(self) -> Chat:
        """Press the round button and wait for the welcome."""
        await self.launcher.click()
        await expect(self.bubbles.first).to_be_visible()
        return self

    async def say(self, text: str) -> None:
        """Write and send."""
        await self.field.fill(text)
        await self.field.press("Enter")

    async def ask(self, text: str) -> None:
        """Write, send, and wait for the answer."""
        before = await self.bubbles.count()
        await self.say(text)
        await expect(self.bubbles).to_have_count(before + 2)

    async def texts(self) -> list[str]:
        """What was said after the welcome, each as one line."""
        return [" ".join(text.split()) for text in (await self.bubbles.all_inner_texts())[1:]]

    async def focused(self) -> str:
        """Which element has the focus, looked for inside the widget too: its tag with id or class, or its label."""
        found: str = await self.page.evaluate(
            """() => {
                let at = document.activeElement;
                while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
                return at.getAttribute("aria-label") ?? (at.id ? "#" + at.id : at.textContent.trim().replace(/\\s+/g, " "));
            }"""
        )
        return found

    async def stored(self) -> dict[str, Any]:
        """Everything that the page keeps on the citizen's machine."""
        return {
            "local": await self.page.evaluate("() => ({...localStorage})"),
            "session": await self.page.evaluate("() => ({...sessionStorage})"),
            "cookies": await self.page.context.cookies(),
        }


def photo(name: str, colour: str = "#7d8a91") -> FilePayload:
    """A picture of a street, as far as it can be told in a few shapes."""
    picture = Image.new("RGB", (640, 480), "#cfe2ee")
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 480), (250, 200), (390, 200), (640, 480)], fill=colour)
    draw.ellipse((250, 330, 410, 410), fill="#333333")
    written = io.BytesIO()
    picture.save(written, "JPEG")
    return FilePayload(name=name, mimeType="image/jpeg", buffer=written.getvalue())


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


async def violations(page: Page) -> list[str]:
    """What axe-core finds on a page as it is, one line each; every rule counts, best practices included."""
    await page.evaluate(_axe())
    found: list[dict[str, Any]] = await page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{rule['id']}: {json.dumps(node['target'], ensure_ascii=False)} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


async def overflows(page: Page) -> bool:
    """Whether anything has to be scrolled sideways, on the page or in the widget."""
    wide: bool = await page.evaluate(
        """() => {
            const inside = [...document.querySelector("guichet-chat")?.shadowRoot.querySelectorAll(".panel, .body, .log, .sheet") ?? []];
            return [document.documentElement, ...inside].some((one) => one.scrollWidth > one.clientWidth + 1);
        }"""
    )
    return wide
