"""Everything by keyboard, and the focus where one expects it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chat import PHONE
from tests.browser.conftest import Visit
from tests.browser.fake_gateway import FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_whole_way(visit: Visit, gateway: FakeGateway) -> None:
    """Without a mouse: find the button, ask, choose, reach a person, change a setting, close; the focus comes back."""
    chat = await visit("/embedding?server=" + gateway.url)
    keyboard = chat.page.keyboard
    for _ in range(3):
        await keyboard.press("Tab")

    assert await chat.focused() == "Une question ?"

    await keyboard.press("Enter")
    await expect(chat.field).to_be_focused()
    await keyboard.type("cantine")
    await keyboard.press("Enter")
    await expect(chat.choices).to_have_count(3)

    assert await chat.focused() == "#field"

    await keyboard.press("Shift+Tab")

    assert await chat.focused() == "Les menus et les allergies3"

    await keyboard.press("ArrowUp")
    await keyboard.press("ArrowUp")

    assert await chat.focused() == "Inscrire un enfant à la cantine1"

    await keyboard.press("ArrowUp")
    await keyboard.press("Enter")
    await expect(chat.bubbles).to_have_count(5)

    assert (await chat.texts())[2] == "Les menus et les allergies"
    assert await chat.focused() == "#field"

    for _ in range(3):
        await keyboard.press("Tab")

    assert await chat.focused() == "Joindre une personne"

    await keyboard.press("Enter")
    await expect(chat.panel.get_by_role("heading", name="Joindre une personne")).to_be_focused()
    await keyboard.press("Tab")

    assert await chat.focused() == "02 61 91 40 00"

    await keyboard.press("Escape")

    assert await chat.focused() == "Joindre une personne"

    await keyboard.press("Escape")
    await expect(chat.panel).to_have_count(0)

    assert await chat.focused() == "Une question ?"


async def test_digits_choose_inside_the_group_only(visit: Visit, gateway: FakeGateway) -> None:
    """A digit chooses while a choice has the focus; in the field and elsewhere it is a digit."""
    chat = await (await visit()).open()
    await chat.ask("cantine")
    await chat.page.keyboard.type("2")
    await expect(chat.field).to_have_value("2")
    await chat.log.focus()
    await chat.page.keyboard.press("2")

    assert len(gateway.uttered) == 1

    await chat.choices.first.focus()
    await chat.page.keyboard.press("2")
    await expect(chat.bubbles).to_have_count(5)

    assert (await chat.texts())[2] == "Payer la cantine"


async def test_digits_can_be_switched_off(visit: Visit, gateway: FakeGateway) -> None:
    """Switched off in the menu, digits do nothing (WCAG 2.1.4), here and after a reload."""
    chat = await (await visit()).open()
    await chat.button("Menu").click()
    await chat.panel.get_by_label("Choisir une réponse avec les touches 1 à 9").uncheck()
    await chat.page.reload()
    await chat.open()
    await chat.ask("cantine")
    await chat.choices.first.focus()
    await chat.page.keyboard.press("2")
    await chat.page.keyboard.press("ArrowDown")

    assert await chat.focused() == "Payer la cantine"
    assert len(gateway.uttered) == 1


async def test_new_message_steals_no_focus(visit: Visit, gateway: FakeGateway) -> None:
    """A reply that arrives leaves the focus and what is being written alone."""
    chat = await (await visit()).open()
    await chat.ask("Bonjour")
    await chat.field.fill("à moitié écr")
    await chat.button("Menu").focus()
    await gateway.reply(gateway.session_id, [{"text": "Encore une chose.", "buttons": ["Oui"]}])
    await expect(chat.bubbles).to_have_count(4)

    assert await chat.focused() == "Menu"
    await expect(chat.field).to_have_value("à moitié écr")


async def test_escape_closes_one_thing_at_a_time(visit: Visit) -> None:
    """Escape leaves a sheet first, the panel next."""
    chat = await (await visit()).open()
    await chat.button("Menu").click()
    await chat.page.keyboard.press("Escape")
    await expect(chat.panel.locator(".sheet")).to_have_count(0)

    assert await chat.focused() == "Menu"

    await chat.page.keyboard.press("Escape")
    await expect(chat.panel).to_have_count(0)


async def test_phone_is_a_modal_dialog(visit: Visit) -> None:
    """Full screen the panel is a modal dialog and the page behind it inert; closed, the page is as before."""
    chat = await (await visit(viewport=PHONE)).open()
    await expect(chat.page.get_by_role("dialog", name="Assistant virtuel, Mairie de Pontavel")).to_have_attribute(
        "aria-modal", "true"
    )
    inert = "() => [...document.body.children].filter((one) => one.inert).map((one) => one.tagName)"

    assert await chat.page.evaluate(inert) == ["A", "HEADER", "MAIN", "FOOTER"]

    await chat.page.keyboard.press("Escape")

    assert await chat.page.evaluate(inert) == []
    assert await chat.page.evaluate("() => document.documentElement.style.overflow") == ""


async def test_desktop_is_a_landmark(visit: Visit) -> None:
    """Beside the page the panel is a landmark with a name, and the page stays usable."""
    chat = await (await visit()).open()
    await expect(chat.page.get_by_role("complementary", name="Assistant virtuel, Mairie de Pontavel")).to_have_count(1)
    await chat.page.get_by_role("searchbox", name="Votre question").fill("encore utilisable")


async def test_log_announces_whole_messages_once(visit: Visit, gateway: FakeGateway) -> None:
    """The log is polite, announces additions only, and each addition is one whole message with its author first."""
    chat = await (await visit()).open()
    await expect(chat.log).to_have_attribute("aria-live", "polite")
    await expect(chat.log).to_have_attribute("aria-relevant", "additions")
    await chat.ask("Bonjour")
    await chat.log.evaluate(
        """(log) => {
            window.added = [];
            const watch = new MutationObserver((all) => window.added.push(...all.flatMap((one) =>
                [...one.addedNodes].filter((node) => node.nodeType === 1 && !node.closest("[aria-live=off]"))
                    .map((node) => node.innerText.trim().replace(/\\s+/g, " ")))));
            watch.observe(log, {childList: true, subtree: true});
        }"""
    )
    await gateway.reply(gateway.session_id, [{"text": "Un.\n\n- deux\n- trois"}])
    await expect(chat.bubbles).to_have_count(4)
    await gateway.cut()
    await gateway.restore()
    await expect(chat.panel.locator(".banner")).to_have_count(0, timeout=30_000)

    assert await chat.page.evaluate("window.added") == ["Assistant virtuel : Un. deux trois"]
