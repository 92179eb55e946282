"""Who may connect to the chat, from where, and how often."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import aiohttp
import msgspec
import pytest
import socketio
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.app import Gateway, gateway
from bot.gateway.routes import peer_of
from bot.settings import Settings
from channels.web.door import OPENED_PER_MINUTE, close_mute
from channels.web.sockets import allowed_by, make_server
from tests.gateway.conftest import page, until
from tests.servers import free_port

OTHER_SITE = "https://agglo.example"


@pytest.fixture
def listing(settings: Settings) -> Settings:
    """An office.yml that lets another site embed the chat."""
    chat = msgspec.structs.replace(settings.office.chat, allowed_origins=(OTHER_SITE,))
    return replace(settings, office=msgspec.structs.replace(settings.office, chat=chat))


async def test_a_listed_site_may_embed_the_chat(listing: Settings) -> None:
    """Its pages connect, by WebSocket and by polling with the headers that a browser asks for; the others do not."""
    async with gateway(listing) as built:
        async with page(built, Origin=OTHER_SITE) as citizen:
            assert await citizen.request_session()
        url = f"http://127.0.0.1:{built.port}/socket.io/?EIO=4&transport=polling"
        async with aiohttp.ClientSession() as http:
            listed = await http.get(url, headers={"Origin": OTHER_SITE})
            foreign = await http.get(url, headers={"Origin": "https://evil.example"})

    assert (listed.status, listed.headers["Access-Control-Allow-Origin"]) == (200, OTHER_SITE)
    assert (foreign.status, foreign.headers.get("Access-Control-Allow-Origin")) == (400, None)


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        (None, True),
        ("https://listed.example", True),
        ("https://www.pontavel.example", True),
        ("http://www.pontavel.example", False),
        ("https://gateway.internal", True),
        ("https://pontavel.example", False),
        ("https://www.pontavel.example.evil.example", False),
        ("null", False),
    ],
)
def test_origins(settings: Settings, origin: str | None, may: bool) -> None:
    """Listed ones, the town's own site behind whatever proxy, the host that was asked; nothing that only looks alike."""
    town = msgspec.structs.replace(settings.office.town, website="https://www.pontavel.example/accueil")
    chat = msgspec.structs.replace(settings.office.chat, allowed_origins=("https://listed.example",))
    may_embed = allowed_by(msgspec.structs.replace(settings.office, town=town, chat=chat).origins)

    assert may_embed(origin, {"HTTP_HOST": "gateway.internal"}) is may


@pytest.mark.parametrize(
    ("proxies", "forwarded", "peer"),
    [
        (0, "203.0.113.9", "198.51.100.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "", "198.51.100.1"),
        (1, " , ", "198.51.100.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "2001:db8:1:2::9", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "unknown", "unknown"),
    ],
)
def test_a_citizens_network(proxies: int, forwarded: str, peer: str) -> None:
    """Only what our own proxies have added is believed; an IPv6 line is one citizen, whatever addresses it makes up."""
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded} if forwarded else {})

    assert peer_of(proxies, request.clone(remote="198.51.100.1")) == peer


async def test_connections_of_one_address_are_counted_before_anything_is_kept(running: Gateway) -> None:
    """Beyond the allowance: 429 with a time to wait; who is connected stays connected."""
    url = f"http://127.0.0.1:{running.port}/socket.io/?EIO=4&transport=polling"
    async with page(running) as citizen, aiohttp.ClientSession() as http:
        statuses = [(await http.get(url)).status for _ in range(OPENED_PER_MINUTE // 2 + 10)]
        refused = await http.get(url)
        await citizen.request_session(client="guichet")

    assert (statuses[0], statuses[-1], refused.status) == (200, 429, 429)
    assert int(refused.headers["Retry-After"]) >= 1


async def test_a_connection_that_says_nothing_is_closed() -> None:
    """By WebSocket and by polling; one that said CONNECT stays."""
    server = make_server(lambda origin, environ: True, None)
    app = web.Application()
    server.attach(app)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    within = timedelta(seconds=0.2)
    sweeping = asyncio.create_task(close_mute(server, within))
    try:
        async with aiohttp.ClientSession() as http, socketio.AsyncSimpleClient() as client:
            await client.connect(f"http://127.0.0.1:{port}", transports=["websocket"])
            await http.get(f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=polling")
            mute = await http.ws_connect(f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket")
            held = len(server.eio.sockets)
            await until(lambda: sum(not one.closed for one in server.eio.sockets.values()) == 1)
            kinds = [(await mute.receive(timeout=3)).type for _ in range(3)]
            await asyncio.sleep(3 * within.total_seconds())
            assert client.connected
    finally:
        sweeping.cancel()
        await server.shutdown()
        await runner.cleanup()

    assert held == 3
    assert kinds[-1] in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)


async def test_a_flood_of_long_texts_slows_nobody(running: Gateway) -> None:
    """An unsigned sender's long texts are looked into and not through: danger said briefly is still answered."""
    async with page(running) as flood, page(running) as citizen:
        flood.session_id = "forged"
        await citizen.request_session(client="guichet")
        for _ in range(100):
            await flood.tell("mon mari est là, et ma fille m'a dit de vous écrire " * 80)
        started = asyncio.get_running_loop().time()
        await citizen.say("y a le feu chez moi", id="m1")
        await until(lambda: any("112" in text for text in citizen.texts()))
        took = asyncio.get_running_loop().time() - started

    assert took < 1.5
