"""The town's pages and what every response carries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timezone
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.app import Gateway
from bot.clock import Clock
from bot.gateway.pages import Pages
from bot.settings import News, Office, Service, Settings, Site, read_office
from bot.store.base import Article
from tests.fakes.town import FewArticles

OFFICE = read_office(Path(__file__).resolve().parents[2] / "office.yml")
NBSP, NARROW = "\u00a0", "\u202f"


def _noon() -> datetime:
    return datetime(2026, 11, 25, 12, tzinfo=timezone.utc)


async def page(path: str, *articles: Article, office: Office = OFFICE, clock: Clock = _noon) -> str:
    """A page of a town that has these articles."""
    app = web.Application()
    app.router.add_routes(Pages(office, FewArticles(*articles), clock=clock).routes())
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession() as session,
        session.get(server.make_url(path)) as response,
    ):
        assert response.status == 200
        return await response.text()


def with_site(site: Site) -> Office:
    return msgspec.structs.replace(OFFICE, site=site)


@pytest.fixture
async def http(running: Gateway) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{running.port}", headers={"Accept": "text/html"}) as session:
        yield session


@pytest.mark.parametrize("path", ["/", "/articles", "/articles/piscine", "/confidentialite", "/accessibilite"])
async def test_pages_answer_in_french_with_strict_headers(http: aiohttp.ClientSession, path: str) -> None:
    """Each page is HTML in French, runs no foreign script and sets no cookie."""
    async with http.get(path) as response:
        text = await response.text()

    assert response.status == 200
    assert '<html lang="fr"' in text
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in response.headers


async def test_an_article_is_readable_without_script(http: aiohttp.ClientSession) -> None:
    """Title, emphasis and sections are HTML."""
    async with http.get("/articles/piscine") as response:
        text = await response.text()

    for part in ("Piscine", "<strong>mardi</strong>", "Tarif", f"3{NBSP}€"):
        assert part in text


async def test_every_answer_is_listed_under_its_service() -> None:
    """Titles under their services in the town's order, sorted without regard to accents; no script is needed."""
    text = await page(
        "/articles",
        Article("b", "Zone bleue", "stationnement", "x"),
        Article("c", "Écharpe", "etat_civil", "x"),
        Article("d", "Fête", "etat_civil", "x"),
        Article("e", "Ailleurs", "of-no-service", "x"),
    )

    order = ["État civil</h2>", '"/articles/c">Écharpe<', ">Fête<", "Stationnement</h2>", ">Zone bleue<", "Autres pages</h2>", ">Ailleurs<"]  # fmt: skip
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


async def test_the_list_leaves_out_what_is_out_of_date() -> None:
    """An article is listed through its last day, by the town's clock."""
    until = Article("a", "Fête du pont", "sports", "x", valid_until=date(2026, 11, 25))

    def after_midnight_in_paris() -> datetime:
        return datetime(2026, 11, 25, 23, 30, tzinfo=timezone.utc)

    assert "Fête du pont" in await page("/articles", until)
    assert "Fête du pont" not in await page("/articles", until, clock=after_midnight_in_paris)
    assert "n’est plus à jour" in await page("/articles/a", until, clock=after_midnight_in_paris)


async def test_an_empty_list_says_so() -> None:
    """Before the first import there is a page all the same."""
    assert "Aucune page" in await page("/articles")


@pytest.mark.parametrize("path", ["/", "/articles/a", "/confidentialite", "/accessibilite"])
async def test_the_list_is_one_link_away(path: str) -> None:
    """From the home page's services and the foot of every page, and so every article is."""
    text = await page(path, Article("a", "Bal", "sports", "x"))

    assert 'href="/articles"' in text[text.index("<footer") :]
    assert 'href="/articles"' in text[text.index("<main") : text.index("<footer")] or path.startswith(("/c", "/acc"))


async def test_an_article_leads_on() -> None:
    """To the page to read further; its own address is no source, and numbers, mail and sites can be followed."""
    body = (
        "Appelez le 02 61 91 40 10, écrivez à a.b@pontavel.example ou voyez ants.gouv.fr, [ici](https://x.example/y)."
    )
    text = await page(
        "/articles/a", Article("a", "Bal", "sports", body, source="/articles/a", more="https://www.z.fr/F1")
    )

    assert 'Pour en savoir plus\u00a0: <a href="https://www.z.fr/F1" rel="noreferrer">z.fr/F1</a>' in text
    assert "Source" not in text
    assert f'<a class="tel" href="tel:0261914010">02{NBSP}61{NBSP}91{NBSP}40{NBSP}10</a>' in text
    assert '<a href="mailto:a.b@pontavel.example">' in text
    assert '<a href="https://ants.gouv.fr" rel="noreferrer">ants.gouv.fr</a>' in text
    assert '<a href="https://x.example/y">ici</a>' in text


async def test_the_words_of_another_page_name_it() -> None:
    """An article that was taken from elsewhere shows its source."""
    text = await page("/articles/a", Article("a", "Bal", "sports", "x", source="https://www.z.fr/F1"))

    assert ">z.fr/F1</a>" in text[text.index("Source") :]


async def test_pages_are_set_as_french_is_in_print() -> None:
    """Whoever wrote it: article, office.yml or template; what stands in attributes is left alone."""
    text = await page("/articles/a", Article("a", "L'eau : qui ?", "urbanisme", "De 9 h à 12 h & c'est <b>tout</b> !"))

    assert f"<h1>L’eau{NBSP}: qui{NARROW}?</h1>" in text
    assert f"De 9{NBSP}h à 12{NBSP}h &amp; c’est &lt;b&gt;tout&lt;/b&gt;{NARROW}!" in text
    assert "plan local d’urbanisme" in text
    assert 'content="L&#39;eau : qui ? :' in text


async def test_a_service_says_its_own_hours() -> None:
    """Beside those of the town hall's desk, which are named as such."""
    service = Service(name="Sports", about="x", hours="le lundi, de 9 h à 12 h")
    office = msgspec.structs.replace(OFFICE, services={**OFFICE.services, "sports": service})
    text = (await page("/articles/a", Article("a", "Bal", "sports", "x"), office=office)).replace(NBSP, " ")

    assert "le lundi, de 9 h à 12 h" in text
    assert f"À l’accueil de la mairie : {OFFICE.town.counter}, {OFFICE.town.hours}" in text


async def test_news_and_note_are_the_towns() -> None:
    """A town without them has neither, and no link to what is not there."""
    text = await page(
        "/", office=with_site(Site(note="Une note.", news=(News(title="Bal", text="Samedi.", kind="Fête"),)))
    )
    bare = await page("/", office=with_site(Site()))

    for part in ("Une note.", "<h3>Bal</h3>", "Samedi.", ">Fête<"):
        assert part in text
    assert "actualites" not in bare
    assert "imaginaire" not in bare


async def test_the_accessibility_statement_is_the_towns() -> None:
    """Not conforming until an audit says otherwise; then its result and its date."""
    audited = with_site(Site(accessibility="partiellement conforme", audit="L'audit de mai 2026 trouve 82 %."))
    text = (await page("/accessibilite", office=audited)).replace(NBSP, " ")
    bare = (await page("/accessibilite", office=with_site(Site()))).replace(NBSP, " ")

    assert "<strong>partiellement conformes</strong>" in text
    assert "L’audit de mai 2026 trouve 82 %." in text
    assert "Accessibilité : partiellement conforme<" in text
    assert "<strong>non conformes</strong>" in bare


async def test_erasing_promises_only_what_is_possible() -> None:
    """From the browser that began; otherwise the days of office.yml, and no mail that could not be answered."""
    text = (await page("/confidentialite")).replace(NBSP, " ")
    erasing = text[text.index("Effacer vos données</h2>") : text.index("Vos droits</h2>")]

    assert f"{OFFICE.retention.conversations} jours après votre dernier message" in erasing
    assert "mailto:" not in erasing


@pytest.mark.parametrize(
    "path", ["/articles/nowhere", "/nowhere", "/articles/..%2f..%2foffice.yml", "/static/../office.yml"]
)
async def test_what_is_not_there_is_a_page_that_says_so(http: aiohttp.ClientSession, path: str) -> None:
    """404 with words, and nothing of the file system."""
    async with http.get(path) as response:
        text = await response.text()

    assert response.status == 404
    assert "accueil_general" not in text


async def test_the_widget_is_one_script_that_other_sites_may_load(http: aiohttp.ClientSession) -> None:
    """With a validator, so that a second visit costs nothing."""
    async with http.get("/widget.js") as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        validator = response.headers["ETag"]
    async with http.get("/widget.js", headers={"If-None-Match": validator}) as response:
        assert response.status == 304


async def test_the_chats_settings_hold_nothing_personal(http: aiohttp.ClientSession) -> None:
    """What docs/web-chat.md lists, no more."""
    async with http.get("/chat/config") as response:
        config = await response.json()

    assert set(config) == {
        "town",
        "office",
        "contact",
        "colours",
        "max_text_chars",
        "photos",
        "privacy_url",
        "accessibility_url",
    }
    assert config["photos"] == {"max_bytes": 10_000_000, "per_message": 3}


async def test_only_listed_sites_read_the_chats_settings(http: aiohttp.ClientSession) -> None:
    """A foreign site gets no permission."""
    async with http.get("/chat/config", headers={"Origin": "https://evil.example"}) as response:
        assert "Access-Control-Allow-Origin" not in response.headers


async def test_the_towns_own_site_reads_the_chats_settings(http: aiohttp.ClientSession, settings: Settings) -> None:
    """Where the chat has a host of its own, a page of `town.website` may show it like a listed one."""
    site = settings.office.town.website
    async with http.get("/chat/config", headers={"Origin": site}) as response:
        assert response.headers["Access-Control-Allow-Origin"] == site


async def test_a_wrong_method_is_refused(http: aiohttp.ClientSession) -> None:
    """A form posted at the home page is not a page."""
    async with http.post("/", data={"a": "b"}) as response:
        assert response.status == 405


async def test_the_public_port_tells_nothing_of_the_inside(http: aiohttp.ClientSession) -> None:
    """Health and figures are on the private port only."""
    for path in ("/metrics", "/ready", "/live"):
        async with http.get(path) as response:
            assert response.status == 404


async def test_the_private_port_tells_health_and_figures(running: Gateway) -> None:
    """/live, /ready and /metrics; no text, no address."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{running.monitor_port}") as monitor:
        async with monitor.get("/live") as response:
            assert response.status == 200
        async with monitor.get("/ready") as response:
            ready = await response.json()
        async with monitor.get("/metrics") as response:
            figures = await response.text()

    assert ready["ready"], ready
    assert "guichet_turn_seconds" in figures
