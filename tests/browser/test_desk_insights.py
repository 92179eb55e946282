"""The page of figures: what it says first, its filters in the address, findings, tables, files, paper, and every look."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from bot.analytics.figures import Figures
from bot.contacts import Span
from bot.desk.insight_sheets import SHEETS
from tests.browser.chat import NARROW, PHONE, violations
from tests.browser.desk import WINDOW, FakedDesk, visiting
from tests.desk import counted

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LOOKS = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{name}-{scheme}")
    for name, viewport in (("desktop", WINDOW), ("phone", PHONE))
    for scheme in ("light", "dark")
]
ZOOMED = {"width": WINDOW["width"] // 2, "height": WINDOW["height"] // 2}
MADE = [counted.figures, counted.nothing, counted.single, counted.young]


@asynccontextmanager
async def reading(
    browser: Browser, search: str = "", made: Callable[[Span], Figures] = counted.figures, **options: Any
) -> AsyncIterator[FakedDesk]:
    """A supervisor at the page of figures."""
    async with visiting(browser, role="supervisor", **options) as desk:
        desk.gateway.insights.made = made
        await desk.page.goto(f"{desk.gateway.url}/desk/insights{search}")
        await desk.page.locator("guichet-insights :is(.filters, .failure)").first.wait_for()
        yield desk


def heading(desk: FakedDesk) -> Locator:
    return desk.page.locator("#insights-title")


def file(desk: FakedDesk, title: str) -> Locator:
    return desk.page.get_by_role("link", name=f"Télécharger en CSV : {title}", exact=True)


async def wider(desk: FakedDesk) -> list[str]:
    """What has to be scrolled sideways."""
    found: list[str] = await desk.page.evaluate(
        """() => {
            const root = document.querySelector("guichet-desk").shadowRoot.querySelector("guichet-insights").shadowRoot;
            return [document.documentElement, ...root.querySelectorAll("main, .part, .watch, .figure-card, .filters")]
                .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.id || one.className || one.tagName);
        }"""
    )
    return found


async def test_a_sentence_comes_first(browser: Browser) -> None:
    """How many contacts, how that changed and what moved most; then the week, in smaller words."""
    async with reading(browser) as desk:
        said = (await heading(desk).inner_text()).replace("\u00a0", " ").replace("\u202f", " ")
        week = (await desk.page.locator(".trend").inner_text()).replace("\u00a0", " ")

    assert (
        said
        == "Ces 30 derniers jours : 1 042 contacts, +18 % ; la hausse vient surtout de « Refaire sa carte d’identité »."
    )
    assert week.startswith("Du 22 au 28 novembre 2026 : 412 contacts, +18 %")


async def test_filters_stand_in_the_address(browser: Browser) -> None:
    """A period, days, a service and a language; back takes the last one away, a reload keeps all."""
    async with reading(browser) as desk:
        asked = desk.gateway.insights.asked
        await desk.page.get_by_role("radio", name="90 jours").check()
        await expect(desk.page).to_have_url(f"{desk.gateway.url}/desk/insights?days=90")
        await desk.page.get_by_role("combobox", name="Service").select_option("voirie")
        await expect(desk.page).to_have_url(f"{desk.gateway.url}/desk/insights?days=90&service=voirie")
        await desk.page.get_by_label("Du", exact=True).fill("2026-11-01")
        await expect(desk.page).to_have_url(
            f"{desk.gateway.url}/desk/insights?first=2026-11-01&last=2026-11-28&service=voirie"
        )
        await desk.page.reload()
        await expect(heading(desk)).to_contain_text("Du 1er au 28 novembre 2026")

        assert asked[-1] == Span(date(2026, 11, 1), date(2026, 11, 28), "", "voirie", "")

        await desk.page.go_back()
        await expect(heading(desk)).to_contain_text("Ces 90 derniers jours")
        await expect(desk.page.get_by_role("combobox", name="Service")).to_have_value("voirie")
        await desk.page.get_by_role("button", name="Retirer les filtres").click()
        await expect(desk.page).to_have_url(f"{desk.gateway.url}/desk/insights?days=90")


async def test_a_line_narrows_the_page(browser: Browser) -> None:
    """The name of a service, channel or language is a button that shows only that one."""
    async with reading(browser) as desk:
        await desk.page.get_by_role("button", name="Ne voir que Courriel", exact=True).click()
        await expect(desk.page).to_have_url(f"{desk.gateway.url}/desk/insights?channel=email")
        await expect(desk.page.get_by_role("button", name="Ne voir que Courriel", exact=True)).to_have_count(0)


async def test_findings_are_seen_to(browser: Browser) -> None:
    """Each leads to where something can be done; put away it asks once, in words, by keyboard, and the focus stays near."""
    async with reading(browser) as desk:
        items = desk.page.locator(".watch li")
        await expect(items).to_have_count(2)
        seen = items.first.locator(".seen")
        await seen.focus()
        await desk.page.keyboard.press("Enter")

        assert await desk.focused() == "Retirer ce point"
        assert desk.gateway.insights.dismissed == set()

        await desk.page.keyboard.press("Tab")
        await desk.page.keyboard.press("Enter")
        assert (await desk.focused()).startswith("C’est vu\u00a0: Voirie")
        await desk.page.keyboard.press("Enter")
        await desk.page.keyboard.press("Enter")
        await expect(items).to_have_count(1)
        await expect(desk.status).to_have_text("Point retiré.")

        assert await desk.focused() == "#watch-title"
        assert desk.gateway.insights.dismissed == {7}

        await items.first.get_by_role("button", name="Voir les questions sans réponse").click()
        await expect(desk.page).to_have_url(f"{desk.gateway.url}/desk/topics")


async def test_a_late_service_leads_to_its_queue(browser: Browser) -> None:
    """Its open cases, at the page of the cases."""
    async with reading(browser) as desk:
        await desk.page.get_by_role("button", name="Voir la file de ce service").click()
        await expect(desk.page).to_have_url(f"{desk.gateway.url}/desk")
        await expect(desk.rows.first).to_be_visible()


async def test_every_drawing_is_a_table(browser: Browser) -> None:
    """Named tables with headings of columns and rows; the curve has one that opens by keyboard, and is named for those who hear it."""
    async with reading(browser) as desk:
        page = desk.page
        for name in (
            "Sujets",
            "Services",
            "Canaux",
            "Langues",
            "Délais",
            "Courrier par service",
            "Demandes que personne n’a prises à temps",
            "Quand les habitants écrivent",
        ):
            table = page.get_by_role("table", name=name, exact=True)
            await expect(table.locator("thead th[scope=col]").first).to_be_attached()
            await expect(table.locator("tbody th[scope=row]").first).to_be_visible()
        await expect(
            page.get_by_role("img", name="Courbe des contacts. Le plus haut : 57, lun. 23 nov.")
        ).to_be_visible()
        await page.locator("summary").focus()
        await page.keyboard.press("Enter")
        rows = page.get_by_role("table", name="Contacts dans le temps").locator("tbody tr")
        await expect(rows).to_have_count(30)
        await expect(rows.last).to_contain_text("sam. 28 nov.")


async def test_hostile_names_are_text(browser: Browser) -> None:
    """A topic and a finding with markup in their names are shown as they are, and nothing of them runs."""
    async with reading(browser) as desk:
        await expect(desk.page.locator("#topics")).to_contain_text(counted.HOSTILE)
        await expect(desk.page.locator(".watch")).to_contain_text(counted.HOSTILE)
        await expect(desk.page.locator("guichet-insights img")).to_have_count(0)


async def test_hostile_names_everywhere(browser: Browser) -> None:
    """Every label of every drawing, table, filter, button, finding and notice is text when all of them attack, and in no
    file a cell is a formula.
    """
    async with reading(browser, made=counted.hostile) as desk:
        ran: list[str] = []
        desk.page.on("dialog", lambda dialog: ran.append(dialog.message))
        for place in (
            *(
                "topics",
                "services",
                "channels",
                "statuses",
                "causes",
                "languages",
                "mails",
                "unclaimed",
                "insights-title",
            ),
        ):
            await expect(desk.page.locator(f"#{place}")).to_contain_text(counted.HOSTILE)
        for place in (".watch", ".trend", ".filters", ".notices"):
            await expect(desk.page.locator(place).first).to_contain_text("<img")
        await expect(desk.page.locator("guichet-insights img")).to_have_count(0)
        for table in SHEETS:
            answer = await desk.page.request.get(f"{desk.gateway.url}/desk/api/insights.csv?table={table}")
            text = (await answer.body()).decode("utf-8-sig")
            cells = [cell for row in csv.reader(io.StringIO(text), delimiter=";") for cell in row]
            assert [one for one in cells if one.startswith(("=", "+", "@", "\t"))] == []

    assert ran == []


async def test_what_has_to_be_known_is_told(browser: Browser) -> None:
    """That days are being counted, above the figures; that nothing can be compared yet, where that would be. While days
    are counted the page asks again by itself, and then tells that it is up to date.
    """
    async with reading(browser, made=counted.young) as desk:
        asked = desk.gateway.insights.asked
        await expect(desk.page.locator(".notices li")).to_contain_text("Calcul en cours : les chiffres de 12 jours")
        await expect(desk.page.locator(".watch")).to_contain_text("Rien à signaler pour l’instant.")
        await expect(desk.page.locator(".watch")).to_contain_text("Il faut deux semaines de contacts")
        assert await violations(desk.page) == []

        desk.gateway.insights.made = counted.single
        before = len(asked)
        await expect(desk.page.locator(".notices")).to_have_count(0, timeout=25_000)
        await expect(desk.status).to_have_text("Chiffres à jour.")
        await expect(desk.page.locator(".watch")).to_contain_text("Rien d’inhabituel sur cette période.")

    assert len(asked) == before + 1


async def test_a_table_is_a_file(browser: Browser) -> None:
    """The file is of the days and filters that the page shows, and no formula."""
    async with reading(browser, "?days=7&service=voirie") as desk:
        async with desk.page.expect_download() as waiting:
            await file(desk, "Sujets").click()
        text = await asyncio.to_thread((await (await waiting.value).path()).read_text, encoding="utf-8-sig")
        asked = desk.gateway.insights.asked[-1]

    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0] == ["Code", "Nom", "Nombre", "Période précédente", "Part"]
    assert f"'{counted.HOSTILE}" in [row[1] for row in rows]
    assert (asked.first, asked.service) == (date(2026, 11, 22), "voirie")


async def test_a_bad_address_is_told_in_words(browser: Browser) -> None:
    """With a way back to the usual days."""
    async with reading(browser, "?first=2027-01-01") as desk:
        await expect(desk.page.locator(".failure")).to_contain_text("La période finit avant de commencer.")
        await desk.page.get_by_role("button", name="Revenir aux 30 derniers jours").click()
        await expect(heading(desk)).to_contain_text("Ces 30 derniers jours")


async def test_no_answer_leaves_what_was_there(browser: Browser) -> None:
    """Without the gateway the last figures stay, with a sentence; another try brings the new ones."""
    async with reading(browser) as desk:
        await desk.gateway.cut()
        await desk.page.get_by_role("radio", name="7 jours", exact=True).check()
        await expect(desk.page.locator(".failure")).to_contain_text("Le serveur n’a pas répondu.")
        await expect(desk.page.locator(".cards")).to_be_visible()
        await desk.gateway.restore()
        await desk.page.get_by_role("button", name="Réessayer").click()
        await expect(desk.page.locator(".failure")).to_have_count(0)
        await expect(desk.page.locator(".trend")).to_have_count(0)


async def test_an_empty_town(browser: Browser) -> None:
    """No contact at all: a sentence, when that will change, and no empty drawings; with filters, how to be rid of them."""
    async with reading(browser, made=counted.nothing) as desk:
        await expect(heading(desk)).to_have_text("Ces 30 derniers jours : aucun contact.")
        await expect(desk.page.get_by_text("Les chiffres se remplissent dès le premier message reçu")).to_be_visible()
        await expect(desk.page.locator(".part, .figure-card")).to_have_count(0)
        await desk.page.get_by_role("combobox", name="Canal").select_option("web")
        await expect(desk.page.get_by_text("Rien ne correspond à ces filtres sur cette période.")).to_be_visible()


async def test_one_contact(browser: Browser) -> None:
    """One contact is one contact: nothing is compared, divided or measured that cannot be."""
    async with reading(browser, made=counted.single) as desk:
        await expect(heading(desk)).to_have_text("Ces 30 derniers jours : 1 contact, aucun sur la période précédente.")
        await expect(desk.page.locator(".figure-card").filter(has_text="Pas encore de mesure")).to_have_count(2)
        await expect(desk.page.locator("#channels tbody tr")).to_have_count(1)
        words = await desk.page.locator("guichet-insights main").inner_text()

    assert not [one for one in ("NaN", "Infinity", "undefined", "null") if one in words]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("made", MADE, ids=lambda made: made.__name__)
async def test_axe(browser: Browser, look: dict[str, Any], made: Callable[[Span], Figures]) -> None:
    """Full, empty and with one contact, axe finds nothing, and nothing is scrolled sideways."""
    async with reading(browser, made=made, **look) as desk:
        if made is counted.figures:
            await desk.page.locator(".seen").first.click()
            await desk.page.locator("summary").click()

        assert await violations(desk.page) == []
        assert await wider(desk) == []


@pytest.mark.parametrize("viewport", [NARROW, ZOOMED], ids=["320px", "zoom-200"])
async def test_narrow(browser: Browser, viewport: dict[str, int]) -> None:
    """At 320 px and at 200 % zoom nothing is scrolled sideways, with the largest text either."""
    async with reading(browser, viewport=viewport) as desk:
        assert await wider(desk) == []
        await desk.page.get_by_role("button", name="Réglages").click()
        await desk.page.get_by_role("radio", name="Très grande").check()
        await desk.page.keyboard.press("Escape")
        assert await wider(desk) == []


async def test_forced_colours(browser: Browser) -> None:
    """With forced colours lines and bars are drawn in the system's colours, cells have an edge, and axe finds nothing."""
    async with reading(browser, forced_colors="active") as desk:
        drawn = await desk.page.evaluate(
            """() => {
                const root = document.querySelector("guichet-desk").shadowRoot.querySelector("guichet-insights").shadowRoot;
                const style = (one) => getComputedStyle(root.querySelector(one));
                return [style(".line.contacts").stroke, style(".bar-line rect").fill, style(".heat td").borderTopStyle];
            }"""
        )

        assert drawn == ["rgb(0, 0, 0)", "rgb(0, 0, 0)", "solid"]
        assert await violations(desk.page) == []


async def test_on_paper(browser: Browser) -> None:
    """The town, the days and the filters in words; no bar, buttons or fields; the page runs on instead of being cut off."""
    async with reading(browser, "?service=voirie") as desk:
        await desk.page.emulate_media(media="print")
        await expect(desk.page.locator(".printed")).to_have_text(
            "Pontavel – chiffres du 30 octobre au 28 novembre 2026 – Voirie"
        )
        for hidden in (".bar", ".filters", ".watch .acts", ".file"):
            await expect(desk.page.locator(hidden).first).to_be_hidden()
        cut = await desk.page.evaluate(
            """() => {
                const main = document.querySelector("guichet-desk").shadowRoot.querySelector("guichet-insights").shadowRoot.querySelector("main");
                return main.scrollHeight > main.clientHeight + 1;
            }"""
        )
        paper = await desk.page.pdf(format="A4")

    assert not cut
    assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") > 1
