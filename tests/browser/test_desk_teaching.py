"""Messages judged with one key each, and answers rated, on the agents' page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.chat import PHONE, violations
from tests.browser.desk import WINDOW, FakedDesk, overflows, visiting
from tests.browser.fake_teaching import HOSTILE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LOOKS = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{name}-{scheme}")
    for name, viewport in (("desktop", WINDOW), ("phone", PHONE))
    for scheme in ("light", "dark")
]


@asynccontextmanager
async def at(browser: Browser, page: str, role: str = "supervisor", **options: Any) -> AsyncIterator[FakedDesk]:
    """A desk whose page `teaching` or `samples` is open."""
    async with visiting(browser, role=role, **options) as desk:
        await desk.page.goto(f"{desk.gateway.url}/desk/{page}")
        await desk.page.locator(f"guichet-{page} :is(.card, .done)").first.wait_for()
        yield desk


def card(desk: FakedDesk, number: int) -> Locator:
    return desk.page.locator(f'.card[data-id="{number}"]')


async def wide(desk: FakedDesk) -> list[str]:
    """What has to be scrolled sideways, within the page too."""
    own = await desk.page.locator("main.teaching").evaluate("one => one.scrollWidth > one.clientWidth + 1")
    return [*await overflows(desk.page), *(["main"] if own else [])]


async def share_drawn(desk: FakedDesk) -> float:
    """Where the share of right answers stands on its scale."""
    whole = await desk.page.locator(".scale").bounding_box()
    point = await desk.page.locator(".scale .point").bounding_box()
    assert whole is not None
    assert point is not None
    return (point["x"] + point["width"] / 2 - whole["x"]) / whole["width"]


def sent(desk: FakedDesk, what: str = "lessons") -> list[tuple[str, Any]]:
    """What was decided, in order."""
    return [(path, body) for _, path, body in desk.gateway.requests if path.startswith(what)]


async def test_one_key_judges_one_message(browser: Browser) -> None:
    """Each key does its own, the next message has the focus, and who listens hears what was done."""
    async with at(browser, "teaching") as desk:
        await card(desk, 1).focus()
        await desk.page.keyboard.press("c")
        await expect(desk.status).to_have_text("« ma benne jaune ne ferme plus » : Autre article, Bac cassé ou volé.")
        await expect(card(desk, 2)).to_be_focused()
        await desk.page.keyboard.press("b")
        await expect(card(desk, 3)).to_be_focused()
        await desk.page.keyboard.press("n")
        await expect(card(desk, 4)).to_be_focused()
        # Nobody chose an article for it: the key of the proposal does nothing.
        await desk.page.keyboard.press("c")
        await desk.page.keyboard.press("b")
        await expect(desk.page.get_by_text("Tout est vérifié.")).to_be_visible()

        assert sent(desk) == [
            ("lessons/1", {"decision": "article", "value": "bac-casse"}),
            ("lessons/2", {"decision": "right", "value": ""}),
            ("lessons/3", {"decision": "ignore", "value": ""}),
            ("lessons/4", {"decision": "right", "value": ""}),
        ]
        await expect(desk.page.get_by_role("heading", name="À vérifier")).to_be_focused()


async def test_the_last_choice_is_undone(browser: Browser) -> None:
    """Its message stands where it stood, with the focus; once more, and the one before comes back too."""
    async with at(browser, "teaching") as desk:
        await card(desk, 1).focus()
        await desk.page.keyboard.press("n")
        await expect(card(desk, 2)).to_be_focused()
        await desk.page.keyboard.press("b")
        await expect(card(desk, 3)).to_be_focused()
        await desk.page.keyboard.press("z")
        await expect(card(desk, 2)).to_be_focused()
        await desk.button("Annuler le dernier choix").click()
        await expect(card(desk, 1)).to_be_focused()
        await expect(desk.button("Annuler le dernier choix")).to_have_count(0)

        assert await desk.page.locator(".card").evaluate_all("all => all.map(one => one.dataset.id)") == [*"1234"]


async def test_what_was_exported_is_taken_back(browser: Browser) -> None:
    """Each export stands with its day; what is taken back waits first, says what the next export does, and is judged anew."""
    async with at(browser, "teaching") as desk:
        await desk.page.get_by_text("Déjà transmis à l’apprentissage").click()
        rows = desk.page.locator(".exported li")
        await expect(rows).to_have_count(2)
        await expect(rows.first).to_contain_text("Une question, Bac cassé ou volé")
        assert await desk.page.locator(".exported h4").all_inner_texts() == ["12 janvier 2026", "5 janvier 2026"]
        assert await violations(desk.page) == []
        assert await wide(desk) == []
        await rows.first.get_by_role("button", name="Revoir ce choix").click()
        await expect(card(desk, 11)).to_be_focused()
        await expect(desk.status).to_contain_text("de nouveau à vérifier")
        await expect(card(desk, 11)).to_contain_text("Sera retiré")
        await expect(rows).to_have_count(1)
        await desk.page.keyboard.press("n")
        await expect(card(desk, 11)).to_have_count(0)

        assert sent(desk) == [
            ("lessons/11", {"decision": "", "value": ""}),
            ("lessons/11", {"decision": "ignore", "value": ""}),
        ]


async def test_another_act_is_chosen_by_keyboard(browser: Browser) -> None:
    """I opens the list with the focus in it, Escape closes it with the focus back on the message."""
    async with at(browser, "teaching") as desk:
        await card(desk, 3).focus()
        await desk.page.keyboard.press("i")
        await expect(desk.button("Une question")).to_be_focused()
        await desk.page.keyboard.press("Escape")
        await expect(card(desk, 3)).to_be_focused()
        await desk.page.keyboard.press("i")
        await desk.page.keyboard.press("Tab")
        await desk.page.keyboard.press("Enter")
        await expect(card(desk, 4)).to_be_focused()

        assert sent(desk) == [("lessons/3", {"decision": "intent", "value": "ask_human"})]


async def test_another_article_is_searched(browser: Browser) -> None:
    """With the citizen's own words first; letters that are typed there are words and no shortcuts."""
    async with at(browser, "teaching") as desk:
        await card(desk, 2).focus()
        await desk.page.keyboard.press("a")
        field = desk.page.get_by_label("Chercher un article")
        await expect(field).to_be_focused()
        await expect(field).to_have_value("vous prenez les gravats le samedi")
        await field.fill("")
        await field.press_sequentially("bn")
        await field.press("Enter")
        found = desk.page.locator(".found button")
        await expect(found.first).to_be_visible()
        await found.first.click()
        await expect(card(desk, 2)).to_have_count(0)

        (path, body), *others = sent(desk)
        assert (path, body["decision"], others) == ("lessons/2", "article", [])
        assert body["value"]


async def test_letters_do_nothing_elsewhere_or_when_they_are_off(browser: Browser) -> None:
    """Only in the list (WCAG 2.1.4), and never for whom they are switched off: arrows and buttons still work."""
    async with at(browser, "teaching") as desk:
        await desk.page.get_by_role("heading", name="À vérifier").focus()
        await desk.page.keyboard.press("b")
        await desk.button("Réglages").click()
        await desk.page.get_by_label("Raccourcis d’une touche").uncheck()
        await desk.page.keyboard.press("Escape")
        await card(desk, 1).focus()
        for key in "bcnz":
            await desk.page.keyboard.press(key)
        await desk.page.keyboard.press("ArrowDown")
        await expect(card(desk, 2)).to_be_focused()
        await expect(desk.page.locator("kbd:visible")).to_have_count(0)
        assert sent(desk) == []
        await card(desk, 2).get_by_role("button", name="Bien compris").click()
        await expect(card(desk, 2)).to_have_count(0)

        assert sent(desk) == [("lessons/2", {"decision": "right", "value": ""})]


async def test_hostile_words_stay_words(browser: Browser) -> None:
    """Markup, formulas and turned writing are shown as they were typed, within the card."""
    async with at(browser, "teaching") as desk:
        assert await card(desk, 4).locator("h3").inner_text() == HOSTILE
        assert await desk.page.locator("guichet-teaching img").count() == 0
        assert await wide(desk) == []


async def test_a_failure_is_said_with_a_way_on(browser: Browser) -> None:
    """And the page is filled when the gateway is back."""
    async with visiting(browser, role="supervisor") as desk:
        desk.gateway.teaching.is_down = True
        await desk.go("Améliorer")
        await desk.go("À vérifier")
        await expect(desk.page.locator(".failure")).to_contain_text("n'a pas pu être fait")
        desk.gateway.teaching.is_down = False
        await desk.button("Réessayer").click()

        await expect(card(desk, 1)).to_be_visible()


async def test_agents_rate_and_do_not_judge(browser: Browser) -> None:
    """The page of messages is not theirs, by link or by address; that of samples is."""
    async with at(browser, "samples", role="agent") as desk:
        await expect(desk.page.locator("nav.learning").get_by_role("link", name="À vérifier")).to_have_count(0)
        await expect(card(desk, 1)).to_be_visible()
        await desk.page.goto(f"{desk.gateway.url}/desk/teaching")

        await expect(desk.page.get_by_role("heading", name="Cette page est réservée aux responsables.")).to_be_visible()


async def test_answers_are_rated_by_key_and_taken_back(browser: Browser) -> None:
    """The share and its margin follow at once; the same key again takes the rating back."""
    async with at(browser, "samples") as desk:
        assert await share_drawn(desk) == pytest.approx(1, abs=0.02)
        await card(desk, 1).focus()
        await desk.page.keyboard.press("s")
        await expect(card(desk, 1).get_by_role("button", name="Sans source")).to_have_attribute("aria-pressed", "true")
        await expect(desk.status).to_have_text("Noté : Sans source.")
        await expect(desk.page.get_by_role("heading", name="50 % de réponses justes")).to_be_visible()
        assert await share_drawn(desk) == pytest.approx(0.5, abs=0.02)
        await desk.page.keyboard.press("s")
        await expect(desk.status).to_have_text("La note est retirée.")
        await desk.page.keyboard.press("j")
        await expect(card(desk, 2)).to_be_focused()
        await card(desk, 4).focus()
        await desk.page.keyboard.press("b")
        await desk.page.keyboard.press("k")
        await expect(card(desk, 3)).to_be_focused()

        assert sent(desk, "samples") == [("samples/1", {"rating": "unsourced"}), ("samples/1", {"rating": ""})]


async def test_the_week_stands_in_the_address(browser: Browser) -> None:
    """Chosen from the list or the table, and back again with the browser's own way back."""
    async with at(browser, "samples") as desk:
        await desk.page.get_by_label("Semaine", exact=True).select_option("2026-01-05")
        await expect(desk.page).to_have_url(f"{desk.gateway.url}/desk/samples?week=2026-01-05")
        await expect(desk.page.get_by_role("heading", name="100 % de réponses justes")).to_be_visible()
        await desk.page.go_back()

        await expect(card(desk, 1)).to_be_visible()


@pytest.mark.parametrize("page", ["teaching", "samples"])
async def test_an_empty_town_is_told_what_comes(browser: Browser, page: str) -> None:
    """In words, with no empty table."""
    async with at(browser, page, is_empty=True) as desk:
        await expect(desk.page.locator(".done")).to_contain_text("nuit")
        await expect(desk.page.locator("table")).to_have_count(0)
        assert await violations(desk.page) == []


@pytest.mark.parametrize("look", LOOKS)
async def test_axe(browser: Browser, look: dict[str, Any]) -> None:
    """No violation and nothing wider than its place, in every state of both pages."""
    async with at(browser, "teaching", **look) as desk:
        assert await violations(desk.page) == []
        for words in ("Autre intention", "Autre article"):
            await card(desk, 1).get_by_role("button", name=words).click()
            await desk.page.locator(".picker :is(.acts, .found) button").first.wait_for()
            assert await violations(desk.page) == [], words
            assert await wide(desk) == [], words
            await desk.page.keyboard.press("Escape")
        await card(desk, 1).get_by_role("button", name="Ne pas garder").click()
        await desk.page.locator(".last").wait_for()
        assert await violations(desk.page) == []
        await desk.page.goto(f"{desk.gateway.url}/desk/samples")
        await card(desk, 1).get_by_role("button", name="En partie").click()
        await desk.page.locator('[aria-pressed="true"]').nth(1).wait_for()
        assert await violations(desk.page) == []
        assert await wide(desk) == []
