"""Nothing is lost and nothing is shown twice: reloads, lost networks, other tabs, erasure."""

from __future__ import annotations

import asyncio
import json

import pytest
from playwright.async_api import WebSocket, expect

from tests.browser.conftest import Visit
from tests.browser.fake_gateway import FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOTHING: dict[str, object] = {"local": {}, "session": {}, "cookies": []}
BACK_MS = 30_000


async def test_nothing_before_opening(visit: Visit, gateway: FakeGateway) -> None:
    """Before the chat is opened, nothing is stored on the citizen's machine and no socket is opened."""
    chat = await visit()
    sockets: list[WebSocket] = []
    chat.page.on("websocket", lambda socket: sockets.append(socket))
    await chat.page.reload()
    await chat.launcher.wait_for()
    await chat.page.wait_for_load_state("networkidle")

    assert await chat.stored() == NOTHING
    assert sockets == []
    assert gateway.connections == 0


async def test_what_is_stored_after(visit: Visit) -> None:
    """An opened chat keeps its session's id, and nothing of what was said."""
    chat = await (await visit()).open()
    await chat.ask("Une question personnelle")
    stored = await chat.stored()

    assert stored["session"] == {}
    assert stored["cookies"] == []
    assert [key.rpartition(":")[2] for key in stored["local"]] == ["session"]
    assert "personnelle" not in json.dumps(stored)


async def test_blocked_storage(visit: Visit) -> None:
    """Where the browser blocks storage, the chat works as long as the page."""
    chat = await visit("/confidentialite")
    await chat.page.add_init_script(
        "for (const area of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, area, {get() { throw new DOMException('blocked', 'SecurityError'); }});"
    )
    await chat.page.reload()
    await chat.open()
    await chat.ask("Bonjour")

    assert await chat.texts() == ["Bonjour", "Vous avez dit : Bonjour"]


async def test_reload_resumes(visit: Visit, gateway: FakeGateway) -> None:
    """After a reload the conversation is there once, and the panel waits to be opened."""
    chat = await (await visit()).open()
    await chat.ask("un")
    await chat.ask("deux")
    before = await chat.texts()
    await chat.page.reload()
    await chat.launcher.wait_for()
    await expect(chat.panel).to_have_count(0)
    await chat.open()
    await expect(chat.bubbles).to_have_count(5)

    assert await chat.texts() == before
    assert len(gateway.histories) == 1
    await expect(chat.log.get_by_text("Suite de votre conversation")).to_be_visible()


async def test_lost_network_sends_later_once(visit: Visit, gateway: FakeGateway) -> None:
    """What is said without a connection is sent when it is back, once, and everything said is still there."""
    chat = await (await visit()).open()
    await chat.ask("avant")
    await gateway.cut()
    await expect(chat.panel.locator(".banner")).to_have_text("Connexion perdue, nouvel essai…")
    await chat.say("pendant")
    await expect(chat.log.get_by_text("Sera envoyé au retour de la connexion")).to_be_visible()
    await gateway.restore()
    await expect(chat.bubbles).to_have_count(5, timeout=BACK_MS)
    await expect(chat.status).to_have_text("Connexion rétablie.")

    assert await chat.texts() == ["avant", "Vous avez dit : avant", "pendant", "Vous avez dit : pendant"]
    assert [said["message"] for said in gateway.uttered] == ["avant", "pendant"]


async def test_connection_dies_before_the_acknowledgement(visit: Visit, gateway: FakeGateway) -> None:
    """A stored message whose acknowledgement was lost is repeated under its id, and shown and answered once."""
    gateway.acknowledging = False
    chat = await (await visit()).open()
    await chat.say("Bonjour")
    await expect(chat.bubbles).to_have_count(3)
    await gateway.cut()
    gateway.acknowledging = True
    await gateway.restore()
    await expect(chat.panel.locator(".banner")).to_have_count(0, timeout=BACK_MS)
    await expect(chat.log.locator(".delivery")).to_have_count(0)

    assert await chat.texts() == ["Bonjour", "Vous avez dit : Bonjour"]
    assert len({said["id"] for said in gateway.uttered}) == 1


async def test_reload_before_the_acknowledgement(visit: Visit, gateway: FakeGateway) -> None:
    """A message that a reload cut off is sent by the reloaded page, opened or not."""
    gateway.storing = False
    chat = await (await visit()).open()
    await chat.say("Bonjour")
    await expect(chat.log.get_by_text("Envoi…")).to_be_visible()
    gateway.storing = True
    await chat.page.reload()
    await expect(chat.page.get_by_role("button", name="Une question ? , 1 nouveau message")).to_be_visible()
    await chat.open()

    assert await chat.texts() == ["Bonjour", "Vous avez dit : Bonjour"]
    assert (await chat.stored())["session"] == {}


async def test_unacknowledged_message_can_be_repeated(visit: Visit, gateway: FakeGateway) -> None:
    """A connection that takes words and says nothing gets « Réessayer » after ten seconds."""
    gateway.storing = False
    chat = await visit()
    await chat.page.clock.install()
    await chat.page.reload()
    await chat.open()
    await chat.say("Bonjour")
    await expect(chat.log.get_by_text("Envoi…")).to_be_visible()
    await chat.page.clock.run_for(11_000)
    await expect(chat.log.get_by_text("Ce message n’est pas parti.")).to_be_visible()
    gateway.storing = True
    await chat.button("Réessayer").click()
    await expect(chat.bubbles).to_have_count(3)


async def test_expired_session_starts_anew(visit: Visit, gateway: FakeGateway) -> None:
    """A session that the server no longer knows becomes a new one, and the citizen is told."""
    chat = await (await visit()).open()
    await chat.ask("Bonjour")
    gateway.histories.clear()
    await chat.page.reload()
    await chat.open()
    await expect(chat.log.get_by_text("Votre conversation précédente a expiré.")).to_be_visible()

    assert await chat.texts() == []


async def test_two_tabs(visit: Visit) -> None:
    """Two tabs of one session show the same, each entry once, whoever said it."""
    one = await (await visit()).open()
    await one.ask("un")
    two = await (await visit(context=one.page.context)).open()
    await expect(two.bubbles).to_have_count(3)
    await two.ask("deux")
    await expect(one.bubbles).to_have_count(5)

    assert await one.texts() == await two.texts() == ["un", "Vous avez dit : un", "deux", "Vous avez dit : deux"]


async def test_erase(visit: Visit, gateway: FakeGateway) -> None:
    """Erasing asks once, shows the receipt, empties both sides, and lets a new conversation begin."""
    chat = await (await visit()).open()
    await chat.ask("Bonjour")
    await chat.button("Menu").click()
    await chat.button("Supprimer mes données").click()

    assert len(gateway.histories) == 1

    await chat.button("Supprimer la conversation").click()
    await expect(chat.panel.locator(".receipt")).to_contain_text("R-2026-0042")

    assert gateway.histories == {}
    assert await chat.stored() == NOTHING
    assert await chat.focused() == "Conversation supprimée"

    await chat.button("Commencer une nouvelle conversation").click()
    await expect(chat.bubbles).to_have_count(1)
    await chat.ask("Rebonjour")

    assert await chat.texts() == ["Rebonjour", "Vous avez dit : Rebonjour"]


async def test_erased_in_another_tab(visit: Visit) -> None:
    """A tab whose conversation another one erased shows the receipt too, and none of the words."""
    one = await (await visit()).open()
    await one.ask("Bonjour")
    two = await (await visit(context=one.page.context)).open()
    await two.button("Menu").click()
    await two.button("Supprimer mes données").click()
    await two.button("Supprimer la conversation").click()
    await expect(one.panel.locator(".ending")).to_contain_text("R-2026-0042")
    await expect(one.panel).not_to_contain_text("Bonjour")


async def test_nobody_there(visit: Visit, gateway: FakeGateway) -> None:
    """A chat that is opened while the server is away says so, keeps the words, and sends them later."""
    chat = await visit()
    await gateway.cut()
    await chat.launcher.click()
    await expect(chat.panel.locator(".banner")).to_be_visible()
    await chat.say("Bonjour")
    await asyncio.sleep(0)
    await gateway.restore()
    await expect(chat.bubbles).to_have_count(3, timeout=BACK_MS)


async def test_without_websockets(visit: Visit) -> None:
    """Where a network lets no WebSocket through, the chat works by long polling."""
    chat = await visit("/confidentialite")
    await chat.page.add_init_script(
        "window.WebSocket = class { constructor() { queueMicrotask(() => this.onerror?.(new Event('error'))); } close() {} };"
    )
    await chat.page.reload()
    await chat.open()
    await chat.ask("Bonjour")

    assert await chat.texts() == ["Bonjour", "Vous avez dit : Bonjour"]


async def test_question_from_the_page_leaves_the_draft(visit: Visit) -> None:
    """A question asked on the page is sent, and what was being written stays in the field."""
    chat = await (await visit()).open()
    await chat.field.fill("à moitié écr")
    await chat.page.get_by_role("button", name="Collecte des déchets").click()
    await expect(chat.bubbles).to_have_count(3)
    await expect(chat.field).to_have_value("à moitié écr")
