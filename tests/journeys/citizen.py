"""A citizen's page that behaves as our widget does: it resends what was not acknowledged, and shows each id once."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from typing import Any

import socketio

ACK_WITHIN_SECONDS = 5.0
RECONNECT_SECONDS = 0.3


class Citizen:
    def __init__(self, server: str) -> None:
        self._server = server
        self._client = socketio.AsyncClient(reconnection=False)
        self._client.on("session_confirm", self._confirmed)
        self._client.on("session_ready", self._ready)
        self._client.on("bot_uttered", self._told)
        self._confirmation = asyncio.Event()
        self.session_id: str | None = None
        self.shown: dict[str, dict[str, Any]] = {}
        self.changed: list[tuple[dict[str, Any], dict[str, Any]]] = []
        """Entries that came again under the same id with other words."""
        self.sent: list[str] = []

    async def say(self, text: str) -> str:
        """Say something until it is acknowledged; its id."""
        given = uuid.uuid4().hex
        self.sent.append(given)
        while True:
            try:
                await self._connect()
                data = {"message": text, "session_id": self.session_id, "id": given}
                taken = await self._client.call("user_uttered", data, timeout=ACK_WITHIN_SECONDS)
                if taken["ok"]:
                    return given
                if taken["error"] not in {"not_stored", "too_fast"}:
                    raise AssertionError(taken)
                await asyncio.sleep(taken.get("retry_after_s", 0))
            except (socketio.exceptions.SocketIOError, asyncio.TimeoutError):
                await self._drop()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def stay(self) -> None:
        """Keep the page connected, so that answers and history arrive."""
        with contextlib.suppress(socketio.exceptions.SocketIOError, asyncio.TimeoutError):
            await self._connect()

    async def leave(self) -> None:
        await self._drop()

    def answers(self, given: str) -> list[dict[str, Any]]:
        """What answers a message; apologies do not."""
        return [
            entry
            for entry in self.shown.values()
            if entry["author"] != "citizen"
            and entry["id"].rpartition(".")[0] == given
            and not entry["id"].endswith(".broken")
        ]

    async def _connect(self) -> None:
        if self._client.connected:
            return
        await self._drop()
        await self._client.connect(self._server, transports=["websocket"], wait_timeout=5)
        self._confirmation.clear()
        await self._client.emit("session_request", {"session_id": self.session_id, "client": "guichet"})
        await asyncio.wait_for(self._confirmation.wait(), ACK_WITHIN_SECONDS)

    async def _drop(self) -> None:
        with contextlib.suppress(socketio.exceptions.SocketIOError, asyncio.TimeoutError):
            await asyncio.wait_for(self._client.disconnect(), 2)

    async def _confirmed(self, session_id: str) -> None:
        assert self.session_id in {None, session_id}, "a session of ours was not believed"
        self.session_id = session_id
        self._confirmation.set()

    async def _ready(self, data: dict[str, Any]) -> None:
        for entry in data["history"]:
            await self._told(entry)

    async def _told(self, entry: dict[str, Any]) -> None:
        before = self.shown.setdefault(entry["id"], entry)
        if before["text"] != entry["text"]:
            self.changed.append((before, entry))
