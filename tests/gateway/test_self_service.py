"""Looking something up on the town's pages, with and without script, and what is counted of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import aiohttp
import pytest

from bot.app import Gateway
from bot.errors import StoreError
from bot.knowledge.engine.found import Found
from bot.knowledge.lookup import worth_showing
from bot.visits import Counts, Outcome
from tests.fakes.fiches import FICHE, FewFiches
from tests.fakes.town import OWN, FewArticles, TownOfFew
from tests.fakes.visits import FewVisits
from tests.gateway.site import OFFICE, OLD, PASSPORT, POOL, Site, noon, visiting


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with visiting(TownOfFew(OFFICE, FewArticles(POOL, PASSPORT, OLD, OWN), clock=noon)) as site:
        yield site


async def test_pages_and_fiches_are_found_together(site: Site) -> None:
    """The town's own page first where it surely answers, then fiches by their likelihood; each once."""
    titles = await site.titles("carte de pêche étang")

    assert titles[:2] == ["Pêcher à l’étang de Pontavel", "Carte de pêche de l’étang"]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("typed", ["pa", "pass", "passep", "faire son pas", "PASSEPORT"])
async def test_a_title_is_found_while_it_is_typed(site: Site, typed: str) -> None:
    """From two letters on; a page past its day is not."""
    assert (await site.titles(typed))[0] == "Faire son passeport"
    assert "Passeport d’avant" not in await site.titles(typed)


def test_a_list_ends_where_nothing_answers_any_more() -> None:
    """Three results stand however unlikely they are; after them only what may answer."""
    hits = [Found(f"part:F{n}", "", score, 0.0, 0) for n, score in enumerate((0.4, 0.002, 0.001, 0.02, 0.001, 0.0))]

    assert [hit.key for hit in worth_showing(hits)] == ["part:F0", "part:F1", "part:F2", "part:F3"]


@pytest.mark.parametrize("typed", ["", " ", "p", "le", "xyzzy qwxz", "\u200b", "😀"])
async def test_nothing_is_found_for_nothing(site: Site, typed: str) -> None:
    """Without a word to search for there are no results, and no error."""
    assert await site.titles(typed) == []


@pytest.mark.parametrize(
    "typed", ["a" * 100_000, "<script>alert(1)</script>", "%00\x00", "ï¿½", "(" * 500, '"" OR 1=1']
)
async def test_any_text_is_taken(site: Site, typed: str) -> None:
    """Long, hostile or broken text is searched for like any other, or refused as too long by the server."""
    async with site.http.get("/search", params={"q": typed[:7000]}) as response:
        assert response.status == 200
    status, text = await site.get(f"/articles?q={'%3Cscript%3E' if '<' in typed else 'x'}")

    assert status == 200
    assert "<script>alert" not in text


async def test_a_result_says_its_passage_and_case(site: Site) -> None:
    """The passage that fits, the words that were asked for in it, and in which case it is true."""
    async with site.http.get("/search", params={"q": "adulte accompagne moins de 12 ans"}) as response:
        found = (await response.json())["results"][0]

    assert found["url"] == "/fiches/part/F90001#cas-1-0"
    assert found["where"] == "Vous êtes mineur › Moins de 12\u00a0ans"
    assert {"text": "adulte", "hit": True} in found["snippet"]
    assert (found["source"], found["updated"]) == ("service-public.fr", "2026-09-01")


async def test_the_same_list_without_script(site: Site) -> None:
    """A plain form leads to a page with the same results, which no robot keeps."""
    status, text = await site.get("/articles?q=piscine")

    assert status == 200
    assert '<a href="/articles/piscine">Horaires de la piscine</a>' in text
    assert 'content="noindex"' in text
    assert 'value="piscine"' in text
    assert "Aucune réponse" in text


async def test_who_asks_too_fast_is_told_so() -> None:
    """In JSON and on the page, with status 429, and nobody else suffers from it."""
    async with visiting(TownOfFew(OFFICE, FewArticles(POOL), searches_per_minute=4, clock=noon)) as site:
        statuses = []
        for _ in range(4):
            async with site.http.get("/search", params={"q": "piscine"}) as response:
                statuses.append(response.status)
        status, text = await site.get("/articles?q=piscine")
        home, _ = await site.get("/articles")

    assert statuses == [200, 200, 429, 429]
    assert (status, home) == (429, 200)
    assert "Réessayez dans une minute" in text


async def test_a_reading_after_a_search_is_counted(site: Site) -> None:
    """From the list of results or the home page; not from elsewhere, not again, not ahead of time."""
    await site.read("/articles/piscine")
    await site.read("/fiches/part/F90001")
    await site.get("/articles/piscine", Referer=f"http://{site.host}/")
    for before in (
        "",
        f"http://{site.host}/articles",
        f"http://{site.host}/articles/etang",
        "https://autre.example/?q=x",
    ):
        await site.get("/articles/piscine", Referer=before)
    results = f"http://{site.host}/articles?q=x"
    await site.get("/articles/piscine", Referer=results, **{"Cache-Control": "max-age=0"})
    await site.get("/articles/piscine", Referer=results, **{"Sec-Purpose": "prefetch"})

    assert await site.counted() == {("article:piscine", "read"): 2, ("fiche:part:F90001", "read"): 1}


async def test_an_opinion_is_a_plain_form(site: Site) -> None:
    """« Oui » and « Non » are counted once an address and page, lead to a page that thanks, and set no cookie."""
    async with site.http.post(
        "/avis", data={"page": "article:piscine", "outcome": "unhelped", "after": "search"}, allow_redirects=True
    ) as response:
        text = await response.text()
        assert (response.status, response.url.path) == (200, "/avis")
        assert "Set-Cookie" not in response.headers
    await site.tell("unhelped")
    await site.tell("helped", "fiche:part:F90001")

    assert "02 61 91 40 00" in text.replace("\u00a0", " ")
    assert 'href="/articles/piscine"' in text
    assert await site.counted() == {("article:piscine", "unhelped"): 1, ("fiche:part:F90001", "helped"): 1}


@pytest.mark.parametrize(
    ("outcome", "page", "headers", "status"),
    [
        ("helped", "article:piscine", {"Origin": "https://autre.example"}, 403),
        ("helped", "article:piscine", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("read", "article:piscine", {}, 400),
        ("gagné", "article:piscine", {}, 400),
        ("helped", "article:aucune", {}, 404),
        ("helped", "fiche:part:F1", {}, 404),
        ("helped", "../../etc/passwd", {}, 404),
        ("helped", "x" * 5000, {}, 404),
    ],
)
async def test_a_wrong_opinion_is_refused(
    site: Site, outcome: str, page: str, headers: dict[str, str], status: int
) -> None:
    """From another site, of no page, or of no kind; nothing is counted."""
    assert await site.tell(outcome, page, **headers) == status
    assert await site.counted() == {}


async def test_counts_survive_a_database_that_is_away() -> None:
    """What cannot be written waits for the next time."""

    class Away(FewVisits):
        is_away = True

        async def add(self, counts: Counts) -> None:
            if self.is_away:
                raise StoreError("away")
            await super().add(counts)

    town = TownOfFew(OFFICE, FewArticles(POOL), clock=noon)
    away = town.visiting._visits = Away()
    town.visiting.count("article:piscine", Outcome.READ)
    with pytest.raises(StoreError):
        await town.visiting.flush()
    away.is_away = False
    await town.visiting.flush()

    assert sum(away.counts.values()) == 1


async def test_old_counts_go() -> None:
    """After two years."""
    town = TownOfFew(OFFICE, FewArticles(POOL), clock=noon)
    await town.visits.add({(date(2024, 11, 1), "article:piscine", Outcome.READ): 3})
    town.visiting.count("article:piscine", Outcome.READ)
    await town.visiting.flush()

    assert list(town.visits.counts.values()) == [1]


async def test_a_running_gateway_serves_all_of_it(running: Gateway) -> None:
    """Search, results, opinions and counts, with the strict headers of every page."""
    origin = f"http://127.0.0.1:{running.port}"
    async with aiohttp.ClientSession(origin) as http:
        async with http.get("/search", params={"q": "piscine"}) as response:
            found = await response.json()
            policy = response.headers["Content-Security-Policy"]
        async with http.get("/articles/piscine", headers={"Referer": f"{origin}/articles?q=piscine"}) as response:
            text = await response.text()
        async with http.get("/fiches/part/F1") as response:
            missing = response.status

    assert [one["url"] for one in found["results"]] == ["/articles/piscine"]
    assert "script-src 'self'" in policy
    assert 'name="after" value="search"' in text
    assert missing == 404


async def test_the_home_page_names_the_states_pages_only_where_there_are_any() -> None:
    """Nothing answers from service-public.fr before its fiches are imported."""
    said = []
    for fiches in (FewFiches(FICHE), FewFiches()):
        async with visiting(TownOfFew(OFFICE, FewArticles(POOL), fiches, clock=noon)) as site:
            status, text = await site.get("/")
            said.append((status, "service-public.fr y répondent" in text, "Les pages de la ville" in text))

    assert said == [(200, True, True), (200, False, True)]
