"""What `guichet channels register` does at Meta, and what it leaves to people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.errors import SendError
from channels.base import RawRequest, Step
from channels.meta.base import MetaChannel
from channels.meta.messaging import OPENING
from tests.channels.meta.payloads import VERIFY_TOKEN, WEBSITE, instagram, messenger, settings, whatsapp
from tests.fakes.graph import APP, APP_SECRET, BUSINESS, PAGE, FakeGraph

ADDRESS = "https://chat.pontavel.example"
Maker = Callable[..., MetaChannel]
MAKERS = pytest.mark.parametrize("make", [messenger, instagram, whatsapp], ids=["messenger", "instagram", "whatsapp"])


def done(steps: list[Step]) -> int:
    return sum(step.done for step in steps)


def set_up(graph: FakeGraph, path: str) -> dict[str, Any]:
    """The only body that was sent there."""
    (found,) = [body for where, body, _ in graph.set_up if where == path]
    return found


@MAKERS
async def test_the_app_s_webhook_leads_to_us(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """Asked for in the app's own name, with the token that the handshake brings back."""
    channel = make(http=http, api=settings(graph.url))
    await channel.register(ADDRESS)
    body = set_up(graph, f"{APP}/subscriptions")

    assert body["object"] == channel.topic
    assert body["callback_url"] == f"{ADDRESS}/channels/{channel.name}"
    assert body["verify_token"] == VERIFY_TOKEN
    assert not any(APP_SECRET in asked for asked in graph.asked)


@MAKERS
async def test_it_may_be_repeated(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """The same calls, the same steps."""
    channel = make(http=http, api=settings(graph.url))
    first = await channel.register(ADDRESS)
    calls = list(graph.set_up)
    graph.set_up.clear()

    assert await channel.register(ADDRESS) == first
    assert graph.set_up == calls


@MAKERS
async def test_what_people_have_to_do_is_said(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """In sentences."""
    steps = await make(http=http, api=settings(graph.url)).register(ADDRESS)

    assert done(steps) >= 2
    assert len(steps) > done(steps)
    assert all(step.text.endswith(".") for step in steps)


async def test_a_page_gets_its_menu(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """A button to begin, a word of welcome, a person and the town's site; and its fields are subscribed."""
    await messenger(http=http, api=settings(graph.url)).register(ADDRESS)
    profile = set_up(graph, f"{PAGE}/messenger_profile")

    assert profile["get_started"] == {"payload": OPENING}
    assert [entry["title"] for entry in profile["persistent_menu"][0]["call_to_actions"]] == [
        "Parler à une personne",
        "Mairie de Pontavel",
    ]
    assert profile["persistent_menu"][0]["call_to_actions"][1]["url"] == WEBSITE
    assert not profile["greeting"][0]["text"].endswith("…")
    assert {"messages", "message_echoes", "feed"} <= set(
        set_up(graph, f"{PAGE}/subscribed_apps")["subscribed_fields"].split(",")
    )


async def test_an_account_with_a_page_keeps_messenger_s_fields(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """Subscribing sets the whole list: registering Instagram takes nothing from Messenger."""
    await messenger(http=http, api=settings(graph.url)).register(ADDRESS)
    await instagram(http=http, api=settings(graph.url)).register(ADDRESS)

    assert set_up(graph, "me/subscribed_apps") == set_up(graph, f"{PAGE}/subscribed_apps")


async def test_a_business_account_is_subscribed(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """Without fields: the app's own count."""
    await whatsapp(http=http, api=settings(graph.url), template="reponse_mairie").register(ADDRESS)

    assert set_up(graph, f"{BUSINESS}/subscribed_apps") == {}


@MAKERS
async def test_without_an_app_s_id_a_person_is_asked(
    make: Maker, http: aiohttp.ClientSession, graph: FakeGraph
) -> None:
    """What can be done is done all the same."""
    steps = await make(http=http, api=settings(graph.url, app_id="0")).register(ADDRESS)

    assert any("channels.meta.app_id" in step.text for step in steps if not step.done)
    assert done(steps) >= 1


@MAKERS
async def test_a_wrong_token_stops_it(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """Nothing is said to be done that is not."""
    with pytest.raises(SendError):
        await make(http=http, api=settings(graph.url), token="another-fake-token").register(ADDRESS)


@pytest.fixture
async def gateway() -> AsyncIterator[str]:
    """An address whose handshakes a channel answers."""

    async def answer(asked: web.Request) -> web.Response:
        raw = RawRequest("GET", asked.path, b"", query=dict(asked.query))
        return web.Response(text=messenger().challenge(raw))

    app = web.Application()
    app.add_routes([web.get("/channels/messenger", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_meta_asks_us_first(http: aiohttp.ClientSession, graph: FakeGraph, gateway: str) -> None:
    """The handshake takes place while we register; an address that nobody answers is told."""
    graph.handshake = True
    channel = messenger(http=http, api=settings(graph.url))

    assert (await channel.register(gateway))[0].done
    assert not (await channel.register(f"{gateway}/elsewhere"))[0].done
