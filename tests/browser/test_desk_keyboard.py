"""The desk without a mouse, and the focus where one expects it."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import visiting

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_from_the_queue_to_the_answer_to_the_close(browser: Browser) -> None:
    """Without a mouse: to the queue, down it, take, answer with a ready-made reply, close; the focus is never lost."""
    async with visiting(browser, undo_seconds=0) as desk:
        keyboard = desk.page.keyboard
        await keyboard.press("Tab")

        assert await desk.focused() == "Aller à la file des demandes"

        await keyboard.press("Enter")

        assert await desk.focused() == "2"

        for key in ("j", "j", "k", "ArrowDown", "k"):
            await keyboard.press(key)

        assert await desk.focused() == "1"

        await keyboard.press("t")
        await expect(desk.field).to_be_focused()
        await keyboard.type("/att")
        await keyboard.press("Enter")
        await expect(desk.field).to_have_value("Je cherche, merci de patienter un instant.")
        await keyboard.press("Enter")
        await expect(desk.log.locator(".agent .bubble")).to_have_text("Je cherche, merci de patienter un instant.")
        await expect(desk.field).to_be_focused()
        for _ in range(40):
            await keyboard.press("Shift+Tab")
            if await desk.focused() == "Clore":
                break
        await keyboard.press("Enter")
        await expect(desk.dialog.get_by_role("heading")).to_have_text("Clore la demande D-7K3M-0001 ?")
        await keyboard.press("Enter")
        await expect(desk.dialog).to_have_count(0)
        await expect(desk.page.get_by_text("Cette demande est close")).to_be_visible()

        assert await desk.focused() == "#talk-title"
        assert [path for _, path, _ in desk.gateway.requests][-1] == "cases/1/close"


async def test_letters_act_in_the_list_only(browser: Browser) -> None:
    """J, K, T and ? are letters wherever the list has not the focus."""
    async with visiting(browser) as desk:
        await desk.take(1)
        await desk.field.fill("")
        await desk.page.keyboard.type("jkt?")

        await expect(desk.field).to_have_value("jkt?")
        assert await desk.dialog.count() == 0
        assert [path for _, path, _ in desk.gateway.requests] == ["cases/1/take"]


async def test_letters_can_be_switched_off(browser: Browser) -> None:
    """Switched off in the settings, letters do nothing (WCAG 2.1.4), here and after a reload; arrows still move."""
    async with visiting(browser) as desk:
        await desk.page.get_by_role("button", name="Réglages").click()
        await desk.page.get_by_label("Raccourcis d’une touche").uncheck()
        await desk.page.reload()
        await desk.rows.first.focus()
        for key in ("j", "t", "?"):
            await desk.page.keyboard.press(key)

        assert await desk.focused() == "2"
        assert await desk.dialog.count() == 0
        assert desk.gateway.requests == []

        await desk.page.keyboard.press("ArrowDown")

        assert await desk.focused() == "1"


async def test_enter_opens(browser: Browser) -> None:
    """Enter opens the case with the focus on its heading; nothing is taken by it."""
    async with visiting(browser) as desk:
        await desk.row(1).focus()
        await desk.page.keyboard.press("Enter")
        await expect(desk.title).to_be_focused()

        assert desk.gateway.requests == []
        await expect(desk.row(1)).to_have_attribute("aria-current", "true")


async def test_tabs_by_arrow(browser: Browser) -> None:
    """Arrow keys go through the tabs, round both ends."""
    async with visiting(browser) as desk:
        await desk.page.get_by_role("tab", name="Mes services").focus()
        await desk.page.keyboard.press("ArrowLeft")
        await expect(desk.page.get_by_role("tab", name="Les miennes")).to_be_focused()
        await desk.page.keyboard.press("ArrowLeft")
        await expect(desk.page.get_by_role("tab", name="Closes")).to_have_attribute("aria-selected", "true")


async def test_panes_are_resized_by_key_and_remembered(browser: Browser) -> None:
    """A separator moves by arrow keys and by dragging, says its value, and stands there again after a reload."""
    async with visiting(browser) as desk:
        separator = desk.page.get_by_role("separator", name="Largeur de la file")
        await separator.focus()
        await desk.page.keyboard.press("ArrowRight")
        await expect(separator).to_have_attribute("aria-valuenow", "374")
        await desk.page.mouse.move(374, 400)
        await desk.page.mouse.down()
        await desk.page.mouse.move(420, 400, steps=3)
        await desk.page.mouse.up()
        await expect(separator).to_have_attribute("aria-valuenow", "420")
        await desk.page.reload()
        await expect(separator).to_have_attribute("aria-valuenow", "420")
        box = await desk.page.locator(".queue").bounding_box()

        assert box is not None
        assert round(box["width"]) == 420


async def test_dialog_gives_the_focus_back(browser: Browser) -> None:
    """A dialog that is left gives the focus back to its button."""
    async with visiting(browser) as desk:
        await desk.take(1)
        await desk.button("Transmettre").focus()
        await desk.page.keyboard.press("Enter")
        await expect(desk.dialog).to_be_visible()
        await desk.page.keyboard.press("Escape")
        await expect(desk.button("Transmettre")).to_be_focused()
