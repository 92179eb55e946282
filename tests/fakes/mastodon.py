"""A Mastodon server as far as a bot sees it: notifications, their stream, statuses, its account, media.

What it does is taken from https://docs.joinmastodon.org/methods/ and from the server's source
(https://github.com/mastodon/mastodon: PostStatusService, StatusLengthValidator, Api::V1::StatusesController, streaming/).
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from aiohttp import web

TOKEN = "jeton-mastodon-de-test"
MAX_CHARS = 500
USERNAME = r"[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*"
MENTION = re.compile(rf"(?<![=/\w])@(({USERNAME})(?:@[\w]+(?:[.-]+[\w]+)*(?::[0-9]+)?)?)", re.IGNORECASE)
URL = re.compile(r"(?<![\w@$#])https?://[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/[^\s<>]*[\w/=#+-])?/?")
VISIBILITIES = ("public", "unlisted", "private", "direct")
Cut = Callable[[bytes], int | None]


class FakeMastodon:
    """Tells what citizens write, and keeps what is posted.

    `mention(...)` is a citizen's status that mentions us; it is listed and rings on the stream. `sent` holds what was
    posted, once for each idempotency key; `inboxes` what each account may read of it. `blockers` are accounts that block
    us: posting works, and reaches nobody. `deleted` are statuses that are gone. `media` are files by name.

    `fault`: None · "failing" (500) · "limiting" (429 with a wait of `wait_s`) · "hanging" (never answers) · "closing" (drops
    the connection after reading) · "taking_then_closing" (posts the status, then drops the connection) · "garbled" (200 and
    no JSON) · "revoked" (401). It does not touch the stream.

    Of the stream: `stream_fault` "refusing" (503) · "hanging" (never opens) · "silent" (opens, and says nothing); `beat_s` is the time between two
    signs of life; `cut` says of each event after how many of its bytes the connection is dropped, None for not at all;
    `deaf` events never come (Redis forgets them). With `separate_stream` the stream is on another port, and `streaming`
    what the instance says of it. `filtering` (the default since 4.3) sets private mentions by strangers aside.
    """

    def __init__(self, *, separate_stream: bool = False, max_chars: int = MAX_CHARS) -> None:
        self.url = ""
        self.host = ""
        self.streaming = ""
        self.max_chars = max_chars
        self.sent: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.requests: list[tuple[str, str]] = []
        self.inboxes: dict[str, list[str]] = {}
        self.blockers: set[str] = set()
        self.deleted: set[str] = set()
        self.media: dict[str, bytes | int | str] = {}
        self.fault: str | None = None
        self.wait_s = 90
        self.stream_fault: str | None = None
        self.beat_s = 0.05
        self.cut: Cut = lambda event: None
        self.deaf = False
        self.filtering = True
        self.scopes = {"write:accounts", "write:notifications"}
        self.old_version = False
        self.now = datetime(2026, 1, 5, 9, 30, tzinfo=timezone.utc)
        self.notifications: list[dict[str, Any]] = []
        self.filtered: set[str] = set()
        self.streams = 0
        """How many were opened."""
        self.account: dict[str, Any] = {
            "id": "108000000000000001",
            "username": "mairie",
            "acct": "mairie",
            "display_name": "Mairie de Pontavel",
            "bot": False,
            "source": {"note": "", "fields": []},
        }
        self._separate = separate_stream
        self._ids = 5000
        self._by_key: dict[str, dict[str, Any]] = {}
        self._listeners: list[asyncio.Queue[bytes]] = []
        self._leaving = asyncio.Event()

    def mention(self, text: str = "Bonjour", acct: str = "ada@autre.example", **changes: Any) -> dict[str, Any]:
        """A citizen writes to us: the notification, which is listed and rings."""
        notification = self.notification(text, acct, **changes)
        self.list_it(notification)
        self.ring(notification)
        return notification

    def notification(self, text: str = "Bonjour", acct: str = "ada@autre.example", **changes: Any) -> dict[str, Any]:
        """The same, made but not yet listed; `changes` are the status's, `notified` the notification's."""
        self._ids += 1
        made = changes.pop("at", self.now).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        notified = changes.pop("notified", {})
        username = self.account["username"]
        account = {"id": f"9{zlib.crc32(acct.encode())}", "username": acct.split("@")[0], "acct": acct, "bot": False}
        link = f'<a href="{self.url}/@{username}" class="u-url mention">@<span>{username}</span></a>'
        status = {
            "id": f"1150000000000{self._ids}",
            "created_at": made,
            "account": account,
            "content": f'<p><span class="h-card">{link}</span> {html.escape(text)}</p>',
            "visibility": "direct",
            "spoiler_text": "",
            "language": "fr",
            "url": f"https://autre.example/@ada/{self._ids}",
            "in_reply_to_id": None,
            "reblog": None,
            "media_attachments": [],
            "mentions": [{"id": "1", "username": username, "acct": username, "url": f"{self.url}/@{username}"}],
            **changes,
        }
        told = {"id": str(self._ids), "type": "mention", "created_at": made, "account": account, "status": status}
        return {**told, **notified}

    def list_it(self, notification: Any) -> None:
        """Have it in the list, set aside if it is private and these are."""
        self.notifications.append(notification)
        status = notification.get("status") if isinstance(notification, dict) else None
        if self.filtering and isinstance(status, dict) and status.get("visibility") == "direct":
            self.filtered.add(notification["id"])

    def ring(self, notification: dict[str, Any], name: str = "notification") -> None:
        """Tell it on the stream; what is set aside is not told."""
        if self.deaf or notification["id"] in self.filtered:
            return
        data = json.dumps(notification, ensure_ascii=False)
        for listener in self._listeners:
            listener.put_nowait(f"event: {name}\ndata: {data}\n\n".encode())

    async def __aenter__(self) -> FakeMastodon:
        streaming = web.get("/api/v1/streaming/user/notification", self._stream)
        app = web.Application(middlewares=[self._door])
        app.add_routes(
            [
                web.get("/api/v1/notifications", self._list),
                web.post("/api/v1/statuses", self._post),
                web.get("/api/v1/accounts/verify_credentials", self._credentials),
                web.patch("/api/v1/accounts/update_credentials", self._update),
                web.patch("/api/v2/notifications/policy", self._policy),
                web.get("/api/v2/instance", self._instance),
                web.get("/api/v1/instance", self._first_instance),
                web.get("/media/{name}", self._file),
                *([] if self._separate else [streaming]),
            ]
        )
        self._runners = [await _started(app)]
        self.url = _url(self._runners[0])
        self.host = self.url.removeprefix("http://")
        self.streaming = self.url.replace("http:", "ws:")
        if self._separate:
            other = web.Application()
            other.add_routes([streaming])
            self._runners.append(await _started(other))
            self.streaming = _url(self._runners[1]).replace("http:", "ws:")
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._leaving.set()
        for runner in self._runners:
            await runner.cleanup()

    @web.middleware
    async def _door(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append((request.method, request.path_qs))
        if request.path.startswith(("/media", "/api/v1/streaming", "/api/v2/instance", "/api/v1/instance")):
            response: web.StreamResponse = await handler(request)
            return response
        if self.fault == "revoked" or request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": "The access token is invalid"}, status=401)
        if self.fault == "failing":
            return web.json_response({"error": "Something went wrong on our end"}, status=500)
        if self.fault == "limiting":
            reset = (
                (self.now + timedelta(seconds=self.wait_s)).isoformat(timespec="microseconds").replace("+00:00", "Z")
            )
            headers = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
            return web.json_response({"error": "Too many requests"}, status=429, headers=headers)
        if self.fault == "closing":
            await request.read()
            return _closed(request)
        if self.fault == "hanging":
            await self._leaving.wait()
        if self.fault == "garbled":
            return web.Response(text="<html>", content_type="text/html")
        response = await handler(request)
        return _closed(request) if self.fault == "taking_then_closing" else response

    async def _list(self, request: web.Request) -> web.Response:
        query = request.query
        types = query.getall("types[]", [])
        limit = min(int(query.get("limit", "40")), 80)
        aside = set() if query.get("include_filtered") == "true" else self.filtered
        listed = [
            one for one in self.notifications if not isinstance(one, dict) or one.get("type") in types or not types
        ]
        listed = [one for one in listed if not isinstance(one, dict) or one.get("id") not in aside]
        listed.sort(key=_number)
        if "max_id" in query:
            listed = [one for one in listed if _number(one) < int(query["max_id"])]
        if "min_id" in query:
            listed = [one for one in listed if _number(one) > int(query["min_id"])][:limit]
        return web.json_response(list(reversed(listed[-limit:])))

    async def _post(self, request: web.Request) -> web.Response:
        key = request.headers.get("Idempotency-Key", "")
        asked = await request.json()
        if key in self._by_key:
            return web.json_response(self._by_key[key])
        parent, text = asked.get("in_reply_to_id"), asked.get("status", "")
        if parent in self.deleted:
            return web.json_response(
                {"error": "The post you are trying to reply to does not appear to exist."}, status=404
            )
        if not text.strip():
            return web.json_response({"error": "Validation failed: Text can't be blank"}, status=422)
        if counted(text, asked.get("spoiler_text", "")) > self.max_chars:
            error = f"Validation failed: Text character limit of {self.max_chars} exceeded"
            return web.json_response({"error": error}, status=422)
        if asked.get("visibility") not in VISIBILITIES:
            return web.json_response({"error": "Validation failed: Visibility is not included in the list"}, status=422)
        self._ids += 1
        status = {**asked, "id": f"1150000000000{self._ids}", "content": html.escape(text)}
        self.sent.append(status)
        self.keys.append(key)
        if key:
            self._by_key[key] = status
        for named in MENTION.finditer(text):
            if named.group(1) not in self.blockers:
                self.inboxes.setdefault(named.group(1), []).append(text)
        return web.json_response(status)

    async def _credentials(self, request: web.Request) -> web.Response:
        return web.json_response(self.account)

    async def _update(self, request: web.Request) -> web.Response:
        if "write:accounts" not in self.scopes:
            return _outside()
        asked = await request.json()
        self.account["bot"] = asked.get("bot", self.account["bot"])
        if (rows := asked.get("fields_attributes")) is not None:
            self.account["source"]["fields"] = list(rows.values())[:4]
        return web.json_response(self.account)

    async def _policy(self, request: web.Request) -> web.Response:
        if self.old_version:
            return web.json_response({"error": "Not Found"}, status=404)
        if "write:notifications" not in self.scopes:
            return _outside()
        asked = await request.json()
        self.filtering = asked.get("for_private_mentions", "filter") != "accept"
        return web.json_response(asked)

    async def _instance(self, request: web.Request) -> web.Response:
        if self.old_version:
            return web.json_response({"error": "Not Found"}, status=404)
        configuration = {"urls": {"streaming": self.streaming}, "statuses": {"max_characters": self.max_chars}}
        return web.json_response({"domain": self.host, "version": "4.5.0", "configuration": configuration})

    async def _first_instance(self, request: web.Request) -> web.Response:
        told = {
            "urls": {"streaming_api": self.streaming},
            "configuration": {"statuses": {"max_characters": self.max_chars}},
        }
        return web.json_response({"uri": self.host, "version": "3.5.3", **told})

    async def _file(self, request: web.Request) -> web.Response:
        assert "Authorization" not in request.headers, "the token is nothing for those who keep files"
        found = self.media.get(request.match_info["name"], 404)
        if isinstance(found, int):
            return web.Response(status=found)
        if isinstance(found, str):
            return web.Response(status=302, headers={"Location": found})
        return web.Response(body=found, content_type="image/png")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        self.streams += 1
        if self.stream_fault == "refusing":
            return web.Response(status=503)
        if self.stream_fault == "hanging":
            await self._leaving.wait()
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": "Invalid access token"}, status=401)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        await response.write(b":)\n")
        with self._listening() as heard, contextlib.suppress(ConnectionError):
            while not self._leaving.is_set():
                try:
                    event = await asyncio.wait_for(heard.get(), self.beat_s)
                except asyncio.TimeoutError:
                    event = b":thump\n"
                if self.stream_fault == "silent":
                    continue
                end = self.cut(event) if event.startswith(b"event") else None
                await response.write(event if end is None else event[:end])
                if end is not None:
                    return _closed(request)
        return response

    @contextlib.contextmanager
    def _listening(self) -> Iterator[asyncio.Queue[bytes]]:
        heard: asyncio.Queue[bytes] = asyncio.Queue()
        self._listeners.append(heard)
        try:
            yield heard
        finally:
            self._listeners.remove(heard)


def counted(text: str, warning: str = "") -> int:
    """A status's length as its server counts it, in code points."""
    text = URL.sub("x" * 23, text)
    return len(MENTION.sub(r"@\2", text)) + len(warning)


def _number(one: Any) -> int:
    try:
        return int(one["id"])
    except (TypeError, KeyError, ValueError):
        return 10**9


def _outside() -> web.Response:
    return web.json_response({"error": "This action is outside the authorized scopes"}, status=403)


def _closed(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _started(app: web.Application) -> web.AppRunner:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


def _url(runner: web.AppRunner) -> str:
    return f"http://127.0.0.1:{runner.addresses[0][1]}"
