"""A citizen's browser and the whole town: nothing between them is a fake."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chat import DESKTOP, Chat, violations
from tests.journeys.town import Town

pytestmark = [pytest.mark.journey, pytest.mark.rasa, pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
async def chat(town: Town, windows: Browser) -> Chat:
    await asyncio.to_thread(town.wait_until_calm)
    context = await windows.new_context(viewport=DESKTOP, reduced_motion="reduce", locale="fr-FR")
    page = await context.new_page()
    page.set_default_timeout(20_000)
    await page.goto(town.address)
    return Chat(page)


async def test_from_question_to_source_to_rating(chat: Chat) -> None:
    """The main job, as a citizen does it: ask, read, follow the source, say whether it helped, come back, erase."""
    await chat.open()
    await chat.ask("comment refaire ma carte d'identité ?")
    asked, answered = (await chat.texts())[-2:]

    assert asked.endswith("comment refaire ma carte d'identité ?")
    assert "pré-demande" in answered
    assert "Cela répond-il à votre question ?" in answered
    assert await violations(chat.page) == []

    source = chat.log.get_by_role("link", name="carte nationale d’identité")
    async with chat.page.context.expect_page() as opened:
        await source.first.click()
    article = await opened.value
    await expect(article.get_by_role("heading", level=1)).to_contain_text("carte nationale d’identité")
    await article.close()

    before = await chat.bubbles.count()
    await chat.choices.filter(has_text="Oui").click()
    await expect(chat.bubbles).to_have_count(before + 2)
    assert "c’est noté" in (await chat.texts())[-1]

    said = await chat.texts()
    await chat.page.reload()
    if not await chat.panel.is_visible():
        await chat.launcher.click()
    await expect(chat.bubbles).to_have_count(len(said) + 1)
    assert await chat.texts() == said


async def test_danger_is_answered_in_the_browser_with_rasa_killed(chat: Chat, town: Town) -> None:
    """The numbers come from the gateway alone, and can be tapped."""
    await chat.open()
    town.kill_when_up("rasa")
    await chat.ask("au secours il y a le feu chez moi")

    await expect(chat.log.get_by_role("link", name="112").first).to_have_attribute("href", "tel:112")


@pytest.mark.parametrize(
    ("chip", "article"),
    [
        ("Carte d’identité", "carte-identite"),
        ("Collecte des déchets", "jours-collecte"),
        ("Cantine", "cantine-inscription"),
    ],
)
async def test_what_the_home_page_proposes_is_answered(chat: Chat, chip: str, article: str) -> None:
    """Each « souvent demandé » gets the right page, with its source."""
    await chat.page.get_by_role("button", name=chip).click()
    await expect(chat.log.get_by_text("Cela répond-il à votre question ?")).to_be_visible(timeout=20_000)

    await expect(chat.log.locator(f"a[href$='/articles/{article}']").first).to_be_visible()


async def test_a_report_that_the_home_page_proposes_is_begun(chat: Chat) -> None:
    """« Nid-de-poule » opens the form, which says what it has understood."""
    await chat.page.get_by_role("button", name="Nid-de-poule").click()

    await expect(chat.log.get_by_text("Je prépare un signalement pour la mairie : Chaussée, trottoir.")).to_be_visible(
        timeout=20_000
    )


@pytest.mark.parametrize("path", ["/articles/il-n-y-a-rien", "/nulle-part", "/desk/nulle-part"])
async def test_a_page_that_is_not_there(chat: Chat, town: Town, path: str) -> None:
    """It says so in the town's words, leads home, and axe finds nothing wrong with it."""
    answer = await chat.page.goto(f"{town.address}{path}")

    assert answer is not None
    assert answer.status == 404
    await expect(chat.page.get_by_role("heading", level=1)).to_be_visible()
    assert await violations(chat.page) == []
