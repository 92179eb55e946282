"""The forms in a browser: without script, by keyboard alone, narrow, zoomed, dark, in high contrast, by axe."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.browser.chat import DESKTOP, NARROW, overflows, violations
from tests.channels.form.door import Browser as Site
from tests.channels.form.door import Town, visiting

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ZOOMED = {"width": 640, "height": 400}
"""A window of 1280 pixels at 200 %."""
LOOKS = [
    pytest.param({"viewport": viewport, **look}, id=f"{name}-{how}")
    for name, viewport in (("desktop", DESKTOP), ("zoomed", ZOOMED), ("320px", NARROW))
    for how, look in (
        ("light", {"color_scheme": "light"}),
        ("dark", {"color_scheme": "dark"}),
    )
]


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[Site]:
    async with visiting(Town()) as site:
        yield site


async def _send(page: Page, site: Site, button: str) -> None:
    """Send a form as somebody who took a while over it."""
    site.town.now += timedelta(minutes=1)
    await page.get_by_role("button", name=button).click()


@pytest.mark.parametrize("look", LOOKS)
async def test_the_pages_are_sound(browser: Browser, site: Site, look: dict[str, Any]) -> None:
    """Each form, the list, a form with mistakes and a receipt with the numbers: axe finds nothing, nothing is too wide."""
    context = await browser.new_context(locale="fr-FR", reduced_motion="reduce", **look)
    page = await context.new_page()
    try:
        for path in ("", "/contact", "/street_issue", "/appointment_request"):
            await page.goto(f"{site.host}/formulaires{path}")
            assert await violations(page) == []
            assert not await overflows(page)
        await _send(page, site, "Envoyer la demande")
        await expect(page.get_by_role("alert")).to_be_focused()
        assert await violations(page) == []
        assert not await overflows(page)
        await page.goto(f"{site.host}/formulaires/contact")
        await page.locator("#f-subject").fill("x" * 120)
        await page.locator("#f-body").fill("Je veux mourir")
        await page.get_by_role("checkbox").check()
        await _send(page, site, "Envoyer")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Votre message est envoyé")
        await expect(page.get_by_role("alert")).to_contain_text("3114")
        assert await violations(page) == []
        assert not await overflows(page)
    finally:
        await context.close()


async def test_without_script_and_by_keyboard_alone(browser: Browser, site: Site) -> None:
    """Mistakes are reached from their summary, what was typed stays, and the form arrives."""
    context = await browser.new_context(
        locale="fr-FR", java_script_enabled=False, viewport=ViewportSize(width=1280, height=800)
    )
    page = await context.new_page()
    try:
        await page.goto(f"{site.host}/formulaires/street_issue")
        await page.locator("#f-kind-7").focus()
        await page.keyboard.press("Space")
        for name, words in (("where", "12 rue du Lavoir"), ("body", "Une plaque bouge.\n\n  Elle claque.")):
            await page.locator(f"#f-{name}").fill(words)
        site.town.now += timedelta(minutes=1)
        await page.locator("#f-email").focus()
        await page.keyboard.press("Enter")
        summary = page.get_by_role("alert")
        await expect(summary.get_by_role("link")).to_have_count(2)
        await summary.get_by_role("link").first.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#f-other_kind")).to_be_focused()
        await page.keyboard.type("Une plaque d’égout")
        await page.locator("#f-consent").focus()
        await page.keyboard.press("Space")
        await expect(page.locator("#f-body")).to_have_value("Une plaque bouge.\n\n  Elle claque.")
        await page.locator("#f-email").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Votre message est envoyé")
        site.town.numbers[site.town.message.id] = "K7PM-3XQ2"
        await page.reload()
        await expect(page.locator(".number")).to_contain_text("K7PM-3XQ2")
    finally:
        await context.close()

    assert site.town.received == 1
    assert site.town.message.letter is not None
    assert site.town.message.letter.subject == "Autre chose : 12 rue du Lavoir"


async def test_in_high_contrast_every_edge_is_drawn(browser: Browser, site: Site) -> None:
    """With the system's own colours fields, errors and the button still have an edge in another colour than the ground."""
    context = await browser.new_context(
        locale="fr-FR", viewport=ViewportSize(width=320, height=568), forced_colors="active"
    )
    page = await context.new_page()
    try:
        await page.goto(f"{site.host}/formulaires/contact")
        await _send(page, site, "Envoyer")
        await expect(page.get_by_role("alert")).to_be_visible()
        for selector in ("#f-subject", "#f-service", "#f-body", "#f-attached", ".errors", ".is-wrong", ".form .button"):
            edge, ground = await page.locator(selector).first.evaluate(
                """(one) => [getComputedStyle(one).borderInlineStartColor, getComputedStyle(document.body).backgroundColor]"""
            )
            assert edge != ground, selector
        assert not await overflows(page)
    finally:
        await context.close()


async def test_nobody_meets_the_trap(browser: Browser, site: Site) -> None:
    """The field that only robots fill is on no screen, in no order of the keyboard, and in no tree that is read aloud."""
    context = await browser.new_context(locale="fr-FR", viewport=ViewportSize(width=1280, height=800))
    page = await context.new_page()
    try:
        await page.goto(f"{site.host}/formulaires/contact")
        trap = page.locator("#verification")
        await expect(trap).not_to_be_in_viewport()
        assert await trap.get_attribute("tabindex") == "-1"
        assert "Laissez ce champ vide" not in await page.locator("form").aria_snapshot()
    finally:
        await context.close()
