"""The State's fiches as pages of the town's site."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html.parser import HTMLParser

import pytest
from msgspec import structs

from bot.fiches import Text
from tests.fakes.fiches import FICHE, GUIDE, OTHER, FewFiches
from tests.fakes.town import OWN, FewArticles, TownOfFew
from tests.gateway.site import OFFICE, OLD, PASSPORT, POOL, Site, noon, visiting


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with visiting(TownOfFew(OFFICE, FewArticles(POOL, PASSPORT, OLD, OWN), clock=noon)) as site:
        yield site


class _Headings(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.levels.append(int(tag[1]))


async def test_a_fiche_is_a_page(site: Site) -> None:
    """Its notice first, the town's own words, cases, services, contacts of the town, words, laws, source and licence."""
    text = await site.read("/fiches/part/F90001")
    plain = text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")
    order = [
        "<h1>Carte de pêche de l'étang</h1>",
        "Les tarifs changent",
        "À Pontavel</h2>",
        "Au tabac de la place",
        '<p class="intro">La carte de pêche permet',
        "&lt;b&gt;tout compris&lt;/b&gt;",
        "<h2>Vous êtes majeur</h2>",
        'id="chapitre-1">Documents à fournir',
        "<li>une pièce d'identité</li>",
        '<a href="/fiches/part/F90002">la carte d\'identité</a>',
        "Attention",
        "Gardez la carte sur vous",
        'href="https://peche.gouv.fr/carte"',
        "Cerfa n° 99999*01",
        'id="cas-0-1"',
        'id="cas-1-0"',
        "Votre mairie",
        "02 61 91 40 00",
        "0 806 00 12 34",
        "Déclaration de perte",
        "Étendue d'eau peu profonde",
        'href="https://www.service-public.fr/particuliers/vosdroits/F90003"',
        'href="/fiches/part/F90004"',
        "Code de la pêche",
        "Licence Ouverte 2.0",
        'action="/avis"',
    ]
    places = [plain.find(one) for one in order]
    headings = _Headings()
    headings.feed(text)

    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    assert '<link rel="canonical" href="https://www.service-public.fr/particuliers/vosdroits/F90001">' in text
    assert headings.levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(headings.levels, headings.levels[1:], strict=False))


async def test_nothing_is_said_twice_above_the_text() -> None:
    """A description that the text begins with, and the editors' name of a guided search, are left out."""
    said = structs.replace(
        OTHER, description="La carte d'identité de pêcheur se demande en mairie.", parts=(*OTHER.parts, Text("Après."))
    )
    guide = structs.replace(GUIDE, description="[RG - Carte]")
    async with visiting(TownOfFew(OFFICE, FewArticles(POOL), FewFiches(FICHE, said, guide), clock=noon)) as site:
        pages = [await site.read("/fiches/part/F90002"), await site.read("/fiches/part/F90004")]
        found = await site.read("/search?q=trouver+la+bonne+carte")

    assert ['class="intro"' in page for page in pages] == [False, False]
    assert "[RG" not in pages[1] + found
    assert "/fiches/part/F90004" in found


async def test_a_page_is_sent_packed_and_once(site: Site) -> None:
    """A telephone that has the page is not sent it again, and is sent it packed the first time."""
    path = "/fiches/part/F90001"
    async with site.http.get(path, headers={"Accept-Encoding": "gzip"}) as first:
        text, tag = await first.text(), first.headers["ETag"]
        sent = (first.headers["Content-Encoding"], int(first.headers["Content-Length"]) * 2 < len(text))
        varies = first.headers["Vary"]
    async with site.http.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": tag}) as again:
        known = (again.status, await again.read(), again.headers["ETag"])
    async with site.http.get(path, headers={"Accept-Encoding": "identity", "If-None-Match": '"other"'}) as plain:
        assert (plain.status, await plain.text()) == (200, text)
        assert "Content-Encoding" not in plain.headers
    async with site.http.head(path) as head:
        assert (head.status, await head.read()) == (200, b"")

    assert sent == ("gzip", True)
    assert varies == "Referer, Accept-Encoding"
    assert known == (304, b"", tag)


async def test_a_guided_search_is_plain_pages(site: Site) -> None:
    """Each answer is a link, what was answered can be changed, and the end names the pages."""
    first = await site.read("/fiches/part/F90004")
    second = await site.read("/fiches/part/F90004/1")
    last = await site.read("/fiches/part/F90004/1-1")

    assert 'href="/fiches/part/F90004/1"' in first
    assert "Où pêchez-vous" in first
    assert 'href="/fiches/part/F90004/1-1"' in second
    assert 'En rivière <a href="/fiches/part/F90004">Changer' in second
    assert '<a href="/fiches/part/F90002">Carte d’identité de pêcheur</a>' in last
    assert 'href="/fiches/part/F90004/1">Étape précédente' in last


@pytest.mark.parametrize("way", ["7", "1-1-0", "-", "1--1", "0-" * 70 + "0", "999999999"])
async def test_a_step_that_is_none_is_missing(site: Site, way: str) -> None:
    """As any page that is not there."""
    assert (await site.get(f"/fiches/part/F90004/{way}"))[0] == 404


async def test_an_id_that_is_gone_leads_on() -> None:
    """A redirection of the source is one of ours (301), an id without audience leads to the one that has it."""
    fiches = FewFiches(FICHE, OTHER, GUIDE, gone={"part:F80000": "part:F90001"})
    async with visiting(TownOfFew(OFFICE, FewArticles(POOL), fiches, clock=noon)) as site:
        found = []
        for path in ("/fiches/part/F80000", "/fiches/F90002", "/fiches/pro/F90002", "/fiches/part/X", "/fiches/F7"):
            async with site.http.get(path, allow_redirects=False) as response:
                found.append((response.status, response.headers.get("Location", "")))

    assert found == [
        (301, "/fiches/part/F90001"),
        (301, "/fiches/part/F90002"),
        (404, ""),
        (404, ""),
        (404, ""),
    ]
