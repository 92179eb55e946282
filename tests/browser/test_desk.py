"""What an agent can rely on at the desk, over a fake gateway."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chat import PHONE
from tests.browser.desk import Desk, visiting
from tests.browser.desk_script import XSS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

BACK_MS = 30_000
"""A lost connection is tried again within fifteen seconds; twice that, for a busy machine."""


async def _no_draft_kept(desk: Desk) -> None:
    """Wait until no draft is left on the machine: the page shows a reply as sent before it clears its draft."""
    await desk.page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.includes(':draft:'))")


async def test_taken_by_another(browser: Browser) -> None:
    """Whoever takes a case a moment too late is told who has it, and can write nothing to its citizen."""
    async with visiting(browser) as desk:
        await desk.open(1)
        desk.gateway.cases[1] |= {"state": "taken", "agent": {"id": 2, "name": "Karim Benali"}, "version": 2}
        await desk.button("Prendre en charge").click()
        await expect(desk.page.locator(".refusal")).to_contain_text("Karim Benali s’occupe de cette demande.")
        await expect(desk.page.locator(".barrier")).to_contain_text("Karim Benali s’occupe de cette demande.")
        await expect(desk.field).to_be_disabled()
        await expect(desk.status).to_have_text("Karim Benali s’occupe de cette demande.")


async def test_reply_leaves_after_its_seconds(browser: Browser) -> None:
    """A reply is shown as leaving, then stands in the conversation once, and the draft is gone."""
    async with visiting(browser, undo_seconds=1) as desk:
        await desk.take(1)
        await desk.send("Prenez rendez-vous.")
        await expect(desk.log.locator(".pending")).to_contain_text("Part dans")
        await expect(desk.log.locator(".pending")).to_have_count(0)
        await expect(desk.log.locator(".agent .bubble")).to_have_text("Prenez rendez-vous.")

        assert [one["text"] for one in desk.gateway.sent] == ["Prenez rendez-vous."]
        await _no_draft_kept(desk)


@pytest.mark.parametrize("way", ["button", "escape"])
async def test_reply_taken_back(browser: Browser, way: str) -> None:
    """A reply that is taken back never leaves; its words and sources are in the composer again."""
    async with visiting(browser, undo_seconds=60) as desk:
        await desk.take(1)
        await desk.page.get_by_role("button", name="Insérer : Carte perdue ou volée").click()
        written = await desk.field.input_value()
        await desk.field.press("Enter")
        await expect(desk.button("Annuler l’envoi")).to_be_visible()
        await expect(desk.field).to_have_value("")
        if way == "button":
            await desk.button("Annuler l’envoi").click()
        else:
            await desk.field.press("Escape")
        await expect(desk.field).to_have_value(written)
        await expect(desk.field).to_be_focused()
        await expect(desk.button("Retirer la source Carte perdue ou volée")).to_be_visible()

        assert desk.gateway.pending[1] == []
        assert desk.gateway.sent == []


async def test_suggestion_is_inserted_and_never_sent(browser: Browser) -> None:
    """A suggestion goes into the composer with its source, which can be removed; nothing leaves by it."""
    async with visiting(browser, undo_seconds=0) as desk:
        await desk.take(1)
        await desk.field.fill("Bonjour,")
        await desk.page.get_by_role("button", name="Insérer : Refaire sa carte d’identité").click()
        await expect(desk.field).to_be_focused()

        assert (await desk.field.input_value()).startswith("Bonjour,\n\nPrenez rendez-vous")
        assert [path for _, path, _ in desk.gateway.requests] == ["cases/1/take"]

        await desk.page.get_by_role("searchbox").fill("perdue")
        await desk.page.get_by_role("searchbox").press("Enter")
        await desk.page.get_by_role("button", name="Insérer avec la source : Carte perdue ou volée").click()
        await desk.button("Retirer la source Refaire sa carte d’identité").click()
        await desk.field.press("Enter")
        await expect(desk.log.locator(".agent .sources")).to_contain_text("Carte perdue ou volée")

        assert [one["title"] for one in desk.gateway.sent[0]["sources"]] == ["Carte perdue ou volée"]


async def test_note_goes_to_agents_only(browser: Browser) -> None:
    """A note has its own field and its own words; a reply begun before is untouched by it."""
    async with visiting(browser) as desk:
        await desk.take(1)
        await desk.field.fill("Réponse commencée")
        await desk.page.get_by_label("Note interne", exact=True).check()
        await expect(desk.field).to_have_count(0)
        await expect(desk.note).to_have_value("")
        await expect(desk.page.locator(".note-warning")).to_contain_text("ne part jamais")
        await desk.note.fill("La personne a rappelé deux fois.")
        await desk.note.press("Enter")
        await expect(desk.log.locator(".entry.note")).to_contain_text("La personne a rappelé deux fois.")
        await desk.page.get_by_label("Répondre", exact=True).check()
        await expect(desk.field).to_have_value("Réponse commencée")

        assert [path for _, path, _ in desk.gateway.requests] == ["cases/1/take", "cases/1/notes"]


async def test_draft_outlives_the_session(browser: Browser) -> None:
    """When the session is over on sending, a dialog says so, and after signing in again the words are there."""
    async with visiting(browser) as desk:
        await desk.take(1)
        desk.gateway.signed_in = False
        await desk.send("Une réponse longue à écrire.")
        await expect(desk.dialog).to_contain_text("Votre session est terminée")
        await desk.page.get_by_role("link", name="Se reconnecter").click()
        desk.gateway.signed_in = True
        await desk.page.get_by_role("link", name="Entrer").click()
        await expect(desk.field).to_have_value("Une réponse longue à écrire.")

        assert desk.gateway.pending == {}


async def test_failed_reply_is_sent_once_more(browser: Browser) -> None:
    """A reply that the gateway could not store stays, and goes under the same id when it is tried again."""
    async with visiting(browser, undo_seconds=0) as desk:
        await desk.take(1)
        desk.gateway.refusal = (503, {"error": "not_stored", "text": "L’enregistrement n’a pas pu être fait."})
        await desk.send("Bonjour")
        await expect(desk.log.get_by_text("Cette réponse n’est pas partie.")).to_be_visible()
        await desk.page.reload()
        await expect(desk.log.get_by_text("Cette réponse n’est pas partie.")).to_be_visible()
        desk.gateway.refusal = None
        await desk.button("Réessayer").click()
        await expect(desk.log.locator(".agent .bubble")).to_have_text("Bonjour")
        ids = {body["id"] for _, path, body in desk.gateway.requests if path.endswith("/replies")}

        assert len(ids) == 1
        await _no_draft_kept(desk)


async def test_signing_out_on_purpose_asks_about_drafts(browser: Browser) -> None:
    """Whoever signs out with words unsent is asked once; then nothing of them is left on the machine."""
    async with visiting(browser) as desk:
        await desk.take(1)
        await desk.field.fill("À moitié")
        await desk.page.get_by_role("button", name="Se déconnecter").click()
        await expect(desk.dialog).to_contain_text(
            "Le texte d’une demande ou d’un article n’est ni envoyé ni enregistré."
        )
        await desk.dialog.get_by_role("button", name="Rester connecté").click()
        await desk.page.get_by_role("button", name="Se déconnecter").click()
        await desk.dialog.get_by_role("button", name="Se déconnecter et effacer").click()
        await expect(desk.page.get_by_role("heading", name="Connexion")).to_be_visible()

        await _no_draft_kept(desk)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 720}, PHONE], ids=["desktop", "phone"])
async def test_what_a_citizen_typed_is_text(browser: Browser, viewport: Any) -> None:
    """Markup of a citizen is shown as it was typed, makes no element and no link, and runs nowhere."""
    async with visiting(browser, viewport=viewport) as desk:
        errors: list[str] = []
        desk.page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        await desk.open(7)
        await desk.gateway.say(7, XSS)
        await expect(desk.log.locator(".citizen .bubble")).to_have_count(3)

        assert await desk.log.locator(".citizen .bubble").last.inner_text() == XSS
        assert await desk.log.locator(".citizen a, .citizen img, .citizen script").count() == 0
        assert await desk.log.locator(".citizen .bubble").last.get_attribute("dir") == "auto"
        assert await desk.page.evaluate("window.hacked") is None
        assert errors == []


async def test_style_and_script_obey_the_policy(browser: Browser) -> None:
    """The page is styled by adopted style sheets and breaks no rule of the content security policy."""
    async with visiting(browser) as desk:
        await desk.page.evaluate(
            "() => { window.broken = []; addEventListener('securitypolicyviolation', (e) => broken.push(e.violatedDirective)); }"
        )
        await desk.take(6)
        await desk.button("Clore").click()

        assert await desk.page.evaluate("broken") == []
        assert (
            await desk.page.evaluate(
                "() => document.querySelector('guichet-desk').shadowRoot.adoptedStyleSheets.length"
            )
            == 6
        )
        assert await desk.page.locator(".photos img").first.evaluate("(one) => one.naturalWidth") == 400


async def test_conversation_is_live(browser: Browser) -> None:
    """The citizen's words and typing come in, each message is announced once, and the focus stays in the draft."""
    async with visiting(browser) as desk:
        await desk.take(1)
        await desk.field.fill("à moitié écr")
        await desk.log.evaluate(
            """(log) => {
                window.added = [];
                new MutationObserver((all) => added.push(...all.flatMap((one) => [...one.addedNodes]
                    .filter((node) => node.nodeType === 1 && node.matches(".entry") && !node.closest("[aria-live=off]"))
                    .map((node) => node.querySelector(".bubble").innerText)))).observe(log, {childList: true, subtree: true});
            }"""
        )
        await desk.gateway.emit("citizen_typing", {"case": 1})
        await expect(desk.log.get_by_text("La personne écrit…")).to_be_visible()
        await desk.gateway.say(1, "Vous êtes là ?")
        await expect(desk.log.get_by_text("Vous êtes là ?")).to_be_visible()
        await expect(desk.log.get_by_text("La personne écrit…")).to_have_count(0)
        await desk.gateway.cut()
        await expect(desk.page.locator(".banner")).to_be_visible()
        desk.gateway.lines[1].append({**desk.gateway.lines[1][-1], "position": 6, "id": "line-6", "text": "Allô ?"})
        await desk.gateway.restore()
        await expect(desk.log.get_by_text("Allô ?")).to_be_visible(timeout=BACK_MS)
        await expect(desk.page.locator(".banner")).to_have_count(0)

        assert await desk.page.evaluate("added") == ["Vous êtes là ?", "Allô ?"]
        await expect(desk.field).to_be_focused()
        await expect(desk.field).to_have_value("à moitié écr")
        assert desk.gateway.typed == 1


async def test_two_agents_on_one_case_see_each_other(browser: Browser) -> None:
    """Who else has the case open stands at its head, and goes when they go."""
    async with visiting(browser) as desk:
        await desk.open(1)
        await expect(desk.page.locator(".watchers")).to_have_count(0)
        await desk.gateway.emit("watchers", {"case": 1, "names": ["Karim Benali"]})
        await expect(desk.page.locator(".watchers")).to_have_text("Aussi ouvert par Karim Benali")
        await desk.gateway.emit("watchers", {"case": 1, "names": []})
        await expect(desk.page.locator(".watchers")).to_have_count(0)


async def test_contact_is_behind_a_click(browser: Browser) -> None:
    """The contact is asked for, says that it is noted down, and the history shows it."""
    async with visiting(browser) as desk:
        await desk.open(5)
        await expect(desk.page.locator(".contact")).to_have_count(0)
        await desk.button("Afficher les coordonnées").click()
        await expect(desk.page.locator(".contact")).to_have_text("06 12 34 56 78")
        await expect(desk.page.locator(".history")).to_contain_text("Coordonnées consultées")


async def test_transfer_names_a_service(browser: Browser) -> None:
    """A transfer without a service is not sent; with one, its note goes along and the case is no longer one's own."""
    async with visiting(browser) as desk:
        await desk.take(1)
        await desk.button("Transmettre").click()
        await desk.dialog.get_by_role("button", name="Transmettre la demande").click()
        await expect(desk.dialog).to_contain_text("Choisissez d’abord un service.")
        await desk.dialog.get_by_label("Service", exact=True).select_option("urbanisme")
        await desk.dialog.get_by_label("Note pour ce service").fill("Plutôt pour vous.")
        await desk.dialog.get_by_role("button", name="Transmettre la demande").click()
        await expect(desk.dialog).to_have_count(0)
        await expect(desk.field).to_be_disabled()

        assert desk.gateway.requests[-1] == (
            "POST",
            "cases/1/transfer",
            {"service": "urbanisme", "note": "Plutôt pour vous."},
        )


async def test_availability(browser: Browser) -> None:
    """The switch tells the gateway, and those who listen."""
    async with visiting(browser) as desk:
        await desk.page.get_by_role("switch", name="Disponible").click()
        await expect(desk.page.get_by_role("switch", name="Disponible")).to_have_attribute("aria-checked", "false")
        await expect(desk.status).to_contain_text("Vous n’êtes plus disponible")

        assert desk.gateway.requests == [("PUT", "me", {"available": False})]


async def test_erased_conversation(browser: Browser) -> None:
    """A case whose citizen has erased everything says so, and nothing else breaks."""
    async with visiting(browser) as desk:
        await desk.row(1).focus()
        del desk.gateway.cases[1]
        await desk.row(1).click()
        await expect(desk.page.locator(".refusal")).to_contain_text("Cette demande n’existe plus.")
        await desk.open(2)


async def test_phone_shows_one_pane(browser: Browser) -> None:
    """On a phone there is one pane at a time, and ways back with the focus where it was."""
    async with visiting(browser, viewport=PHONE) as desk:
        await desk.open(1)
        await expect(desk.rows.first).to_be_hidden()
        await desk.button("Dossier").click()
        await expect(desk.log).to_be_hidden()
        await desk.button("Retour à la conversation").click()
        await expect(desk.button("Dossier")).to_be_focused()
        await desk.button("Retour à la file").click()
        await expect(desk.row(1)).to_be_focused()


async def test_long_drafts_grow_to_five_lines(browser: Browser) -> None:
    """The field grows with its text to five lines; Shift+Enter breaks the line and sends nothing."""
    async with visiting(browser) as desk:
        await desk.take(1)
        heights = []
        for lines in (1, 3, 5, 9):
            await desk.field.fill("\n".join(["ligne"] * lines))
            box = await desk.field.bounding_box()
            heights.append(round(box["height"]) if box else 0)
        one, three, five, nine = heights

        assert one < three < five == nine

        await desk.field.press("Shift+Enter")

        assert (await desk.field.input_value()).endswith("\n")
        assert desk.gateway.pending == {}
