"""A gateway in small around the channel: enough for the API's own promises, with answers that a test gives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.errors import PayloadRejected, RequestRejected, StoreError
from bot.messages import Address, Message, Reply
from bot.settings import read_office
from bot.settings_channels import Api, ApiClient
from bot.store.base import CITIZEN, Entry
from bot.text import wording
from channels.api import SignedApi
from channels.api.polling import Polling
from channels.base import RawRequest
from tests.channels.conformance import NOW

WEBSITE = "https://www.pontavel.example"
SECRET = "whsec_" + "c2VjcmV0LXBvdXItbGVzLXRlc3RzLXNldWxlbWVudCE="
ROOT = Path(__file__).resolve().parents[3]
WORDING = wording.load(read_office(ROOT / "office.yml"))
MAX_BODY_BYTES = 1_000_000


def channel(http: aiohttp.ClientSession, **callbacks: str) -> SignedApi:
    """The API with a client for each name; "" is one that polls."""
    options = Api({name: ApiClient(url) for name, url in callbacks.items()})
    return SignedApi(http, options, dict.fromkeys(callbacks, (SECRET,)), WORDING, WEBSITE)


class Door:
    """Takes signed messages, answers them by `answer`, and lets clients poll.

    `broken`: its database is away. `asked`: somebody has polled.
    """

    def __init__(self, api: SignedApi, answer: Callable[[Message], list[Reply]] = lambda message: []) -> None:
        self.url = ""
        self.broken = False
        self.asked = asyncio.Event()
        self.polling = Polling(api, self._read, self._wait)
        self._api = api
        self._answer = answer
        self._seen: set[str] = set()
        self._entries: list[tuple[Address, Entry]] = []
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Door:
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.add_routes([web.post("/channels/api", self._take), *self.polling.routes()])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exception: object) -> None:
        self.polling.leave()
        await self._runner.cleanup()

    async def write(self, address: Address, reply: Reply | None, text: str = "") -> None:
        """A line of the transcript."""
        author = reply.author.value if reply else CITIZEN
        entry = Entry(len(self._entries) + 1, reply.id if reply else f"m{len(self._entries)}", author, text, NOW, reply)
        async with self._news:
            self._entries.append((address, entry))
            self._news.notify_all()

    async def _take(self, request: web.Request) -> web.Response:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return web.json_response({"error": 413}, status=413)
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = RawRequest("POST", request.path, body, headers)
        try:
            self._api.verify(raw)
            if (nonce := self._api.nonce(raw)) in self._seen:
                return web.json_response({"error": 409}, status=409)
            (message,) = self._api.parse(raw)
        except PayloadRejected as error:
            return web.json_response({"error": error.reason}, status=error.status)
        except RequestRejected as error:
            return web.json_response({"error": error.status}, status=error.status)
        if self.broken:
            return web.json_response({"error": 503}, status=503)
        self._seen.add(nonce)
        seen = message.id in self._seen
        if not seen:
            self._seen.add(message.id)
            await self.write(message.address, None, message.text)
            for reply in self._answer(message):
                await self.write(message.address, reply)
        return web.json_response({"accepted": True, "seen": seen})

    async def _read(self, address: Address, after: int) -> list[Entry]:
        self.asked.set()
        if self.broken:
            raise StoreError("away")
        return [entry for owner, entry in self._entries if owner == address and entry.position > after]

    async def _wait(self, at_most: timedelta) -> None:
        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait(), at_most.total_seconds())
            except asyncio.TimeoutError:
                pass
