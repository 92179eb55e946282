"""What an agent sees of a case that is offered to them, and what they can do with it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import overflows, visiting
from tests.browser.desk_script import AGENT, OTHER

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def offer(agent: dict[str, Any]) -> dict[str, Any]:
    return {"id": agent["id"], "name": agent["name"], "until": "2026-01-05T10:01:00+00:00"}


async def test_an_offer_is_said_in_words(browser: Browser) -> None:
    """In the row, above the conversation, and to who cannot see either; a colleague's has their name."""
    async with visiting(browser) as desk:
        await desk.gateway.change(1, offered=offer(AGENT))
        await desk.gateway.change(3, offered=offer(OTHER))
        await expect(desk.row(1)).to_contain_text("Proposée à vous")
        await expect(desk.row(3)).to_contain_text("Proposée à Karim Benali")
        await expect(desk.status).to_have_text("Une demande vous est proposée.")
        await desk.open(1)

        await expect(desk.page.locator(".talk-facts")).to_contain_text("Proposée à vous")
        assert await overflows(desk.page) == []


async def test_an_offer_is_taken_or_passed_on(browser: Browser) -> None:
    """« Passer » only where it is offered to oneself; the focus goes on to the conversation's title."""
    async with visiting(browser) as desk:
        await desk.gateway.change(1, offered=offer(AGENT))
        await desk.gateway.change(3, offered=offer(OTHER))
        await desk.open(3)
        await expect(desk.button("Passer")).to_have_count(0)
        await desk.open(1)
        await desk.button("Passer").click()
        await expect(desk.button("Passer")).to_have_count(0)
        await expect(desk.row(1)).not_to_contain_text("Proposée")
        await expect(desk.status).to_have_text("La demande sera proposée à quelqu’un d’autre.")

        assert await desk.page.evaluate("document.activeElement.shadowRoot?.activeElement?.id") == "talk-title"


async def test_what_one_is_offered_stands_in_the_settings(browser: Browser) -> None:
    """Capacity, languages and skills: words to read, nothing to set."""
    async with visiting(browser) as desk:
        await desk.button("Réglages").click()

        await expect(desk.page.locator("#settings")).to_contain_text("3 conversations à la fois")
        await expect(desk.page.locator("#settings")).to_contain_text("Langues : français et anglais")
