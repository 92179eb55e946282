"""Mail and web forms on the agents' page: read, answered from a suggestion, put right, and found by who has the reception."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser import desk_shelves
from tests.browser.chat import NARROW, PHONE, violations
from tests.browser.desk import WINDOW, FakedDesk, overflows, visiting
from tests.browser.desk_letters import DANGER, FLOOD, FORM, HOLE, REPLIES, STRANGER

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LOOKS = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{name}-{scheme}")
    for name, viewport in (("desktop", WINDOW), ("phone", PHONE))
    for scheme in ("light", "dark")
]


def letter(desk: FakedDesk, number: int) -> Locator:
    """A letter in the conversation."""
    return desk.page.locator(f'.letter[data-letter="{number}"]')


def body(desk: FakedDesk, path: str) -> Any:
    """What was last sent to a path."""
    return [sent for _, to, sent in desk.gateway.requests if to == path][-1]


async def test_a_letter_is_read_apart(browser: Browser) -> None:
    """Own words first with the words that decided marked; signature and quote come when asked for, by keyboard too."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring()
        await desk.open(HOLE)
        mail = letter(desk, 1)
        await expect(mail.get_by_text("Depuis trois semaines")).to_be_visible()
        await expect(mail.get_by_text("Envoyé de mon téléphone")).to_be_hidden()
        rest = mail.get_by_text("Afficher le reste")
        await rest.focus()
        await desk.page.keyboard.press("Enter")
        await expect(mail.get_by_text("Envoyé de mon téléphone")).to_be_visible()

        assert await mail.locator("mark").all_inner_texts() == ["nid-de-poule", "chaussée", "reboucher"]
        await expect(mail.get_by_text("Contient un numéro de téléphone et une adresse postale")).to_be_visible()
        await expect(desk.page.get_by_role("heading", name="Lecture du courrier")).to_be_visible()
        await expect(desk.page.get_by_text("très probable")).to_be_visible()


async def test_danger_stands_first(browser: Browser) -> None:
    """Above every word of the letter, in words."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring()
        await desk.open(DANGER)
        first = letter(desk, 5).locator(".bubble > *").first

        await expect(first).to_have_text("Danger à vérifier tout de suite")


async def test_a_wrong_route_is_one_click(browser: Browser) -> None:
    """The case goes to the service that was clicked, without a dialog, and the page says so."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring()
        await desk.open(HOLE)
        await desk.button("Transmettre à Urbanisme").click()
        await expect(desk.status).to_have_text("La demande est transmise.")

        assert body(desk, f"cases/{HOLE}/transfer") == {"service": "urbanisme", "note": ""}
        assert await desk.focused() == "#talk-title"


async def test_another_service_is_chosen_in_the_dialog(browser: Browser) -> None:
    """For whom none of the likely ones is right."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring()
        await desk.open(HOLE)
        await desk.button("Autre service…").click()

        await expect(desk.dialog.get_by_role("heading")).to_have_text("Transmettre à un autre service")


async def test_a_suggestion_is_inserted_and_never_sent_by_itself(browser: Browser) -> None:
    """It stands in the field with its source; what is sent says which one it was made of, until the field is cleared."""
    async with visiting(browser, undo_seconds=0) as desk:
        await desk.gateway.letters.bring()
        await desk.take(HOLE)
        await desk.page.get_by_role("button", name=f"Insérer cette réponse : {REPLIES[0]['title']}").click()
        await expect(desk.field).to_have_value(str(REPLIES[0]["text"]))
        await expect(desk.page.get_by_role("list", name="Sources jointes à la réponse")).to_contain_text("voirie")
        inserted = list(desk.gateway.sent)
        await desk.field.fill("Bonjour, c’est prévu jeudi.")
        await desk.field.press("Enter")
        await expect(desk.log.get_by_text("c’est prévu jeudi")).to_be_visible()
        first = body(desk, f"cases/{HOLE}/replies")
        await desk.page.get_by_role("button", name=f"Insérer cette réponse : {REPLIES[1]['title']}").click()
        await desk.field.fill("")
        await desk.send("Autre chose.")
        await expect(desk.log.get_by_text("Autre chose.")).to_be_visible()

        assert inserted == []
        assert first["suggestion"] == REPLIES[0]["id"]
        assert body(desk, f"cases/{HOLE}/replies")["suggestion"] == ""


async def test_a_reply_taken_back_keeps_its_suggestion(browser: Browser) -> None:
    """Sent again it still says what it was made of."""
    async with visiting(browser, undo_seconds=60) as desk:
        await desk.gateway.letters.bring()
        await desk.take(HOLE)
        await desk.page.get_by_role("button", name=f"Insérer cette réponse : {REPLIES[0]['title']}").click()
        await desk.field.press("Enter")
        await desk.button("Annuler l’envoi").click()
        await expect(desk.field).to_have_value(str(REPLIES[0]["text"]))
        await desk.field.press("Enter")
        await expect(desk.button("Annuler l’envoi")).to_be_visible()

        assert body(desk, f"cases/{HOLE}/replies")["suggestion"] == REPLIES[0]["id"]


async def test_another_sender_is_confirmed(browser: Browser) -> None:
    """Their address stands there with the way to answer it; confirmed, the flag goes and the focus stays with the letter."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring()
        await desk.open(HOLE)
        await expect(letter(desk, 2)).to_contain_text(STRANGER)
        await desk.button("Répondre à cette adresse désormais").click()
        await expect(desk.status).to_have_text("Les réponses partent désormais à cette adresse.")
        await expect(letter(desk, 2)).not_to_contain_text(STRANGER)

        assert ("POST", f"cases/{HOLE}/letters/2/trust", {}) in desk.gateway.requests


async def test_a_held_acknowledgement_is_sent(browser: Browser) -> None:
    """A doubtful sender is flagged with what the mail server found; the acknowledgement goes when an agent says so."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring()
        await desk.open(FLOOD)
        await expect(letter(desk, 3)).to_contain_text("n’est peut-être pas celui qu’il dit")
        await expect(desk.page.get_by_text("DKIM, signature fausse")).to_be_visible()
        await desk.button("Envoyer l’accusé de réception").click()
        await expect(letter(desk, 3)).to_contain_text("Accusé de réception envoyé")

        assert ("POST", f"cases/{FLOOD}/letters/3/acknowledge", {}) in desk.gateway.requests


async def test_kind_and_urgency_are_corrected(browser: Browser) -> None:
    """By two lists beside the conversation."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring()
        await desk.open(HOLE)
        await desk.page.get_by_label("Nature", exact=True).select_option("complaint")
        await expect(desk.status).to_have_text("La correction est gardée.")
        await desk.page.get_by_label("Urgence", exact=True).select_option("high")
        await expect(desk.page.locator(".talk-facts .chip.urgent")).to_be_visible()

        assert body(desk, f"cases/{HOLE}/letter") == {"urgency": "high"}


async def test_letters_that_say_the_same_lead_to_each_other(browser: Browser) -> None:
    """Their number stands on the row and beside the letter; those that are the agent's open."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring()
        await expect(desk.row(HOLE)).to_contain_text("11 courriers semblables")
        await desk.open(HOLE)
        alike = desk.page.get_by_role("list", name="Même objet que 11 autres courriers")
        await expect(alike.get_by_role("button")).to_have_count(1)
        await alike.get_by_role("button").click()

        await expect(desk.title).to_have_text("Trou devant l’école")
        await expect(letter(desk, 4)).to_contain_text("Chaussée abîmée")


async def test_the_row_says_what_came(browser: Browser) -> None:
    """Mail and form by name, and that the citizen has answered."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring()

        await expect(desk.row(HOLE)).to_contain_text("Courriel")
        await expect(desk.row(FORM)).to_contain_text("Formulaire")
        await expect(desk.row(FLOOD)).to_contain_text("Nouvelle réponse")
        await expect(desk.row(FLOOD)).to_contain_text("En retard")


async def test_the_page_of_mail_leads_to_the_queue_of_a_service(browser: Browser) -> None:
    """A click shows that service alone, whatever else arrives, until all are asked for again."""
    async with visiting(browser, role="supervisor") as desk:
        await desk.gateway.letters.bring()
        await desk.go("Courrier")
        await desk.button("Voir les demandes : Voirie").click()
        await expect(desk.page.get_by_text("Service : Voirie")).to_be_visible()
        await expect(desk.row(1)).to_have_count(0)
        await expect(desk.row(HOLE)).to_be_visible()
        await desk.page.mouse.move(900, 300)
        await desk.gateway.arrive(60, "Une question d’état civil")
        await desk.gateway.arrive(61, "Encore un trou", service="voirie")
        await desk.title.focus()
        await expect(desk.row(61)).to_be_visible()
        await expect(desk.row(60)).to_have_count(0)
        await desk.button("Tous les services").click()

        await expect(desk.row(60)).to_be_visible()


async def test_what_was_put_aside_becomes_a_case(browser: Browser) -> None:
    """With its reason it stands on the page; « C’est une vraie demande » opens it in the conversation's pane."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring()
        await desk.go("Courrier")
        await expect(desk.page.get_by_text("message d'absence")).to_be_visible()
        await desk.button("C’est une vraie demande : Automne : nos lampadaires à prix doux").click()

        await expect(desk.title).to_have_text("Automne : nos lampadaires à prix doux")
        await expect(desk.status).to_have_text("La demande est ouverte et son accusé de réception part.")


async def test_what_was_masked_stands_with_the_letter(browser: Browser) -> None:
    """Which numbers they were, and that the person knows."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring()
        await desk.open(FORM)

        await expect(letter(desk, 4)).to_contain_text(
            "Masqué avant d’être gardé : un IBAN et un numéro de carte bancaire."
        )


async def test_who_has_not_the_reception_sees_the_shelves_alone(browser: Browser) -> None:
    """What was put aside is not there for them."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring(is_reception=False)
        await desk.go("Courrier")
        await expect(desk.page.get_by_role("row").nth(1)).to_contain_text("Voirie")

        await expect(desk.page.get_by_role("heading", name="Courriels écartés")).to_have_count(0)


@pytest.mark.parametrize("look", LOOKS)
async def test_axe(browser: Browser, look: dict[str, Any]) -> None:
    """No violation and nothing wider than its place, in every state of letters."""
    async with visiting(browser, **look) as desk:
        await desk.gateway.letters.bring()
        for number in (HOLE, FLOOD, FORM, DANGER):
            await desk.open(number)
            assert await violations(desk.page) == [], number
            assert await overflows(desk.page) == [], number
            if number == HOLE:
                await letter(desk, 1).get_by_text("Afficher le reste").click()
                await desk.page.locator(".barrier .primary").click()
                await expect(desk.field).to_be_enabled()
                assert await violations(desk.page) == []
            if await desk.button("Dossier").is_visible():
                await desk.button("Dossier").click()
                assert await violations(desk.page) == [], number
                await desk.button("Retour à la conversation").click()
                await desk.button("Retour à la file").click()
        await desk.gateway.emit("troubles", {"troubles": desk_shelves.troubles(datetime.now(timezone.utc))})
        await desk.open(FORM)
        if not await desk.button("Transmettre à Urbanisme").is_visible():
            await desk.page.locator(".to-acts").click()
        await desk.button("Transmettre à Urbanisme").click()
        await desk.page.get_by_text("et 2 autres pannes").click()
        await expect(desk.page.locator(".moved")).to_be_visible()
        assert await violations(desk.page) == []
        assert await overflows(desk.page) == []
        await desk.go("Courrier")
        await expect(desk.page.locator("guichet-letters .asides").first).to_be_visible()
        assert await violations(desk.page) == []
        assert await overflows(desk.page) == []


async def test_narrow(browser: Browser) -> None:
    """At 320 px nothing is scrolled sideways, and a suggested reply can be inserted."""
    async with visiting(browser, viewport=NARROW) as desk:
        await desk.gateway.letters.bring()
        await desk.open(HOLE)
        await desk.page.locator(".barrier .primary").click()
        await desk.page.get_by_role("button", name="Réponses suggérées").click()
        await desk.page.get_by_role("button", name=f"Insérer cette réponse : {REPLIES[0]['title']}").click()

        assert await overflows(desk.page) == []
        await desk.go("Courrier")
        await expect(desk.page.locator("guichet-letters table")).to_be_visible()
        assert await overflows(desk.page) == []
