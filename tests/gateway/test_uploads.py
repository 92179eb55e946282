"""Photos from the chat: taken, refused in words, kept without what the camera wrote, seen by agents alone."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot import photos
from bot.app import Gateway
from bot.messages import Address
from channels.web.uploads import PER_MINUTE
from tests.desk.office import at_desk, open_case
from tests.gateway.conftest import page

OWN = {"client": "guichet"}


def jpeg(width: int = 64) -> bytes:
    buffer = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A camera that knows its owner"
    Image.new("RGB", (width, 48), "teal").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


async def upload(
    built: Gateway, session_id: str, content: bytes, headers: dict[str, str] | None = None, **fields: str
) -> tuple[int, Any, Any]:
    """Status, JSON and headers of an upload."""
    form = aiohttp.FormData()
    for name, value in {"session_id": session_id, **fields}.items():
        form.add_field(name, value)
    form.add_field("photo", BytesIO(content), filename="../../etc/passwd", content_type="text/html")
    url = f"http://127.0.0.1:{built.port}/chat/photos"
    async with aiohttp.ClientSession() as http, http.post(url, data=form, headers=headers) as response:
        return response.status, await response.json(), response.headers


async def test_a_photo_goes_with_a_message(running: Gateway) -> None:
    """It is kept without metadata, shown to the citizen by name, and fetched by an agent who has a case of theirs."""
    async with page(running) as citizen, at_desk(running, "claire") as claire:
        await citizen.request_session(**OWN)
        status, answer, _ = await upload(running, citizen.session_id, jpeg())
        said = await citizen.say("voilà le trou", id="m1", photos=[answer["id"]])
        await citizen.wait_for_texts(1)
        before = await claire.ask("GET", f"/photos/{answer['id']}")
        case = await open_case(running.store, citizen.session_id.partition(".")[0])
        shown = await claire.done("GET", f"/cases/{case.id}")
        url = f"{claire.origin}/desk/api/photos/{answer['id']}"
        async with claire.http.get(url, headers=claire.headers()) as response:
            content = await response.read()
        await citizen.request_session(citizen.session_id, **OWN)
        history = citizen.events("session_ready")[-1]["history"]

        assert (status, answer["ok"], said) == (200, True, {"ok": True})
        assert before[0] == 403
        assert shown["lines"][0]["photos"] == [answer["id"]]
        assert content.startswith(b"\xff\xd8")
        assert b"camera" not in content
        assert history[0]["attachments"] == [{"name": "photo.jpg", "media_type": "image/jpeg"}]


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 415, "photo_not_one"),
        (b"%PDF-1.7", 415, "photo_not_one"),
        (b"", 415, "photo_not_one"),
        (jpeg()[:300], 415, "photo_damaged"),
        (b"\xff\xd8" + b"0" * photos.MAX_BYTES, 413, "photo_too_large"),
        (b"\xff\xd8" + b"0" * 30_000_000, 413, "photo_too_large"),
    ],
    ids=["svg", "pdf", "empty", "cut", "a byte too many", "30 MB"],
)
async def test_what_is_no_photo_is_refused_in_words(running: Gateway, content: bytes, status: int, error: str) -> None:
    """Also what says that it is one, and thirty megabytes; nothing is kept."""
    async with page(running) as citizen:
        await citizen.request_session(**OWN)
        found, answer, _ = await upload(running, citizen.session_id, content)

        assert (found, answer["ok"], answer["error"], bool(answer["text"])) == (status, False, error, True)
        assert await running.store.conversations.find(Address("web", citizen.session_id.partition(".")[0])) is None


async def test_a_strangers_session_and_another_site_are_refused(running: Gateway) -> None:
    """Only a session that we signed, from a page that may show the chat."""
    async with page(running) as citizen:
        await citizen.request_session(**OWN)
        forged = await upload(running, f"{'a' * 24}.{'b' * 24}", jpeg())
        foreign = await upload(running, citizen.session_id, jpeg(), {"Origin": "https://evil.example"})
        town = await upload(running, citizen.session_id, jpeg(), {"Origin": "http://127.0.0.1:8080"})

        assert (forged[0], foreign[0], town[0]) == (403, 403, 200)
        assert town[2]["Access-Control-Allow-Origin"] == "http://127.0.0.1:8080"


@pytest.mark.parametrize("given", ["x", ["x"], ["../" + "a" * 19], [None], ["a" * 22] * 4])
async def test_a_message_names_only_ids_of_photos(running: Gateway, given: Any) -> None:
    """Whatever else stands there is refused."""
    async with page(running) as citizen:
        await citizen.request_session(**OWN)

        assert (await citizen.say("voilà", id="m1", photos=given))["error"] == "unreadable"


async def test_a_photo_alone_is_a_message(running: Gateway) -> None:
    """The core is told that there was one."""
    async with page(running) as citizen:
        await citizen.request_session(**OWN)
        _, answer, _ = await upload(running, citizen.session_id, jpeg())
        await citizen.say("", id="m1", photos=[answer["id"]])

        assert await citizen.wait_for_texts(1)


async def test_uploads_are_throttled(running: Gateway) -> None:
    """A network address that sends too many is told for how long to wait."""
    async with page(running) as citizen:
        await citizen.request_session(**OWN)
        answers = [await upload(running, citizen.session_id, b"no photo") for _ in range(PER_MINUTE)]

        assert {answer[1]["error"] for answer in answers} == {"photo_not_one", "too_fast"}
