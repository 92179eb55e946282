"""axe-core on what citizens see of the desk and of photos, light and dark, desktop and phone; and the looks that are asked for."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.chat import Chat, photo, violations
from tests.browser.conftest import Visit
from tests.browser.fake_gateway import FakeGateway
from tests.browser.test_axe import LOOKS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CASE: dict[str, Any] = {"service": "Voirie", "number": "D-7K3M-92QX"}


async def _expect_none(chat: Chat, state: str) -> None:
    found = await violations(chat.page)

    assert not found, f"{state}: " + "\n".join(found)


@pytest.mark.parametrize("look", LOOKS)
async def test_desk_states(visit: Visit, gateway: FakeGateway, look: dict[str, Any]) -> None:
    """In the queue, with an agent, an agent's words, an agent writing, the bot again."""
    chat = await (await visit(**look)).open()
    await gateway.stand("waiting", place=2, wait="environ 5 minutes", **CASE)
    await expect(chat.strip).to_contain_text("2e place")
    await _expect_none(chat, "waiting")
    await gateway.stand("agent", name="Claire M.", **CASE)
    await gateway.reply(gateway.session_id, [{"author": "agent", "name": "Claire M.", "text": "Bonjour."}])
    await expect(chat.bubbles).to_have_count(2)
    await _expect_none(chat, "agent")
    await gateway.write("Claire M.")
    await expect(chat.log.locator(".typing")).to_be_visible()
    await _expect_none(chat, "writing")
    await gateway.stand("bot")
    await expect(chat.strip).to_contain_text("De nouveau")
    await _expect_none(chat, "bot again")


@pytest.mark.parametrize("look", LOOKS)
async def test_photo_states(visit: Visit, gateway: FakeGateway, look: dict[str, Any]) -> None:
    """A photo on its way, ready, refused, not gone, one too many, kept back, and sent."""
    chat = await (await visit(**look)).open()
    gateway.photos_let_in.clear()
    await chat.add_photos(photo("a.jpg"))
    await expect(chat.photos).to_contain_text("Envoi…")
    await _expect_none(chat, "sending")
    gateway.photos_let_in.set()
    await expect(chat.photos).to_contain_text("Prête")
    gateway.photo_refusal = {"error": "photo_damaged", "text": "Cette photo est incomplète ou abîmée."}
    await chat.add_photos(photo("b.jpg"))
    await expect(chat.photos).to_contain_text("abîmée")
    gateway.photo_refusal = None
    gateway.photos_arrive = False
    await chat.add_photos(photo("c.jpg"), photo("d.jpg"))
    await expect(chat.photos).to_contain_text("n’est pas partie")
    await _expect_none(chat, "ready, refused, failed, one too many")
    await chat.field.press("Enter")
    await expect(chat.panel.locator("#note")).to_contain_text("ne peut pas partir")
    await _expect_none(chat, "kept back")
    await chat.button("Retirer b.jpg").click()
    await chat.button("Retirer c.jpg").click()
    await chat.field.press("Enter")
    await expect(chat.log.locator(".attachments li")).to_have_count(1)
    await _expect_none(chat, "sent")


async def test_forced_colours(visit: Visit, gateway: FakeGateway) -> None:
    """With the system's own colours the strip, the initial and the photos keep edges: axe cannot judge those colours."""
    chat = await (await visit(forced_colors="active")).open()
    await gateway.stand("agent", name="Claire M.", **CASE)
    await chat.add_photos(photo("a.jpg"))
    await expect(chat.photos).to_contain_text("Prête")
    edge = "(one) => getComputedStyle(one).borderTopWidth"

    assert await chat.strip.locator(".initial").evaluate(edge) == "1px"
    assert await chat.photos.get_by_role("listitem").evaluate(edge) == "1px"


async def test_no_motion(visit: Visit, gateway: FakeGateway) -> None:
    """Where the citizen asked for no motion, nothing of the desk or of photos moves."""
    chat = await (await visit(reduced_motion="reduce")).open()
    gateway.photos_let_in.clear()
    await gateway.stand("agent", name="Claire M.", **CASE)
    await gateway.write("Claire M.")
    await chat.add_photos(photo("a.jpg"))
    await expect(chat.photos).to_contain_text("Envoi…")
    running = "() => document.querySelector('guichet-chat').shadowRoot.getAnimations().length"

    assert await chat.page.evaluate(running) == 0

    gateway.photos_let_in.set()
