"""The chat on the town's page: Socket.IO, for our own widget and for those made for Rasa."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import socketio

from bot.clock import Clock, now
from bot.errors import PayloadRejected, SignatureRejected
from bot.photos import MAX_BYTES
from bot.messages import Address, Message, Outgoing, Receipt, Reply, Thread
from channels.base import Channel, Limits, RawRequest
from channels.web import payloads
from channels.web.payloads import PHOTOS_PER_MESSAGE
from channels.web.sessions import Sessions

EVENT = "bot_uttered"


def room(key: str) -> str:
    """The Socket.IO room of a session's stock clients."""
    return f"stock:{key}"


def own_room(key: str) -> str:
    """The Socket.IO room of a session's own widgets."""
    return f"own:{key}"


class WebChat(Channel):
    """The web chat as a channel. What nobody is connected to receive is in the history that a resumed chat asks for."""

    name: ClassVar[str] = "web"
    limits: ClassVar[Limits] = Limits(
        text_chars=20_000,
        buttons=12,
        button_title_chars=120,
        incoming_text_chars=20_000,
        attachments=PHOTOS_PER_MESSAGE,
        attachment_bytes=MAX_BYTES,
        typing=True,
        # Our own widget knows a reply by its id; a stock one may show it twice (docs/web-chat.md).
        idempotent=True,
        own_page=True,
    )

    def __init__(
        self,
        server: socketio.AsyncServer,
        sessions: Sessions,
        website: str,
        max_text_chars: int,
        clock: Clock = now,
    ) -> None:
        self._server = server
        self._sessions = sessions
        self._website = website
        self._max_text_chars = max_text_chars
        self._clock = clock

    def verify(self, request: RawRequest) -> None:
        """The body's `session_id` has to be one that we signed."""
        try:
            data = payloads.read(request.body)
        except PayloadRejected as error:
            raise SignatureRejected("a body without a session id") from error
        if self._sessions.key(data.get("session_id")) is None:
            raise SignatureRejected("a session id that is not ours")

    def parse(self, request: RawRequest) -> list[Message]:
        """The one message of a `user_uttered` payload."""
        data = payloads.read(request.body)
        key = self._sessions.key(data.get("session_id"))
        if key is None:
            raise PayloadRejected("no session id")
        return [payloads.message(self.name, key, data, self._clock(), self._max_text_chars)]

    def render(self, reply: Reply, thread: Thread) -> list[Outgoing]:
        """One provider message in both of its forms; nothing has to be cut."""
        return [payloads.outgoing(reply, thread.now or self._clock(), self._website)]

    async def send(self, to: Address, outgoing: Outgoing) -> Receipt:
        """Tell every open page of the session."""
        entry: Any = outgoing.payload["entry"]
        stock: Any = outgoing.payload["stock"]
        await self._server.emit(EVENT, entry, room=own_room(to.key))
        for event in stock:
            await self._server.emit(EVENT, event, room=room(to.key))
        return Receipt(provider_id=None)


def request(event: str, data: Any, peer: str) -> RawRequest:
    """A Socket.IO event as a raw request.

    Raises:
        PayloadRejected: its data cannot be JSON (binary attachments).
    """
    try:
        body = json.dumps(data).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise PayloadRejected("not JSON") from error
    return RawRequest(method="EVENT", path=event, body=body, peer=peer)
