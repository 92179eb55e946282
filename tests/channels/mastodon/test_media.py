"""Files that citizens attach."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import MediaFailed, MediaRefused
from bot.messages import REMOTE_URL, Attachment
from channels.mastodon import Mastodon
from tests.fakes.mastodon import FakeMastodon


def image(url: str) -> Attachment:
    return Attachment("image", "image/png", 0, REMOTE_URL + url)


async def test_an_image_is_fetched(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """Without the token: it is none of the business of those who keep files."""
    mastodon.media["a.png"] = b"\x89PNG"

    assert await channel.fetch(image(f"{mastodon.url}/media/a.png")) == b"\x89PNG"


async def test_an_image_may_be_elsewhere_on_the_server(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """A server sends on to where the file is."""
    mastodon.media.update({"a.png": b"\x89PNG", "b.png": f"{mastodon.url}/media/a.png", "c.png": "/media/b.png"})

    assert await channel.fetch(image(f"{mastodon.url}/media/c.png")) == b"\x89PNG"


@pytest.mark.parametrize(("status", "reason"), [(404, "file_gone"), (410, "file_gone")])
async def test_an_image_may_be_gone(channel: Mastodon, mastodon: FakeMastodon, status: int, reason: str) -> None:
    """The citizen is told so."""
    mastodon.media["a.png"] = status
    with pytest.raises(MediaRefused) as caught:
        await channel.fetch(image(f"{mastodon.url}/media/a.png"))

    assert caught.value.reason == reason


async def test_an_image_may_be_too_large(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """One byte more than is taken is too many."""
    mastodon.media["a.png"] = bytes(channel.limits.attachment_bytes + 1)
    with pytest.raises(MediaRefused) as caught:
        await channel.fetch(image(f"{mastodon.url}/media/a.png"))

    assert caught.value.reason == "file_too_large"


@pytest.mark.parametrize("found", [500, 403, "loop.png"])
async def test_an_image_may_fail_for_now(channel: Mastodon, mastodon: FakeMastodon, found: Any) -> None:
    """It is fetched again later."""
    mastodon.media["loop.png"] = found
    with pytest.raises(MediaFailed):
        await channel.fetch(image(f"{mastodon.url}/media/loop.png"))


@pytest.mark.parametrize(
    "url",
    [
        "http://files.autre.example/a.png",
        "http://127.0.0.1:1/a.png",
        "https://127.0.0.1/a.png",
        "https://[::1]/a.png",
        "https://127.1/a.png",
        "https://localhost/a.png",
        "https://intranet/a.png",
        "https://printer.local/a.png",
        "https://10.0.0.1:8443/a.png",
        "https://[bad/a.png",
        "file:///etc/passwd",
        "",
    ],
)
async def test_only_public_places_are_gone_to(channel: Mastodon, url: str) -> None:
    """An address that others wrote does not lead into the town's own network."""
    with pytest.raises(MediaRefused):
        await channel.fetch(image(url))


async def test_nor_by_a_redirect(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """Each step on the way is looked at."""
    mastodon.media["a.png"] = "https://127.0.0.1/secret"
    with pytest.raises(MediaRefused):
        await channel.fetch(image(f"{mastodon.url}/media/a.png"))
