"""« Il y a le feu » wherever a conversation stands: the numbers at once, and whoever is at the desk sees it."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chat import Chat, violations
from tests.browser.desk import Desk
from tests.journeys.staffed import Staffed, case_of, citizen, number_in, show, sign_in, take, tell

pytestmark = [pytest.mark.journey, pytest.mark.rasa, pytest.mark.browser, pytest.mark.timeout(300)]

FIRE = "au secours il y a le feu chez moi"


async def alarm(chat: Chat) -> None:
    """Say it; the number to call stands in what comes back, and can be tapped."""
    before = await chat.bubbles.count()
    await chat.say(FIRE)
    await expect(chat.bubbles.nth(before + 1).get_by_role("link", name="112").first).to_have_attribute(
        "href", "tel:112"
    )


async def is_urgent(desk: Desk, case_id: int) -> None:
    await show(desk, case_id)
    await expect(desk.row(case_id).locator(".chip.urgent")).to_be_visible()


async def the_case(town: Staffed, subject: str) -> int:
    """The one case whose subject or details say this, once it is there."""
    query = "SELECT id FROM cases WHERE subject LIKE ?1 OR details LIKE ?1"
    for _ in range(100):
        if town.rows(query, f"%{subject}%"):
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(1.0)
    ((case,),) = town.rows(query, f"%{subject}%")
    return int(case)


async def test_in_a_form(windows: Browser, staffed: Staffed) -> None:
    """What the form knows becomes an urgent case, though nothing was confirmed."""
    desk, chat = await sign_in(windows, staffed, "lea"), await citizen(windows, staffed)
    begun = await tell(chat, "je veux signaler un lampadaire qui clignote devant la poste")
    await alarm(chat)
    case = await the_case(staffed, "qui clignote devant la poste")

    assert "Je prépare un signalement" in begun
    await is_urgent(desk, case)


async def test_in_the_queue(windows: Browser, staffed: Staffed) -> None:
    """The case that waits is marked, and moves before the others."""
    desk, chat = await sign_in(windows, staffed, "lea"), await citizen(windows, staffed)
    earlier = await citizen(windows, staffed)
    first = case_of(staffed, number_in(await tell(earlier, "parler à quelqu'un pour mon livret de famille")))
    case = case_of(staffed, number_in(await tell(chat, "parler à quelqu'un pour mon acte de mariage")))
    await alarm(chat)

    await is_urgent(desk, case)
    ids = [await row.get_attribute("data-id") for row in await desk.rows.all()]
    assert ids.index(str(case)) < ids.index(str(first))


async def test_with_an_agent(windows: Browser, staffed: Staffed) -> None:
    """The bot does not wait for the agent to read it; both see what was said."""
    desk, chat = await sign_in(windows, staffed, "lea"), await citizen(windows, staffed)
    case = case_of(staffed, number_in(await tell(chat, "parler à quelqu'un pour mon acte de décès")))
    await take(desk, case)
    await alarm(chat)

    await is_urgent(desk, case)
    await expect(desk.log).to_contain_text(FIRE)
    await expect(desk.log).to_contain_text("112")
    await desk.send("Sortez et appelez le 18, je reste avec vous.")
    await expect(chat.bubbles.last).to_contain_text("je reste avec vous", timeout=20_000)


@pytest.mark.parametrize("has_left_a_number", [False, True])
async def test_with_the_desk_closed(windows: Browser, staffed: Staffed, has_left_a_number: bool) -> None:
    """Before the call-back is agreed on, and after."""
    desk, chat = await sign_in(windows, staffed, "lea"), await citizen(windows, staffed)
    subject = f"mon permis de construire, dossier {int(has_left_a_number)}"
    asked = await tell(chat, "je voudrais parler au service urbanisme")
    closed = await tell(chat, subject)
    assert await violations(chat.page) == []
    if has_left_a_number:
        agreed = await tell(chat, "06 12 34 56 78")
        assert "06" in agreed or number_in(agreed)
    await alarm(chat)
    case = await the_case(staffed, subject)

    assert "urbanisme" in asked.lower()
    assert "est fermé en ce moment. Il ouvre" in closed
    await is_urgent(desk, case)
