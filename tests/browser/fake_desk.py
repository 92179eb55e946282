"""The gateway as the agents' page sees it: the real shell page and script, the desk's protocol over scripted cases.

What a test sets decides how it behaves; `cut` and `restore` take the network away and bring it back on the same port.
`python -m tests.browser.fake_desk` serves it.
"""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

import socketio
from aiohttp import web

from bot.gateway.middleware import add_headers
from tests.browser import desk_pages
from tests.browser import desk_script as script
from tests.browser.desk_acts import WORDS, changed
from tests.browser.desk_script import Shape
from tests.browser.fake_articles import FakeArticles
from tests.browser.fake_insights import FakeInsights
from tests.browser.fake_letters import FakeLetters
from tests.browser.fake_passing import FakePassing
from tests.browser.fake_teaching import FakeTeaching
from tests.browser.fake_topics import FakeTopics
from tests.browser.fake_undelivered import FakeUndelivered

NAMESPACE = "/desk"
VIEWS = ("mine", "services", "all", "waiting", "callbacks", "untaken", "closed")
CSRF = "token-of-this-session"


class FakeDesk:
    """One town's desk on a port of its own, for one test."""

    def __init__(self, port: int = 0, undo_seconds: float = 5, is_empty: bool = False) -> None:
        self.port = port
        self.agent = dict(script.AGENT)
        self.signed_in = True  # False: every request is refused, as after the session's end.
        self.refusal: tuple[int, Shape] | None = None  # What every reply is answered with instead of being taken.
        self.undo_seconds = undo_seconds
        self.cases = {} if is_empty else {one["id"]: one for one in script.cases(_now())}
        self.lines = {number: script.conversation(one, _now()) for number, one in self.cases.items()}
        self.history = {number: [self._opened(one)] for number, one in self.cases.items()}
        self.pending: dict[int, list[Shape]] = {}
        self.undelivered = FakeUndelivered(self)
        self.articles, self.letters = FakeArticles(self, is_empty), FakeLetters(self)
        self.insights = FakeInsights()
        self.teaching = FakeTeaching(is_empty)
        self.topics = FakeTopics(self, is_empty)
        self.articles, self.letters, self.passing = FakeArticles(self, is_empty), FakeLetters(self), FakePassing(self)
        self.watching: list[str] = []
        self.sent: list[Shape] = []
        self.requests: list[tuple[str, str, Shape]] = []
        """Every unsafe request: method, path below /desk/api/, body."""
        self.typed = 0
        self.connected = asyncio.Event()
        self._watched: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:  # Where it listens.
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> FakeDesk:
        await self.restore()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.cut()

    async def restore(self) -> None:
        """Listen, on the port used before if there was one."""
        app = web.Application(middlewares=[self._guard])
        app.on_response_prepare.append(add_headers)
        one = "/desk/api/cases/{case}"
        app.router.add_routes(
            [
                *desk_pages.routes(),
                *self.undelivered.routes(),
                *self.articles.routes(),
                *self.letters.routes(),
                *self.insights.routes(),
                *self.teaching.routes(),
                *self.topics.routes(),
                *(*self.letters.routes(), *self.passing.routes()),
                web.get("/desk", desk_pages.page),
                web.get("/desk/desk.js", desk_pages.script),
                web.get("/static/{name}", desk_pages.static),
                web.get("/desk/login", desk_pages.login),
                web.post("/desk/logout", desk_pages.login),
                web.get("/desk/api/me", self._me),
                web.put("/desk/api/me", self._set_me),
                web.get("/desk/api/agents", self._agents),
                web.get("/desk/api/cases", self._queue),
                web.get(one, self._open),
                web.post(one + "/notes", self._note),
                web.post(one + "/replies", self._reply),
                web.delete(one + "/replies/{reply}", self._take_back),
                web.get(one + "/suggestions", self._suggest),
                web.post(one + "/flags", self._flag),
                web.post(one + "/{act}", self._act),
                web.get("/desk/api/knowledge", self._suggest),
            ]
        )
        self._server = socketio.AsyncServer(async_mode="aiohttp")
        for event in ("connect", "disconnect", "watch", "typing"):
            self._server.on(event, getattr(self, f"_{event}"), namespace=NAMESPACE)
        self._server.attach(app)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def cut(self) -> None:
        """Close every connection and take no new one."""
        for task in list(self._tasks):
            task.cancel()
        for engine in list(self._server.eio.sockets.values()):
            with suppress(Exception):
                await engine.close(wait=False, abort=True)
        with suppress(Exception):
            await self._server.shutdown()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def arrive(self, number: int, subject: str, **more: Any) -> None:
        """A new case comes into the queue."""
        one = script.case(number, subject, _now(), 0, **more)
        self.cases[number] = one
        self.lines[number] = script.conversation(one, _now())
        self.history[number] = [self._opened(one)]
        await self._tell_changed(number)

    async def change(self, number: int, **fields: Any) -> None:
        """A case changes by somebody else's hand."""
        self.cases[number] |= {**fields, "version": self.cases[number]["version"] + 1}
        await self._tell_changed(number)

    async def say(self, number: int, text: str, author: str = "citizen", **more: Any) -> None:
        """Somebody says something in a case."""
        line = script.said(len(self.lines[number]) + 1, author, text, _now(), **more)
        self.lines[number].append(line)
        await self._tell_lines(number, [line])

    async def emit(self, event: str, data: Any = None) -> None:
        """Any event, to every page."""
        await self._server.emit(event, data, namespace=NAMESPACE)

    async def _connect(self, sid: str, environ: Shape, auth: Any = None) -> bool:
        self.connected.set()
        return self.signed_in

    async def _disconnect(self, sid: str, reason: str = "") -> None:
        self._watched.pop(sid, None)

    async def _watch(self, sid: str, data: Shape) -> Shape:
        if data["case"] is None:
            self._watched.pop(sid, None)
        else:
            self._watched[sid] = data["case"]
        return {"ok": True, "watchers": self.watching}

    async def _typing(self, sid: str, data: Shape) -> None:
        self.typed += 1

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.path.startswith("/desk/api/"):
            if not self.signed_in:
                return _refuse(401, "signed_out", "Votre session est terminée. Connectez-vous de nouveau.")
            if request.method != "GET":
                if request.headers.get("X-CSRF-Token") != CSRF:
                    return _refuse(403, "foreign", "Cette action ne vient pas de votre page.")
                text = await request.text()
                path = request.path.removeprefix("/desk/api/")
                self.requests.append((request.method, path, json.loads(text) if text else {}))
        response: web.StreamResponse = await handler(request)
        return response

    async def _me(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "agent": self.agent,
                "csrf": CSRF,
                "town": "Pontavel",
                "office": "Mairie de Pontavel",
                "language": "fr",
                "services": script.SERVICES,
                "canned": script.CANNED,
                "views": [view for view in VIEWS if view != "untaken" or self.agent["role"] != "agent"],
                "undo_seconds": self.undo_seconds,
                "max_text_chars": 4000,
            }
        )

    async def _set_me(self, request: web.Request) -> web.Response:
        self.agent["available"] = (await request.json())["available"]
        return web.json_response({"agent": self.agent})

    async def _agents(self, request: web.Request) -> web.Response:
        other = {**script.OTHER, "services": [], "available": False, "present": True, "capacity": 3}
        return web.json_response({"agents": [{**self.agent, "present": True}, other]})

    async def _queue(self, request: web.Request) -> web.Response:
        view, only = request.query["view"], request.query.get("service")
        rows = [one for one in self.cases.values() if self._belongs(one, view) and only in (None, one["service"])]
        rows.sort(key=lambda one: (not one["urgent"], one["due_at"], one["opened_at"]))
        return web.json_response({"cases": rows, "counts": self._counts()})

    async def _open(self, request: web.Request) -> web.Response:
        number = int(request.match_info["case"])
        if number in self.cases:
            return web.json_response(self._whole(number))
        return _refuse(404, "missing", "Cette demande n’existe plus. La personne a peut-être effacé ses données.")

    async def _act(self, request: web.Request) -> web.Response:
        number, act = int(request.match_info["case"]), request.match_info["act"]
        one, body = self.cases[number], self.requests[-1][2]
        if act == "take" and one["agent"] is not None:
            return _refuse(409, "taken", f"{one['agent']['name']} s’occupe de cette demande.", by=one["agent"]["name"])
        fields = changed(act, body, self.agent, _now())
        self._note_down(number, *WORDS[act], text=fields.get("service_name", body.get("reason", "")))
        await self.change(number, **fields)
        await self._tell_lines(number, [])
        return web.json_response({"contact": "06 12 34 56 78"} if act == "reveal" else {"case": self.cases[number]})

    async def _note(self, request: web.Request) -> web.Response:
        number = int(request.match_info["case"])
        event = self._note_down(number, "note", "Note", text=self.requests[-1][2]["text"])
        return web.json_response({"event": event})

    async def _reply(self, request: web.Request) -> web.Response:
        if self.refusal is not None:
            status, body = self.refusal
            return web.json_response(body, status=status)
        number, body = int(request.match_info["case"]), self.requests[-1][2]
        leaves_at = _now() + timedelta(seconds=self.undo_seconds)
        by = {key: self.agent[key] for key in ("id", "name")}
        pending = {**body, "leaves_at": leaves_at.isoformat(), "agent": by}
        waiting = self.pending.setdefault(number, [])
        if not any(one["id"] == body["id"] for one in waiting):
            waiting.append(pending)
            task = asyncio.create_task(self._leave(number, pending))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return web.json_response({"pending": pending})

    async def _leave(self, number: int, pending: Shape) -> None:
        await asyncio.sleep(self.undo_seconds)
        if pending not in self.pending.get(number, []):
            return
        self.pending[number].remove(pending)
        self.sent.append(pending)
        more = {"id": pending["id"], "name": pending["agent"]["name"], "sources": pending["sources"]}
        await self.say(number, pending["text"], "agent", **more)

    async def _take_back(self, request: web.Request) -> web.Response:
        number, reply = int(request.match_info["case"]), request.match_info["reply"]
        for one in self.pending.get(number, []):
            if one["id"] == reply:
                self.pending[number].remove(one)
                return web.json_response({"text": one["text"], "sources": one["sources"]})
        return _refuse(409, "left", "Ce message est déjà parti.")

    async def _suggest(self, request: web.Request) -> web.Response:
        return web.json_response({"suggestions": script.SUGGESTIONS})

    async def _flag(self, request: web.Request) -> web.Response:
        """Every number that is not the town's own."""
        found = re.findall(r"\b(?!02 61 91)0\d(?: \d\d){4}\b", (await request.json())["text"])
        return web.json_response({"flags": [{"kind": "phone", "text": one} for one in found]})

    def _whole(self, number: int) -> Shape:
        return {
            "case": script.whole(self.cases[number]),
            "lines": self.lines[number],
            "history": self.history[number],
            "pending": self.pending.get(number, []),
            "watchers": self.watching,
        }

    def _belongs(self, one: Shape, view: str) -> bool:
        is_open, agent = one["state"] != "closed", one["agent"] or {}
        return {
            "mine": is_open and agent.get("id") == self.agent["id"],
            "services": is_open and one["service"] in self.agent["services"],
            "all": is_open,
            "waiting": one["state"] == "waiting" and not one["callback"],
            "callbacks": is_open and one["callback"],
            "untaken": one["state"] == "waiting" and (one.get("relay") or {}).get("what") == "untaken",
            "closed": not is_open,
        }[view]

    def _is_seen(self, one: Shape) -> bool:
        services, agent = self.agent["services"], one["agent"] or {}
        return not services or one["service"] in services or agent.get("id") == self.agent["id"]

    def _counts(self) -> dict[str, int]:
        return {view: sum(self._belongs(one, view) for one in self.cases.values()) for view in VIEWS[:-1]}

    def _opened(self, one: Shape) -> Shape:
        at = datetime.fromisoformat(one["opened_at"])
        return script.happened(1, "opened", "Demande reçue", at, text=one["cause_name"])

    def _note_down(self, number: int, what: str, name: str, text: str = "") -> Shape:
        event = script.happened(len(self.history[number]) + 1, what, name, _now(), str(self.agent["name"]), text)
        self.history[number].append(event)
        return event

    async def _tell_changed(self, number: int) -> None:
        one = self.cases[number]
        told = {"changed": [one], "gone": []} if self._is_seen(one) else {"changed": [], "gone": [number]}
        await self.emit("cases", told)
        await self.emit("counts", self._counts())

    async def _tell_lines(self, number: int, lines: list[Shape]) -> None:
        whole = self._whole(number)
        told = {"case": number, "lines": lines, "pending": whole["pending"], "case_state": whole["case"]}
        for sid in [sid for sid, watched in self._watched.items() if watched == number]:
            await self._server.emit("lines", told | {"history": whole["history"]}, to=sid, namespace=NAMESPACE)


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _refuse(status: int, error: str, text: str, **more: str) -> web.Response:
    return web.json_response({"error": error, "text": text, **more}, status=status)


async def _serve() -> None:
    async with FakeDesk(8124) as desk:
        print(f"{desk.url}/desk")
        await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve())
