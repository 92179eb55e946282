"""A citizen who writes from right to left, and one who goes on in English."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from bot.settings import read_office
from bot.text import wording
from tests.browser.chat import NARROW, overflows, violations
from tests.browser.conftest import Visit
from tests.browser.fake_gateway import ROOT, FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORDS = wording.load(read_office(ROOT / "office.yml"))
ARABIC = "أريد تجديد جواز سفري"
BUTTONS = [WORDS.say("person_title", "ar"), WORDS.say("english_title", "ar")]


def scripted(gateway: FakeGateway) -> None:
    """What `bot.greeting` says to Arabic, and to the press of its button."""
    greeting = {"text": WORDS.say("greeting", "ar"), "language": "ar", "buttons": BUTTONS}
    changed = {"text": WORDS.say("language_changed", "en"), "language": "en", "speak": "en"}
    gateway.answers = {**gateway.answers, ARABIC: [greeting], BUTTONS[1]: [changed]}


async def test_arabic_runs_from_right_to_left(visit: Visit, gateway: FakeGateway) -> None:
    """Words, list and buttons, in a page that runs the other way; digits stay in order, and nothing is cut off."""
    scripted(gateway)
    chat = await (await visit(viewport=NARROW)).open()
    await chat.ask(ARABIC)
    said = chat.bubbles.last

    await expect(said).to_have_attribute("lang", "ar")
    assert await said.evaluate("(bubble) => getComputedStyle(bubble).direction") == "rtl"
    assert await chat.bubbles.nth(-2).evaluate("(bubble) => getComputedStyle(bubble).direction") == "rtl"
    for title in BUTTONS:
        await expect(chat.button(title).locator("span[lang=ar][dir=auto]")).to_be_visible()
    assert not await overflows(chat.page)
    assert await violations(chat.page) == []


async def test_the_widget_goes_on_in_the_language_that_was_chosen(visit: Visit, gateway: FakeGateway) -> None:
    """Its own words too, and every message from then on."""
    scripted(gateway)
    chat = await (await visit()).open()
    await chat.ask(ARABIC)
    await chat.button(BUTTONS[1]).click()
    await expect(chat.bubbles.last).to_have_text(WORDS.say("language_changed", "en"))

    await expect(chat.button("Menu")).to_be_visible()
    await expect(chat.panel.locator("xpath=ancestor-or-self::*[@lang][1]")).to_have_attribute("lang", "en")
    field = chat.panel.get_by_role("textbox", name="Your question")
    await field.fill("thanks")
    await field.press("Enter")
    await expect(chat.bubbles.last).to_contain_text("thanks")
    assert gateway.uttered[-1]["language"] == "en"
