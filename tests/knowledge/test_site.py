"""The town's own site, read page by page."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.knowledge.importers import Reading
from bot.knowledge.importers.site import MAX_FAILURES, read
from bot.knowledge.importers.site.web import MAX_PAGE_BYTES, MAX_REDIRECTS
from bot.settings_site import SiteSource
from tests.fakes.site import FakeSite, index, page, prose, sitemap

WEBSITE = "https://rivemont.example/"


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as running:
        yield running


async def imported(site: FakeSite, remember: Path | None = None, **settings: object) -> Reading:
    source = SiteSource(address=site.url, **{"delay_ms": 0, **settings})  # type: ignore[arg-type]
    return await read(source, WEBSITE, remember=remember, patience=timedelta(seconds=5))


def titles(reading: Reading) -> list[str]:
    return [article.title for article in reading.articles]


def problems(reading: Reading) -> dict[str, str]:
    return {problem.place: problem.sentence for problem in reading.problems}


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


async def test_who_asks_and_how(site: FakeSite) -> None:
    """Under our own name with the town's address, one request at a time, no cookie sent back, and with a pause."""
    site.publish("/a", "/b", "/c")
    site.answers["/a"] = web.Response(
        text=page("Un", prose("un")), content_type="text/html", headers={"Set-Cookie": "seen=1; Path=/"}
    )
    reading = await imported(site, delay_ms=50)

    assert len(reading.articles) == 3
    assert {request.headers["User-Agent"] for request in site.asked} == {f"Guichet (+{WEBSITE})"}
    assert not any("Cookie" in request.headers for request in site.asked)
    assert site.most_busy == 1
    assert all(after - before >= 0.049 for before, after in zip(site.at, site.at[1:], strict=False))


async def test_robots_txt_is_obeyed(site: FakeSite) -> None:
    """What is not for robots is not asked for; its sitemap is the one that is read, and its pause counts."""
    site.publish("/a", "/prive/b", "/liste?tri=nom")
    site.answers["/plan.xml"] = site.answers.pop("/sitemap.xml")
    site.answers["/robots.txt"] = (
        f"User-agent: *\nDisallow: /prive/\nDisallow: /*?tri=\nCrawl-delay: 0.05\nSitemap: {site.url}/plan.xml\n"
    )
    reading = await imported(site)

    assert titles(reading) == ["A"]
    assert site.paths == ["/robots.txt", "/plan.xml", "/a"]
    assert site.at[2] - site.at[1] >= 0.049
    assert set(problems(reading).values()) == {"is not for robots (robots.txt)"}


async def test_a_robots_txt_that_fails_stops_everything(site: FakeSite) -> None:
    """Nobody knows what it would have said; nothing else is asked for, and nothing is changed."""
    site.publish("/a")
    site.answers["/robots.txt"] = web.Response(status=503)
    reading = await imported(site)

    assert reading.articles == ()
    assert site.paths == ["/robots.txt"]
    assert [problem.sentence for problem in reading.problems] == [
        "robots.txt answers with status 503; without it no page is read"
    ]


async def test_sitemaps_of_sitemaps(site: FakeSite) -> None:
    """An index, packed or as plain lines, that also names itself: each is read once, and each page once."""
    site.publish("/a", "/b")
    site.answers["/sitemap.xml"] = index(
        *(f"{site.url}/{name}" for name in ("sitemap.xml", "x.xml.gz", "y.txt", "z.xml"))
    )
    site.answers["/x.xml.gz"] = gzip.compress(sitemap(f"{site.url}/a").encode())
    site.answers["/y.txt"] = f"{site.url}/b\n{site.url}/a\n"
    site.answers["/z.xml"] = index(f"{site.url}/sitemap.xml")

    assert titles(await imported(site)) == ["A", "B"]
    assert site.paths[1:5] == ["/sitemap.xml", "/x.xml.gz", "/y.txt", "/z.xml"]


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (b"<urlset><url>", "is not XML"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><urlset><url><loc>&a;</loc></url></urlset>', "has a document type"),
        (gzip.compress(b"<" + b" " * 20_000_000), "is too big"),
        (gzip.compress(b"<urlset/>")[:-9], "is cut off"),
        (b"\x1f\x8bnot gzip", "is not packed as it says"),
        (b"<html><body>Erreur</body></html>", "is no sitemap"),
        (b"\x00\xff", "is no sitemap"),
        (b"", "is no sitemap"),
        (web.Response(status=502), "answers with status 502"),
        (b"<" + b"x" * 10_000_001, "is too big"),
    ],
)
async def test_half_a_sitemap_changes_nothing(site: FakeSite, broken: bytes | web.Response, sentence: str) -> None:
    """One that cannot be read now might list pages: without it, theirs would be taken from citizens."""
    site.publish("/a")
    site.answers["/good.xml"] = site.answers["/sitemap.xml"]
    site.answers["/sitemap.xml"] = index(f"{site.url}/good.xml", f"{site.url}/bad.xml")
    site.answers["/bad.xml"] = broken
    reading = await imported(site)

    assert reading.articles == ()
    assert "/a" not in site.paths
    assert [problem.sentence.startswith(f"/bad.xml {sentence}") for problem in reading.problems] == [True]


async def test_a_sitemap_that_is_gone(site: FakeSite) -> None:
    """Its pages are gone too: it is reported and the others are read."""
    site.publish("/a")
    site.answers["/good.xml"] = site.answers["/sitemap.xml"]
    site.answers["/sitemap.xml"] = index(f"{site.url}/good.xml", f"{site.url}/gone.xml", "https://other.example/s.xml")
    reading = await imported(site)

    assert titles(reading) == ["A"]
    assert problems(reading) == {"/gone.xml": "answers with status 404", "/s.xml": "is a sitemap of another site"}


async def test_no_sitemap(site: FakeSite) -> None:
    """It is said so."""
    reading = await imported(site)

    assert reading.articles == ()
    assert [problem.sentence for problem in reading.problems] == [
        "has no sitemap that lists a page: /sitemap.xml answers with status 404"
    ]


async def test_only_the_towns_own_host(site: FakeSite) -> None:
    """Neither an address of the sitemap nor a redirect leads anywhere else."""
    async with FakeSite() as other:
        other.publish("/secret")
        site.publish("/a", "/away", "/file", "/scheme")
        site.answers["/away"] = web.Response(status=302, headers={"Location": f"{other.url}/secret"})
        site.answers["/file"] = web.Response(status=302, headers={"Location": "file:///etc/passwd"})
        site.answers["/scheme"] = web.Response(status=301, headers={"Location": "//169.254.169.254/latest"})
        site.answers["/sitemap.xml"] = sitemap(
            *(f"{site.url}{path}" for path in ("/a", "/away", "/file", "/scheme")),
            f"{other.url}/secret",
            "http://169.254.169.254/",
            f"http://user@127.0.0.1:{site.port}/a",
            "gopher://x/",
        )
        reading = await imported(site)

        assert titles(reading) == ["A"]
        assert other.asked == []
        assert problems(reading)["sitemap"] == "lists 4 addresses of other sites, which are left out"
        assert problems(reading)["/away"] == "leads to another site (127.0.0.1)"


async def test_redirects_on_the_site(site: FakeSite) -> None:
    """They are followed so far; the page's last address is its source, and it becomes one article."""
    site.publish("/new", "/old", "/loop", "/to-login")
    site.answers["/old"] = web.Response(status=301, headers={"Location": "/new"})
    site.answers["/loop"] = web.Response(status=302, headers={"Location": "/loop"})
    site.answers["/to-login"] = web.Response(status=302, headers={"Location": "/connexion?retour=1"})
    site.answers["/connexion?retour=1"] = page("Connexion", prose("connexion"))
    reading = await imported(site)

    assert titles(reading) == ["New"]
    assert problems(reading) == {
        "/old": "is the same page as /new",
        "/loop": f"leads on more than {MAX_REDIRECTS} times",
        "/to-login": "leads to a page that is where one signs in",
    }


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


async def test_a_site_that_stops_answering_is_left_alone(site: FakeSite) -> None:
    """After so many failures in a row no more is asked for, and every page keeps its article."""
    paths = [f"/p{number}" for number in range(MAX_FAILURES + 5)]
    site.publish("/a", *paths)
    site.answers |= dict.fromkeys(paths, web.Response(status=503))
    reading = await imported(site)

    assert titles(reading) == ["A"]
    assert len(site.paths) == 3 + MAX_FAILURES
    assert sum(bool(problem.article_id) for problem in reading.problems) == len(paths)
    assert problems(reading)[paths[-1]] == "was not asked for: the site does not answer any more"


async def test_bounds_of_pages_and_time(site: FakeSite) -> None:
    """Pages beyond the bound are said in one line; those that time does not reach keep their articles."""
    site.publish("/a", "/b", "/c", "/d")
    bounded = await imported(site, pages=2)
    late = await imported(site, minutes=0)

    assert titles(bounded) == ["A", "B"]
    assert problems(bounded) == {"/c": "and 1 more are not read: more than 2 pages"}
    assert late.articles == ()
    assert all(problem.article_id for problem in late.problems)


async def test_left_out_paths(site: FakeSite) -> None:
    """What the town does not want is neither asked for nor reported."""
    site.publish("/a", "/actualites/x", "/actualites")
    reading = await imported(site, skip=("/actualites/",))

    assert (titles(reading), reading.problems) == (["A"], ())


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


async def test_progress_is_told(site: FakeSite) -> None:
    """Before each page, and at the end."""
    site.publish("/a", "/b")
    told: list[tuple[int, int]] = []
    await read(
        SiteSource(address=site.url, delay_ms=0), WEBSITE, lambda done, total: told.append((done, total)),
        patience=timedelta(seconds=5),
    )  # fmt: skip

    assert told == [(0, 2), (1, 2), (2, 2)]


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
