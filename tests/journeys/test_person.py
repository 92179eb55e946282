"""A citizen and an agent in two windows, and the whole town between them: from the question to the rating."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chat import photo, violations
from tests.journeys.staffed import KARIM, LEA, Staffed, case_of, citizen, close, number_in, press, sign_in, take, tell

pytestmark = [pytest.mark.journey, pytest.mark.rasa, pytest.mark.browser, pytest.mark.timeout(300)]


async def test_from_question_to_rating(windows: Browser, staffed: Staffed) -> None:
    """What did not help goes to a person with all that was said; afterwards the bot has the conversation, and its subject."""
    desk, chat = await sign_in(windows, staffed, "lea"), await citizen(windows, staffed)
    await tell(chat, "comment refaire ma carte d'identité ?")
    await press(chat, "Non")
    opened = await press(chat, "personne")
    case = case_of(staffed, number_in(opened))

    assert "État civil" in opened
    assert "prochain dans la file" in opened

    # Meanwhile the bot goes on.
    assert "piscine" in await tell(chat, "les horaires de la piscine svp")

    await take(desk, case)
    await expect(chat.strip).to_contain_text(f"{LEA} vous répond")
    await expect(desk.title).to_have_text("comment refaire ma carte d'identité ?")
    await expect(desk.log).to_contain_text("pré-demande")
    await expect(desk.log.get_by_role("link", name=re.compile("carte nationale d’identité")).first).to_be_visible()

    await desk.page.get_by_label("Note interne", exact=True).check()
    await desk.note.fill("A déjà appelé deux fois ce matin.")
    await desk.note.press("Enter")
    await desk.page.get_by_label("Répondre", exact=True).check()
    await desk.page.get_by_role("button", name=re.compile("^Insérer : ")).first.click()
    suggested = await desk.field.input_value()
    await desk.field.press("End")
    await desk.field.press_sequentially(" Bonne journée.")
    await expect(chat.panel.get_by_text(f"{LEA} écrit")).to_be_visible()
    await desk.field.press("Enter")
    await expect(chat.bubbles.last).to_contain_text("Bonne journée.", timeout=20_000)
    await expect(chat.bubbles.last.get_by_role("link").first).to_be_visible()

    await chat.field.press_sequentially("merci, et pour mon fils")
    await expect(desk.log.get_by_text("La personne écrit…")).to_be_visible()
    await chat.field.press("Enter")
    await expect(desk.log.locator(".citizen .bubble").last).to_have_text("merci, et pour mon fils")

    await close(desk)
    asked = chat.bubbles.last
    await expect(asked).to_contain_text("L’assistant virtuel vous répond à nouveau.")
    assert "c’est noté" in await press(chat, "En partie")
    await desk.page.get_by_role("tab", name="Closes").click()
    await desk.row(case).click()
    await expect(desk.page.get_by_role("definition").get_by_text("a aidé en partie")).to_be_visible()

    followed = await tell(chat, "et combien ça coûte ?")
    assert "carte" in followed
    said = " ".join(await chat.texts())
    assert suggested.split("\n")[0].split(".")[0] in said.replace("’", "'") or suggested[:40] in said
    assert "deux fois ce matin" not in said


async def test_an_appointment_to_its_rating(windows: Browser, staffed: Staffed) -> None:
    """Corrected on the way and booked; the agent reads what was gathered, and the contact only on demand."""
    desk, chat = await sign_in(windows, staffed, "lea"), await citizen(windows, staffed)
    await tell(chat, "je voudrais un rendez-vous pour un passeport")
    assert "mardi" in await tell(chat, "mardi prochain")
    assert "jeudi" in await tell(chat, "non, jeudi")
    await press(chat, "h")
    recap = await tell(chat, "camille@example.org")
    assert "camille@example.org" in recap
    booked = await tell(chat, "oui")
    case = case_of(staffed, number_in(booked))

    assert re.search(r"État civil, jeudi \d+\S* \w+ à \d+ h", booked.replace("\xa0", " "))

    await take(desk, case)
    await expect(desk.row(case).locator(".chip").filter(has_text="Rendez-vous")).to_be_visible()
    side = desk.page.locator("#pane-side")
    await expect(side).to_contain_text(re.compile(r"jeudi \d"))
    await expect(side).not_to_contain_text("camille@example.org")
    await desk.button("Afficher les coordonnées").click()
    await expect(side).to_contain_text("camille@example.org")
    await desk.send("Pensez à l’ancien passeport.")
    await expect(chat.bubbles.last).to_contain_text("Pensez à l’ancien passeport.", timeout=20_000)
    await desk.button("Clore").click()
    await desk.dialog.get_by_label(re.compile("^Annuler aussi le rendez-vous du jeudi")).check()
    assert await violations(desk.page) == []
    await desk.dialog.get_by_role("button", name="Clore la demande", exact=True).click()
    await expect(chat.bubbles.last).to_contain_text("vous répond à nouveau")
    assert any("est annulé" in text for text in (await chat.texts())[-2:])
    assert "c’est noté" in await press(chat, "Oui")
    assert "Je ne vois pas de rendez-vous à venir" in await tell(chat, "annuler mon rendez-vous")


async def test_a_report_with_a_photo_to_its_rating(windows: Browser, staffed: Staffed) -> None:
    """Told in one sentence; the photo is seen by who is signed in, and by nobody else."""
    desk, chat = await sign_in(windows, staffed, "lea"), await citizen(windows, staffed)
    begun = await tell(chat, "je veux signaler un nid de poule devant le 12 rue des Lilas")
    assert "Chaussée, trottoir, 12 rue des Lilas" in begun

    before = await chat.bubbles.count()
    await chat.add_photos(photo("trou.jpg"))
    await expect(chat.photos.get_by_role("listitem")).to_have_count(1)
    await chat.button("Envoyer").click()
    await expect(chat.bubbles).to_have_count(before + 2)
    assert "une photo" in await press(chat, "Sans coordonnées")
    case = case_of(staffed, number_in(await tell(chat, "oui")))

    await take(desk, case)
    seen = desk.log.locator("img").first
    await expect(seen).to_be_visible()
    assert await seen.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    source = f"{staffed.address}{await seen.evaluate('(image) => new URL(image.src).pathname')}"
    assert (await desk.page.request.get(source)).status == 200
    assert (await chat.page.request.get(source)).status in {401, 403, 404}

    await desk.send("Une équipe passe demain.")
    await expect(chat.bubbles.last).to_contain_text("Une équipe passe demain.", timeout=20_000)
    await chat.say("super")
    await expect(desk.log.locator(".citizen .bubble").last).to_have_text("super")
    await close(desk)
    await expect(chat.bubbles.last).to_contain_text("vous répond à nouveau")
    assert "c’est noté" in await press(chat, "Oui")
    assert "terminé" in await tell(chat, "où en est mon signalement ?")


async def test_another_service_and_another_agent(windows: Browser, staffed: Staffed) -> None:
    """A case that is passed on waits again with its history; the citizen is told, and says nothing twice."""
    lea, karim = await sign_in(windows, staffed, "lea"), await sign_in(windows, staffed, "karim")
    chat = await citizen(windows, staffed)
    opened = await tell(chat, "je voudrais parler à quelqu'un pour une facture d'eau trop élevée")
    case = case_of(staffed, number_in(opened))
    await take(lea, case)
    await lea.send("Je demande à mes collègues.")
    await expect(chat.bubbles.last).to_contain_text("Je demande à mes collègues.", timeout=20_000)
    await lea.button("Transmettre").click()
    await lea.dialog.get_by_label("Service", exact=True).select_option(label="Finances et régie")
    await lea.dialog.get_by_label(re.compile("^Note")).fill("Compteur relevé en octobre.")
    await lea.dialog.get_by_role("button", name="Transmettre la demande").click()
    await expect(chat.strip).to_contain_text("Finances et régie")

    await take(karim, case)
    await expect(chat.strip).to_contain_text(f"{KARIM} vous répond")
    await expect(karim.log).to_contain_text("Je demande à mes collègues.")
    await expect(karim.page.locator(".root")).to_contain_text("Compteur relevé en octobre.")
    await karim.send("Je corrige la facture.")
    await expect(chat.bubbles.last).to_contain_text("Je corrige la facture.", timeout=20_000)
    await close(karim)
    await expect(chat.bubbles.last).to_contain_text("vous répond à nouveau")
    assert "octobre" not in " ".join(await chat.texts())
