"""Replies that a client comes for, over real HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.errors import PayloadRejected
from bot.messages import Address, Message, Reply, Source, Thread
from channels.api import polling
from tests.channels.api.door import SECRET, Door, channel
from tests.channels.conformance import NOW
from tests.fakes.api_client import FakeApiClient, signed

HERE = Address("api", "borne.c-1")


@pytest.fixture
async def client() -> AsyncIterator[FakeApiClient]:
    async with FakeApiClient("borne", SECRET) as fake:
        yield fake


@pytest.fixture
async def door(client: FakeApiClient) -> AsyncIterator[Door]:
    async with Door(channel(client.http, borne="", voix=""), echo) as opened:
        yield opened


def echo(message: Message) -> list[Reply]:
    return [Reply(f"{message.id}.0", f"Vous dites : {message.text}")]


async def get(client: FakeApiClient, door: Door, target: str, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """A GET, signed unless headers are given."""
    headers = signed("borne", SECRET, target.encode()) if headers is None else headers
    async with client.http.get(f"{door.url}{target}", headers=headers) as response:
        assert response.headers["Cache-Control"] == "no-store"
        return response.status, await response.json()


async def test_replies_come_in_the_callbacks_form(client: FakeApiClient, door: Door) -> None:
    """A client that polls and one with a callback read the same object; what the citizen said is not among it."""
    reply = Reply("r.1", "Ouvert.", sources=(Source("Horaires", "/a"),))
    await door.write(HERE, None, "Quels horaires ?")
    await door.write(HERE, reply)
    (rendered,) = channel(client.http, borne="").render(reply, Thread(now=NOW))

    assert await client.ask(door.url) == (200, {"replies": [rendered.payload], "after": 2})


async def test_the_cursor_goes_on(client: FakeApiClient, door: Door) -> None:
    """Behind the cursor only what is new comes, and the cursor stays where nothing does."""
    await door.write(HERE, Reply("r.1", "un"))
    await door.write(HERE, Reply("r.2", "deux"))
    _, first = await client.ask(door.url)
    _, nothing = await client.ask(door.url, after=first["after"])
    await door.write(HERE, None, "encore")
    _, citizen = await client.ask(door.url, after=first["after"])
    await door.write(HERE, Reply("r.3", "trois"))
    _, last = await client.ask(door.url, after=citizen["after"])

    assert [one["id"] for one in first["replies"]] == ["r.1", "r.2"]
    assert nothing == citizen == {"replies": [], "after": first["after"]}
    assert [one["id"] for one in last["replies"]] == ["r.3"]


async def test_a_conversation_is_its_clients_alone(client: FakeApiClient, door: Door) -> None:
    """Another client's conversation of the same name is another one, and an unknown one is empty."""
    await door.write(Address("api", "voix.c-1"), Reply("r.1", "un"))

    assert await client.ask(door.url) == (200, {"replies": [], "after": 0})


async def test_who_waits_is_answered_as_soon_as_something_is_there(client: FakeApiClient, door: Door) -> None:
    """The citizen's own words do not end the wait; a reply does."""
    started = time.monotonic()
    waiting = asyncio.create_task(client.ask(door.url, wait=25))
    status, _ = await client.say(door.url, "bonjour")
    found = await waiting

    assert status == 200
    assert [one["text"] for one in found[1]["replies"]] == ["Vous dites : bonjour"]
    assert time.monotonic() - started < 20


async def test_who_waits_in_vain_is_told_so(client: FakeApiClient, door: Door) -> None:
    """After the time that was asked for there is an empty answer."""
    started = time.monotonic()
    found = await client.ask(door.url, wait=1)

    assert found == (200, {"replies": [], "after": 0})
    assert time.monotonic() - started >= 1


async def test_who_waits_is_let_go_when_we_leave(client: FakeApiClient, door: Door) -> None:
    """A process that stops does not keep its clients waiting."""
    started = time.monotonic()
    waiting = asyncio.create_task(client.ask(door.url, wait=25))
    await door.asked.wait()
    door.polling.leave()

    assert (await waiting)[0] == 200
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "?after=0",
        "?conversation=",
        "?conversation=a.b",
        "?conversation=c-1%0A",
        "?conversation=c-1&after=-1",
        "?conversation=c-1&after=x",
        "?conversation=c-1&after=9999999999999999999",
        "?conversation=c-1&after=%D9%A3",
        "?conversation=c-1&wait=26",
        "?conversation=c-1&wait=1.5",
        "?conversation=c-1&conversation=c-2",
        "?conversation=c-1&limit=3",
    ],
)
async def test_a_bad_parameter_is_refused(client: FakeApiClient, door: Door, parameters: str) -> None:
    """What is not as described is refused by name."""
    assert await get(client, door, f"/channels/api/replies{parameters}") == (400, {"error": "unreadable"})


def test_parameters_have_defaults() -> None:
    """From the beginning, without waiting."""
    assert polling.query({"conversation": "c"}) == polling.query({"conversation": "c", "after": "0", "wait": "0"})
    with pytest.raises(PayloadRejected):
        polling.query({})


async def test_the_signature_is_the_targets(client: FakeApiClient, door: Door) -> None:
    """Unsigned, signed for another conversation, for the same one in another spelling, or for a body: refused."""
    target = "/channels/api/replies?conversation=c-1"
    wrong = [
        {},
        signed("borne", SECRET, b"/channels/api/replies?conversation=c-2"),
        signed("borne", SECRET, b"/channels/api/replies?conversation=c%2D1"),
        signed("borne", SECRET, b"/channels/api/replies"),
        signed("borne", SECRET, b""),
        signed("voix", "x" * 40, target.encode()),
        signed("autre", SECRET, target.encode()),
        signed("borne", SECRET, target.encode(), seconds=int(time.time()) - 400),
    ]
    found = [await get(client, door, target, headers) for headers in wrong]

    assert found == [(403, {"error": "signature"})] * len(wrong)


async def test_a_database_that_is_away_is_said(client: FakeApiClient, door: Door) -> None:
    """The client asks again later."""
    door.broken = True

    assert await client.ask(door.url) == (503, {"error": "unavailable"})


async def test_a_long_text_has_the_same_parts_as_at_a_callback(client: FakeApiClient, door: Door) -> None:
    """Its parts come together, with the ids that a callback gets."""
    await door.write(HERE, Reply("r.1", "mot " * 8000))
    _, found = await client.ask(door.url)

    assert [one["id"] for one in found["replies"]] == ["r.1-1", "r.1"]
    assert found["after"] == 1


async def test_a_replay_is_refused(client: FakeApiClient, door: Door) -> None:
    """The very same request is taken once; the same message in a new request is known."""
    first = await client.say(door.url, "bonjour", id="m-1", request_id="r-1")
    replay = await client.say(door.url, "bonjour", id="m-1", request_id="r-1")
    again = await client.say(door.url, "bonjour", id="m-1", request_id="r-2")
    _, found = await client.ask(door.url)

    assert first == (200, {"accepted": True, "seen": False})
    assert replay == (409, {"error": 409})
    assert again == (200, {"accepted": True, "seen": True})
    assert len(found["replies"]) == 1


async def test_two_sessions_of_http_do_not_share_anything(client: FakeApiClient, door: Door) -> None:
    """Nothing but the signature says who asks: no cookie, no connection."""
    await client.say(door.url, "bonjour")
    async with aiohttp.ClientSession() as other:
        target = f"{door.url}/channels/api/replies?conversation=c-1"
        async with other.get(target) as response:
            assert response.status == 403
