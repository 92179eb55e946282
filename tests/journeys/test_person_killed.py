"""`kill -9` while a citizen and an agent talk, and between what an action did and what it says of it."""

from __future__ import annotations

import asyncio
import time

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import Desk
from tests.journeys.citizen import Citizen
from tests.journeys.staffed import PATIENCE_MS, Staffed, case_of, citizen, close, number_in, press, sign_in, take, tell

pytestmark = [pytest.mark.journey, pytest.mark.rasa, pytest.mark.browser, pytest.mark.timeout(400)]

BACK_MS = 60_000
ATTEMPTS = 5
WISH = "je voudrais parler à quelqu'un pour mon passeport perdu"


async def test_every_process_is_killed_while_people_talk(windows: Browser, staffed: Staffed) -> None:
    """What either says during a kill arrives once, in order; afterwards the case is closed and rated as ever."""
    desk, chat = await sign_in(windows, staffed, "lea"), await citizen(windows, staffed)
    case = case_of(staffed, number_in(await tell(chat, WISH)))
    await take(desk, case)
    for name in ("gateway", "rasa", "actions"):
        question, answer = f"est-ce possible, {name} ?", f"oui, pour {name}"
        await chat.say(question)
        staffed.kill_when_up(name)
        await expect(desk.log.locator(".citizen .bubble").last).to_have_text(question, timeout=BACK_MS)
        # While the reply can still be taken back.
        await send(desk, answer)
        staffed.kill_when_up(name)
        await expect(chat.bubbles.last).to_contain_text(answer, timeout=BACK_MS)
        await asyncio.to_thread(staffed.wait_until_ready)
    said = await chat.texts()
    await close(desk)
    await expect(chat.log.get_by_text("vous répond à nouveau")).to_be_visible(timeout=PATIENCE_MS)

    talk = [text for text in said if (text.endswith(" ?") and "possible" in text) or text.startswith("oui, pour")]
    assert talk == [
        text for name in ("gateway", "rasa", "actions") for text in (f"est-ce possible, {name} ?", f"oui, pour {name}")
    ]
    assert "c’est noté" in await press(chat, "Oui")
    assert staffed.rows("SELECT count(*) FROM cases WHERE conversation_id = ?", conversation_of(staffed, case)) == [
        (1,)
    ]


async def send(desk: Desk, text: str) -> None:
    """Send a reply, as often as the page says that it could not be handed over."""
    await desk.send(text)
    leaving, failed = desk.log.get_by_text("Part dans"), desk.button("Réessayer")
    for _ in range(20):
        await expect(leaving.or_(failed)).to_be_visible(timeout=BACK_MS)
        if await leaving.is_visible():
            return
        await asyncio.sleep(1)
        await failed.click()
    raise AssertionError("no reply could be handed over")


def conversation_of(town: Staffed, case: int) -> str:
    ((conversation,),) = town.rows("SELECT conversation_id FROM cases WHERE id = ?", case)
    return str(conversation)


def last_case(town: Staffed) -> int:
    ((last,),) = town.rows("SELECT coalesce(max(id), 0) FROM cases")
    return int(last)


def kill_between(town: Staffed, before: int) -> bool:
    """Kill Rasa and the action server as soon as a new case is there; whether nothing had been said of it yet."""
    rasa, actions = town.pid("rasa"), town.pid("actions")
    assert None not in (rasa, actions)
    deadline = time.monotonic() + 30
    while last_case(town) == before:
        assert time.monotonic() < deadline, "no case was opened"
        time.sleep(0.001)
    for name in ("rasa", "actions"):
        town.kill(name)
    conversation = conversation_of(town, last_case(town))
    answered = "SELECT count(*) FROM transcript WHERE conversation_id = ? AND author = 'bot'"
    return town.rows(answered, conversation) == [(0,)]


async def test_killed_between_the_case_and_the_words(staffed: Staffed) -> None:
    """The case is written, the answer is not: when all is up again there is one case and one answer, with its number."""
    landed = 0
    for _ in range(ATTEMPTS):
        await asyncio.to_thread(staffed.wait_until_calm)
        person, before = Citizen(staffed.address), last_case(staffed)
        await person.stay()
        blow = asyncio.create_task(asyncio.to_thread(kill_between, staffed, before))
        given = await person.say(WISH)
        landed += await blow
        case = last_case(staffed)
        for _ in range(600):
            await person.stay()
            if person.answers(given):
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        await person.leave()
        answers = person.answers(given)
        ((number,),) = staffed.rows("SELECT number FROM cases WHERE id = ?", case)

        assert len(answers) == 1
        assert number in answers[0]["text"]
        assert staffed.rows("SELECT count(*) FROM cases WHERE conversation_id = ?", conversation_of(staffed, case)) == [
            (1,)
        ]
        if landed:
            break
    assert landed > 0
