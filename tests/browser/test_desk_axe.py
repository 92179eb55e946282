"""axe-core on every state of the desk, light and dark, desktop and phone; nothing wider than its place."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chat import NARROW, PHONE, violations
from tests.browser.desk import WINDOW, Desk, overflows, visiting

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LOOKS = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{name}-{scheme}")
    for name, viewport in (("desktop", WINDOW), ("phone", PHONE))
    for scheme in ("light", "dark")
]
ZOOMED = {"width": WINDOW["width"] // 2, "height": WINDOW["height"] // 2}


async def _expect_none(desk: Desk, state: str) -> None:
    found = await violations(desk.page)

    assert not found, f"{state}: " + "\n".join(found)
    assert await overflows(desk.page) == [], state


async def _unfold(desk: Desk) -> None:
    """On a phone the acts are behind a button."""
    if await desk.button("Actions").is_visible():
        await desk.button("Actions").click()


@pytest.mark.parametrize("look", LOOKS)
async def test_queue(browser: Browser, look: dict[str, Any]) -> None:
    """The queue, an empty one, one with new cases that wait, settings and colleagues."""
    async with visiting(browser, is_empty=True, role="supervisor", **look) as desk:
        await _expect_none(desk, "empty")
        await desk.page.get_by_role("button", name="Réglages").click()
        await _expect_none(desk, "settings")
        await desk.page.keyboard.press("Escape")
        await desk.page.get_by_role("button", name="2 agents en ligne").click()
        await _expect_none(desk, "colleagues")
    async with visiting(browser, **look) as desk:
        await _expect_none(desk, "queue")
        await desk.rows.first.focus()
        await desk.gateway.arrive(20, "Une autre question", urgent=True)
        await expect(desk.button("1 nouvelle demande")).to_be_visible()
        await _expect_none(desk, "held")
        await desk.page.keyboard.press("?")
        await _expect_none(desk, "shortcuts")
        await desk.dialog.get_by_role("button", name="Fermer").click()
        await desk.page.get_by_role("tab", name="Closes").click()
        await expect(desk.row(8)).to_be_visible()
        await _expect_none(desk, "closed")


@pytest.mark.parametrize("look", LOOKS)
async def test_conversation(browser: Browser, look: dict[str, Any]) -> None:
    """A case not taken, taken, canned replies, a suggestion, a departing reply, a note, typing, too long a text."""
    async with visiting(browser, undo_seconds=60, **look) as desk:
        desk.gateway.watching = ["Karim Benali"]
        await desk.open(6)
        await _expect_none(desk, "not taken")
        await desk.button("Prendre en charge").click()
        await expect(desk.field).to_be_enabled()
        await _expect_none(desk, "taken")
        await desk.page.get_by_role("button", name="Réponses suggérées").click()
        await _expect_none(desk, "suggestions folded or not")
        await desk.field.fill("/")
        await expect(desk.page.get_by_role("option")).to_have_count(3)
        await _expect_none(desk, "canned")
        await desk.page.keyboard.press("Enter")
        await desk.page.keyboard.press("Enter")
        await expect(desk.button("Annuler l’envoi")).to_be_visible()
        await _expect_none(desk, "leaving")
        await desk.gateway.emit("citizen_typing", {"case": 6})
        await expect(desk.log.get_by_text("La personne écrit…")).to_be_visible()
        await desk.field.fill("x" * 4010)
        await _expect_none(desk, "too long")
        await desk.page.get_by_label("Note interne", exact=True).check()
        await desk.note.fill("À voir avec la voirie.")
        await _expect_none(desk, "note")
        await desk.note.press("Enter")
        await expect(desk.log.locator(".entry.note")).to_have_count(1)
        await _expect_none(desk, "noted")
        await _unfold(desk)
        await _expect_none(desk, "acts")


@pytest.mark.parametrize("look", LOOKS)
async def test_troubles(browser: Browser, look: dict[str, Any]) -> None:
    """A case that another agent has, a refused reply, no connection, a session that is over."""
    async with visiting(browser, **look) as desk:
        await desk.open(4)
        await expect(desk.page.get_by_text("Karim Benali s’occupe de cette demande.")).to_be_visible()
        await _expect_none(desk, "another's")
        if await desk.button("Retour à la file").is_visible():
            await desk.button("Retour à la file").click()
        await desk.take(1)
        desk.gateway.refusal = (503, {"error": "not_stored", "text": "L’enregistrement n’a pas pu être fait."})
        await desk.send("Bonjour")
        await expect(desk.button("Réessayer")).to_be_visible()
        await _expect_none(desk, "not sent")
        await desk.gateway.cut()
        await expect(desk.page.locator(".banner")).to_be_visible()
        await _expect_none(desk, "offline")
        await desk.gateway.restore()
        await expect(desk.page.locator(".banner")).to_have_count(0, timeout=30_000)
        await desk.gateway.emit("signed_out")
        await expect(desk.dialog).to_be_visible()
        await _expect_none(desk, "signed out")
        await desk.dialog.get_by_role("button", name="Rester sur cette page").click()
        await _expect_none(desk, "signed out, staying")


@pytest.mark.parametrize("look", LOOKS)
async def test_dialogs_and_side(browser: Browser, look: dict[str, Any]) -> None:
    """The dossier with contact, photos and search; transfer, release and close."""
    async with visiting(browser, **look) as desk:
        await desk.take(6)
        if await desk.button("Dossier").is_visible():
            await desk.button("Dossier").click()
        await desk.button("Afficher les coordonnées").click()
        await expect(desk.page.locator(".contact")).to_have_text("06 12 34 56 78")
        await desk.page.get_by_role("searchbox").fill("carte")
        await desk.page.keyboard.press("Enter")
        await expect(desk.page.locator(".results .card")).to_have_count(2)
        await _expect_none(desk, "side")
        if await desk.button("Retour à la conversation").is_visible():
            await desk.button("Retour à la conversation").click()
        await _unfold(desk)
        for name in ("Transmettre", "Remettre en file", "Clore"):
            await desk.button(name).click()
            await expect(desk.dialog).to_be_visible()
            await _expect_none(desk, name)
            await desk.page.keyboard.press("Escape")
            await expect(desk.dialog).to_have_count(0)


@pytest.mark.parametrize("viewport", [NARROW, ZOOMED], ids=["320px", "zoom-200"])
async def test_narrow(browser: Browser, viewport: dict[str, int]) -> None:
    """At 320 px and at 200 % zoom nothing is scrolled sideways, whatever the text size, and the reply can be reached."""
    async with visiting(browser, viewport=viewport) as desk:
        await desk.page.get_by_role("button", name="Réglages").click()
        await desk.page.get_by_role("radio", name="Très grande").check()
        await desk.page.keyboard.press("Escape")

        assert await overflows(desk.page) == []

        await desk.take(7)
        await desk.field.scroll_into_view_if_needed()
        await desk.field.fill("Bonjour")

        assert await overflows(desk.page) == []


async def test_forced_colours(browser: Browser) -> None:
    """With forced colours bubbles, chips and buttons still have an edge."""
    async with visiting(browser, forced_colors="active") as desk:
        await desk.take(2)
        edges = await desk.page.evaluate(
            """() => ["." + "citizen .bubble", ".bot .bubble", ".chip", ".primary", ".row"].map((one) =>
                getComputedStyle(document.querySelector("guichet-desk").shadowRoot.querySelector(one)).borderBottomStyle)"""
        )

        assert edges == ["solid"] * 5
        assert await violations(desk.page) == []
