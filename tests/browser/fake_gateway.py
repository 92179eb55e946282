"""The gateway as a browser sees it: the real pages, and the web chat's protocol with scripted answers.

Follows docs/web-chat.md. What a test sets decides how it behaves: whether messages are acknowledged, what is
answered and when, who has the conversation, what becomes of photos; `cut` and `restore` take the network away and bring it back on the same port.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import uuid
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import socketio
from aiohttp import web

from bot.gateway.middleware import add_headers, errors
from bot.gateway.pages import Pages
from bot.settings import read_office
from tests.browser.script import ANSWERS, ARTICLE, WELCOME, WELCOME_EN, Entry
from tests.fakes.town import OWN, FewArticles, TownOfFew

ROOT = Path(__file__).resolve().parents[2]
OWN_CLIENT = "guichet"


class FakeGateway:
    """One town's gateway on a port of its own, for one test."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.answers = {text: list(replies) for text, replies in ANSWERS.items()}
        self.acknowledging = True
        """False: what citizens say is stored, answered and never acknowledged."""
        self.storing = True
        """False: what citizens say is dropped, as if the connection had died under it."""
        self.answering = True
        """False: replies are only sent by `reply`."""
        self.refusal: dict[str, Any] | None = None
        self.prompt = asyncio.Event()
        """Cleared: who asks for a session or an erasure waits until it is set again."""
        self.prompt.set()
        self.can_erase = True
        self.colours: dict[str, str] | None = None
        self.standing: dict[str, Any] = {"state": "bot"}
        """What `desk` says to who comes; see `stand`."""
        self.photo_limits: dict[str, int] | None = {"max_bytes": 10_000_000, "per_message": 3}
        """None: photos are not taken."""
        self.photo_refusal: dict[str, str] | None = None
        self.photos_arrive = True
        """False: the connection dies under every upload."""
        self.photos_let_in = asyncio.Event()
        """Cleared: uploads wait until it is set again."""
        self.photos_let_in.set()
        self.photos: dict[str, dict[str, Any]] = {}
        """What was uploaded, by id: its form's fields, and the file's size in bytes."""
        self.typed: list[str] = []
        """The session of every `typing`."""
        self.uttered: list[dict[str, Any]] = []
        """Every `user_uttered`, repeated ones included."""
        self.connections = 0
        self.histories: dict[str, list[Entry]] = {}
        self._sids: defaultdict[str, set[str]] = defaultdict(set)
        self._counter = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> FakeGateway:
        await self.restore()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.cut()

    async def restore(self) -> None:
        """Listen, on the port used before if there was one."""
        office = read_office(ROOT / "office.yml")
        self.town = TownOfFew(office, FewArticles(ARTICLE, OWN))
        pages = self.town.pages
        app = web.Application(client_max_size=2**25, middlewares=[self._cross_origin, errors(pages.error)])
        app.on_response_prepare.append(add_headers)
        app.router.add_routes([web.get("/chat/config", self._config(pages)), *_without_config(pages)])
        app.router.add_routes(self.town.fiches.routes())
        app.router.add_post("/chat/photos", self._take_photo)
        app.router.add_get("/embedding", _embedding)
        app.router.add_get("/failing", _failing)
        server = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins="*")
        for event in ("connect", "disconnect", "session_request", "user_uttered", "erase", "typing"):
            server.on(event, getattr(self, f"_{event}"))
        server.attach(app)
        self._server = server
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def cut(self) -> None:
        """Close every connection and take no new one."""
        for task in list(self._tasks):
            task.cancel()
        for sid in [sid for sids in self._sids.values() for sid in sids]:
            # Closes the transport under the conversation, without the goodbye that an orderly end would say.
            eio_sid = self._server.manager.eio_sid_from_sid(sid, "/")
            if eio_sid and (engine := self._server.eio.sockets.get(eio_sid)):
                with suppress(Exception):
                    await engine.close(wait=False, abort=True)
        self._sids.clear()
        with suppress(Exception):
            await self._server.shutdown()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def reply(self, session_id: str, replies: list[Entry]) -> None:
        """Say something to a citizen."""
        for scripted in replies:
            number = next(self._counter)
            entry = {
                "id": f"reply-{number}",
                "author": "bot",
                "language": "fr",
                "at": datetime.now(timezone.utc).isoformat(),
                "sources": [],
                "status": None,
                **scripted,
                "buttons": [
                    {"title": title, "token": f"token-{number}-{at}"}
                    for at, title in enumerate(scripted.get("buttons", []))
                ],
            }
            self.histories[session_id].append(entry)
            await self._tell(session_id, "bot_uttered", entry)

    async def stand(self, state: str, **facts: Any) -> None:
        """Say who has the only conversation there is."""
        self.standing = {"state": state, "number": "", "service": "", "place": 0, "wait": "", "name": "", **facts}
        await self._tell(self.session_id, "desk", self.standing)

    async def write(self, name: str) -> None:
        """Say that an agent is writing."""
        await self._tell(self.session_id, "typing", {"name": name})

    @property
    def session_id(self) -> str:
        """The only session there is."""
        (session_id,) = self.histories
        return session_id

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: Any = None) -> None:
        self.connections += 1

    async def _disconnect(self, sid: str, reason: str = "") -> None:
        for sids in self._sids.values():
            sids.discard(sid)

    async def _session_request(self, sid: str, data: dict[str, Any]) -> None:
        await self.prompt.wait()
        session_id = data.get("session_id")
        if session_id not in self.histories:
            session_id = f"session-{uuid.uuid4().hex}"
            self.histories[session_id] = []
        for sids in self._sids.values():
            sids.discard(sid)
        self._sids[session_id].add(sid)
        await self._server.emit("session_confirm", session_id, to=sid)
        if data.get("client") != OWN_CLIENT:
            return
        language = str(data.get("language", "fr"))
        ready = {
            "session_id": session_id,
            "resumed": bool(self.histories[session_id]),
            "welcome": {
                "id": "welcome",
                "author": "bot",
                "text": WELCOME_EN if language == "en" else WELCOME,
                "language": language,
            },
            "desk": self.standing,
            "history": self.histories[session_id][-200:],
        }
        await self._server.emit("session_ready", ready, to=sid)

    async def _user_uttered(self, sid: str, data: dict[str, Any]) -> dict[str, Any] | None:
        self.uttered.append(data)
        if self.refusal is not None:
            return {"ok": False, **self.refusal}
        if not self.storing:
            await asyncio.Event().wait()
        session_id = data["session_id"]
        history = self.histories[session_id]
        if not any(entry["id"] == data["id"] for entry in history):
            now = datetime.now(timezone.utc).isoformat()
            entry = {"id": data["id"], "author": "citizen", "text": data["message"], "at": now}
            if photos := data.get("photos"):
                entry["attachments"] = [{"name": "photo.jpg", "media_type": "image/jpeg"} for _ in photos]
            history.append(entry)
            await self._tell(session_id, "citizen_uttered", entry, but=sid)
            if self.answering:
                fallback: list[Entry] = [{"text": f"Vous avez dit : {data['message']}"}]
                task = asyncio.create_task(self.reply(session_id, self.answers.get(data["message"], fallback)))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        if not self.acknowledging:
            await asyncio.Event().wait()
        return {"ok": True}

    async def _typing(self, sid: str, data: dict[str, Any]) -> None:
        self.typed.append(data["session_id"])

    async def _take_photo(self, request: web.Request) -> web.Response:
        form = await request.post()
        await self.photos_let_in.wait()
        if not self.photos_arrive and request.transport is not None:
            request.transport.abort()
        if self.photo_refusal is not None:
            return web.json_response({"ok": False, **self.photo_refusal}, status=415)
        photo = form["photo"]
        assert isinstance(photo, web.FileField)
        photo_id = f"photo-{next(self._counter):016}"
        self.photos[photo_id] = {
            "session_id": form["session_id"],
            "language": form["language"],
            "size_bytes": len(photo.file.read()),
        }
        return web.json_response({"ok": True, "id": photo_id})

    async def _erase(self, sid: str, data: dict[str, Any]) -> dict[str, Any]:
        await self.prompt.wait()
        if not self.can_erase:
            return {"ok": False, "error": "not_stored", "text": "L’effacement n’a pas pu être fait."}
        session_id = data["session_id"]
        receipt = "R-2026-0042"
        for other in self._sids.pop(session_id, set()) - {sid}:
            await self._server.emit("erased", {"receipt": receipt}, to=other)
        self.histories.pop(session_id, None)
        return {"ok": True, "receipt": receipt, "text": "Vos données sont effacées."}

    async def _tell(self, session_id: str, event: str, entry: Entry, but: str = "") -> None:
        for sid in self._sids[session_id] - {but}:
            await self._server.emit(event, entry, to=sid)

    def _config(self, pages: Pages) -> Any:
        async def config(request: web.Request) -> web.StreamResponse:
            response = await pages.chat_config(request)
            body = {**json.loads(response.text or ""), "photos": self.photo_limits}
            if self.colours is not None:
                body["colours"] = self.colours
            return web.json_response(body)

        return config

    @web.middleware
    async def _cross_origin(self, request: web.Request, handler: Any) -> web.StreamResponse:
        response: web.StreamResponse = await handler(request)
        if not response.prepared:
            response.headers.setdefault("Access-Control-Allow-Origin", "*")
        return response


def _without_config(pages: Pages) -> list[web.AbstractRouteDef]:
    return [route for route in pages.routes() if getattr(route, "path", "") != "/chat/config"]


async def _embedding(request: web.Request) -> web.Response:
    """Somebody else's page, with habits that must not reach into the widget; `?server=` is where its script is."""
    server = request.query.get("server", "")
    html = f"""<!doctype html><html lang="fr"><meta charset="utf-8"><title>Une autre page</title>
    <link rel="stylesheet" href="/static/site.css">
    <main><h1>Une autre page</h1><button>Avant</button><p><a href="#x">Un lien</a></p></main>
    <script type="module" src="{server}/widget.js"></script></html>"""
    response = web.Response(text=html, content_type="text/html")
    response.headers["Content-Security-Policy"] = f"default-src 'self'; script-src {server}; connect-src {server} ws:"
    return response


async def _failing(request: web.Request) -> web.Response:
    raise RuntimeError("this page fails on purpose")


async def _serve() -> None:
    async with FakeGateway(8123) as gateway:
        print(gateway.url)
        await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig()
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve())
