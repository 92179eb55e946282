"""The pieces of the site importer that need no site."""

from __future__ import annotations

import gzip
import socket
import time
from datetime import date, timedelta

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.importers.site.page import Page, decoded, extract, refused, without_shared
from bot.knowledge.importers.site.robots import MAX_DELAY_SECONDS, parse
from bot.knowledge.importers.site.sitemap import Entry, Unreadable
from bot.knowledge.importers.site.sitemap import parse as parse_sitemap
from bot.knowledge.importers.site.web import Failed, Fetched, Public, Web, opened
from tests.fakes.site import page, prose, sitemap


def fetched(body: str | bytes, kind: str = "text/html", **headers: str) -> Fetched:
    raw = body.encode() if isinstance(body, str) else body
    return Fetched("https://rivemont.example/a/b", 200, raw, kind, "", headers)


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /a", "/a/b", False),
        ("Disallow: /a", "/b", True),
        ("Disallow:", "/a", True),
        ("Disallow: /", "/", False),
        ("Disallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("Allow: /a\nDisallow: /a", "/a", True),
        ("Disallow: /*?s=", "/x/y?s=1", False),
        ("Disallow: /*.pdf$", "/a.pdf", False),
        ("Disallow: /*.pdf$", "/a.pdf?x", True),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /a*b*c$", "/axbxbc", False),
        ("Disallow: /a*bc$", "/abc", False),
        ("Disallow: /ab*bc$", "/abc", True),
        ("Disallow: /%7Ejo%C3%A9", "/~joé/x", False),
        ("Disallow: /été", "/%C3%A9t%C3%A9", False),
        ("DISALLOW :  /a   # why", "/a", False),
        ("Noindex: /a", "/a", True),
    ],
)
def test_rules_of_robots_txt(rules: str, path: str, allowed: bool) -> None:
    """The longest rule counts, of equals the one that allows; stars, ends and escapes are understood (RFC 9309)."""
    assert parse(f"User-agent: *\n{rules}\n", "guichet").allows(path) is allowed


def test_our_own_rules_come_before_everybodys() -> None:
    """By our name in any letters, in groups of several names and in several groups; sitemaps are for all."""
    text = (
        "Sitemap: https://x.example/s.xml\nUser-agent: *\nDisallow: /\n\nuser-agent: Other\nUser-Agent: GUICHET\n"
        "Disallow: /a\nCrawl-delay: 2.5\n\nUser-agent: guichet\nDisallow: /b\n"
    )
    robots = parse(text, "guichet")

    assert [robots.allows(path) for path in ("/a", "/b", "/c")] == [False, False, True]
    assert (robots.delay_seconds, robots.sitemaps) == (2.5, ("https://x.example/s.xml",))


@pytest.mark.parametrize(
    ("asked", "taken"), [("1e9", MAX_DELAY_SECONDS), ("-1", 0), ("nan", 0), ("soon", 0), ("0,5", 0)]
)
def test_impossible_pauses(asked: str, taken: float) -> None:
    """A pause has an upper bound, and what is no number is none."""
    assert parse(f"User-agent: *\nCrawl-delay: {asked}\n", "guichet").delay_seconds == taken


@given(st.text(max_size=400), st.text(max_size=50))
def test_any_robots_txt_is_read(text: str, path: str) -> None:
    """Whatever stands there, a path is allowed or not."""
    assert parse(f"User-agent: *\nDisallow: {text}\n{text}", "guichet").allows(path) in {True, False}


def test_no_pattern_takes_long() -> None:
    """Stars are not tried in every combination; the limit is generous to a busy machine."""
    robots = parse("User-agent: *\n" + f"Disallow: /{'*a' * 900}b$\n" * 50 + " " * 500_000, "guichet")
    began = time.process_time()

    assert robots.allows("/" + "a" * 5000)
    assert time.process_time() - began < 1


def test_a_sitemap_as_others_write_it() -> None:
    """Other namespaces' elements are none of ours; a wrong date is no date; an entry without address is none."""
    raw = (
        '\ufeff  <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:i="http://i.example">'
        "<!-- by hand --><url><i:loc>https://x.example/photo</i:loc><loc> https://x.example/a </loc>"
        "<lastmod>2026-03-04</lastmod></url><url><loc>https://x.example/b</loc><lastmod>hier</lastmod></url>"
        "<url><lastmod>2026-03-04</lastmod></url><url><loc/></url></urlset>"
    )

    assert parse_sitemap(raw.encode()).pages == (
        Entry("https://x.example/a", date(2026, 3, 4)),
        Entry("https://x.example/b"),
    )


@given(st.binary(max_size=300), st.booleans())
def test_any_sitemap_is_read_or_refused(raw: bytes, packed: bool) -> None:
    """Bytes are addresses, or are refused with a sentence."""
    try:
        found = parse_sitemap(gzip.compress(raw) if packed else raw)
    except Unreadable as error:
        said = str(error)
    else:
        said = ""
        assert all(entry.address for entry in found.pages)
    assert "\n" not in said


def test_nothing_outside_is_read() -> None:
    """A sitemap that names a file of ours is refused."""
    raw = (
        b'<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + sitemap("&x;").encode()
    )
    with pytest.raises(Unreadable):
        parse_sitemap(raw)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("https://x.example/a/Plan.PDF", "is a PDF"),
        ("https://x.example/a.docx", "is a file"),
        ("https://x.example/user/login", "is where one signs in"),
        ("https://x.example/recherche?page=2", "is a search"),
        ("https://x.example/?q=eau", "is a search"),
    ],
)
def test_addresses_that_are_not_asked_for(address: str, sentence: str) -> None:
    """Known by their form."""
    assert refused(address).startswith(sentence)


@pytest.mark.parametrize(
    "path", ["/recherche-emploi", "/connexion-internet-en-mairie", "/pdf", "/faq?page=2", "/research"]
)
def test_addresses_that_only_look_like_those(path: str) -> None:
    """A word in a name is not yet a search."""
    assert refused(f"https://x.example{path}") == ""


@given(
    st.one_of(
        st.binary(max_size=400), st.text(max_size=400).map(lambda text: page("T", text).encode("utf-8", "ignore"))
    )
)
def test_any_page_is_read_or_refused(raw: bytes) -> None:
    """Bytes are a page with a title and text, or are refused with a sentence."""
    try:
        found = extract(fetched(raw))
    except Failed as error:
        said = str(error)
    else:
        said = ""
        assert found.title
        assert found.text
    assert "\n" not in said


@pytest.mark.parametrize("deep", ["<div>" * 20_000, "<b><i>" * 10_000, "<table><tr><td>" * 8000, "<ul><li>" * 10_000])
def test_deep_pages(deep: str) -> None:
    """Depth ends no process."""
    with pytest.raises(Failed):
        extract(fetched(f"<html><body>{deep}"))


def test_another_address_is_believed_on_the_same_host_only() -> None:
    """A page may name its own address, but none elsewhere."""
    own = extract(fetched(page("A", prose("a"), '<link rel="canonical" href="/c#top">')))
    foreign = extract(fetched(page("A", prose("a"), '<link rel="canonical" href="https://evil.example/">')))
    broken = extract(fetched(page("A", prose("a"), '<link rel="canonical" href="http://[">')))

    assert own.address == "https://rivemont.example/c"
    assert foreign.address == broken.address == "https://rivemont.example/a/b"


def test_instructions_for_other_robots_are_not_ours() -> None:
    """A page hidden from one search engine is not hidden from the town's own bot."""
    text = page("A", prose("a"), '<meta name="googlebot" content="noindex">')

    assert extract(fetched(text, **{"X-Robots-Tag": "googlebot: noindex, nofollow"})).title == "A"
    with pytest.raises(Failed, match="noindex"):
        extract(fetched(text, **{"X-Robots-Tag": "guichet: noindex"}))


def test_a_few_pages_share_nothing() -> None:
    """What two of three pages say stays: it may be their own."""
    pages = [Page(f"/{n}", f"T{n} - Ville", "Le même paragraphe partout sur ce site.\n\nAutre.") for n in range(3)]

    assert without_shared(pages) == pages


@given(st.binary(max_size=100), st.sampled_from(["", "utf-8", "cp1252", "hex", "rot13", "utf-16", "idna", "\x00"]))
def test_any_bytes_are_characters(raw: bytes, charset: str) -> None:
    """Whatever the server says they are."""
    assert isinstance(decoded(raw, charset), str)


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("/a", "https://www.rivemont.example/a"),
        ("http://www.rivemont.example/a#x", "https://www.rivemont.example/a"),
        ("https://WWW.rivemont.example:443", "https://www.rivemont.example/"),
        ("https://rivemont.example/a", None),
        ("https://www.rivemont.example:8443/a", None),
        ("https://www.rivemont.example@evil.example/", None),
        ("https://user:secret@www.rivemont.example/", None),
        ("ftp://www.rivemont.example/", None),
        ("javascript:alert(1)", None),
        ("https://[::1", None),
        ("https://www.rivemont.example:x/", None),
        ("/a b", None),
    ],
)
async def test_what_is_the_same_host(address: str, own: str | None) -> None:
    """Name and port have to be the same; http and https with their usual ports are one site."""
    async with opened("https://www.rivemont.example/", "https://www.rivemont.example/", timedelta(0)) as web:
        assert isinstance(web, Web)
        assert web.own(address) == own


class Names(AbstractResolver):
    """Every name leads to the same addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    "private", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "fd00::1", "0.0.0.0"]
)
async def test_a_name_that_leads_inside_is_refused(private: str) -> None:
    """Also when a public address stands beside the private one: nobody is connected to."""
    resolver = Public(Names("93.184.215.14", private))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=resolver)) as http:
        web = Web(http, "http://www.rivemont.example/", "Guichet", timedelta(0), timedelta(seconds=5))
        with pytest.raises(Failed, match=r"leads to a private address; knowledge\.site\.internal allows that"):
            await web.get("http://www.rivemont.example/")


async def test_public_addresses_are_kept() -> None:
    """As the name server gave them."""
    found = await Public(Names("93.184.215.14")).resolve("www.rivemont.example", 443)

    assert [entry["host"] for entry in found] == ["93.184.215.14"]
