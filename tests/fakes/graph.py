"""Meta's Graph API as far as `channels.meta` sees it: Messenger, Instagram and WhatsApp on one port.

For authors of channels: start it with `async with FakeGraph() as graph`, give `graph.url` to the settings as
`channels.meta.url`, and read what arrived in `graph.sent`. It answers as the real one does (shapes and codes of
https://developers.facebook.com/documentation/business-messaging, read in November 2026).
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web

PAGE, ACCOUNT, NUMBER, BUSINESS, APP = "1010", "2020", "3030", "4040", "5050"
TOKEN, APP_SECRET = "fake-token", "n" * 40


@dataclass
class Sent:
    """A message that was taken: the node it came from, its id and its whole body."""

    node: str
    id: str
    body: dict[str, Any]


@dataclass
class Medium:
    """A file that a citizen sent."""

    data: bytes
    media_type: str = "image/jpeg"
    file_size: int | None = None
    """What is said of its size; None tells the truth."""


@dataclass
class FakeGraph:
    """Takes messages within the provider's limits, and refuses what the provider refuses.

    `fault`: None · "failing" (500) · "limiting" (the app's rate limit, with a wait of two minutes) · "hanging" (never
    answers) · "closing" (reads the request and drops the connection) · "taking_then_closing" (takes the message and then
    drops the connection) · "garbled" (200 without JSON) · "moving" (307 to somewhere else).
    `blocked`: citizens who cannot be reached. `outside`: citizens whose window is over. `answered`: comments that had
    their one private reply. `codes`: errors by citizen, `(HTTP status, code, subcode)`.
    `media`: files by id; `path(id)` is their address on the CDN, `/cdn/{id}`.
    `handshake`: whether a subscription asks its callback first, as the real one does.
    `answers_after`: seconds between taking a message and saying so.
    """

    fault: str | None = None
    sent: list[Sent] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    """Typing, and what was marked as read."""
    set_up: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)
    """What was registered: path, body and token."""
    asked: list[str] = field(default_factory=list)
    """Every path and query."""
    authorizations: list[str] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    codes: dict[str, tuple[int, int, int | None]] = field(default_factory=dict)
    media: dict[str, Medium] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    handshake: bool = False
    answers_after: float = 0.0
    url: str = ""

    async def __aenter__(self) -> FakeGraph:
        self._leaving = asyncio.Event()
        app = web.Application(middlewares=[self._faults])
        app.add_routes(
            [
                web.get("/cdn/{medium}", self._cdn),
                web.get("/{version}/{node}", self._node),
                web.post("/{version}/{node}/messages", self._messages),
                web.post("/{version}/{node}/{edge}", self._set_up),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._leaving.set()
        await self._runner.cleanup()

    def path(self, medium: str) -> str:
        """A file's address on the CDN."""
        return f"{self.url}/cdn/{medium}"

    @web.middleware
    async def _faults(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        self.authorizations.append(request.headers.get("Authorization", ""))
        if self.fault == "failing":
            return error(500, 2, "An unexpected error has occurred. Please retry your request later.")
        if self.fault == "limiting":
            usage = {PAGE: [{"type": "messenger", "call_count": 100, "estimated_time_to_regain_access": 2}]}
            answer = error(400, 4, "(#4) Application request limit reached")
            answer.headers["X-Business-Use-Case-Usage"] = json.dumps(usage)
            return answer
        if self.fault == "hanging":
            await self._leaving.wait()
        if self.fault == "garbled":
            return web.Response(text="<html>", content_type="text/html")
        if self.fault == "moving":
            raise web.HTTPTemporaryRedirect("http://127.0.0.1:9/")
        if self.fault == "closing":
            await request.read()
            return closed(request)
        response: web.StreamResponse = await handler(request)
        return closed(request) if self.fault == "taking_then_closing" else response

    def _refuse(self, request: web.Request, token: str = TOKEN) -> web.Response | None:
        if request.query.get("access_token"):
            raise AssertionError("a token stands in an address")
        # A version that is gone is answered by the oldest that is left; a path without one is no path of ours.
        if not re.fullmatch(r"v[0-9]{1,2}\.[0-9]", request.match_info["version"]):
            return error(400, 2500, "Unknown path components")
        if request.headers.get("Authorization") != f"Bearer {token}":
            return error(401, 190, "Invalid OAuth access token.", kind="OAuthException")
        return None

    async def _node(self, request: web.Request) -> web.Response:
        if refused := self._refuse(request):
            return refused
        node = request.match_info["node"]
        known = {
            PAGE: {"id": PAGE, "name": "Ville de Pontavel"},
            ACCOUNT: {"id": ACCOUNT, "username": "villedepontavel"},
            NUMBER: {"id": NUMBER, "display_phone_number": "+33 2 61 91 40 00", "verified_name": "Mairie de Pontavel"},
        }
        if node in known:
            return web.json_response(known[node])
        if node in self.media:
            medium = self.media[node]
            size = len(medium.data) if medium.file_size is None else medium.file_size
            found = {"id": node, "url": self.path(node), "mime_type": medium.media_type, "file_size": size}
            return web.json_response({"messaging_product": "whatsapp", "sha256": "0" * 64, **found})
        return error(400, 100, "Unsupported get request.", 33)

    async def _cdn(self, request: web.Request) -> web.Response:
        name = request.match_info["medium"]
        if name in self.redirects:
            return web.Response(status=302, headers={"Location": self.redirects[name]})
        if name not in self.media:
            return web.Response(status=404)
        return web.Response(body=self.media[name].data, content_type=self.media[name].media_type)

    async def _set_up(self, request: web.Request) -> web.Response:
        node, edge = request.match_info["node"], request.match_info["edge"]
        token = f"{APP}|{APP_SECRET}" if edge == "subscriptions" else TOKEN
        if refused := self._refuse(request, token):
            return refused
        body = await request.json()
        if edge == "subscriptions" and self.handshake:
            query = {"hub.mode": "subscribe", "hub.verify_token": body["verify_token"], "hub.challenge": "1158201444"}
            async with ClientSession() as http, http.get(body["callback_url"], params=query) as answer:
                if answer.status != 200 or await answer.text() != "1158201444":
                    return error(400, 2200, "(#2200) Callback verification failed")
        if edge == "messenger_profile" and (refused := profile(body)):
            return refused
        self.set_up.append((f"{node}/{edge}", body, token))
        return web.json_response({"success": True} if edge != "messenger_profile" else {"result": "success"})

    async def _messages(self, request: web.Request) -> web.Response:
        if refused := self._refuse(request):
            return refused
        node, body = request.match_info["node"], await request.json()
        citizen = str(
            body.get("recipient", {}).get("id", "") if node != NUMBER else body.get("to", body.get("recipient", ""))
        )
        if found := self.codes.get(citizen):
            return error(found[0], found[1], f"(#{found[1]}) An error of the tests", found[2])
        refused = self._whatsapp(body, citizen) if node == NUMBER else self._page(node, body, citizen)
        if refused is not None:
            return refused
        message_id = f"wamid.{len(self.sent)}" if node == NUMBER else f"m_{len(self.sent)}"
        self.sent.append(Sent(node, message_id, body))
        if self.answers_after:
            await asyncio.sleep(self.answers_after)
        if node == NUMBER:
            contact = {"input": citizen, "wa_id" if citizen.isdigit() else "user_id": citizen}
            found_id = {"id": message_id, "message_status": "accepted"}
            return web.json_response({"messaging_product": "whatsapp", "contacts": [contact], "messages": [found_id]})
        return web.json_response({"recipient_id": citizen or "9", "message_id": message_id})

    def _page(self, node: str, body: dict[str, Any], citizen: str) -> web.Response | None:
        instagram = node in (ACCOUNT, "me")
        if citizen in self.blocked:
            return error(400, 551, "This person isn't available right now.", 1545041)
        if "sender_action" in body:
            self.actions.append(body)
            return web.json_response({"recipient_id": citizen})
        comment = body["recipient"].get("comment_id")
        if comment in self.answered:
            return error(400, 10900, "(#10900) Activity already replied to")
        tagged = body.get("messaging_type") == "MESSAGE_TAG" and body.get("tag") == "HUMAN_AGENT"
        if citizen in self.outside and not tagged:
            return error(
                400, 10, "(#10) This message is sent outside of allowed window.", 2534022 if instagram else 2018278
            )
        message = body.get("message", {})
        text = message.get("text", "")
        too_long = len(text.encode()) > 1000 if instagram else len(text) > 2000
        replies = message.get("quick_replies", [])
        wrong = (
            not text
            or too_long
            or len(replies) > 13
            or any(not 1 <= len(one["title"]) <= 20 or len(one["payload"]) > 1000 for one in replies)
            or len(message.get("metadata", "")) > 1000
            or (instagram and "metadata" in message)
            or body.get("messaging_type") not in ("RESPONSE", "MESSAGE_TAG")
        )
        if wrong:
            return error(400, 100, "(#100) Length of param message[text] must be less than or equal to the limit")
        if comment:
            self.answered.add(comment)
        return None

    def _whatsapp(self, body: dict[str, Any], citizen: str) -> web.Response | None:
        if body.get("messaging_product") != "whatsapp":
            return error(400, 100, "(#100) The parameter messaging_product is required.")
        if body.get("status") == "read":
            self.actions.append(body)
            return web.json_response({"success": True})
        # Seen in the field: a user id in `to` is answered with 200 and reaches nobody.
        if "to" in body and not str(body["to"]).isdigit():
            raise AssertionError("a user id stands in `to`")
        if citizen in self.blocked:
            return error(400, 131026, "(#131026) Message undeliverable")
        if citizen in self.outside and body["type"] != "template":
            return error(400, 131047, "(#131047) Re-engagement message")
        wrong = len(body.get("biz_opaque_callback_data", "")) > 512 or not within(body)
        return error(400, 131009, "(#131009) Parameter value is not valid") if wrong else None


def within(body: dict[str, Any]) -> bool:
    """Whether a WhatsApp message keeps to the limits."""
    if body["type"] == "text":
        return 1 <= len(body["text"]["body"]) <= 4096
    if body["type"] == "template":
        (component,) = body["template"]["components"]
        (parameter,) = component["parameters"]
        text = parameter["text"]
        return 1 <= len(text) <= 1024 and not any(wrong in text for wrong in ("\n", "\t", "     "))
    interactive = body["interactive"]
    if not 1 <= len(interactive["body"]["text"]) <= 1024:
        return False
    if interactive["type"] == "button":
        replies = [one["reply"] for one in interactive["action"]["buttons"]]
        most, title_chars, id_chars = 3, 20, 256
    else:
        replies = [row for section in interactive["action"]["sections"] for row in section["rows"]]
        most, title_chars, id_chars = 10, 24, 200
        if not 1 <= len(interactive["action"]["button"]) <= 20:
            return False
    return (
        1 <= len(replies) <= most
        and all(1 <= len(one["title"]) <= title_chars and 1 <= len(one["id"]) <= id_chars for one in replies)
        and len({one["title"] for one in replies}) == len({one["id"] for one in replies}) == len(replies)
    )


def profile(body: dict[str, Any]) -> web.Response | None:
    """What is wrong with a Messenger profile."""
    if any(len(one["text"]) > 160 for one in body.get("greeting", [])):
        return error(400, 100, "(#100) Param greeting must be at most 160 characters")
    for menu in body.get("persistent_menu", []):
        for entry in menu["call_to_actions"]:
            if len(entry["title"]) > 30 or (entry["type"] == "web_url" and not entry["url"].startswith("https://")):
                return error(400, 100, "(#100) Param persistent_menu is not valid")
    if "persistent_menu" in body and "get_started" not in body:
        return error(400, 100, "(#100) You must set a Get Started button if you wish to use persistent menu")
    return None


def error(
    status: int, code: int, message: str, subcode: int | None = None, kind: str = "OAuthException"
) -> web.Response:
    """An error as the Graph API words it."""
    found: dict[str, Any] = {"message": message, "type": kind, "code": code, "fbtrace_id": "AbCdEfGhIjKl"}
    if subcode is not None:
        found["error_subcode"] = subcode
    return web.json_response({"error": found}, status=status)


def closed(request: web.Request) -> web.Response:
    """The connection, dropped."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
