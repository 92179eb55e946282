"""axe-core on every state of the widget and every page, light and dark, desktop and phone. Necessary, not proof."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.chat import DESKTOP, PHONE, Chat, violations
from tests.browser.conftest import Visit
from tests.browser.fake_gateway import FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LOOKS = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{name}-{scheme}")
    for name, viewport in (("desktop", DESKTOP), ("phone", PHONE))
    for scheme in ("light", "dark")
]

BACK_MS = 30_000
"""A lost connection is tried again within fifteen seconds; twice that, for a busy machine."""


async def _expect_none(chat: Chat, state: str) -> None:
    found = await violations(chat.page)

    assert not found, f"{state}: " + "\n".join(found)


@pytest.mark.parametrize("look", LOOKS)
async def test_conversation_states(visit: Visit, gateway: FakeGateway, look: dict[str, Any]) -> None:
    """Closed, welcome, answer with source and choices, chosen, folded text, an agent, typing, an overlong message."""
    chat = await visit(**look)
    await _expect_none(chat, "closed")
    await chat.open()
    await _expect_none(chat, "welcome")
    await chat.ask("Comment refaire ma carte d’identité ?")
    await _expect_none(chat, "answer")
    await chat.button("Oui").click()
    await expect(chat.bubbles).to_have_count(5)
    await _expect_none(chat, "chosen")
    await chat.ask("long")
    await _expect_none(chat, "folded")
    await chat.button("Lire la suite").click()
    await _expect_none(chat, "unfolded")
    await chat.button("Réduire").click()
    await _expect_none(chat, "folded again")
    await chat.ask("agent")
    await chat.ask("au feu")
    await _expect_none(chat, "agent and numbers")
    gateway.answering = False
    await chat.say("Et maintenant ?")
    await expect(chat.log.get_by_text("Recherche en cours")).to_be_visible()
    await _expect_none(chat, "typing")
    await chat.field.fill("x" * 4010)
    await _expect_none(chat, "too long")


@pytest.mark.parametrize("look", LOOKS)
async def test_sheets(visit: Visit, gateway: FakeGateway, look: dict[str, Any]) -> None:
    """A person, the menu, the question before erasing, a refused erasure, one under way, the receipt."""
    chat = await (await visit(**look)).open()
    await chat.ask("cantine")
    await chat.button("Joindre une personne").click()
    await _expect_none(chat, "person")
    await chat.button("Menu").click()
    await _expect_none(chat, "menu")
    await chat.button("Supprimer mes données").click()
    await _expect_none(chat, "erase")
    gateway.can_erase = False
    await chat.button("Supprimer la conversation").click()
    await expect(chat.panel.locator(".sheet .problem")).to_contain_text("L’effacement n’a pas pu être fait.")
    await _expect_none(chat, "erase refused")
    gateway.can_erase = True
    gateway.prompt.clear()
    await chat.button("Supprimer la conversation").click()
    await expect(chat.button("Suppression…")).to_be_visible()
    await _expect_none(chat, "erasing")
    gateway.prompt.set()
    await expect(chat.panel.locator(".receipt")).to_contain_text("R-2026-0042")
    await _expect_none(chat, "erased")


@pytest.mark.parametrize("look", LOOKS)
async def test_troubles(visit: Visit, gateway: FakeGateway, look: dict[str, Any]) -> None:
    """A refused message, a lost connection, a message that waits, a resumed and a restarted conversation."""
    chat = await (await visit(**look)).open()
    await chat.ask("Bonjour")
    gateway.refusal = {"error": "too_fast", "text": "Réessayez dans 5 secondes.", "retry_after_s": 5}
    await chat.say("Encore")
    await expect(chat.button("Réessayer")).to_be_visible()
    await _expect_none(chat, "refused")
    await gateway.cut()
    await expect(chat.panel.locator(".banner")).to_be_visible()
    await chat.say("Hors ligne")
    await expect(chat.log.get_by_text("Sera envoyé au retour de la connexion")).to_be_visible()
    await _expect_none(chat, "offline")
    gateway.refusal = None
    await gateway.restore()
    await chat.page.reload()
    await chat.open()
    await expect(chat.log.get_by_text("Suite de votre conversation")).to_be_visible()
    await _expect_none(chat, "resumed")
    gateway.histories.clear()
    await chat.page.reload()
    await chat.open()
    await expect(chat.log.get_by_text("a expiré")).to_be_visible()
    await _expect_none(chat, "restarted")


@pytest.mark.parametrize("look", LOOKS)
async def test_waiting(visit: Visit, gateway: FakeGateway, look: dict[str, Any]) -> None:
    """Connecting, an empty message, a late answer, one that came while closed, a message that nobody acknowledges."""
    chat = await visit(**look)
    await chat.page.clock.install()
    gateway.prompt.clear()
    await chat.launcher.click()
    await expect(chat.log.get_by_text("Connexion…")).to_be_visible()
    await _expect_none(chat, "connecting")
    gateway.prompt.set()
    await expect(chat.bubbles).to_have_count(1)
    await chat.field.press("Enter")
    await expect(chat.panel.locator("#note")).to_have_text("Écrivez d’abord votre question.")
    await _expect_none(chat, "empty message")
    gateway.answering = False
    await chat.say("Bonjour")
    await expect(chat.log.get_by_text("Recherche en cours")).to_be_visible()
    await chat.page.clock.run_for(11_000)
    await expect(chat.log.get_by_text("La réponse prend plus de temps que prévu.")).to_be_visible()
    await _expect_none(chat, "late answer")
    await chat.button("Fermer l’assistant").click()
    await gateway.reply(gateway.session_id, [{"text": "Me voici."}])
    await expect(chat.launcher.locator(".badge")).to_have_text("1")
    await _expect_none(chat, "unread")
    await chat.open()
    gateway.storing = False
    await chat.say("Encore")
    await expect(chat.log.get_by_text("Envoi…")).to_be_visible()
    await _expect_none(chat, "sending")
    await chat.page.clock.run_for(11_000)
    await expect(chat.button("Réessayer")).to_be_visible()
    await _expect_none(chat, "not acknowledged")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_connection_restored(visit: Visit, gateway: FakeGateway, scheme: str) -> None:
    """A connection that was lost and is back."""
    chat = await (await visit(color_scheme=scheme)).open()
    await gateway.cut()
    await expect(chat.panel.locator(".banner")).to_be_visible()
    await gateway.restore()
    await expect(chat.status).to_have_text("Connexion rétablie.", timeout=BACK_MS)
    await _expect_none(chat, "restored")


@pytest.mark.parametrize("colour", ["#ffd400", "#7a7a7a", "#ff0000", "#101010", "#f8f8f8"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_any_colour_of_a_town(visit: Visit, gateway: FakeGateway, colour: str, scheme: str) -> None:
    """Whatever a town chooses, everything can be read: the foreground and the shade for text are computed."""
    gateway.colours = {"main": colour, "main_dark": colour}
    chat = await visit("/embedding?server=" + gateway.url, color_scheme=scheme)
    await chat.open()
    await chat.ask("Comment refaire ma carte d’identité ?")
    await _expect_none(chat, colour)
    await chat.button("Menu").click()
    await _expect_none(chat, colour)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    "path",
    ["/", "/articles", "/articles/carte-identite", "/confidentialite", "/accessibilite", "/nulle-part", "/failing"],
)
async def test_pages(visit: Visit, path: str, look: dict[str, Any]) -> None:
    """The town's pages, the error pages included."""
    chat = await visit(path, **look)
    await _expect_none(chat, path)
