"""Photos and a person, without a mouse: everything in reading order, and the focus where one expects it."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import FileChooser, expect

from tests.browser.chat import photo
from tests.browser.conftest import Visit
from tests.browser.fake_gateway import FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_whole_way(visit: Visit, gateway: FakeGateway) -> None:
    """Wait, add photos, take one out, retry another, send, read the agent's answer, go on to a person."""
    gateway.answering = False
    chat = await visit("/embedding?server=" + gateway.url)
    keyboard = chat.page.keyboard
    # Listened to from the start: a key may open the dialog before a listener that is added then is heard of.
    dialogs: asyncio.Queue[FileChooser] = asyncio.Queue()
    chat.page.on("filechooser", lambda dialog: dialogs.put_nowait(dialog))
    for _ in range(3):
        await keyboard.press("Tab")
    await keyboard.press("Enter")
    await expect(chat.field).to_be_focused()
    await expect(chat.bubbles).to_have_count(1)
    await gateway.stand("waiting", service="Voirie", number="D-7K3M-92QX", place=1)
    await expect(chat.strip).to_contain_text("1re place")
    await gateway.stand("agent", name="Claire M.", service="Voirie")
    await expect(chat.strip).to_contain_text("Claire M.")

    assert await chat.focused() == "#field"

    gateway.photos_arrive = False
    await keyboard.press("Tab")

    assert await chat.focused() == "Joindre une photo"

    await keyboard.press("Enter")
    await (await dialogs.get()).set_files([photo("un.jpg"), photo("deux.jpg"), photo("trois.jpg")])
    await expect(chat.photos.get_by_text("La photo n’est pas partie.")).to_have_count(3)
    gateway.photos_arrive = True

    assert await chat.focused() == "Joindre une photo"

    order = []
    for _ in range(7):
        await keyboard.press("Shift+Tab")
        order.append(await chat.focused())

    assert order == [
        "#field",
        "Retirer trois.jpg",
        "Réessayer d’envoyer trois.jpg",
        "Retirer deux.jpg",
        "Réessayer d’envoyer deux.jpg",
        "Retirer un.jpg",
        "Réessayer d’envoyer un.jpg",
    ]

    await keyboard.press("Space")
    await expect(chat.photos.get_by_text("Prête")).to_have_count(1)

    assert await chat.focused() == "Retirer un.jpg"

    await keyboard.press("Tab")
    await keyboard.press("Tab")
    await keyboard.press("Enter")

    assert await chat.focused() == "Retirer trois.jpg"

    await keyboard.press("Enter")

    assert await chat.focused() == "Retirer un.jpg"

    await keyboard.press("Tab")
    await keyboard.type("Devant le 12")
    await keyboard.press("Enter")
    await expect(chat.log.locator(".attachments li")).to_have_count(1)
    await gateway.reply(gateway.session_id, [{"author": "agent", "name": "Claire M.", "text": "Merci."}])
    await expect(chat.bubbles).to_have_count(3)

    assert await chat.focused() == "#field"

    for _ in range(3):
        await keyboard.press("Tab")

    assert await chat.focused() == "Joindre une personne"


async def test_last_photo_taken_out(visit: Visit) -> None:
    """After the last photo the focus is where photos are added, and what happened is told."""
    chat = await (await visit()).open()
    await chat.add_photos(photo("un.jpg"))
    await expect(chat.photos.get_by_text("Prête")).to_have_count(1)
    await chat.button("Retirer un.jpg").focus()
    await chat.page.keyboard.press("Enter")
    await expect(chat.status).to_have_text("Photo retirée\u00a0: un.jpg")

    assert await chat.focused() == "Joindre une photo"
