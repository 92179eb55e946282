"""Who has a citizen's conversation, told to their pages, and who is writing, in both directions."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import socketio
import structlog

from bot.cases import AGENT, Standing
from bot.errors import SendFailed, StoreError
from bot.messages import Address
from channels.web import WebChat, own_room, payloads
from channels.web.sessions import Sessions
from channels.web.throttle import Throttle

log = structlog.get_logger(__name__)

TYPING_PER_MINUTE = 60
"""Of one session."""
MAX_SESSIONS = 50_000
"""Sessions of which it is remembered whose agent they are with; the oldest go first, and lose a typing indicator."""


class Live:
    """The web chat's side of the desk; see `bot.desk.sockets.Citizens`.

    `standing` says who has the conversation of an address, `tell` that a citizen writes to the agent of a case (its id).
    """

    def __init__(
        self,
        server: socketio.AsyncServer,
        channel: WebChat,
        sessions: Sessions,
        standing: Callable[[Address], Awaitable[Standing]],
        tell: Callable[[int], Awaitable[None]],
    ) -> None:
        self._server = server
        self._channel = channel
        self._sessions = sessions
        self._standing = standing
        self._tell = tell
        self._throttle = Throttle(TYPING_PER_MINUTE)
        self._cases: OrderedDict[str, int] = OrderedDict()

    def attach(self) -> None:
        """Answer the pages' event `typing`."""
        self._server.on("typing", self._heard)

    async def show(self, address: Address, standing: Standing) -> None:
        """Say who has the conversation to the pages of a citizen that are connected here."""
        room = own_room(address.key)
        if address.channel == self._channel.name and self._is_here(room):
            self._remember(address.key, standing)
            await self._server.emit("desk", payloads.standing(standing), room=room, ignore_queue=True)

    async def typing(self, address: Address, name: str) -> None:
        """Say that an agent is writing, wherever the citizen is connected; what gets lost is not missed."""
        if address.channel == self._channel.name:
            with contextlib.suppress(SendFailed):
                await self._server.emit("typing", {"name": name}, room=own_room(address.key))

    async def of(self, key: str) -> Standing:
        """Who has the conversation of a session that has just come; the bot, while nobody can say."""
        try:
            found = await self._standing(Address(self._channel.name, key))
        except StoreError:
            log.exception("web.standing_failed")
            return Standing()
        self._remember(key, found)
        return found

    async def _heard(self, sid: str, data: Any = None) -> None:
        key = self._sessions.key(data.get("session_id")) if isinstance(data, dict) else None
        case_id = self._cases.get(key or "", 0)
        if key and case_id and self._throttle.take(key) is None:
            with contextlib.suppress(SendFailed):
                await self._tell(case_id)

    def _remember(self, key: str, standing: Standing) -> None:
        self._cases[key] = standing.case if standing.state == AGENT else 0
        self._cases.move_to_end(key)
        while len(self._cases) > MAX_SESSIONS:
            self._cases.popitem(last=False)

    def _is_here(self, room: str) -> bool:
        return next(iter(self._server.manager.get_participants("/", room)), None) is not None
