"""For clients without a callback: they ask for replies, and wait a while for those that are not there yet."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from aiohttp import web

from bot.errors import BotError, PayloadRejected, SignatureRejected
from bot.messages import Address, Thread
from bot.store.base import Entry
from channels.api import SignedApi
from channels.api.signing import ID

log = structlog.get_logger(__name__)

PATH = "/channels/api/replies"
LONGEST_WAIT = timedelta(seconds=25)
"""Below the 30 seconds after which many proxies give up on a request."""
LOOK_EVERY = timedelta(seconds=1)
"""A wake-up may be lost."""
_NUMBER = re.compile(r"[0-9]{1,18}")

Read = Callable[[Address, int], Awaitable[list[Entry]]]
"""The transcript of an address behind a position, oldest first; nothing for an address that nobody wrote from."""
Wait = Callable[[timedelta], Awaitable[object]]
"""Sleeps so long at most, and ends at once when something new may be there."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a client asks for."""

    conversation: str
    after: int
    wait: timedelta


def query(given: Mapping[str, str]) -> Query:
    """The parameters of a request.

    Raises:
        PayloadRejected: one is missing, unknown or no such value.
    """
    conversation, after, seconds = given.get("conversation", ""), given.get("after", "0"), given.get("wait", "0")
    if given.keys() - {"conversation", "after", "wait"} or len(given) != len(set(given)):
        raise PayloadRejected("a parameter that we do not know, or one twice")
    if not (ID.fullmatch(conversation) and _NUMBER.fullmatch(after) and _NUMBER.fullmatch(seconds)):
        raise PayloadRejected("a parameter that is not of its form")
    if int(seconds) > LONGEST_WAIT.total_seconds():
        raise PayloadRejected(f"a wait of more than {LONGEST_WAIT.total_seconds():.0f} seconds")
    return Query(conversation, int(after), timedelta(seconds=int(seconds)))


class Polling:
    """Answers with what was said to a citizen since a position."""

    def __init__(self, channel: SignedApi, read: Read, wait: Wait) -> None:
        self._channel = channel
        self._read = read
        self._wait = wait
        self._leaving = False

    def routes(self) -> list[web.RouteDef]:
        """What answers, for the public application."""
        # No HEAD: it is signed for nothing.
        return [web.get(PATH, self._replies, allow_head=False)]

    def leave(self) -> None:
        """The process stops: those who wait get their answer within `LOOK_EVERY`, and ask again elsewhere."""
        self._leaving = True

    async def _replies(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            # There is no body: what is signed is the request's target, byte by byte as it was sent.
            client = self._channel.client(headers, request.raw_path.encode("utf-8", "surrogateescape"))
            asked = query(request.query)
            address = Address(self._channel.name, f"{client}.{asked.conversation}")
            entries = await self._wait_for(address, asked)
        except SignatureRejected as error:
            return _json({"error": "signature"}, error.status)
        except PayloadRejected as error:
            return _json({"error": error.reason}, error.status)
        except BotError:
            log.exception("api.not_read")
            return _json({"error": "unavailable"}, 503)
        said = [(entry, entry.reply) for entry in entries if entry.reply is not None]
        replies = [
            outgoing.payload for entry, reply in said for outgoing in self._channel.render(reply, Thread(now=entry.at))
        ]
        # The citizen's own lines do not move the cursor: a reply that is being stored beside one may have a smaller position.
        after = max([asked.after, *(entry.position for entry, _ in said)])
        return _json({"replies": replies, "after": after}, 200)

    async def _wait_for(self, address: Address, asked: Query) -> list[Entry]:
        """What is new, as soon as a reply is among it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + asked.wait.total_seconds()
        while True:
            entries = await self._read(address, asked.after)
            left = timedelta(seconds=until - loop.time())
            if self._leaving or left <= timedelta() or any(entry.reply is not None for entry in entries):
                return entries
            await self._wait(min(left, LOOK_EVERY))


def _json(body: dict[str, object], status: int) -> web.Response:
    return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})
