"""docs/openapi.yml says what is so: paths, bodies, answers and codes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RequestRejected
from bot.gateway import webhooks
from bot.messages import MAX_BUTTONS, Address, Author, Button, Reply, Source
from channels.api import SignedApi, polling, signing
from tests.channels.api.door import ROOT, SECRET, Door, channel
from tests.channels.api.schema import faults
from tests.channels.api.test_channel import SECRET as PURE_SECRET
from tests.channels.api.test_channel import api, post
from tests.channels.api.test_fuzz import DROP, FIXTURES, VALUES, places, spoilt
from tests.channels.conformance import THREAD
from tests.fakes.api_client import FakeApiClient

DOCUMENT: Any = yaml.safe_load((ROOT / "docs" / "openapi.yml").read_text(encoding="utf-8"))
SCHEMAS = DOCUMENT["components"]["schemas"]
SAY = DOCUMENT["paths"]["/channels/api"]["post"]
ASK = DOCUMENT["paths"]["/channels/api/replies"]["get"]
REPLIES = [
    Reply("borne.c-1.m-1.0", "Bonjour."),
    Reply(
        "r.2",
        "Lequel ?",
        "en",
        Author.AGENT,
        "Claire M.",
        tuple(Button(f"Choix {number}", "c.AAAABBBBCCCCDDDD") for number in range(MAX_BUTTONS)),
        (Source("Horaires", "/articles/horaires", "Ville", "2026-01-02"), Source("État", "https://etat.example")),
    ),
    Reply("r.3", "mot " * 9000, author=Author.SYSTEM, buttons=(Button("n" * 200, "c.1"),)),
]


def examples(node: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Every example of the document with its schema."""
    if isinstance(node, dict):
        if "schema" in node and "examples" in node:
            yield from ((node["schema"], one["value"]) for one in node["examples"].values())
        for inner in node.values():
            yield from examples(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from examples(inner)


def wrong(value: Any, name: str) -> list[str]:
    return list(faults(value, SCHEMAS[name], DOCUMENT))


@pytest.fixture
async def client() -> AsyncIterator[FakeApiClient]:
    async with FakeApiClient("borne", SECRET) as fake:
        yield fake


def test_the_paths_are_the_routes() -> None:
    """The gateway takes POST for each channel by its name; the rest are the channel's own routes."""
    documented = {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods}
    nobody: Any = None
    own = {(route.path, route.method.lower()) for route in polling.Polling(api(PURE_SECRET), nobody, nobody).routes()}

    assert documented == {(f"/channels/{SignedApi.name}", "post")} | own


def test_the_headers_are_those_that_are_checked() -> None:
    """Four headers, on every request."""
    documented = [scheme["name"] for scheme in DOCUMENT["components"]["securitySchemes"].values()]

    assert documented == [
        signing.CLIENT_HEADER,
        signing.ID_HEADER,
        signing.TIMESTAMP_HEADER,
        signing.SIGNATURE_HEADER,
    ]
    assert DOCUMENT["security"] == [{name: [] for name in DOCUMENT["components"]["securitySchemes"]}]


def test_the_numbers_are_those_of_the_code() -> None:
    """Limits stand in two places and are the same."""
    reply, message = SCHEMAS["Reply"]["properties"], SCHEMAS["Message"]["properties"]
    limits = SignedApi.limits
    wait = next(one["schema"] for one in ASK["parameters"] if one["name"] == "wait")

    assert message["text"]["maxLength"] == limits.incoming_text_chars
    assert reply["text"]["maxLength"] == limits.text_chars
    assert reply["buttons"]["maxItems"] == limits.buttons
    assert reply["buttons"]["items"]["properties"]["title"]["maxLength"] == limits.button_title_chars
    assert wait["maximum"] == polling.LONGEST_WAIT.total_seconds()


def test_every_example_is_valid() -> None:
    """Each one fits the schema that it stands beside."""
    found = list(examples(DOCUMENT))

    assert len(found) >= 8
    assert [fault for schema, value in found for fault in faults(value, schema, DOCUMENT)] == []


def test_every_example_is_taken() -> None:
    """What a client's maker copies from the description works."""
    bodies = [one["value"] for one in SAY["requestBody"]["content"]["application/json"]["examples"].values()]

    assert [len(api(PURE_SECRET).parse(post(body))) for body in bodies] == [1] * len(bodies)


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_every_fixture_is_as_described(name: str) -> None:
    """The fixtures of the other tests are what the description allows."""
    assert wrong(FIXTURES[name], "Message") == []


@given(st.data())
def test_what_is_taken_is_as_described(data: st.DataObject) -> None:
    """The code takes nothing that the description does not allow."""
    payload = FIXTURES[data.draw(st.sampled_from(sorted(FIXTURES)))]
    body = spoilt(payload, data.draw(st.sampled_from(list(places(payload)))), data.draw(st.just(DROP) | VALUES))
    try:
        api(PURE_SECRET).parse(post(json.dumps(body).encode()))
    except RequestRejected:
        return

    assert wrong(body, "Message") == []


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_is_as_described(reply: Reply) -> None:
    """Whatever is rendered fits the schema, and a callback's body does."""
    for outgoing in api(PURE_SECRET).render(reply, THREAD):
        assert wrong(outgoing.payload, "Reply") == []
        assert wrong({"conversation": "c-1", "reply": outgoing.payload}, "Delivery") == []


def test_the_check_is_one() -> None:
    """A reply that is not as described is noticed."""
    (outgoing,) = api(PURE_SECRET).render(REPLIES[1], THREAD)
    spoilt_ones = [
        {**outgoing.payload, "author": "robot"},
        {**outgoing.payload, "at": "2026-01-05T09:30:00"},
        {**outgoing.payload, "buttons": [{"title": "Oui"}]},
        {**outgoing.payload, "sources": [{"title": "a", "url": "/a", "publisher": "", "updated": ""}]},
        {name: value for name, value in outgoing.payload.items() if name != "id"},
    ]

    assert [len(wrong(one, "Reply")) for one in spoilt_ones] == [1] * len(spoilt_ones)
    assert wrong({"type": "pong"}, "Ping")
    assert wrong({"type": "ping", "more": 1}, "Ping")


async def test_the_codes_of_a_message_are_those_described(client: FakeApiClient) -> None:
    """Each documented code is produced (but 408, which takes 15 seconds), with a body as described, and no other is."""
    async with Door(channel(client.http, borne="")) as door:
        answers = [await client.say(door.url, "bonjour", id="m-1", request_id="r-1")]
        answers.append(await client.say(door.url, "bonjour", id="m-1", request_id="r-1"))
        answers.append(await client.say(door.url, ""))
        answers.append(await client.say(door.url, "a" * 1_000_001))
        client.secrets = ("x" * 40,)
        answers.append(await client.say(door.url, "bonjour"))
        client.secrets, door.broken = (SECRET,), True
        answers.append(await client.say(door.url, "bonjour"))

    assert answers[0] == (200, {"accepted": True, "seen": False})
    assert answers[2] == (400, {"error": "empty"})
    assert sorted(str(status) for status, _ in answers) == sorted(SAY["responses"].keys() - {"408"})
    assert [wrong(body, "Accepted" if status == 200 else "Error") for status, body in answers] == [[]] * 6


async def test_the_codes_of_polling_are_those_described(client: FakeApiClient) -> None:
    """The same for the replies that one asks for."""
    async with Door(channel(client.http, borne="")) as door:
        for reply in REPLIES:
            await door.write(Address("api", "borne.c-1"), reply)
        answers = [await client.ask(door.url), await client.ask(door.url, wait=26)]
        client.secrets = ("x" * 40,)
        answers.append(await client.ask(door.url))
        client.secrets, door.broken = (SECRET,), True
        answers.append(await client.ask(door.url))

    assert len(answers[0][1]["replies"]) == 4
    assert sorted(str(status) for status, _ in answers) == sorted(ASK["responses"])
    assert [wrong(body, "Replies" if status == 200 else "Error") for status, body in answers] == [[]] * 4


async def test_what_a_callback_gets_is_as_described(client: FakeApiClient) -> None:
    """The bodies that really go out, and the ping, fit the webhook's schema."""
    webhook = DOCUMENT["webhooks"]["reply"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    got = channel(client.http, borne=client.callback)
    for reply in REPLIES:
        for outgoing in got.render(reply, THREAD):
            await got.send(Address("api", "borne.c-1"), outgoing)

    assert len(client.sent) == 4
    assert [fault for body in [*client.sent, {"type": "ping"}] for fault in faults(body, webhook, DOCUMENT)] == []


def test_the_limits_of_a_request_are_those_of_the_gateway() -> None:
    """How large it may be, and how long it may take."""
    answers = SAY["responses"]

    assert f"{webhooks.MAX_BYTES // 1_000_000} million bytes" in answers[str(webhooks.TooLarge.status)]["description"]
    assert f"{webhooks.WITHIN.seconds} seconds" in answers[str(webhooks.TooSlow.status)]["description"]
