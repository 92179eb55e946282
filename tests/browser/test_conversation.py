"""What a citizen does in the chat, and what comes of it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.fake_gateway import FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

QUESTION = "Comment refaire ma carte d’identité ?"


async def test_welcome_links_the_privacy_notice(visit: Visit) -> None:
    """Below the welcome's words, in its bubble, a link says what is done with one's data, in a tab of its own."""
    chat = await (await visit()).open()
    link = chat.bubbles.first.get_by_role("link", name="Vos données (nouvel onglet)", exact=True)

    await expect(link).to_have_attribute("href", re.compile(r"^http://127\.0\.0\.1:\d+/confidentialite$"))
    await expect(link).to_have_attribute("target", "_blank")
    await expect(link).to_have_attribute("rel", re.compile(r"\bnoopener\b"))
    await chat.ask("Bonjour")
    await expect(chat.log.get_by_role("link", name="Vos données")).to_have_count(1)


async def test_answer_with_source(visit: Visit) -> None:
    """An answer shows its source with title, publisher, day in words, and a link to the town's server."""
    chat = await (await visit()).open()
    await chat.ask(QUESTION)
    source = chat.log.locator(".sources")

    await expect(source).to_contain_text("Mairie de Pontavel · mis à jour le 5 janvier 2026")
    await expect(source.get_by_role("link")).to_have_attribute(
        "href", re.compile(r"^http://127\.0\.0\.1:\d+/articles/carte-identite$")
    )
    await expect(source.get_by_role("link")).to_have_attribute("rel", "noopener noreferrer")


async def test_unanswered_search_asks(visit: Visit, gateway: FakeGateway) -> None:
    """The town's page hands the question over that nothing answers: the chat opens and has it answered."""
    chat = await visit()
    await chat.page.get_by_label("Votre question", exact=True).fill("cantine")
    await chat.page.get_by_role("button", name="Posez votre question à l’assistant").click()
    await expect(chat.choices).to_have_count(3)

    assert [said["message"] for said in gateway.uttered] == ["cantine"]


async def test_press_sends_token_and_shows_words(visit: Visit, gateway: FakeGateway) -> None:
    """A pressed choice goes as its token, stays as the citizen's words, and takes its group with it."""
    chat = await (await visit()).open()
    await chat.ask("cantine")
    await chat.button("Payer la cantine").click()
    await expect(chat.bubbles).to_have_count(5)
    await expect(chat.choices).to_have_count(0)

    assert (await chat.texts())[2] == "Payer la cantine"
    assert gateway.uttered[-1]["pressed"] == "token-1-1"
    assert gateway.uttered[-1]["message"] == "Payer la cantine"


async def test_every_message_has_an_id(visit: Visit, gateway: FakeGateway) -> None:
    """Messages carry an id of the protocol's form, and no two the same."""
    chat = await (await visit()).open()
    await chat.ask("un")
    await chat.ask("deux")
    ids = [said["id"] for said in gateway.uttered]

    assert len(set(ids)) == 2
    assert all(re.fullmatch(r"[A-Za-z0-9._-]{1,64}", given) for given in ids)


async def test_remote_text_is_text(visit: Visit) -> None:
    """Markup in replies, choices and sources is shown as it was written; links that are no links are not made."""
    chat = await (await visit()).open()
    await chat.ask("script")
    title = await chat.page.title()
    answer = chat.bubbles.last
    await expect(answer).to_contain_text("<img src=x onerror=\"document.title='hacked'\"> <script>")
    await expect(answer).to_contain_text("<u>Titre</u>")
    await expect(chat.choices).to_have_text([re.compile("<i>Oui</i>")])

    assert await answer.locator("img, script, b, u, s").count() == 0
    await expect(answer.get_by_role("link")).to_have_text(["Externe (nouvel onglet)"])
    assert title != "hacked"


async def test_typed_markup_is_text(visit: Visit) -> None:
    """What a citizen types is shown as typed, line breaks included."""
    chat = await (await visit()).open()
    await chat.field.fill("<b>un</b>")
    await chat.field.press("Shift+Enter")
    await chat.field.press_sequentially("deux")
    await chat.field.press("Enter")
    await expect(chat.bubbles).to_have_count(3)

    assert await chat.bubbles.nth(1).inner_text() == "<b>un</b>\ndeux"


async def test_long_reply_is_folded(visit: Visit) -> None:
    """A long reply shows its beginning and the question of its choices; « Lire la suite » shows the rest."""
    chat = await (await visit()).open()
    await chat.ask("long")
    answer = chat.bubbles.last
    await expect(answer.get_by_text("Cela répond-il à votre question ?")).to_be_in_viewport()
    box = await answer.get_by_text("Paragraphe 5").bounding_box()
    await chat.button("Lire la suite").click()

    assert box is not None
    await expect(chat.button("Réduire")).to_have_attribute("aria-expanded", "true")
    await expect(answer.get_by_text("Paragraphe 5")).to_be_visible()


async def test_overlong_message_is_not_sent(visit: Visit, gateway: FakeGateway) -> None:
    """Near the limit a counter appears; above it the message stays in the field, with the reason in words."""
    chat = await (await visit()).open()
    await chat.field.fill("x" * 3990)
    await expect(chat.panel.get_by_text("Encore 10 caractères")).to_be_visible()
    await chat.field.fill("x" * 4001)
    await chat.field.press("Enter")
    await expect(chat.status).to_have_text("1 caractère de trop : raccourcissez le message pour l’envoyer.")
    await expect(chat.field).to_have_value("x" * 4001)

    assert gateway.uttered == []


async def test_empty_message_says_why(visit: Visit, gateway: FakeGateway) -> None:
    """Sending nothing says what to do instead of doing nothing."""
    chat = await (await visit()).open()
    await chat.field.press("Enter")
    await expect(chat.panel.locator("#note")).to_have_text("Écrivez d’abord votre question.")

    assert gateway.uttered == []


async def test_refused_message_can_be_repeated(visit: Visit, gateway: FakeGateway) -> None:
    """A message that came too fast shows the server's sentence, and « Réessayer » sends it under the same id."""
    gateway.refusal = {"error": "too_fast", "text": "Réessayez dans 5 secondes.", "retry_after_s": 5}
    chat = await (await visit()).open()
    await chat.say("Bonjour")
    await expect(chat.log.get_by_text("Réessayez dans 5 secondes.")).to_be_visible()
    gateway.refusal = None
    await chat.button("Réessayer").click()
    await expect(chat.bubbles).to_have_count(3)

    first, second = gateway.uttered
    assert first["id"] == second["id"]


async def test_refused_message_can_be_edited(visit: Visit, gateway: FakeGateway) -> None:
    """A message that can never be taken as it is goes back to the field."""
    gateway.refusal = {"error": "unreadable", "text": "Ce message n’a pas pu être lu."}
    chat = await (await visit()).open()
    await chat.say("Bonjour")
    await chat.button("Modifier").click()
    await expect(chat.field).to_have_value("Bonjour")
    await expect(chat.field).to_be_focused()
    await expect(chat.bubbles).to_have_count(1)


async def test_late_answer_is_told_quietly(visit: Visit, gateway: FakeGateway) -> None:
    """From the acknowledgement on the citizen sees that something happens; after ten seconds, in words."""
    gateway.answering = False
    chat = await (await visit()).open()
    await chat.page.clock.install()
    await chat.say("Bonjour")
    await expect(chat.log.get_by_text("Recherche en cours")).to_be_visible()
    await chat.page.clock.run_for(11_000)
    await expect(chat.log.get_by_text("La réponse prend plus de temps que prévu.")).to_be_visible()
    await gateway.reply(gateway.session_id, [{"text": "Me voici."}])
    await expect(chat.bubbles).to_have_count(3)
    await expect(chat.log.locator(".typing")).to_have_count(0)


async def test_news_while_closed(visit: Visit, gateway: FakeGateway) -> None:
    """A reply that comes while the panel is closed is counted on the button, and opens nothing."""
    gateway.answering = False
    chat = await (await visit()).open()
    await chat.say("Bonjour")
    await expect(chat.log.get_by_text("Recherche en cours")).to_be_visible()
    await chat.button("Fermer l’assistant").click()
    await gateway.reply(gateway.session_id, [{"text": "Me voici."}])
    await expect(chat.page.get_by_role("button", name="Une question ? , 1 nouveau message")).to_be_visible()
    await expect(chat.panel).to_have_count(0)


async def test_person_is_one_tap_away(visit: Visit) -> None:
    """Phone, hours, counter and address are one tap from the conversation, without asking the server again."""
    chat = await (await visit()).open()
    await chat.button("Joindre une personne").click()
    sheet = chat.panel.get_by_role("dialog", name="Joindre une personne")

    await expect(sheet.get_by_role("link", name="02 61 91 40 00")).to_have_attribute("href", "tel:0261914000")
    await expect(sheet).to_contain_text("du lundi au vendredi")
    await expect(sheet).to_contain_text("rue du Lavoir")
    await expect(sheet.get_by_role("link", name="mairie@pontavel.example")).to_be_visible()


async def test_language(visit: Visit, gateway: FakeGateway) -> None:
    """Another language changes the widget's words, the welcome, and what the server is told."""
    chat = await (await visit()).open()
    await chat.button("Menu").click()
    await chat.panel.get_by_role("radio", name="English").check()
    await chat.button("Back to the conversation").click()
    await expect(chat.bubbles.first).to_contain_text("Hello, I am the virtual assistant")
    await chat.page.get_by_label("Your question", exact=True).fill("hello")
    await chat.page.keyboard.press("Enter")
    await expect(chat.bubbles).to_have_count(3)

    assert gateway.uttered[0]["language"] == "en"
    await expect(chat.page.locator("guichet-chat aside")).to_have_attribute("lang", "en")
    await expect(chat.bubbles.last).to_have_attribute("lang", "fr")


async def test_by_mail(visit: Visit) -> None:
    """The menu offers the conversation as an e-mail of one's own."""
    chat = await (await visit()).open()
    await chat.ask(QUESTION)
    await chat.button("Menu").click()
    href = await chat.panel.get_by_role("link", name="Envoyer par e-mail").get_attribute("href") or ""

    assert href.startswith("mailto:?subject=")
    assert "Comment%20refaire%20ma%20carte" in href
