"""The web chat's Socket.IO events: who is connected, what they say, and what they are told at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import redis.exceptions
import socketio
import structlog
from aiohttp import web

from bot.clock import Clock, now
from bot.errors import BotError, PayloadRejected, RequestRejected, SendFailed, SignatureRejected, StoreError
from bot.messages import ALARM_SUFFIX, Address, Author, Reply
from bot.safety import MAX_CHARS
from bot.store.base import Entry, Erased
from bot.tasks import stop
from bot.text.languages import alarmed
from bot.text.wording import DEFAULT, Wording
from channels.base import Receive
from channels.web import WebChat, own_room, payloads, request, room
from channels.web.door import Packet, doorkeeper
from channels.web.live import Live
from channels.web.sessions import Sessions
from channels.web.throttle import Throttle

log = structlog.get_logger(__name__)

PATH = "socket.io"
MAX_FRAME_BYTES = 1_000_000
"""A larger frame closes its connection; a message that is merely too long is refused in words."""
MAX_SOCKETS_PER_PEER = 200
"""Connections of one network address: a town hall's public computers share one."""
OWN_CLIENT = "guichet"
URGENT_PER_MINUTE = 20
"""Of one address, messages in danger that are stored although the sender was too fast."""
HEEDED_CHARS_PER_MINUTE = 60_000
"""Of one address, how much is looked through for danger before its right and its rate are asked."""
ALWAYS_HEEDED_CHARS = 200
"""How much of a text beyond that is looked through all the same: who is in danger writes little."""
REDIS_AGAIN_AFTER = timedelta(seconds=5)
"""Later than the other gateways listen again, a second or three after it is back."""
STORE_WITHIN = timedelta(seconds=10)
"""A database that takes longer has not taken it; the client sends again, under the same id."""


@dataclass(frozen=True, slots=True)
class Ear:
    """Whom the events are told to."""

    receive: Receive
    alarm: Callable[[str], str | None]
    """The catalogue line that answers danger or distress in a text, None for neither."""
    history: Callable[[Address], Awaitable[list[Entry]]]
    erase: Callable[[Address], Awaitable[Erased]]


class RedisManager(socketio.AsyncRedisManager):  # type: ignore[misc]
    """Tells the clients of other gateways; unlike its base it says when it could not, and can be closed."""

    connected: bool

    async def _publish(self, data: Any) -> Any:
        """Called by its base once the clients of this gateway were told.

        Raises:
            SendFailed: Redis has not taken it.
        """
        for last in (False, True):
            try:
                if not self.connected:
                    self._redis_connect()
                return await self.redis.publish(self.channel, self.json.dumps(data))
            except (redis.exceptions.RedisError, OSError) as error:
                self.connected = False
                if last:
                    raise SendFailed(f"Redis does not answer ({type(error).__name__})", REDIS_AGAIN_AFTER) from error

    async def close(self) -> None:
        """Stop listening and disconnect."""
        await stop(self.thread)
        if self.connected:
            await self.pubsub.aclose()
            await self.redis.aclose()


def make_server(may_embed: Callable[[str | None, dict[str, Any]], bool], redis_url: str | None) -> socketio.AsyncServer:
    """A Socket.IO server for aiohttp; with Redis, several gateways reach each other's clients."""
    return socketio.AsyncServer(
        async_mode="aiohttp",
        cors_allowed_origins=may_embed,
        cors_credentials=False,
        client_manager=RedisManager(redis_url) if redis_url else None,
        serializer=Packet,
        max_http_buffer_size=MAX_FRAME_BYTES,
        ping_interval=20,
        ping_timeout=20,
        logger=False,
        engineio_logger=False,
    )


async def close_server(server: socketio.AsyncServer) -> None:
    """Disconnect every client and let go of Redis."""
    await server.shutdown()
    if isinstance(server.manager, RedisManager) and server.manager_initialized:
        await server.manager.close()


def allowed_by(origins: Collection[str]) -> Callable[[str | None, dict[str, Any]], bool]:
    """Whether a page's origin may talk to us: one of `Office.origins`, or the host that was asked."""

    def may_embed(origin: str | None, environ: dict[str, Any]) -> bool:
        if not origin:
            return True
        host = environ.get("HTTP_HOST", "")
        return origin in origins or origin in {f"http://{host}", f"https://{host}"}

    return may_embed


class WebSockets:
    """Handles the events of every connected page."""

    def __init__(
        self,
        server: socketio.AsyncServer,
        channel: WebChat,
        sessions: Sessions,
        wording: Wording,
        ear: Ear,
        live: Live,
        per_session: Throttle,
        per_peer: Throttle,
        max_text_chars: int,
        peer_of: Callable[[web.Request], str],
        clock: Clock = now,
    ) -> None:
        self._server = server
        self._channel = channel
        self._sessions = sessions
        self._wording = wording
        self._ear = ear
        self._live = live
        self._per_session = per_session
        self._per_peer = per_peer
        self._urgent = Throttle(URGENT_PER_MINUTE)
        self._heeded = Throttle(HEEDED_CHARS_PER_MINUTE)
        self._max_text_chars = max_text_chars
        self._peer_of = peer_of
        self._clock = clock
        self._peers: dict[str, str] = {}
        self._open: Counter[str] = Counter()

    def attach(self, app: web.Application) -> None:
        """Serve `/socket.io/` from an application."""
        app.middlewares.append(doorkeeper(PATH, self._peer_of))
        self._server.attach(app, socketio_path=PATH)
        self._server.on("connect", self._connect)
        self._server.on("disconnect", self._disconnect)
        self._server.on("session_request", self._session_request)
        self._server.on("user_uttered", self._user_uttered)
        self._server.on("erase", self._erase)
        self._live.attach()

    @property
    def connected(self) -> int:
        """How many pages are connected."""
        return len(self._peers)

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> bool:
        peer = self._peer_of(environ["aiohttp.request"])
        if self._open[peer] >= MAX_SOCKETS_PER_PEER or self._per_peer.take(peer):
            return False
        self._peers[sid] = peer
        self._open[peer] += 1
        return True

    async def _disconnect(self, sid: str, reason: str = "") -> None:
        peer = self._peers.pop(sid, None)
        if peer is not None:
            self._open[peer] -= 1
            if not self._open[peer]:
                del self._open[peer]

    async def _session_request(self, sid: str, data: Any = None) -> None:
        if self._per_peer.take(self._peers.get(sid, "")) is not None:
            # Each one reads a history: a flood of them is not answered, and a client asks again.
            return
        asked = data if isinstance(data, dict) else {}
        session_id = asked.get("session_id")
        key = self._sessions.key(session_id)
        if key is None:
            session_id = self._sessions.new()
            key = self._sessions.key(session_id) or ""
        own = asked.get("client") == OWN_CLIENT
        async with self._server.session(sid) as session:
            for old in session.get("rooms", ()):
                await self._server.leave_room(sid, old)
            session["rooms"] = (own_room(key) if own else room(key),)
            session["language"] = _language(asked.get("language"))
            await self._server.enter_room(sid, session["rooms"][0])
        await self._tell(sid, "session_confirm", session_id)
        if own:
            await self._tell(sid, "session_ready", await self._ready(str(session_id), key, session["language"]))

    async def _ready(self, session_id: str, key: str, language: str) -> dict[str, Any]:
        try:
            history = await self._ear.history(Address(self._channel.name, key))
        except StoreError:
            log.exception("web.history_failed")
            history = []
        return {
            "session_id": session_id,
            "resumed": bool(history),
            "desk": payloads.standing(await self._live.of(key)),
            "welcome": {
                "id": "welcome",
                "author": "bot",
                "text": self._wording.say("welcome", language),
                "language": language,
            },
            "history": [payloads.entry(line) for line in history],
        }

    async def _user_uttered(self, sid: str, data: Any = None) -> dict[str, Any]:
        session = await self._server.get_session(sid)
        language = session.get("language", DEFAULT)
        own = any(name.startswith(own_room("")) for name in session.get("rooms", ()))
        given = data.get("id") if isinstance(data, dict) else None
        alarm = self._alarm(data, self._peers.get(sid, ""))
        if alarm and own and given:
            # Under the id that the stored answer will have: the widget shows it once, and now.
            key = self._sessions.key(data.get("session_id")) or "-" * payloads.KEY_CHARS
            await self._warn(sid, alarm, data, language, f"{key}.{given}{ALARM_SUFFIX}")
        refusal = await self._take(sid, data, language, urgent=alarm is not None)
        if refusal is None:
            return {"ok": True}
        if alarm and not (own and given):
            await self._warn(sid, alarm, data, language, None)
        if not given:
            await self._tell(sid, "bot_uttered", {"text": refusal["text"]})
        return refusal

    def _alarm(self, data: Any, peer: str) -> str | None:
        """What answers danger or distress in whatever was sent, before anything can refuse it.

        Each look costs time in which nobody else is served, so a flood of long texts is only looked into.
        """
        text = data.get("message") if isinstance(data, dict) else None
        if not isinstance(text, str):
            return None
        if self._heeded.take(peer, min(len(text), MAX_CHARS)) is not None:
            text = text[:ALWAYS_HEEDED_CHARS]
        return self._ear.alarm(text)

    async def _tell(self, sid: str, event: str, data: Any) -> None:
        """Tell one client: it is connected here, so no other gateway has to know."""
        await self._server.emit(event, data, to=sid, ignore_queue=True)

    async def _show_others(self, sid: str, event: str, data: Any, room: str) -> None:
        """Show a citizen's other tabs what this one did; what they miss is in the history."""
        try:
            await self._server.emit(event, data, room=room, skip_sid=sid)
        except SendFailed:
            log.warning("web.others_not_told", event_name=event)

    async def _warn(self, sid: str, alarm: str, data: Any, language: str, entry_id: str | None) -> None:
        """The numbers, past every queue; to our widget as an entry, to others as text."""
        # As `AtOnce` says it, whose answer is the same entry.
        language = self._wording.spoken(alarmed(str(data["message"])) or language, alarm)
        reply = Reply(entry_id or alarm, self._wording.say(alarm, language), language, Author.SYSTEM)
        for event in payloads.events(reply, self._clock(), own=entry_id is not None):
            await self._tell(sid, "bot_uttered", event)

    async def _take(self, sid: str, data: Any, language: str, urgent: bool) -> dict[str, Any] | None:
        """Store what was said; None if it is stored, else the refusal to tell."""
        try:
            raw = request("user_uttered", data, self._peers.get(sid, ""))
            self._channel.verify(raw)
            wait = self._per_peer.take(raw.peer) or self._per_session.take(str(data["session_id"]))
            if wait is not None and not (urgent and self._urgent.take(raw.peer) is None):
                return self._refusal("too_fast", language, wait)
            for message in self._channel.parse(raw):
                fresh = await asyncio.wait_for(self._ear.receive(message), STORE_WITHIN.total_seconds())
                if fresh:
                    name = payloads.id_of_client(message.id)
                    shown = payloads.citizen(name, message.text, message.sent_at, message.attachments)
                    await self._show_others(sid, "citizen_uttered", shown, own_room(message.address.key))
        except SignatureRejected:
            return self._refusal("unreadable", language)
        except PayloadRejected as error:
            return self._refusal(error.reason, language)
        except (StoreError, asyncio.TimeoutError):
            log.exception("web.not_stored")
            return self._refusal("not_stored", language)
        return None

    def _refusal(self, key: str, language: str, wait: timedelta | None = None) -> dict[str, Any]:
        seconds = int(wait.total_seconds()) if wait else 0
        text = self._wording.say(key, language, limit=str(self._max_text_chars), seconds=str(seconds))
        refusal: dict[str, Any] = {"ok": False, "error": key, "text": text}
        if wait is not None:
            refusal["retry_after_s"] = seconds
        return refusal

    async def _erase(self, sid: str, data: Any = None) -> dict[str, Any]:
        language = (await self._server.get_session(sid)).get("language", DEFAULT)
        try:
            key = self._sessions.key(data.get("session_id")) if isinstance(data, dict) else None
            if key is None:
                raise SignatureRejected("a session id that is not ours")
            if (wait := self._per_peer.take(self._peers.get(sid, ""))) is not None:
                return self._refusal("too_fast", language, wait)
            erased = await self._ear.erase(Address(self._channel.name, key))
        except RequestRejected:
            return self._refusal("unreadable", language)
        except BotError:
            log.exception("web.erase_failed")
            return self._refusal("not_stored", language)
        await self._show_others(sid, "erased", {"receipt": erased.receipt}, own_room(key))
        text = self._wording.say("erased", language, receipt=erased.receipt)
        return {"ok": True, "receipt": erased.receipt, "text": text}


def _language(given: Any) -> str:
    return given if isinstance(given, str) and payloads.LANGUAGE.fullmatch(given) else DEFAULT
