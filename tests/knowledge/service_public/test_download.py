"""Feeds over HTTP, from a server of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.knowledge.importers.service_public import download
from bot.knowledge.importers.service_public.download import State, allowed, fetch
from bot.knowledge.importers.service_public.errors import FeedRefused, FeedUnreachable
from bot.knowledge.importers.service_public.feed import Coming, Importer, Outcome
from bot.store.sql import Store
from tests.knowledge.service_public.pages import files, packed

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=timezone.utc)


class Source:
    """A server with a feed."""

    def __init__(self) -> None:
        self.contents = files("pro")
        self.etag = '"one"'
        self.asked: list[int] = []
        """The status of each answer."""
        self.server: TestServer

    async def feed(self, request: web.Request) -> web.Response:
        headers = {"ETag": self.etag, "Last-Modified": "Sat, 28 Nov 2026 08:00:00 GMT"}
        if request.headers.get("If-None-Match") == self.etag:
            self.asked.append(304)
            return web.Response(status=304, headers=headers)
        self.asked.append(200)
        return web.Response(body=packed(self.contents), headers=headers)

    async def answer(self, request: web.Request) -> web.Response:
        return web.Response(status=int(request.match_info["status"]))

    async def away(self, request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query["to"])

    async def round(self, request: web.Request) -> web.Response:
        raise web.HTTPFound("/round")

    async def cut(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"PK")
        assert request.transport is not None
        request.transport.close()
        return response

    def url(self, path: str = "/feed.zip") -> str:
        return str(self.server.make_url(path))


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    made = Source()
    app = web.Application()
    app.router.add_get("/feed.zip", made.feed)
    app.router.add_get("/answer/{status}", made.answer)
    app.router.add_get("/away", made.away)
    app.router.add_get("/cut", made.cut)
    app.router.add_get("/round", made.round)
    made.server = TestServer(app)
    await made.server.start_server()
    yield made
    await made.server.close()


async def ready(coming: Coming) -> bool:
    return False


async def imported(store: Store, place: str, force: bool = False) -> Outcome:
    return await Importer(store.fiches, ready, force).run([place], NOW)


async def test_an_unchanged_feed_is_not_downloaded_again(store: Store, source: Source) -> None:
    """The server is asked by what it said last; a new state is downloaded, and force asks for everything."""
    first = await imported(store, source.url())
    second = await imported(store, source.url())
    source.etag = '"two"'
    third = await imported(store, source.url())
    await imported(store, source.url())
    source.contents["F151.xml"] = source.contents["F151.xml"].replace(b"un permis", b"son permis")
    source.etag = '"three"'
    fourth = await imported(store, source.url())
    await imported(store, source.url())
    await imported(store, source.url(), force=True)

    assert source.asked == [200, 304, 200, 304, 200, 304, 200]
    assert [done.sources[0].unchanged for done in (first, second, third, fourth)] == [False, True, True, False]
    assert [done.imported.version for done in (first, second, third, fourth)] == [1, 1, 1, 2]
    assert [done.sources[0].audience for done in (first, second)] == ["pro", "pro"]


async def test_redirects_are_followed_and_bounded(source: Source, tmp_path: Path) -> None:
    """A feed may move, not without end, and not to where anybody could change it."""
    target = tmp_path / "feed.zip"
    state = await fetch(source.url("/away?to=/feed.zip"), target)
    assert state == State('"one"', "Sat, 28 Nov 2026 08:00:00 GMT")
    assert target.read_bytes() == packed(source.contents)
    with pytest.raises(FeedUnreachable, match="leads on more than 5 times"):
        await fetch(source.url("/round"), target)
    for elsewhere in ("http://lac.example/feed.zip", "file:///etc/passwd", "ftp://lac.example/a"):
        with pytest.raises(FeedRefused, match="over https only"):
            await fetch(source.url(f"/away?to={elsewhere}"), target)


async def test_answers_that_are_no_feed(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error, a cut line, nobody there, too much: one sentence that names the address."""
    for path in ("/answer/404", "/answer/500", "/answer/304", "/cut"):
        with pytest.raises(FeedUnreachable, match=f"{path}: "):
            await fetch(source.url(path), tmp_path / "feed.zip")
    monkeypatch.setattr(download, "MAX_ZIP_BYTES", 100)
    with pytest.raises(FeedRefused, match="is too big: more than 100 bytes"):
        await fetch(source.url(), tmp_path / "feed.zip")
    gone = source.url()
    await source.server.close()
    with pytest.raises(FeedUnreachable, match="cannot be downloaded"):
        await fetch(gone, tmp_path / "feed.zip")


async def test_a_failed_download_changes_nothing(store: Store, source: Source) -> None:
    """The base is as it was, and the next import is a whole one."""
    await imported(store, source.url())
    with pytest.raises(FeedUnreachable):
        await Importer(store.fiches, ready).run([source.url(), source.url("/answer/503")], NOW)

    assert await store.fiches.version() == 1
    assert (await imported(store, source.url())).sources[0].unchanged


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://lac.example/a.zip", True),
        ("http://localhost:8080/a.zip", True),
        ("http://127.0.0.1/a.zip", True),
        ("http://[::1]:80/a.zip", True),
        ("http://lac.example/a.zip", False),
        ("http://127.0.0.1.lac.example/a.zip", False),
        ("https:///a.zip", False),
        ("http://[::1/a.zip", False),
        ("file:///a.zip", False),
    ],
)
def test_addresses_to_download_from(url: str, is_allowed: bool) -> None:
    """Over TLS, or from this machine."""
    assert allowed(url) is is_allowed
