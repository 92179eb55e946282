"""What an agent sees of numbers that nobody can vouch for, over a fake gateway."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chat import DESKTOP, NARROW, violations
from tests.browser.desk import visiting

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["desktop", "narrow"])
async def test_an_unknown_number_is_named_and_may_be_sent(
    browser: Browser, viewport: dict[str, int], scheme: str
) -> None:
    """The warning stands beside the composer, is read out, keeps nothing from leaving, and goes with the words."""
    async with visiting(browser, undo_seconds=1, viewport=viewport, color_scheme=scheme) as desk:
        await desk.take(1)
        flags = desk.page.locator("#writing-flags")
        await desk.field.fill("Appelez le 02 40 99 99 99, ou la ville au 02 61 91 40 00.")
        await expect(flags).to_contain_text("à vérifier avant l’envoi : 02 40 99 99 99")
        await expect(flags).to_have_attribute("role", "status")

        assert await violations(desk.page) == []
        await desk.field.press("Enter")
        await expect(desk.log.locator(".agent .bubble")).to_contain_text("02 40 99 99 99")
        await expect(flags).to_have_text("")
