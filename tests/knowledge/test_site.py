"""How the town's own site is asked: its sitemaps, its robots.txt, its host alone."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from bot.knowledge.importers.site import MAX_FAILURES, read
from bot.knowledge.importers.site.web import MAX_REDIRECTS
from bot.settings_site import SiteSource
from tests.fakes.site import FakeSite, index, page, prose, sitemap
from tests.knowledge.reading_site import WEBSITE, imported, problems, titles


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as running:
        yield running


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
        (gzip.compress(b"<" + b" " * 20_000_000, mtime=0), "is too big"),
        (gzip.compress(b"<urlset/>", mtime=0)[:-9], "is cut off"),
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


async def test_progress_is_told(site: FakeSite) -> None:
    """Before each page, and at the end."""
    site.publish("/a", "/b")
    told: list[tuple[int, int]] = []
    await read(
        SiteSource(address=site.url, delay_ms=0), WEBSITE, lambda done, total: told.append((done, total)),
        patience=timedelta(seconds=5),
    )  # fmt: skip

    assert told == [(0, 2), (1, 2), (2, 2)]
