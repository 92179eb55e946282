"""What the pages of the town's own site become."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.knowledge.importers.site import read
from bot.knowledge.importers.site.web import MAX_PAGE_BYTES
from bot.settings_site import SiteSource
from tests.fakes.site import FakeSite, page, prose, sitemap
from tests.knowledge.reading_site import WEBSITE, imported, problems, titles


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as running:
        yield running


async def test_a_page_becomes_an_article(site: FakeSite) -> None:
    """Headings, lists, tables and links as Markdown; menu and footer left out; address and date kept."""
    site.answers["/sports/piscine"] = page(
        "La piscine",
        "<p>Le bassin est ouvert toute l'année, sauf deux semaines en septembre.</p><h2>Horaires</h2>"
        '<ul><li>Lundi : 12 h - 14 h</li><li>Mardi : 12 h - 20 h</li></ul><p>Voir <a href="/tarifs">les tarifs</a>.</p>'
        "<table><tr><th>Tarif</th><th>Prix</th></tr><tr><td>Adulte</td><td>4,50 €</td></tr></table>",
    )
    site.answers["/sitemap.xml"] = sitemap(f"{site.url}/sports/piscine", modified="2026-03-04T10:00:00+01:00")

    (article,) = (await imported(site, services={"/sports": "sports"})).articles
    assert (article.title, article.service, article.origin) == ("La piscine", "sports", "site")
    assert (article.source, article.updated) == (f"{site.url}/sports/piscine", date(2026, 3, 4))
    assert article.id.startswith("site-sports-piscine-")
    assert all(
        part in article.body for part in ("## Horaires", "- Mardi : 12 h - 20 h", "4,50 €", f"({site.url}/tarifs)")
    )
    assert not any(part in article.body for part in ("Accueil", "place du Pont"))


async def test_services_by_path(site: FakeSite) -> None:
    """The longest path counts, whole parts of it only; what nobody has goes to the general service."""
    site.publish("/sports", "/sports/piscine/tarifs", "/sportsmen", "/")
    reading = await imported(site, services={"/sports": "sports", "/sports/piscine/": "piscine"})

    assert [article.service for article in reading.articles] == [
        "sports",
        "piscine",
        "accueil_general",
        "accueil_general",
    ]


async def test_what_is_no_article(site: FakeSite) -> None:
    """Files, sign-in, searches, what asks not to be found, what says nothing or the same again: each is reported."""
    html = "text/html"
    site.publish("/a", "/b", "/plan.pdf", "/doc", "/recherche", "/x?s=eau", "/wp-login.php", "/noindex", "/header", "/vide",
                 "/compte", "/copie", "/canonique", "/gone", "/json")  # fmt: skip
    site.answers |= {
        "/doc": web.Response(body=b"%PDF-1.7", content_type="application/pdf"),
        "/json": web.Response(text="{}", content_type="application/json"),
        "/noindex": page("Caché", prose("cachette"), '<meta name="ROBOTS" content="follow, NOINDEX">'),
        "/header": web.Response(text=page("H", prose("tête")), content_type=html, headers={"X-Robots-Tag": "noindex"}),
        "/vide": page("Vide", "<p>Bientôt.</p>"),
        "/compte": page("Compte", '<form><input type="password"></form>'),
        "/copie": page("Une copie", prose("b")),
        "/canonique": page("A", prose("a"), '<link rel="canonical" href="/a">'),
        "/gone": web.Response(status=410),
    }
    reading = await imported(site)

    assert titles(reading) == ["A", "B"]
    assert problems(reading) == {
        "/plan.pdf": "is a PDF; what it says has to stand on a page to be found",
        "/doc": "is a PDF; what it says has to stand on a page to be found",
        "/json": "is a file, not a page",
        "/recherche": "is a search",
        "/x?s=eau": "is a search",
        "/wp-login.php": "is where one signs in",
        "/noindex": "asks not to be found (noindex)",
        "/header": "asks not to be found (noindex)",
        "/vide": "has no text of its own",
        "/compte": "is where one signs in",
        "/copie": "says the same as /b",
        "/canonique": "is the same page as /a",
        "/gone": "answers with status 410",
    }
    assert not {"/plan.pdf", "/recherche", "/x?s=eau", "/wp-login.php"} & set(site.paths)
    assert not any(problem.article_id for problem in reading.problems)


async def test_what_is_too_big(site: FakeSite) -> None:
    """A page is read up to a bound, packed or not, and no bomb is unpacked."""
    packed = {"Content-Encoding": "gzip"}
    big = page("Grand", "<p>" + "x" * MAX_PAGE_BYTES)
    site.publish("/a", "/big", "/bomb", "/tags", "/brotli", "/lies")
    site.answers |= {
        "/big": big,
        "/bomb": web.Response(body=gzip.compress(b"<" * 50_000_000), content_type="text/html", headers=packed),
        "/tags": page("Balises", "<i>" * 40_000),
        "/brotli": web.Response(body=b"x", content_type="text/html", headers={"Content-Encoding": "br"}),
        "/lies": web.Response(body=b"<html>", content_type="text/html", headers=packed),
    }
    reading = await imported(site)

    assert titles(reading) == ["A"]
    assert problems(reading) == {
        "/big": f"is too big: more than {MAX_PAGE_BYTES} bytes",
        "/bomb": f"is too big: more than {MAX_PAGE_BYTES} bytes unpacked",
        "/tags": "is too big: more than 30000 tags",
        "/brotli": "is packed in a way that we did not ask for",
        "/lies": "is not packed as it says",
    }


async def test_packed_pages(site: FakeSite) -> None:
    """Gzip and deflate are understood."""
    text = page("Eau", prose("l'eau")).encode()
    site.publish("/g", "/d")
    site.answers["/g"] = web.Response(
        body=gzip.compress(text), content_type="text/html", headers={"Content-Encoding": "gzip"}
    )
    site.answers["/d"] = web.Response(
        body=zlib.compress(text.replace(b"l'eau", b"la mer")), content_type="text/html",
        headers={"Content-Encoding": "deflate"},
    )  # fmt: skip

    assert titles(await imported(site)) == ["Eau", "Eau"]


@pytest.mark.parametrize(
    ("charset", "declared", "meta"),
    [
        ("utf-8", "iso-8859-1", ""),
        ("utf-8", "no-such-charset", ""),
        ("cp1252", "iso-8859-1", ""),
        ("cp1252", "", ""),
        ("cp1252", "utf-8", ""),
        ("iso-8859-15", "", '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-15">'),
        ("utf-16", "", ""),
    ],
)
async def test_wrong_charsets(site: FakeSite, charset: str, declared: str, meta: str) -> None:
    """What the server says of the characters is believed last."""
    text = page(
        "Été à la plage", "<p>Élan d'août : dix euros, où l'on veut, dès l'été, pour les élèves de la ville.</p>"
    )
    site.publish("/ete")
    kind = f"text/html; charset={declared}" if declared else "text/html"
    body = text.replace('<meta charset="utf-8">', meta).encode(charset)
    site.answers["/ete"] = web.Response(body=body, headers={"Content-Type": kind})
    (article,) = (await imported(site)).articles

    assert article.title == "Été à la plage"
    assert "Élan d'août" in article.body


async def test_a_page_that_fails_for_now_keeps_its_article(site: FakeSite) -> None:
    """Too slow, broken off or out of order: the problem names the article, whose former version stays."""
    site.publish("/a", "/slow", "/broken", "/out")
    before = {article.source: article.id for article in (await imported(site)).articles}
    site.answers["/slow"] = site.slow
    site.answers["/out"] = web.Response(status=503)

    async def breaks_off(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    site.answers["/broken"] = breaks_off
    source = SiteSource(address=site.url, delay_ms=0)
    reading = await read(source, WEBSITE, patience=timedelta(seconds=0.3))

    assert titles(reading) == ["A"]
    assert {problem.article_id for problem in reading.problems} == {
        before[f"{site.url}{path}"] for path in ("/slow", "/broken", "/out")
    }
    assert problems(reading)["/slow"] == "took longer than 0.3 seconds"


async def test_unchanged_pages_are_not_sent_again(site: FakeSite, tmp_path: Path) -> None:
    """By ETag or by date; what they said before counts, also that it was nothing. A change is taken."""
    sent: list[str] = []

    def told(path: str, text: str, tag: str) -> None:
        async def answer(request: web.Request) -> web.StreamResponse:
            headers = {"ETag": tag} if tag else {"Last-Modified": "Wed, 04 Mar 2026 10:00:00 GMT"}
            known = request.headers.get("If-None-Match" if tag else "If-Modified-Since")
            if known in headers.values():
                return web.Response(status=304, headers=headers)
            sent.append(path)
            return web.Response(text=text, content_type="text/html", headers=headers)

        site.answers[path] = answer

    site.publish("/a", "/b", "/vide")
    told("/a", page("Eau", prose("l'eau")), '"1"')
    told("/b", page("Feu", prose("feu")), "")
    told("/vide", page("Vide", "<p>Rien.</p>"), '"1"')
    memory = tmp_path / "new" / "site.json"
    first = await imported(site, memory)
    told("/a", page("Terre", prose("la terre")), '"2"')
    second = await imported(site, memory)
    third = await imported(site, memory)

    assert titles(first) == ["Eau", "Feu"]
    assert titles(second) == ["Terre", "Feu"]
    assert third == second
    assert sent == ["/a", "/b", "/vide", "/a"]
    assert problems(third) == {"/vide": "has no text of its own"}


@pytest.mark.parametrize("damaged", [b"", b"{}", b"\xff", b'{"format": 0, "seen": {}}'])
async def test_a_damaged_memory_is_forgotten(site: FakeSite, tmp_path: Path, damaged: bytes) -> None:
    """Every page is asked for anew."""
    site.publish("/a")
    (tmp_path / "site.json").write_bytes(damaged)

    assert titles(await imported(site, tmp_path / "site.json")) == ["A"]


async def test_what_every_page_says_is_no_pages_own(site: FakeSite) -> None:
    """A paragraph and a part of the title that many pages have are left out; headings stay."""
    shared = "<p>Cette page a été utile ? Dites-le aux services de la ville de Rivemont.</p>"
    paths = [f"/page{number}" for number in range(8)]
    for number, path in enumerate(paths):
        site.answers[path] = page(f"Sujet {number}", f"{prose(path)}<h2>Le contact utile de la page ici</h2>{shared}")
        text = site.answers[path]
        assert isinstance(text, str)
        site.answers[path] = text.replace(f"<h1>Sujet {number}</h1>", "")
    site.publish(*paths)
    reading = await imported(site)

    assert titles(reading) == [f"Sujet {number}" for number in range(8)]
    assert not any("utile ?" in article.body for article in reading.articles)


async def test_ids_stay(site: FakeSite) -> None:
    """A page's id comes from its listed address alone, and two addresses never share one."""
    site.answers |= {"/a/b": page("Deux", prose("dos")), "/a/b?c=1": page("Trois", prose("tres"))}
    site.publish("/a-b", "/a/b", "/a/b?c=1", "/" + "x" * 300)
    first = [article.id for article in (await imported(site)).articles]
    site.publish("/z", "/a/b?c=1", "/" + "x" * 300, "/a/b", "/a-b")
    second = [article.id for article in (await imported(site)).articles]

    assert set(first) <= set(second)
    assert len(set(first)) == 4
    assert all(len(found) <= 80 for found in first)
