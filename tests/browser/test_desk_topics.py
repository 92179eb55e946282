"""What could not be answered, on the agents' page: seen, decided, taken back, by keyboard, whatever the questions say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.chat import NARROW, PHONE, violations
from tests.browser.desk import WINDOW, FakedDesk, overflows, visiting
from tests.browser.fake_topics import HOSTILE, SCOOTERS, SONO, TINY

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NAME = "trottinettes · trottoir · garer"
LOOKS = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{name}-{scheme}")
    for name, viewport in (("desktop", WINDOW), ("phone", PHONE))
    for scheme in ("light", "dark")
]


@asynccontextmanager
async def looking(browser: Browser, **options: Any) -> AsyncIterator[FakedDesk]:
    """The page of groups."""
    async with visiting(browser, **options) as desk:
        await desk.go("Améliorer")
        await expect(desk.page.get_by_role("heading", name="Ce que nous n’avons pas su répondre")).to_be_focused()
        yield desk


def group(desk: FakedDesk, number: int) -> Locator:
    return desk.page.locator(f'article[aria-labelledby="topic-{number}"]')


def sent(desk: FakedDesk) -> list[Any]:
    return [body for method, path, body in desk.gateway.requests if path.startswith("topics/") and method == "POST"]


async def clean(desk: FakedDesk, state: str) -> None:
    found = await violations(desk.page)

    assert not found, f"{state}: " + "\n".join(found)
    assert await overflows(desk.page) == [], state


async def test_a_group_shows_what_one_has_to_know(browser: Browser) -> None:
    """Its name, course, counts, weeks as bars and as words, questions with their date, and what comes near."""
    async with looking(browser) as desk:
        one = group(desk, SCOOTERS)
        await expect(one.get_by_role("heading", name=NAME)).to_be_visible()
        await expect(one.get_by_text("En hausse")).to_be_visible()
        await expect(one.get_by_text("20 questions")).to_be_visible()
        await expect(one.get_by_role("img", name="0, 1, 0, 2, 1, 3, 4, 9")).to_be_visible()
        await expect(one.get_by_role("link", name="Garer un vélo en ville")).to_have_attribute(
            "href", "/articles/velos"
        )
        await expect(one.get_by_text("pas compris").first).to_be_visible()
        await expect(group(desk, TINY).get_by_text("Aucun article ne s’en approche.")).to_be_visible()
        await expect(group(desk, SONO)).to_have_count(0)

        assert await one.locator("svg[role=img] text").all_text_contents() == list("01021349")


async def test_hostile_questions_are_words(browser: Browser) -> None:
    """Markup in a question is read as it was typed, and nothing of it runs."""
    async with looking(browser) as desk:
        await expect(group(desk, SCOOTERS).get_by_text(HOSTILE)).to_be_visible()

        assert "broken" not in await desk.page.title()
        assert await group(desk, SCOOTERS).locator("q img").count() == 0


async def test_more_questions_come_when_asked_for(browser: Browser) -> None:
    """The others are read when somebody wants them; the focus goes to their heading."""
    async with looking(browser) as desk:
        one = group(desk, SCOOTERS)
        await expect(one.locator("q")).to_have_count(3)
        await one.get_by_role("button", name="Voir plus de questions").click()
        await expect(one.locator("q")).to_have_count(5)
        await expect(one.get_by_role("heading", name="Questions posées")).to_be_focused()
        await expect(one.get_by_role("button", name="Voir plus de questions")).to_have_count(0)


async def test_an_article_is_written_from_a_group(browser: Browser) -> None:
    """One press: the decision is kept and the draft is open in the editor."""
    async with looking(browser) as desk:
        await group(desk, SCOOTERS).get_by_role("button", name="Écrire un article").click()
        await expect(desk.page).to_have_url(f"{desk.gateway.url}/desk/articles")

        assert sent(desk) == [{"decision": "article", "for": ""}]


async def test_a_group_is_decided_and_taken_back_by_keyboard(browser: Browser) -> None:
    """The group keeps its place with what was decided and a way back, which has the focus; then it is as before."""
    async with looking(browser) as desk:
        one = group(desk, TINY)
        await one.get_by_role("button", name="Pas de notre ressort").focus()
        await desk.page.keyboard.press("Enter")
        undo = one.get_by_role("button", name="Annuler la décision")
        await expect(undo).to_be_focused()
        await expect(one.get_by_text("Effet visible à partir du 9/05.")).to_be_visible()
        await expect(desk.status).to_have_text("Le groupe est classé.")
        await desk.page.keyboard.press("Enter")
        await expect(one.get_by_role("heading", name="tiny · house · terrain")).to_be_focused()
        await expect(one.get_by_role("button", name="Pas de notre ressort")).to_be_visible()

        assert sent(desk) == [{"decision": "not_ours", "for": ""}, {"decision": "", "for": ""}]


async def test_a_group_is_attached_by_keyboard(browser: Browser) -> None:
    """To an article that is near, to one that is searched for, or to a subject; nothing chosen is said, Escape leaves."""
    async with looking(browser) as desk:
        one = group(desk, SCOOTERS)
        teach = one.get_by_role("button", name="Rattacher à un article")
        await teach.focus()
        await desk.page.keyboard.press("Enter")
        await expect(one.get_by_role("radio", name="Garer un vélo en ville")).to_be_focused()
        await one.get_by_role("button", name="Rattacher", exact=True).click()
        await expect(one.get_by_text("Choisissez d’abord un article ou un sujet.")).to_be_visible()
        await one.get_by_label("Chercher un autre article").fill("carte")
        await desk.page.keyboard.press("Enter")
        await expect(one.get_by_role("radio", name="Refaire sa carte d’identité")).to_be_visible()
        await desk.page.keyboard.press("Escape")
        await expect(teach).to_be_focused()
        await desk.page.keyboard.press("Enter")
        await desk.page.keyboard.press("Space")
        await one.get_by_role("button", name="Rattacher", exact=True).press("Enter")
        await expect(one.get_by_text("« Garer un vélo en ville »")).to_be_visible()
        await one.get_by_role("button", name="Annuler la décision").click()
        await teach.click()
        await one.get_by_label("Ou un sujet que le robot traite déjà").select_option("ask_hours")
        await one.get_by_role("button", name="Rattacher", exact=True).click()
        await expect(one.get_by_role("button", name="Annuler la décision")).to_be_focused()

        assert [(body["decision"], body["for"]) for body in sent(desk)] == [
            ("taught", "velos"),
            ("", ""),
            ("taught", "ask_hours"),
        ]


async def test_decided_groups_say_what_came_of_it(browser: Browser) -> None:
    """They are a list of their own, in the address too; from there the draft is opened, and back is back."""
    async with looking(browser) as desk:
        await desk.page.get_by_role("button", name="Décidés").click()
        one = group(desk, SONO)
        await expect(one.get_by_text("0,5 par semaine depuis, contre 4 avant : le groupe diminue.")).to_be_visible()
        await expect(desk.page).to_have_url(f"{desk.gateway.url}/desk/topics?view=decided")
        await desk.page.reload()
        await expect(one).to_be_visible()
        await desk.page.go_back()
        await expect(group(desk, SCOOTERS)).to_be_visible()
        await desk.page.go_forward()
        await one.get_by_role("button", name="Ouvrir le brouillon").click()
        await expect(desk.page).to_have_url(f"{desk.gateway.url}/desk/articles")


async def test_a_refusal_is_said_where_it_happened(browser: Browser) -> None:
    """Nothing is shown as done that was not."""
    async with looking(browser) as desk:
        desk.gateway.topics.fails = True
        await group(desk, TINY).get_by_role("button", name="Pas de notre ressort").click()
        await expect(group(desk, TINY).get_by_text("La base de données ne répond pas.")).to_be_visible()
        await expect(group(desk, TINY).get_by_role("button", name="Pas de notre ressort")).to_be_visible()
        await expect(group(desk, SCOOTERS).get_by_text("La base de données ne répond pas.")).to_have_count(0)


@pytest.mark.parametrize("look", LOOKS)
async def test_nothing_is_in_the_way(browser: Browser, look: dict[str, Any]) -> None:
    """Nothing is found by axe and nothing is wider than its place: empty, full, attaching, just decided, decided."""
    async with looking(browser, is_empty=True, **look) as desk:
        await expect(desk.page.get_by_text("Rien à décider.")).to_be_visible()
        await clean(desk, "empty")
    async with looking(browser, **look) as desk:
        await clean(desk, "full")
        await group(desk, SCOOTERS).get_by_role("button", name="Rattacher à un article").click()
        await group(desk, SCOOTERS).get_by_role("button", name="Rattacher", exact=True).click()
        await clean(desk, "attaching")
        await group(desk, TINY).get_by_role("button", name="Pas de notre ressort").click()
        await expect(group(desk, TINY).get_by_role("button", name="Annuler la décision")).to_be_visible()
        await clean(desk, "just decided")
        await desk.page.get_by_role("button", name="Décidés").click()
        await expect(group(desk, SONO)).to_be_visible()
        await clean(desk, "decided")


async def test_it_fits_the_narrowest_screen(browser: Browser) -> None:
    """At 320 px, with an endless word in a name, nothing has to be scrolled sideways."""
    async with visiting(browser, viewport=NARROW) as desk:
        desk.gateway.topics.groups[TINY]["name"] = "anticonstitutionnellement" * 8
        desk.gateway.topics.more = 3
        await desk.go("Améliorer")
        await expect(group(desk, TINY)).to_be_visible()
        await expect(desk.page.get_by_text("3 autres groupes")).to_be_visible()

        assert await overflows(desk.page) == []
