"""Pages of the desk have addresses: links, back and forward, a reload, and a role that may not see one."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chat import NARROW, violations
from tests.browser.desk import overflows, visiting

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_back_and_forward(browser: Browser) -> None:
    """The bar's links change the address; back, forward and a reload show what it says."""
    async with visiting(browser) as desk:
        letters, articles = desk.page.locator("guichet-letters"), desk.page.locator("guichet-articles")
        await desk.go("Courrier")
        await expect(letters).to_be_attached()
        await desk.go("Connaissances")
        await expect(articles).to_be_attached()

        assert desk.page.url == f"{desk.gateway.url}/desk/articles"

        await desk.page.go_back()
        await expect(letters).to_be_attached()
        await desk.page.go_back()
        await expect(desk.rows.first).to_be_visible()
        await desk.page.go_forward()
        await expect(letters).to_be_attached()
        await desk.page.reload()
        await expect(letters).to_be_attached()
        current = desk.page.locator(".bar nav [aria-current=page]")
        await expect(current).to_have_text("Courrier")


async def test_the_learning_pages_share_an_entry(browser: Browser) -> None:
    """One entry of the bar leads to three pages with addresses of their own."""
    async with visiting(browser) as desk:
        await desk.go("Améliorer")
        await desk.go("Échantillons")

        assert desk.page.url.endswith("/desk/samples")

        await expect(desk.page.locator(".bar nav [aria-current=page]")).to_have_text("Améliorer")
        await expect(desk.page.locator("nav.learning [aria-current=page]")).to_have_text("Échantillons")


async def test_figures_are_for_those_who_lead(browser: Browser) -> None:
    """An agent has no link to the figures, and is told so at their address; a supervisor has one."""
    async with visiting(browser) as desk:
        await expect(desk.page.locator(".bar nav a").filter(has_text="Chiffres")).to_have_count(0)
        await desk.page.goto(f"{desk.gateway.url}/desk/insights")
        await expect(desk.page.get_by_role("heading", name="Cette page est réservée aux responsables.")).to_be_visible()

        assert await violations(desk.page) == []
    async with visiting(browser, role="supervisor") as desk:
        await desk.go("Chiffres")

        assert desk.page.url.endswith("/desk/insights")


async def test_the_door_leads_back(browser: Browser) -> None:
    """Whose session is over is sent to the door with the way back to the same page and its choices."""
    async with visiting(browser, role="supervisor") as desk:
        desk.gateway.signed_in = False
        await desk.page.goto(f"{desk.gateway.url}/desk/insights?service=voirie")
        door = desk.page.get_by_role("link", name="Se reconnecter")

        await expect(door).to_have_attribute("href", "/desk/login?next=%2Fdesk%2Finsights%3Fservice%3Dvoirie")


@pytest.mark.parametrize("width", [320, 390, 640, 1280])
async def test_the_bar_fits(browser: Browser, width: int) -> None:
    """With all its links the bar is not scrolled sideways."""
    async with visiting(browser, role="supervisor", viewport={**NARROW, "width": width}) as desk:
        assert await overflows(desk.page) == []
