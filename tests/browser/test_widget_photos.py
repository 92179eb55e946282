"""Photos that go with a message: chosen, sent, refused, tried again, taken out; and what is left of them afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.chat import NARROW, Chat, overflows, photo
from tests.browser.conftest import Visit
from tests.browser.fake_gateway import FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

REFUSAL = {"error": "photo_not_one", "text": "Ce fichier n’est pas une photo que nous pouvons lire."}
TOO_LARGE = "Cette photo est trop lourde\u00a0: 1 Mo au plus. Envoyez-la en plus petit."
BACK_MS = 30_000
BUTTON = "Joindre une photo"


def _ready(chat: Chat) -> Locator:
    return chat.photos.get_by_text("Prête", exact=True)


async def test_only_where_photos_are_taken(visit: Visit, gateway: FakeGateway) -> None:
    """Without limits in the chat's configuration there is no button for photos."""
    gateway.photo_limits = None
    chat = await (await visit()).open()
    await expect(chat.field).to_be_visible()
    await expect(chat.button(BUTTON)).to_have_count(0)


async def test_photo_with_words(visit: Visit, gateway: FakeGateway) -> None:
    """A photo is uploaded when it is chosen, for this session and language, and its id goes with the words."""
    chat = await (await visit()).open()
    await chat.add_photos(photo("trou.jpg"))
    await expect(_ready(chat)).to_have_count(1)
    await expect(chat.status).to_have_text("Photo prête\u00a0: trou.jpg")
    await chat.ask("Devant le 12 rue du Lavoir")
    await expect(chat.photos).to_have_count(0)
    ((photo_id, sent),) = gateway.photos.items()

    assert gateway.uttered[0]["photos"] == [photo_id]
    assert gateway.uttered[0]["message"] == "Devant le 12 rue du Lavoir"
    assert (sent["session_id"], sent["language"]) == (gateway.session_id, "fr")
    assert sent["size_bytes"] == len(photo("trou.jpg")["buffer"])
    await expect(chat.log.locator(".attachments li")).to_have_text(["Photo"])


async def test_photos_without_words(visit: Visit, gateway: FakeGateway) -> None:
    """Photos may go without a word; without either there is nothing to send."""
    chat = await (await visit()).open()
    await chat.add_photos(photo("a.jpg"), photo("b.jpg"))
    await expect(_ready(chat)).to_have_count(2)
    await chat.field.press("Enter")
    await expect(chat.log.locator(".attachments li")).to_have_text(["Photo 1", "Photo 2"])

    await expect(chat.bubbles).to_have_count(3)
    assert gateway.uttered[0]["message"] == ""
    assert gateway.uttered[0]["photos"] == list(gateway.photos)

    await chat.field.press("Enter")
    await expect(chat.panel.locator("#note")).to_have_text("Écrivez d’abord votre question.")


async def test_thumbnail(visit: Visit) -> None:
    """The thumbnail is drawn from the file, under a strict Content-Security-Policy too."""
    chat = await visit("/confidentialite")
    await chat.open()
    await chat.add_photos(photo("a.jpg", "#ff0000"))
    await expect(_ready(chat)).to_have_count(1)
    middle = "(one) => [...one.getContext('2d').getImageData(48, 60, 1, 1).data.slice(0, 3)]"

    red, green, blue = await chat.photos.locator("canvas").evaluate(middle)
    assert red > 200
    assert max(green, blue) < 80


async def test_refused_photo(visit: Visit, gateway: FakeGateway) -> None:
    """A refusal stands beside its photo in the server's words, keeps the message back, and ends with the photo."""
    gateway.photo_refusal = REFUSAL
    chat = await (await visit()).open()
    await chat.add_photos(photo("lettre.jpg"))
    await expect(chat.photos).to_contain_text(REFUSAL["text"])
    await expect(chat.status).to_have_text(REFUSAL["text"])
    await expect(chat.button("Réessayer d’envoyer lettre.jpg")).to_have_count(0)
    await chat.say("Voici")
    await expect(chat.panel.locator("#note")).to_have_text(
        "Une photo ne peut pas partir\u00a0: retirez-la ou réessayez."
    )

    assert gateway.uttered == []

    await chat.button("Retirer lettre.jpg").click()
    await chat.field.press("Enter")
    await expect(chat.bubbles).to_have_count(3)

    assert "photos" not in gateway.uttered[0]


async def test_too_large_is_said_at_once(visit: Visit, gateway: FakeGateway) -> None:
    """A photo over the configured size is refused without being sent, in the words that the server would use."""
    gateway.photo_limits = {"max_bytes": 1_000_000, "per_message": 3}
    large = photo("grande.jpg")
    large["buffer"] += bytes(1_000_001 - len(large["buffer"]))
    chat = await (await visit()).open()
    await chat.add_photos(large, photo("petite.jpg"))
    await expect(chat.photos).to_contain_text(TOO_LARGE)
    await expect(_ready(chat)).to_have_count(1)

    assert len(gateway.photos) == 1


async def test_three_at_most(visit: Visit, gateway: FakeGateway) -> None:
    """What is more than a message may carry is left out, and that is said."""
    chat = await (await visit()).open()
    await chat.add_photos(*(photo(f"{number}.jpg") for number in range(4)))
    await expect(chat.photos.get_by_role("listitem")).to_have_count(3)
    await expect(chat.panel.locator("#note")).to_have_text("3 photos au plus par message.")
    await expect(_ready(chat)).to_have_count(3)

    assert len(gateway.photos) == 3


async def test_network_failure(visit: Visit, gateway: FakeGateway) -> None:
    """A photo whose connection died says so and goes with another attempt."""
    gateway.photos_arrive = False
    chat = await (await visit()).open()
    await chat.add_photos(photo("a.jpg"))
    await expect(chat.photos).to_contain_text("La photo n’est pas partie.")
    gateway.photos_arrive = True
    await chat.button("Réessayer d’envoyer a.jpg").click()
    await expect(_ready(chat)).to_have_count(1)


async def test_chosen_without_a_connection(visit: Visit, gateway: FakeGateway) -> None:
    """A photo that is chosen without a connection waits, says so, and leaves when it is back."""
    chat = await (await visit()).open()
    await gateway.cut()
    await expect(chat.panel.locator(".banner")).to_be_visible()
    await chat.add_photos(photo("a.jpg"))
    await expect(chat.photos).to_contain_text("En attente de la connexion")
    await chat.say("Voici")
    await expect(chat.panel.locator("#note")).to_have_text(
        "Une photo n’est pas encore partie\u00a0: attendez un instant."
    )
    await gateway.restore()
    await expect(_ready(chat)).to_have_count(1, timeout=BACK_MS)
    await chat.field.press("Enter")
    await expect(chat.bubbles).to_have_count(3)


async def test_taken_out_while_it_leaves(visit: Visit, gateway: FakeGateway) -> None:
    """A photo that is taken out while it leaves does not go with the message."""
    gateway.photos_let_in.clear()
    chat = await (await visit()).open()
    await chat.add_photos(photo("a.jpg"))
    await expect(chat.photos).to_contain_text("Envoi…")
    await chat.button("Retirer a.jpg").click()
    await expect(chat.photos).to_have_count(0)
    gateway.photos_let_in.set()
    await chat.ask("Sans photo")

    assert "photos" not in gateway.uttered[0]


async def test_reload_keeps_what_was_sent(visit: Visit, gateway: FakeGateway) -> None:
    """After a reload what was sent with photos still shows them; an unacknowledged message still takes them along."""
    chat = await (await visit()).open()
    await chat.add_photos(photo("a.jpg"))
    await expect(_ready(chat)).to_have_count(1)
    gateway.storing = False
    await chat.say("Voici")
    await expect(chat.log.get_by_text("Envoi…")).to_be_visible()
    gateway.storing = True
    await chat.page.reload()
    await chat.open()
    await expect(chat.bubbles).to_have_count(3)
    await expect(chat.log.locator(".attachments li")).to_have_count(1)

    assert [said["photos"] for said in gateway.uttered] == [list(gateway.photos)] * 2

    await chat.page.reload()
    await chat.open()
    await expect(chat.log.locator(".attachments li")).to_have_count(1)


async def test_other_tab(visit: Visit) -> None:
    """The other tab shows that photos went along."""
    one = await (await visit()).open()
    two = await (await visit(context=one.page.context)).open()
    await one.add_photos(photo("a.jpg"))
    await expect(_ready(one)).to_have_count(1)
    await one.say("Voici")
    await expect(two.log.locator(".attachments li")).to_have_text(["Photo"])


async def test_expired_session(visit: Visit, gateway: FakeGateway) -> None:
    """A photo of a session that the server no longer knows is sent again for the new one."""
    chat = await (await visit()).open()
    await chat.add_photos(photo("a.jpg"))
    await expect(_ready(chat)).to_have_count(1)
    await gateway.cut()
    await expect(chat.panel.locator(".banner")).to_be_visible()
    gateway.histories.clear()
    await gateway.restore()
    await expect(chat.panel.locator(".banner")).to_have_count(0, timeout=BACK_MS)
    await expect(_ready(chat)).to_have_count(1)

    assert [sent["session_id"] for sent in gateway.photos.values()][1:] == [gateway.session_id]


async def test_refused_message_gives_its_photos_back(visit: Visit, gateway: FakeGateway) -> None:
    """A message that is refused comes back with its photos, which the server already has."""
    gateway.refusal = {"error": "too_long", "text": "Ce message est trop long."}
    chat = await (await visit()).open()
    await chat.add_photos(photo("a.jpg"))
    await expect(_ready(chat)).to_have_count(1)
    await chat.say("Voici")
    await chat.button("Modifier").click()
    await expect(_ready(chat)).to_have_count(1)
    gateway.refusal = None
    await chat.field.press("Enter")
    await expect(chat.bubbles).to_have_count(3)

    assert gateway.uttered[1]["photos"] == list(gateway.photos)


async def test_phone_offers_the_camera(visit: Visit) -> None:
    """Only images are asked for, in the formats that are taken: phones then offer the camera, and hand over JPEG."""
    chat = await (await visit()).open()
    await expect(chat.panel.locator("input[type=file]")).to_have_attribute("accept", "image/jpeg,image/png,image/webp")
    await expect(chat.panel.locator("input[type=file]")).to_be_hidden()


async def test_narrow_and_large(visit: Visit, gateway: FakeGateway) -> None:
    """At 320 px with the largest text, three photos with long names need no sideways scroll, and each can be taken out."""
    chat = await (await visit(viewport=NARROW)).open()
    await chat.button("Menu").click()
    await chat.panel.get_by_role("radio", name="Très grande").check()
    await chat.button("Retour à la conversation").click()
    await chat.add_photos(*(photo(f"{number}-{'IMG_20260105_093012' * 3}.jpg") for number in range(3)))
    await expect(_ready(chat)).to_have_count(3)

    assert not await overflows(chat.page)

    for _ in range(3):
        await chat.photos.get_by_role("button", name=re.compile("^Retirer")).first.click()
    await expect(chat.photos).to_have_count(0)


async def test_zoomed(visit: Visit, gateway: FakeGateway) -> None:
    """At 200 % of a small window the conversation keeps room beside photos and strip, and all of it can be reached."""
    chat = await (await visit(viewport={"width": 512, "height": 300})).open()
    await gateway.stand("agent", name="Claire M.", service="Voirie")
    await chat.add_photos(photo("a.jpg"), photo("b.jpg"), photo("c.jpg"))
    await expect(_ready(chat)).to_have_count(3)
    await chat.button("Joindre une personne").scroll_into_view_if_needed()
    await expect(chat.button("Joindre une personne")).to_be_in_viewport()

    height = await chat.log.evaluate("(log) => log.clientHeight")
    assert height >= 60
    assert not await overflows(chat.page)
