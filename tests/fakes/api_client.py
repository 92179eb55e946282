"""A front end of the signed API: speaks to a gateway, and takes replies at its callback as a good client does.

It signs and checks by the words of docs/channels/api.md and shares no code with `channels.api`, so that a mistake there
is not made here too.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
import uuid
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

CALLBACK = "/guichet"


def signature(secret: str, given_id: str, seconds: int | str, content: bytes) -> str:
    """`v1,` and Base64."""
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    signed = f"{given_id}.{seconds}.".encode() + content
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed(name: str, secret: str, content: bytes, given_id: str = "", seconds: int | None = None) -> dict[str, str]:
    """The headers of a request; `content` is its body, or the path and query of a GET."""
    given_id = given_id or uuid.uuid4().hex
    seconds = int(time.time()) if seconds is None else seconds
    return {
        "guichet-client": name,
        "webhook-id": given_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(secret, given_id, seconds, content),
    }


class FakeApiClient:
    """A client by its name and secrets, the newest first: each is believed, and the newest signs.

    `callback` is what stands in office.yml. There, a request with a wrong signature or an old timestamp gets 403; a ping is
    noted in `pings`; a reply is noted in `sent`, and under its `webhook-id` in `shown`, once however often it comes. A
    conversation in `gone` gets 410.

    `fault`: None · "failing" (500) · "limiting" (429 and `retry_after`) · "redirecting" (307 to itself) · "hanging"
    (never answers) · "closing" (drops the connection after reading) · "taking_then_closing" (takes the reply, then drops the
    connection) · a number (that status). `answers_after`: seconds between taking a reply and saying so.
    """

    def __init__(self, name: str, *secrets: str) -> None:
        self.name = name
        self.secrets = secrets
        self.url = ""
        self.sent: list[dict[str, Any]] = []
        self.shown: dict[str, dict[str, Any]] = {}
        self.pings: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.gone: set[str] = set()
        self.fault: str | int | None = None
        self.retry_after = "7"
        self.answers_after = 0.0
        self._leaving = asyncio.Event()

    @property
    def callback(self) -> str:
        return self.url + CALLBACK

    async def __aenter__(self) -> FakeApiClient:
        app = web.Application()
        app.add_routes([web.post(CALLBACK, self._take)])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.http = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._leaving.set()
        await self.http.close()
        await self._runner.cleanup()

    async def say(self, gateway: str, text: str = "", *, request_id: str = "", **fields: Any) -> tuple[int, Any]:
        """Send a message; the status and the answer. `id` and `conversation` are made up unless they are given."""
        body = {"id": uuid.uuid4().hex, "conversation": "c-1", "text": text, **fields}
        content = json.dumps(body).encode()
        headers = {**signed(self.name, self.secrets[0], content, request_id), "content-type": "application/json"}
        async with self.http.post(f"{gateway}/channels/api", data=content, headers=headers) as response:
            return response.status, await response.json()

    async def ask(self, gateway: str, conversation: str = "c-1", after: int = 0, wait: int = 0) -> tuple[int, Any]:
        """Ask for replies; the status and the answer."""
        target = "/channels/api/replies?" + urlencode({"conversation": conversation, "after": after, "wait": wait})
        headers = signed(self.name, self.secrets[0], target.encode())
        async with self.http.get(gateway + target, headers=headers) as response:
            return response.status, await response.json()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        if self.fault == "hanging":
            await self._leaving.wait()
        if self.fault == "closing":
            return _closed(request)
        if self.fault == "failing":
            return web.json_response({"error": "broken"}, status=500)
        if self.fault == "limiting":
            return web.json_response({"error": "busy"}, status=429, headers={"Retry-After": self.retry_after})
        if self.fault == "redirecting":
            return web.Response(status=307, headers={"Location": CALLBACK})
        if isinstance(self.fault, int):
            return web.Response(status=self.fault, headers={"Retry-After": self.retry_after})
        if not self._believes(request, content):
            return web.json_response({"error": "signature"}, status=403)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        given_id, body = request.headers["webhook-id"], json.loads(content)
        if body.get("type") == "ping":
            self.pings.append(given_id)
            return web.Response(status=204)
        if body["conversation"] in self.gone:
            return web.json_response({"error": "gone"}, status=410)
        self.sent.append(body)
        self.shown.setdefault(given_id, body)
        if self.answers_after:
            await asyncio.sleep(self.answers_after)
        return _closed(request) if self.fault == "taking_then_closing" else web.Response(status=204)

    def _believes(self, request: web.Request, content: bytes) -> bool:
        given_id, seconds = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
        if not seconds.isdecimal() or abs(time.time() - int(seconds)) > 300 or "." in given_id:
            return False
        given = request.headers.get("webhook-signature", "").split()
        wanted = [signature(secret, given_id, seconds, content) for secret in self.secrets]
        named = request.headers.get("guichet-client") == self.name
        return named and any(hmac.compare_digest(one, other) for one in wanted for other in given)


def _closed(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
