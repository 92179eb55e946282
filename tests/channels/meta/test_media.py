"""Files that citizens sent, fetched from Meta."""

from __future__ import annotations

import aiohttp
import pytest

from bot.errors import MediaFailed, MediaRefused
from bot.messages import REMOTE_URL, Attachment
from channels.meta.graph import Graph
from channels.meta.media import download
from tests.channels.meta.payloads import messenger, settings, whatsapp
from tests.fakes.graph import TOKEN, FakeGraph, Medium

PHOTO = b"\xff\xd8\xff" + b"x" * 100


def remote(what: str) -> Attachment:
    return Attachment("photo.jpg", "image/jpeg", 0, REMOTE_URL + what)


async def test_a_page_s_file_needs_no_token(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """The CDN never sees it."""
    graph.media["1"] = Medium(PHOTO)

    assert await messenger(http=http, api=settings(graph.url)).fetch(remote(graph.path("1"))) == PHOTO
    assert graph.authorizations == [""]


async def test_a_number_s_file_is_found_by_its_id(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """First its address, then its bytes, both with the token."""
    graph.media["77"] = Medium(PHOTO)

    assert await whatsapp(http=http, api=settings(graph.url)).fetch(remote("77")) == PHOTO
    assert graph.authorizations == [f"Bearer {TOKEN}"] * 2


async def test_what_is_gone_is_gone(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """The citizen is told so."""
    for channel, what in ((messenger, graph.path("1")), (whatsapp, "77")):
        with pytest.raises(MediaRefused) as caught:
            await channel(http=http, api=settings(graph.url)).fetch(remote(what))
        assert caught.value.reason == "file_gone"


async def test_too_many_bytes_are_not_read(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """Whatever is said of the size."""
    graph.media["77"] = Medium(b"x" * 10_000_001)
    graph.media["78"] = Medium(b"x" * 10_000_001, file_size=3)
    for channel, what in ((messenger, graph.path("77")), (whatsapp, "77"), (whatsapp, "78")):
        with pytest.raises(MediaRefused) as caught:
            await channel(http=http, api=settings(graph.url)).fetch(remote(what))
        assert caught.value.reason == "file_too_large"


@pytest.mark.parametrize("fault", ["failing", "closing", "limiting"])
async def test_their_fault_is_for_now(http: aiohttp.ClientSession, graph: FakeGraph, fault: str) -> None:
    """It is asked again."""
    graph.media["77"] = Medium(PHOTO)
    graph.fault = fault
    for channel, what in ((messenger, graph.path("77")), (whatsapp, "77")):
        with pytest.raises(MediaFailed):
            await channel(http=http, api=settings(graph.url)).fetch(remote(what))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://10.1.2.3/x",
        "https://192.168.1.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://224.0.0.1/x",
        "http://scontent.xx.fbcdn.net/x",
        "http://127.0.0.1:9/x",
        "https://somebody:secret@scontent.xx.fbcdn.net/x",
        "file:///etc/passwd",
        "/etc/passwd",
        "https://[",
        "",
    ],
)
async def test_nothing_private_is_fetched(http: aiohttp.ClientSession, graph: FakeGraph, url: str) -> None:
    """Neither the town's own network nor anything but https."""
    found = Graph(http, settings(graph.url), TOKEN)

    with pytest.raises(MediaRefused) as caught:
        await download(found, url, 100)
    assert caught.value.reason == "file_refused"


@pytest.mark.parametrize("target", ["https://10.1.2.3/x", "http://10.1.2.3/x", "file:///etc/passwd", "https://["])
async def test_nor_by_a_detour(http: aiohttp.ClientSession, graph: FakeGraph, target: str) -> None:
    """Each redirect is looked at like the first address."""
    graph.redirects["1"] = target

    with pytest.raises(MediaRefused):
        await download(Graph(http, settings(graph.url), TOKEN), graph.path("1"), 100)


async def test_redirects_are_followed(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """A few of them; in circles none."""
    graph.media["2"] = Medium(PHOTO)
    graph.redirects.update({"1": "/cdn/2", "3": "/cdn/3"})
    found = Graph(http, settings(graph.url), TOKEN)

    assert await download(found, graph.path("1"), 1000) == PHOTO
    with pytest.raises(MediaFailed):
        await download(found, graph.path("3"), 1000)
