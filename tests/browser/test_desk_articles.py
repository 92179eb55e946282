"""What an agent can rely on when writing articles, over a fake gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.chat import NARROW, PHONE, violations
from tests.browser.desk import WINDOW, FakedDesk, visiting

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LOOKS = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{name}-{scheme}")
    for name, viewport in (("desktop", WINDOW), ("phone", PHONE))
    for scheme in ("light", "dark")
]


@asynccontextmanager
async def writing(browser: Browser, **options: Any) -> AsyncIterator[FakedDesk]:
    """A desk whose page of articles is open."""
    async with visiting(browser, **options) as desk:
        await desk.go("Connaissances")
        await expect(desk.page.locator(".article-row").first).to_be_visible()
        yield desk


def row(desk: FakedDesk, article_id: str) -> Locator:
    return desk.page.locator(f'.article-row[data-id="{article_id}"]')


def body(desk: FakedDesk) -> Locator:
    return desk.page.get_by_label("Texte", exact=True)


async def opened(desk: FakedDesk, article_id: str) -> None:
    await row(desk, article_id).click()
    await expect(desk.page.locator(".page-preview")).to_be_visible()


async def focused(page: Page) -> str:
    """What has the focus: its id, its label or its words."""
    found: str = await page.evaluate(
        """() => {
            let at = document.activeElement;
            while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
            return at.id ? "#" + at.id : (at.getAttribute("aria-label") ?? at.textContent.trim());
        }"""
    )
    return found


async def too_wide(page: Page) -> list[str]:
    """What has to be scrolled sideways."""
    found: list[str] = await page.evaluate(
        """() => {
            const desk = document.querySelector("guichet-desk").shadowRoot;
            const inside = desk.querySelector("guichet-articles").shadowRoot.querySelectorAll("main, main :not(.vh):not(svg)");
            return [document.documentElement, desk.querySelector(".bar"), ...inside]
                .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline"
                    && !["INPUT", "SELECT", "OPTION"].includes(one.tagName))
                .map((one) => one.className || one.tagName);
        }"""
    )
    return found


async def sound(desk: FakedDesk, state: str) -> None:
    found = await violations(desk.page)

    assert not found, f"{state}: " + "\n".join(found)
    assert await too_wide(desk.page) == [], state


async def test_from_nothing_to_published(browser: Browser) -> None:
    """A new article is previewed as it is written, saved as a draft, and published by one click."""
    async with writing(browser) as desk:
        await desk.button("Nouvel article").click()
        await expect(desk.page.get_by_label("Titre", exact=True)).to_be_focused()
        await desk.button("Enregistrer").click()
        await expect(desk.status).to_have_text("Donnez d’abord un titre à l’article.")
        await desk.page.get_by_label("Titre", exact=True).fill("Louer une salle")
        await body(desk).fill("On la réserve à l'accueil.\n\n## Prix\n\n- salle A : 80 €\n")
        await expect(desk.page.locator(".passage-bubble")).to_have_count(2)
        await expect(desk.page.locator(".page-preview h2")).to_have_text("Prix")
        await desk.button("Publier").click()
        await expect(desk.page.locator(".chip.published")).to_be_visible()
        await expect(desk.status).to_have_text("Article publié : le robot répond avec lui.")

        assert [(method, path) for method, path, _ in desk.gateway.requests if path != "preview"] == [
            ("POST", "articles"),
            ("POST", "articles/louer-une-salle/publish"),
        ]
        assert desk.gateway.articles.articles["louer-une-salle"]["body"].startswith("On la réserve")


async def test_unsaved_text_survives_a_reload(browser: Browser) -> None:
    """It is there again on the same page, can be given up and had back; nothing was sent to the gateway."""
    async with writing(browser) as desk:
        await opened(desk, "carte-identite")
        await body(desk).fill("Presque fini.")
        await desk.page.reload()
        await expect(desk.page.get_by_text("Vos modifications non enregistrées sont de retour.")).to_be_visible()
        await expect(body(desk)).to_have_value("Presque fini.")
        await desk.button("Les abandonner").click()
        await expect(body(desk)).to_have_value(desk.gateway.articles.articles["carte-identite"]["body"])
        await desk.button("Le reprendre").click()
        await expect(body(desk)).to_have_value("Presque fini.")
        await desk.button("Tous les articles").click()
        await expect(row(desk, "carte-identite")).to_contain_text("Non enregistré sur ce poste")

        assert [path for _, path, _ in desk.gateway.requests if path != "preview"] == []


@pytest.mark.parametrize("mine", [True, False])
async def test_two_editors(browser: Browser, mine: bool) -> None:
    """The second one sees who was first and what differs; whichever text they take, the other is not lost."""
    async with writing(browser) as desk:
        await opened(desk, "carte-identite")
        await body(desk).fill("Mon texte.")
        desk.gateway.articles.overtake("carte-identite", "Le texte de Karim.")
        await desk.button("Enregistrer").click()
        conflict = desk.page.locator(".conflict")
        await expect(conflict).to_contain_text("Karim Benali a enregistré cet article pendant que vous écriviez")
        await expect(conflict.locator("del")).to_have_text("Le texte de Karim.")
        await expect(conflict.locator("ins")).to_have_text("Mon texte.")

        assert await focused(desk.page) == "#conflict-title"

        if mine:
            await desk.button("Enregistrer le mien par-dessus").click()
            await expect(conflict).to_have_count(0)
            bodies = [one["body"] for one in desk.gateway.articles.editions["carte-identite"]]

            assert bodies[-2:] == ["Le texte de Karim.", "Mon texte."]
        else:
            await desk.button("Reprendre le texte de Karim Benali").click()
            await expect(body(desk)).to_have_value("Le texte de Karim.")
            await desk.button("Le reprendre").click()
            await expect(body(desk)).to_have_value("Mon texte.")


async def test_history(browser: Browser) -> None:
    """Every edition can be compared with the text and restored; not over words that are not saved."""
    async with writing(browser) as desk:
        await opened(desk, "carte-identite")
        was = await body(desk).input_value()
        await body(desk).fill("Autre chose.")
        await desk.page.keyboard.press("Control+s")
        await expect(desk.status).to_have_text("Article enregistré.")
        await desk.button("Historique").click()
        await expect(desk.page.locator("#history-title")).to_be_focused()
        await desk.button("Comparer la version 3 avec le texte actuel").click()
        await expect(desk.page.locator(".compared ins")).to_have_text("Autre chose.")
        await body(desk).fill("Autre chose encore.")
        await expect(desk.button("Rétablir la version 3")).to_be_disabled()
        await body(desk).fill("Autre chose.")
        await desk.button("Rétablir la version 3").click()
        await expect(body(desk)).to_have_value(was)
        await expect(desk.page.locator(".editions > li")).to_have_count(3)


async def test_withdrawn_and_removed(browser: Browser) -> None:
    """Both ask once and name the article; a removal can be undone from the list, where the focus waits on that."""
    async with writing(browser) as desk:
        await opened(desk, "carte-identite")
        await desk.button("Retirer").click()
        await expect(desk.page.locator("#ask-title")).to_contain_text("Refaire sa carte d'identité")
        await desk.button("Le laisser publié").click()

        assert await focused(desk.page) == "Retirer"

        await desk.button("Retirer").click()
        await desk.button("Retirer l’article").click()
        await expect(desk.page.locator(".chip.draft")).to_be_visible()
        await desk.button("Supprimer").click()
        await desk.button("Supprimer l’article").click()
        await expect(desk.button("Annuler")).to_be_focused()
        await expect(row(desk, "carte-identite")).to_have_count(0)
        await desk.button("Annuler").click()
        await expect(desk.page.locator("#article-title")).to_be_focused()

        assert desk.gateway.articles.articles["carte-identite"]["removed"] is False


async def test_an_article_of_a_file_is_taken_over(browser: Browser) -> None:
    """Until then nothing of it can be changed here."""
    async with writing(browser) as desk:
        await opened(desk, "bac-casse")
        await expect(body(desk)).not_to_be_editable()
        await expect(desk.page.locator(".acts")).to_have_count(0)
        await desk.button("Reprendre l’article ici").click()
        await expect(body(desk)).to_be_editable()
        await expect(desk.button("Supprimer")).to_be_visible()


async def test_the_towns_own_words_on_a_national_fiche(browser: Browser) -> None:
    """The fiche is found by its title; the article begins with it and names it, and is sent with its number."""
    async with writing(browser) as desk:
        await desk.button("Préciser une fiche nationale").click()
        await desk.page.get_by_label("Titre ou numéro de la fiche").fill("perte")
        await desk.page.keyboard.press("Enter")
        await desk.page.get_by_role("button", name="Carte d'identité en cas de perte").click()
        await expect(desk.page.locator(".fiche-of")).to_contain_text("Carte d'identité en cas de perte (F1341)")
        await body(desk).fill("À Pontavel, déclarez la perte à l'accueil.")
        await desk.button("Enregistrer").click()
        await expect(desk.page.locator(".fiche-of a")).to_have_attribute("href", "https://www.service-public.fr/particuliers/vosdroits/F1341")  # fmt: skip
        (sent,) = [sent for _, path, sent in desk.gateway.requests if path == "articles"]

        assert (sent["fiche"], sent["title"]) == ("F1341", "Carte d'identité en cas de perte")


async def test_a_reply_becomes_an_article(browser: Browser) -> None:
    """One click under an agent's words opens the draft; going back, the conversation is as it was."""
    async with visiting(browser, undo_seconds=0) as desk:
        await desk.take(1)
        await desk.send("Déclarez la perte, puis prenez rendez-vous.")
        await desk.button("En faire un article").click()
        await expect(body(desk)).to_have_value("Déclarez la perte, puis prenez rendez-vous.")
        await expect(desk.page.locator("#article-title")).to_be_focused()
        await expect(desk.status).to_contain_text("Brouillon créé à partir de la réponse.")
        await desk.go("Demandes")
        await expect(desk.log).to_contain_text("Déclarez la perte")


async def test_the_list_is_narrowed_and_ordered(browser: Browser) -> None:
    """By words, by state, and by what helped; how many there are is told."""
    async with writing(browser) as desk:
        titles = desk.page.locator(".article-title")
        await expect(titles).to_have_count(5)
        await desk.page.get_by_role("radio", name="À relire 1").check()
        await expect(titles).to_have_text(["Obtenir un passeport pour un bébé"])
        await expect(desk.status).to_have_text("1 article")
        await desk.page.get_by_role("radio", name="Tous").check()
        await desk.page.get_by_label("Trier par").select_option("Les moins utiles")
        await expect(titles.first).to_have_text("La braderie de septembre")
        await expect(row(desk, "carte-identite")).to_contain_text("a aidé 87")
        await desk.page.get_by_label("Mots du titre ou du texte").fill("nid")
        await desk.page.keyboard.press("Enter")
        await expect(titles).to_have_text(["Signaler un nid-de-poule"])


async def test_by_keyboard_alone(browser: Browser) -> None:
    """From the bar to an article, into its text, saved, and back to its row."""
    async with writing(browser) as desk:
        await desk.page.get_by_label("Trier par").focus()
        await desk.page.keyboard.press("Tab")

        assert (await focused(desk.page)).startswith("La braderie")

        for _ in range(3):
            await desk.page.keyboard.press("Tab")
        await desk.page.keyboard.press("Enter")
        await expect(desk.page.locator("#article-title")).to_be_focused()
        while await focused(desk.page) != "#f-body":
            await desk.page.keyboard.press("Tab")
        await desk.page.keyboard.press("Control+End")
        await desk.page.keyboard.type("\nOuvert le samedi.")
        await desk.page.keyboard.press("Control+s")
        await expect(desk.status).to_have_text("Article enregistré.")

        assert await focused(desk.page) == "#f-body"

        while await focused(desk.page) != "Tous les articles":
            await desk.page.keyboard.press("Shift+Tab")
        await desk.page.keyboard.press("Enter")
        await expect(row(desk, "carte-identite")).to_be_focused()


async def test_what_an_author_writes_is_never_run(browser: Browser) -> None:
    """Script and markup in title, text and history are shown as words."""
    bad = '<img src=x onerror="window.hacked=1">'
    async with writing(browser) as desk:
        desk.gateway.articles.articles["nid-de-poule"] |= {"title": bad, "changed_by": bad}
        await desk.page.get_by_label("Mots du titre ou du texte").fill("onerror")
        await desk.page.keyboard.press("Enter")
        await opened(desk, "nid-de-poule")
        await body(desk).fill(f"{bad}\n\n[clic](javascript:alert(1))\n\n<script>window.hacked=1</script>")
        await expect(desk.page.locator(".page-preview")).to_contain_text("onerror")
        await desk.page.keyboard.press("Control+s")
        await desk.button("Historique").click()
        await expect(desk.page.locator(".editions > li")).to_have_count(2)

        assert await desk.page.evaluate("() => window.hacked") is None


@pytest.mark.parametrize("look", LOOKS)
async def test_axe(browser: Browser, look: dict[str, Any]) -> None:
    """Every state of the page, light and dark, desktop and phone; nothing is wider than its place."""
    async with writing(browser, **look) as desk:
        await sound(desk, "list")
        await desk.button("Préciser une fiche nationale").click()
        await desk.page.get_by_label("Titre ou numéro de la fiche").fill("carte")
        await desk.page.keyboard.press("Enter")
        await expect(desk.page.locator(".fiche-row")).to_have_count(2)
        await sound(desk, "fiches")
        await opened(desk, "bac-casse")
        await sound(desk, "of a file")
        await desk.button("Tous les articles").click()
        await opened(desk, "passeport")
        await desk.page.get_by_text("Autres réglages").click()
        await body(desk).fill("Appelez le 06 12 34 56 78.\n\n| A | B |\n| - | - |\n| 1 | 2 |\n")
        await expect(desk.page.locator(".warnings")).to_be_visible()
        await sound(desk, "form")
        desk.gateway.articles.overtake("passeport", "Le texte de Karim.")
        await desk.button("Enregistrer").click()
        await expect(desk.page.locator(".conflict")).to_be_visible()
        await sound(desk, "conflict")
        await desk.button("Enregistrer le mien par-dessus").click()
        await expect(desk.page.locator(".conflict")).to_have_count(0)
        await desk.button("Historique").click()
        await desk.page.get_by_role("button", name="Comparer la version 3").click()
        await expect(desk.page.locator(".differences")).to_be_visible()
        await sound(desk, "history")
        await desk.button("Supprimer").click()
        await sound(desk, "asking")
        await desk.button("Supprimer l’article").click()
        await expect(desk.button("Annuler")).to_be_visible()
        await sound(desk, "removed")


async def test_narrow(browser: Browser) -> None:
    """At 320 px with the largest letters nothing is scrolled sideways."""
    async with writing(browser, viewport=NARROW) as desk:
        await desk.page.get_by_role("button", name="Réglages").click()
        await desk.page.get_by_role("radio", name="Très grande").check()
        await desk.page.keyboard.press("Escape")

        assert await too_wide(desk.page) == []

        await opened(desk, "passeport")

        assert await too_wide(desk.page) == []
