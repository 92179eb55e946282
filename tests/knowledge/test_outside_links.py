"""Addresses elsewhere, asked on a server of our own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.knowledge import outside_links
from bot.knowledge.outside_links import broken

NO_PAUSE = timedelta()


class Site:
    """A server that answers as its paths say."""

    def __init__(self) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()
        self.at_once = 0
        self.most_at_once = 0
        self.server: TestServer

    async def answer(self, request: web.Request) -> web.Response:
        self.asked[request.method, request.path] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.01)
        self.at_once -= 1
        head, get = request.path.strip("/").split("-")
        return web.Response(status=int(head if request.method == "HEAD" else get))

    async def round(self, request: web.Request) -> web.Response:
        raise web.HTTPFound("/round")

    async def slow(self, request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    app = web.Application()
    app.router.add_route("*", "/round", made.round)
    app.router.add_route("*", "/slow", made.slow)
    app.router.add_route("*", "/{path}", made.answer)
    made.server = TestServer(app)
    await made.server.start_server()
    yield made
    await made.server.close()


async def test_addresses_that_lead_nowhere(site: Site) -> None:
    """A page that is gone, a failing server, a circle, nobody there, no address; with the reason."""
    urls = ["/200-200", "/404-404", "/500-503", "/round"]
    given = [*(site.url(path) for path in urls), "http://127.0.0.1:1/a", "http://[::1/a", "https://"]
    heard: list[str] = []
    found = await broken(given, heard.append, NO_PAUSE)

    assert found[site.url("/404-404")] == "HTTP 404"
    assert found[site.url("/500-503")] == "HTTP 503"
    assert found[site.url("/round")] == "leads on more than 5 times"
    assert found.keys() == set(given) - {site.url("/200-200")}
    assert set(heard) == set(given) - {"http://[::1/a"}


async def test_head_comes_first(site: Site) -> None:
    """The page itself is asked for only where HEAD is refused; who answers no programs is there all the same."""
    urls = [site.url(path) for path in ("/200-500", "/405-200", "/404-200", "/403-403", "/429-429", "/401-401")]
    found = await broken(urls, pause=NO_PAUSE)

    assert found == {}
    assert site.asked["GET", "/200-500"] == 0
    assert site.asked["GET", "/405-200"] == 1


async def test_a_host_is_asked_one_at_a_time(site: Site) -> None:
    """However many of its addresses there are."""
    await broken([site.url(f"/200-{number}") for number in range(200, 220)], pause=NO_PAUSE)

    assert (site.most_at_once, sum(site.asked.values())) == (1, 20)


async def test_who_does_not_answer_is_not_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience has an end."""
    monkeypatch.setattr(outside_links, "PATIENCE", timedelta(milliseconds=200))
    found = await broken([site.url("/slow")], pause=NO_PAUSE)

    assert found[site.url("/slow")].startswith("does not answer within")
