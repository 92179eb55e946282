"""The door of the web chat: how many connections an address may open, and what may come through one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import socketio
import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from socketio import packet

from channels.web.throttle import Throttle

log = structlog.get_logger(__name__)

OPENED_PER_MINUTE = 240
"""Connections that one network address may open: a town hall's public computers share one, and a reload opens another."""
CONNECT_WITHIN = timedelta(seconds=10)
"""A client says CONNECT as soon as it is let in; one that has not after this, or twice this, is closed."""


class Packet(packet.Packet):  # type: ignore[misc]
    """A Socket.IO packet without binary attachments: nobody needs them, and they would be kept until the last has come."""

    uses_binary_events = False

    def decode(self, encoded_packet: Any) -> int:
        """As its base does.

        Raises:
            ValueError: it is malformed, or announces attachments.
        """
        attachments: int = super().decode(encoded_packet)
        if attachments or self.packet_type in (packet.BINARY_EVENT, packet.BINARY_ACK):
            raise ValueError("binary attachments are not taken")
        return attachments


def doorkeeper(path: str, peer_of: Callable[[web.Request], str]) -> Middleware:
    """Refuses connections of an address that opens too many, before anything is kept of them."""
    opened = Throttle(OPENED_PER_MINUTE)

    @web.middleware
    async def middleware(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path.startswith(f"/{path}/") and "sid" not in request.query:
            wait = opened.take(peer_of(request))
            if wait is not None:
                return web.Response(status=429, headers={"Retry-After": str(int(wait.total_seconds()))})
        return await handler(request)

    return middleware


async def close_mute(server: socketio.AsyncServer, within: timedelta = CONNECT_WITHIN) -> None:
    """Close connections that were opened and then not used, until cancelled."""
    waiting: set[str] = set()
    while True:
        await asyncio.sleep(within.total_seconds())
        spaces = tuple(server.manager.get_namespaces())
        mute = {
            sid
            for sid in server.eio.sockets
            if all(server.manager.sid_from_eio_sid(sid, space) is None for space in spaces)
        }
        for sid in mute & waiting:
            await _close(server.eio.sockets.get(sid))
        waiting = mute


async def _close(connection: Any) -> None:
    if connection is None or connection.closed:
        return
    try:
        await connection.close(wait=False)
        await connection.queue.put(None)
    except Exception:
        log.exception("web.close_failed")
