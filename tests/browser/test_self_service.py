"""Looking something up on the town's pages in a browser: by keyboard alone, without script, narrow, dark, by axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from bot.visits import Outcome
from tests.browser.chat import DESKTOP, NARROW, overflows, violations
from tests.browser.conftest import Visit
from tests.browser.fake_gateway import FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FIRST_MS = 20_000
"""The first search reads the French lexicon; on a busy machine that takes seconds."""
LOOKS = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{name}-{scheme}")
    for name, viewport in (("desktop", DESKTOP), ("320px", NARROW))
    for scheme in ("light", "dark")
]
PAGES = [
    "/articles?q=carte",
    "/articles?q=xyzzy",
    "/fiches/part/F90001#cas-1-0",
    "/fiches/part/F90004",
    "/fiches/part/F90004/1",
    "/fiches/part/F90004/1-1",
    "/avis?page=article:carte-identite&reponse=non",
]


async def _type(page: Page, words: str) -> None:
    await page.get_by_label("Votre question", exact=True).press_sequentially(words)
    await expect(page.locator("#ask-live")).to_be_visible(timeout=FIRST_MS)


async def _counted(gateway: FakeGateway) -> dict[tuple[str, str], int]:
    await gateway.town.visiting.flush()
    return {(page, outcome.value): n for (_, page, outcome), n in gateway.town.visits.counts.items()}


async def test_too_fast_is_said_and_goes_on(visit: Visit) -> None:
    """A 429 while typing leaves what was found, says so, and the search goes on by itself."""
    chat = await visit("/")
    page = chat.page
    await _type(page, "carte")
    found = await page.locator("#ask-live .results li").count()
    refused: list[str] = []

    async def refuse(route: Route) -> None:
        refused.append(route.request.url)
        await route.fulfill(status=429, headers={"Retry-After": "1"}, json={"error": 429})

    await page.route("**/search?*", refuse, times=1)
    await page.get_by_label("Votre question", exact=True).press_sequentially(" de pêche", delay=1)
    await expect(page.locator("#ask-live .waiting")).to_be_visible()

    assert found
    assert await page.locator("#ask-live .results li").count() == found
    await expect(page.locator("#ask-status")).to_have_text("4 réponses trouvées, ci-dessous", timeout=FIRST_MS)
    await expect(page.locator("#ask-live .waiting")).to_be_hidden()
    assert len(refused) == 1


async def test_on_a_telephone_the_way_into_the_chat_is_narrow(visit: Visit) -> None:
    """At 360 pixels the button is as wide as its icon, so that it covers little of a line; its name stays."""
    chat = await visit("/", viewport={"width": 360, "height": 640})
    launcher = chat.page.locator("guichet-chat .launcher")
    box = await launcher.bounding_box()

    assert box is not None
    assert box["width"] <= 64
    assert (await launcher.text_content() or "").strip()


async def test_by_keyboard_alone(visit: Visit, gateway: FakeGateway) -> None:
    """Type, hear how many there are, go through the links, back to the field, close, open one; the focus is never lost."""
    chat = await visit("/")
    page, keyboard = chat.page, chat.page.keyboard
    await page.get_by_label("Votre question", exact=True).focus()
    await keyboard.type("carte de pêche")
    await expect(page.locator("#ask-status")).to_have_text("4 réponses trouvées, ci-dessous", timeout=FIRST_MS)
    assert await chat.focused() == "#ask-field"

    await keyboard.press("ArrowDown")
    assert await chat.focused() == "Pêcher à l’étang de Pontavel"
    await keyboard.press("ArrowDown")
    assert await chat.focused() == "Carte de pêche de l’étang"
    await keyboard.press("ArrowUp")
    await keyboard.press("ArrowUp")
    assert await chat.focused() == "#ask-field"

    await keyboard.press("Escape")
    await expect(page.locator("#ask-live")).to_be_hidden()
    await keyboard.type("r")
    await expect(page.locator("#ask-live")).to_be_visible()
    for _ in range(3):
        await keyboard.press("Tab")
    await keyboard.press("Enter")
    await page.wait_for_url("**/fiches/part/F90001*")

    assert await _counted(gateway) == {("fiche:part:F90001", "read"): 1}


async def test_a_list_that_is_typed_over_says_the_last_words(visit: Visit) -> None:
    """Results are those of what stands in the field, and an empty field has none."""
    chat = await visit("/articles")
    await _type(chat.page, "carte")
    await expect(chat.page.locator("#ask-live .title").first).to_contain_text("carte")
    await chat.page.get_by_label("Votre question", exact=True).fill("xyzzy")
    await expect(chat.page.locator("#ask-status")).to_have_text("Aucune réponse trouvée")
    await expect(chat.page).to_have_url(f"{chat.page.url.split('?')[0]}?q=xyzzy")
    await chat.page.get_by_label("Votre question", exact=True).fill("")
    await expect(chat.page.locator("#ask-live")).to_be_hidden()


async def test_an_opinion_stays_on_the_page(visit: Visit, gateway: FakeGateway) -> None:
    """« Non » is thanked for and says who helps; the chat that is opened then is not counted a second time."""
    chat = await visit("/articles?q=carte")
    await chat.page.get_by_role("link", name="Refaire sa carte d’identité").click()
    await chat.page.get_by_role("button", name="Non", exact=True).click()
    await expect(chat.page.locator(".thanks")).to_contain_text("02 61 91 40 00")
    await expect(chat.page.locator(".thanks")).to_be_focused()
    await chat.page.get_by_role("button", name="Poser ma question à l’assistant").click()
    await expect(chat.bubbles.first).to_be_visible()

    assert await _counted(gateway) == {("article:carte-identite", "read"): 1, ("article:carte-identite", "unhelped"): 1}


async def test_a_chat_after_reading_is_counted(visit: Visit, gateway: FakeGateway) -> None:
    """Once, however much is asked; without a search before it, not at all."""
    chat = await visit("/articles?q=carte")
    await chat.page.get_by_role("link", name="Refaire sa carte d’identité").click()
    await chat.open()
    await chat.ask("cantine")
    async with chat.page.expect_request("**/chat/config", timeout=8000):
        await chat.page.goto(f"{gateway.url}/articles/carte-identite")
    await chat.launcher.click()

    counted = await _counted(gateway)
    assert counted == {("article:carte-identite", "read"): 1, ("article:carte-identite", Outcome.ASKED.value): 1}


@pytest.mark.parametrize("look", LOOKS)
async def test_results_and_pages_are_accessible(visit: Visit, look: dict[str, Any]) -> None:
    """No violation and no sideways scroll: results under the field, results as a page, fiches, guided searches, thanks."""
    chat = await visit("/", **look)
    await _type(chat.page, "carte")
    await expect(chat.page.locator("#ask-live .title").first).to_be_visible()
    assert await violations(chat.page) == []
    assert not await overflows(chat.page)
    base = chat.page.url.rstrip("/")
    for path in PAGES:
        await chat.page.goto(base + path)
        await chat.launcher.wait_for()
        await chat.page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert await violations(chat.page) == [], path
        assert not await overflows(chat.page), path


async def test_a_case_in_a_case_keeps_its_width(visit: Visit) -> None:
    """On a telephone what is folded twice is as wide as what is folded once, but for a line at its side."""
    chat = await visit("/fiches/part/F90001", viewport=NARROW)
    await chat.page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    once = await chat.page.get_by_text("La carte est gratuite").bounding_box()
    twice = await chat.page.get_by_text("Un adulte accompagne.").bounding_box()

    assert once is not None
    assert twice is not None
    assert once["width"] - twice["width"] <= 8
    assert once["width"] >= NARROW["width"] * 0.8


async def test_without_script(browser: Browser, gateway: FakeGateway) -> None:
    """Search, result, case, guided search and opinion with plain HTML."""
    context = await browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = await context.new_page()
    page.set_default_timeout(FIRST_MS)
    await page.goto(gateway.url)
    await page.fill("#ask-field", "adulte accompagne moins de 12 ans")
    await page.press("#ask-field", "Enter")
    await page.get_by_role("link", name="Carte de pêche de l’étang").click()
    # The fragment opens its case, and the one around it.
    await expect(page.get_by_text("Un adulte accompagne.")).to_be_visible()
    await expect(page.get_by_text("Vous devez présenter :")).to_be_hidden()
    await page.get_by_text("Vous êtes majeur").click()
    await expect(page.get_by_text("Vous devez présenter :")).to_be_visible()
    await page.get_by_role("link", name="Trouver la bonne carte").click()
    await page.get_by_role("link", name="En rivière").click()
    await page.get_by_role("link", name="Plus de 18 ans").click()
    await page.get_by_role("link", name="Carte d’identité de pêcheur").click()
    await page.get_by_role("button", name="Oui", exact=True).click()
    await expect(page.get_by_role("heading", name="Merci")).to_be_visible()
    await expect(page.locator("[data-ask]:visible")).to_have_count(0)
    await context.close()

    assert await _counted(gateway) == {("fiche:part:F90001", "read"): 1}


async def test_paper_shows_every_case(visit: Visit) -> None:
    """What is folded on the screen stands open on paper, in dark ink whatever the screen's colours are."""
    chat = await visit("/fiches/part/F90001")
    await chat.page.emulate_media(media="print", color_scheme="dark")
    await chat.page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    ink = await chat.page.evaluate("() => getComputedStyle(document.body).color.match(/[0-9]+/g).map(Number)")

    await expect(chat.page.get_by_text("Gardez la carte sur vous.")).to_be_visible()
    await expect(chat.page.locator(".helped")).to_be_hidden()
    assert max(ink) < 100, "light words on white paper"
