"""`rasa run` as far as `bot.rasa` sees it: the rest channel, trackers, events, parse and status.

Its trackers are kept in memory and, like those of the real one, in a database if it is given one.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.rasa import PROBE_PREFIX
from bot.rasa_events import LOCK_OF_REDIS, LOCKED_BY
from bot.trackers import TrackerEvents

Said = str | dict[str, Any] | list[Any] | None
Answer = Said | Callable[[dict[str, Any]], Said]

MODEL = "fake-model"


class FakeRasa:
    """Answers what it was told to.

    `fault`: None · "silent" (200 and nothing, as with a dead action server) · "failing" (500 everywhere) · "garbled"
    (not JSON) · "closing" (drops every connection) · "hanging" (never answers) · "answers_then_closes" (writes its
    answer to the tracker and drops the connection of that message).
    `forgetful`: what it writes does not come to the database. `locked_by`: the lock under which it writes probes.
    """

    def __init__(self, tracker_events: TrackerEvents | None = None, token: str = "") -> None:
        self.url = ""
        self.heard: list[dict[str, Any]] = []
        self.trackers: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.fault: str | None = None
        self.forgetful = False
        self.locked_by = LOCK_OF_REDIS
        self.model_id: str | None = MODEL
        self.parsed: dict[str, Any] = {"intent": {"name": "ask_question", "confidence": 0.9}}
        self._answer: Answer = "Bien reçu."
        self._database = tracker_events
        self._token = token
        self._leaving = asyncio.Event()

    def answer(self, answer: Answer) -> None:
        """What is answered from now on: a text, an item (`{"custom": …}`), several, or a function of what was heard."""
        self._answer = answer

    async def __aenter__(self) -> FakeRasa:
        app = web.Application(middlewares=[self._faults])
        app.add_routes(
            [
                web.get("/", self._hello),
                web.get("/status", self._status),
                web.post("/webhooks/rest/webhook", self._webhook),
                web.post("/model/parse", self._parse),
                web.get("/conversations/{sender}/tracker", self._tracker),
                web.post("/conversations/{sender}/tracker/events", self._append),
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

    @web.middleware
    async def _faults(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.path.startswith("/webhooks"):
            self.heard.append(await request.json())
        elif self._token and request.path != "/" and request.query.get("token") != self._token:
            return web.json_response({"reason": "NotAuthenticated"}, status=401)
        if self.fault == "failing":
            return web.json_response({"reason": "ConversationError"}, status=500)
        if self.fault == "garbled":
            return web.Response(text="<html>", content_type="text/html")
        if self.fault == "closing":
            return _closed(request)
        if self.fault == "hanging":
            await self._leaving.wait()
        response: web.StreamResponse = await handler(request)
        return response

    async def _hello(self, request: web.Request) -> web.Response:
        return web.Response(text="Hello from Rasa: 3.6.21")

    async def _status(self, request: web.Request) -> web.Response:
        if self.model_id is None:
            return web.json_response({"reason": "Conflict"}, status=409)
        return web.json_response({"model_file": "fake.tar.gz", "model_id": self.model_id})

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        heard = await request.json()
        sender = heard["sender"]
        said = None if self.fault == "silent" else self._answer(heard) if callable(self._answer) else self._answer
        items = [item for one in (said if isinstance(said, list) else [said]) for item in _items(one)]
        user = {
            "event": "user",
            "text": heard["message"],
            "parse_data": {"text": heard["message"], **self.parsed, "entities": []},
            "input_channel": heard.get("input_channel", "rest"),
            "metadata": heard.get("metadata") or {},
        }
        events = [user, *({"event": "action", "name": "action_answer"}, *map(_bot, items))]
        await self._write(sender, [*events, {"event": "action", "name": "action_listen"}])
        if self.fault == "answers_then_closes":
            return _closed(request)
        return web.json_response([{"recipient_id": sender, **item} for item in items])

    async def _parse(self, request: web.Request) -> web.Response:
        text = (await request.json())["text"]
        return web.json_response(
            {"text": text, "entities": [], "intent_ranking": [self.parsed["intent"]], **self.parsed}
        )

    async def _tracker(self, request: web.Request) -> web.Response:
        sender = request.match_info["sender"]
        return web.json_response({"sender_id": sender, "events": self.trackers.get(sender, [])})

    async def _append(self, request: web.Request) -> web.Response:
        sender = request.match_info["sender"]
        events = await request.json()
        await self._write(sender, events if isinstance(events, list) else [events])
        return web.json_response({"sender_id": sender, "events": self.trackers[sender]})

    async def _write(self, sender: str, events: list[dict[str, Any]]) -> None:
        if not self.trackers[sender]:
            events = [
                {"event": "action", "name": "action_session_start"},
                {"event": "session_started"},
                {"event": "action", "name": "action_listen"},
                *events,
            ]
        # As over the wire: a copy, and never what JSON cannot say.
        stamped = [{"timestamp": time.time(), **json.loads(json.dumps(event))} for event in events]
        if sender.startswith(PROBE_PREFIX):
            stamped = [{**event, "metadata": {LOCKED_BY: self.locked_by}} for event in stamped]
        self.trackers[sender].extend(stamped)
        if self._database is not None and not self.forgetful:
            _, stored = await self._database.read(sender, current_session=False)
            await self._database.append(sender, stamped, expected=stored)


def _items(said: Any) -> list[dict[str, Any]]:
    """What the rest channel makes of one utterance: it splits plain texts at blank lines."""
    if said is None:
        return []
    if isinstance(said, str):
        return [{"text": paragraph} for paragraph in said.strip().split("\n\n")]
    return [said]


def _bot(item: dict[str, Any]) -> dict[str, Any]:
    data = {key: item.get(key) for key in ("buttons", "custom", "image", "attachment")}
    return {"event": "bot", "text": item.get("text"), "data": data, "metadata": {}}


def _closed(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
