"""Two tabs, two agents, an agent who goes away, a session that ends: nobody is left alone, and nothing is said twice."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.chat import Chat
from tests.journeys.staffed import (
    KARIM,
    LEA,
    PATIENCE_MS,
    Staffed,
    case_of,
    citizen,
    close,
    enter,
    number_in,
    show,
    sign_in,
    take,
    tell,
)

pytestmark = [pytest.mark.journey, pytest.mark.rasa, pytest.mark.browser, pytest.mark.timeout(300)]

VANISHED_MS = 120_000


async def test_two_agents_at_once(windows: Browser, staffed: Staffed) -> None:
    """One gets the case; the other is told who has it, and cannot write."""
    lea, karim = await sign_in(windows, staffed, "lea"), await sign_in(windows, staffed, "karim")
    chat = await citizen(windows, staffed)
    case = case_of(staffed, number_in(await tell(chat, "parler à quelqu'un pour une carte électorale")))
    for desk in (lea, karim):
        await show(desk, case)
        await desk.open(case)
    await asyncio.gather(*(desk.button("Prendre en charge").click() for desk in (lea, karim)))
    await expect(chat.strip).to_contain_text("vous répond")
    ((holder,),) = staffed.rows("SELECT name FROM agents JOIN cases ON agents.id = agent_id WHERE cases.id = ?", case)
    winner, loser = (lea, karim) if holder == LEA else (karim, lea)

    assert holder in {LEA, KARIM}
    await expect(winner.field).to_be_enabled()
    await expect(loser.page.locator(".barrier")).to_contain_text(f"{holder} s’occupe de cette demande.")
    await expect(loser.field).to_be_disabled()
    assert staffed.rows("SELECT count(*) FROM case_events WHERE case_id = ? AND what = 'taken'", case) == [(1,)]


async def test_two_tabs(windows: Browser, staffed: Staffed) -> None:
    """Both show the same conversation, whichever is written in; each line stands there once."""
    desk, first = await sign_in(windows, staffed, "lea"), await citizen(windows, staffed)
    case = case_of(staffed, number_in(await tell(first, "parler à quelqu'un pour un extrait de naissance")))
    await take(desk, case)
    page = await first.page.context.new_page()
    await page.goto(staffed.address)
    second = Chat(page)
    if not await second.panel.is_visible():
        await second.open()
    await second.say("je suis dans le deuxième onglet")
    await expect(first.bubbles.last).to_have_text("je suis dans le deuxième onglet")
    await desk.send("Je vois les deux.")
    for chat in (first, second):
        await expect(chat.bubbles.last).to_contain_text("Je vois les deux.", timeout=20_000)

    assert [await chat.texts() for chat in (first, second)] == [await first.texts()] * 2
    await expect(desk.log.get_by_text("je suis dans le deuxième onglet")).to_have_count(1)


async def test_a_close_and_a_word_at_the_same_moment(windows: Browser, staffed: Staffed) -> None:
    """What the citizen says just then is answered by the bot, or stands before the end: it is never lost."""
    desk, chat = await sign_in(windows, staffed, "lea"), await citizen(windows, staffed)
    case = case_of(staffed, number_in(await tell(chat, "parler à quelqu'un pour une légalisation de signature")))
    await take(desk, case)
    await chat.field.fill("quels sont les horaires de la piscine ?")
    await asyncio.gather(close(desk), chat.field.press("Enter"))
    await expect(chat.log.get_by_text("vous répond à nouveau")).to_be_visible(timeout=PATIENCE_MS)
    await expect(chat.bubbles.filter(has_text="quels sont les horaires de la piscine ?")).to_have_count(1)
    said = await chat.texts()
    is_with_bot = staffed.rows("SELECT live FROM cases WHERE id = ?", case) == [(0,)]
    asked = said.index("quels sont les horaires de la piscine ?")
    returned = next(at for at, text in enumerate(said) if "vous répond à nouveau" in text)

    assert is_with_bot
    assert staffed.rows("SELECT state FROM cases WHERE id = ?", case) == [("closed",)]
    if asked > returned:
        await expect(chat.bubbles.filter(has_text="piscine")).to_have_count(2)
    await desk.page.get_by_role("tab", name="Closes").click()
    await desk.row(case).click()
    await expect(desk.log.get_by_text("quels sont les horaires de la piscine ?")).to_have_count(1)


async def _leave(page: Page) -> None:
    await page.context.close()


async def test_an_agent_who_vanishes(windows: Browser, staffed: Staffed) -> None:
    """The case waits again by itself, with all that was said; the citizen is told, and the next agent reads it."""
    lea, chat = await sign_in(windows, staffed, "lea"), await citizen(windows, staffed)
    case = case_of(staffed, number_in(await tell(chat, "parler à quelqu'un pour un changement de nom")))
    await take(lea, case)
    await lea.send("Je regarde votre dossier.")
    await expect(chat.bubbles.last).to_contain_text("Je regarde votre dossier.", timeout=20_000)
    await _leave(lea.page)
    karim = await sign_in(windows, staffed, "karim")
    await expect(chat.strip).to_contain_text("File d’attente", timeout=VANISHED_MS)

    await take(karim, case)
    await expect(karim.log).to_contain_text("Je regarde votre dossier.")
    await expect(karim.page.locator(".root")).to_contain_text("l'agent ne répondait plus")
    await expect(chat.strip).to_contain_text(f"{KARIM} vous répond")
    await karim.send("Bonjour, je prends la suite.")
    await expect(chat.bubbles.last).to_contain_text("je prends la suite", timeout=20_000)


async def test_a_session_that_ends_keeps_the_draft(windows: Browser, staffed: Staffed) -> None:
    """A new password ends the session; what was written is there after signing in with it, and leaves once."""
    desk, chat = await sign_in(windows, staffed, "lea"), await citizen(windows, staffed)
    case = case_of(staffed, number_in(await tell(chat, "parler à quelqu'un pour un acte de décès")))
    await take(desk, case)
    await desk.field.fill("Voici la liste des pièces : livret de famille,")
    await asyncio.to_thread(staffed.new_password, "lea")
    await desk.field.press("End")
    await desk.field.press_sequentially(" acte de décès.")
    await desk.field.press("Enter")
    dialog = desk.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Votre session est terminée")
    await dialog.get_by_role("link", name="Se reconnecter").click()
    await enter(desk.page, staffed, "lea")
    await show(desk, case)
    await desk.row(case).click()
    await expect(desk.field).to_have_value("Voici la liste des pièces : livret de famille, acte de décès.")
    await desk.field.press("Enter")
    await expect(chat.bubbles.last).to_contain_text("acte de décès.", timeout=20_000)
    await expect(chat.bubbles.filter(has_text="livret de famille")).to_have_count(1)
