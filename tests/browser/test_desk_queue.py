"""What the queue and the bar above it show, and that nothing moves under somebody's eyes."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import overflows, visiting

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_new_cases_do_not_move_the_focused_row(browser: Browser) -> None:
    """While the focus is in the list new cases wait behind a button; no row moves, and they come in when asked for."""
    async with visiting(browser) as desk:
        await desk.row(1).focus()
        before = await desk.row(1).bounding_box()
        await desk.gateway.arrive(20, "Il y a une fuite d’eau", urgent=True)
        await desk.gateway.arrive(21, "Autre chose")
        await expect(desk.button("2 nouvelles demandes")).to_be_visible()
        await expect(desk.status).to_have_text("2 nouvelles demandes dans la file.")

        assert await desk.row(1).bounding_box() == before
        assert await desk.focused() == "1"
        await expect(desk.page.get_by_role("tab", name="Mes services")).to_contain_text("9")

        await desk.button("2 nouvelles demandes").click()
        await expect(desk.row(20)).to_be_visible()
        await expect(desk.button("2 nouvelles demandes")).to_have_count(0)


async def test_new_cases_do_not_move_the_row_under_the_pointer(browser: Browser) -> None:
    """While the pointer is in the queue new cases wait; they take their place when it leaves."""
    async with visiting(browser) as desk:
        await desk.row(1).hover()
        await desk.gateway.arrive(20, "Il y a une fuite d’eau", urgent=True)
        await expect(desk.button("1 nouvelle demande")).to_be_visible()
        await expect(desk.row(20)).to_have_count(0)
        await desk.page.mouse.move(800, 400)
        await expect(desk.row(20)).to_be_visible()

        assert [await desk.rows.nth(at).get_attribute("data-id") for at in (0, 1)] == ["2", "20"]


async def test_row_says_it_all_in_words(browser: Browser) -> None:
    """Channel, service, age, lateness, urgency, language and who has it are words, not colours alone."""
    async with visiting(browser) as desk:
        said = {number: " ".join((await desk.row(number).inner_text()).split()) for number in (1, 2, 3, 4, 5)}

        assert "Site de la ville il y a 24 min" in said[1]
        assert "En retard de 4 min" in said[1]
        assert "Urgent" in said[2]
        assert "Voirie" in said[2]
        assert "Telegram" in said[3]
        assert "anglais" in said[3]
        assert "En charge : Karim Benali" in said[4]
        assert "À rappeler" in said[5]


@pytest.mark.parametrize("size", ["Normale", "Très grande"])
async def test_the_bar_fits_every_window(browser: Browser, size: str) -> None:
    """With both pages in it, a supervisor's bar is scrolled sideways at no width."""
    async with visiting(browser, role="supervisor") as desk:
        await desk.page.get_by_role("button", name="Réglages").click()
        await desk.page.get_by_role("radio", name=size, exact=True).check()
        await desk.page.keyboard.press("Escape")
        for width in (320, 560, 720, 820, 1000, 1099, 1100, 1219, 1280):
            await desk.page.set_viewport_size({"width": width, "height": 720})

            assert await overflows(desk.page) == [], width
