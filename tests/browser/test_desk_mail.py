"""The page of mail and the strips above all pages: what was held, what does not work, and a transfer that was a mistake."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest
from playwright.async_api import Browser, expect

from tests.browser import desk_shelves
from tests.browser.desk import visiting
from tests.browser.desk_letters import FLOOD, FORM, HOLE
from tests.browser.test_desk_letters import body, letter

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_held_acknowledgements_are_settled_one_by_one(browser: Browser) -> None:
    """With sender, case, reason and since when; the focus goes on to the next, and at the end the page says so."""
    async with visiting(browser, role="supervisor") as desk:
        await desk.gateway.letters.bring()
        await desk.go("Courrier")
        held = desk.page.get_by_role("list", name="Accusés de réception retenus")
        first = held.get_by_role("listitem").first
        await expect(first).to_contain_text("De Paul Martin, paul.martin@example.org")
        await expect(first).to_contain_text("cet expéditeur en a reçu beaucoup en une heure")
        await expect(first).to_contain_text("(30 min)")
        await desk.button(
            f"Envoyer l’accusé de réception : Septième message : toujours le même trou, D-7K3M-{FLOOD:04}"
        ).click()
        await expect(desk.status).to_have_text("L’accusé de réception est envoyé.")
        await expect(held.get_by_role("listitem")).to_have_count(1)
        # A stranger's is not sent from here: they are confirmed in the case first.
        await expect(held.get_by_role("button", name=re.compile("^Envoyer"))).to_have_count(0)
        await desk.page.keyboard.press("Enter")
        await expect(desk.status).to_have_text("L’accusé de réception ne sera pas envoyé.")

        await expect(desk.page.get_by_text("Aucun accusé de réception n’est retenu.")).to_be_visible()
        assert [path for _, path, _ in desk.gateway.requests if "/letters/" in path] == [
            f"cases/{FLOOD}/letters/3/acknowledge",
            f"cases/{HOLE}/letters/9/drop",
        ]


async def test_a_held_acknowledgement_leads_to_its_case(browser: Browser) -> None:
    """There it can be dropped too, and the letter says that there is none."""
    async with visiting(browser, role="supervisor") as desk:
        await desk.gateway.letters.bring()
        await desk.go("Courrier")
        await desk.button(f"Ouvrir la demande D-7K3M-{FLOOD:04}").click()
        await desk.button("Ne pas l’envoyer").click()

        await expect(letter(desk, 3)).to_contain_text("Pas d'accusé de réception pour ce courrier")


async def test_what_does_not_work_stands_above_everything(browser: Browser) -> None:
    """On every page, said aloud as it begins, with since when; two lines at most, and gone when it is over."""
    async with visiting(browser) as desk:
        troubles = desk_shelves.troubles(datetime.now(timezone.utc))
        await desk.gateway.emit("troubles", {"troubles": troubles[:1]})
        strip = desk.page.get_by_role("region", name="Pannes du courrier et des canaux")
        await expect(strip).to_contain_text("Les courriels ne partent pas : le serveur ne répond pas. Depuis")
        await expect(desk.status).to_contain_text("Panne : Les courriels ne partent pas")
        await desk.gateway.emit("troubles", {"troubles": troubles})
        await expect(strip.get_by_text("La boîte c@pontavel.example")).to_be_hidden()
        await strip.get_by_text("et 2 autres pannes").click()
        await expect(strip.get_by_text("La boîte c@pontavel.example")).to_be_visible()
        await desk.go("Courrier")
        await expect(strip).to_be_visible()
        await desk.gateway.emit("troubles", {"troubles": []})
        await expect(strip).to_have_count(0)

        await expect(desk.status).to_have_text("Une panne est terminée.")


async def test_a_transfer_is_taken_back(browser: Browser) -> None:
    """By keyboard too, from whatever page; whoever had the case in hand has it again."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring()
        await desk.take(HOLE)
        await desk.button("Transmettre à Urbanisme").click()
        await expect(desk.page.locator(".moved")).to_contain_text(f"D-7K3M-{HOLE:04} est transmise à Urbanisme.")
        await desk.button("Annuler la transmission").focus()
        await desk.page.keyboard.press("Enter")
        await expect(desk.status).to_have_text("La transmission est annulée. La demande est revenue à Voirie.")

        assert body(desk, f"cases/{HOLE}/transfer/undo") == {"service": "voirie"}
        assert body(desk, f"cases/{HOLE}/take") == {}
        await expect(desk.page.locator(".moved")).to_have_count(0)
        await expect(desk.field).to_be_enabled()
        assert await desk.focused() == "#talk-title"


async def test_a_transfer_is_not_taken_back_from_who_has_it(browser: Browser) -> None:
    """Its offer goes as soon as somebody takes the case; asked for a moment too late, the page says why not."""
    async with visiting(browser) as desk:
        await desk.gateway.letters.bring()
        await desk.open(HOLE)
        await desk.button("Transmettre à État civil").click()
        await expect(desk.button("Annuler la transmission")).to_be_visible()
        await desk.gateway.change(HOLE, state="taken", agent={"id": 9, "name": "Karim Benali"})
        await expect(desk.page.locator(".moved")).to_have_count(0)
        await desk.open(FORM)
        await desk.button("Transmettre à Urbanisme").click()
        await expect(desk.button("Annuler la transmission")).to_be_visible()
        desk.gateway.cases[FORM]["state"] = "taken"
        await desk.button("Annuler la transmission").click()

        await expect(desk.page.locator(".moved")).to_contain_text("Trop tard pour annuler")
        await expect(desk.button("Annuler la transmission")).to_have_count(0)
