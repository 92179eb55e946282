"""`/channels/<name>`: what providers post to us, stored before they get their answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from aiohttp import web

from bot import metrics
from bot.errors import EventIgnored, PayloadRejected, RequestRejected, SignatureRejected, StoreError
from bot.messages import Message, Skipped, Status
from channels.base import Channel, Event, RawRequest

log = structlog.get_logger(__name__)

PATH = "/channels/{name}"
MAX_BYTES = 4_000_000
"""WhatsApp's batches have 3 MB at most, the largest of all providers
(https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview, 2026)."""
WITHIN = timedelta(seconds=15)
"""A body that comes more slowly is given up; providers do not wait longer for their answer either."""
CHUNK_BYTES = 64 * 1024

Receive = Callable[[Message], Awaitable[bool]]
Report = Callable[[str, Status], Awaitable[None]]
Spend = Callable[[str], Awaitable[bool]]
"""False if a nonce was seen before."""


class Replayed(RequestRejected):
    """A request that was believed once already."""

    status = 409


class TooLarge(RequestRejected):
    """A body that no provider sends."""

    status = 413


class TooSlow(RequestRejected):
    """A body that did not come in time."""

    status = 408


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a request's events."""

    fresh: int = 0
    seen: int = 0


class Webhooks:
    """Verifies, parses, stores; then says 200."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        receive: Receive,
        report: Report,
        spend: Spend,
        peer_of: Callable[[web.Request], str],
    ) -> None:
        self._channels = channels
        self._receive = receive
        self._report = report
        self._spend = spend
        self._peer_of = peer_of

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of every channel that providers call."""
        found: list[web.AbstractRouteDef] = []
        for name in self._channels:
            path = PATH.format(name=name)
            found += [web.post(path, self._take), web.get(path, self._shake, allow_head=False)]
        return found

    async def _shake(self, request: web.Request) -> web.Response:
        """A provider's handshake; a GET that is none is nothing here."""
        channel = self._channel(request)
        raw = RawRequest("GET", request.path, b"", _headers(request), dict(request.query), self._peer_of(request))
        try:
            answer = channel.challenge(raw)
        except RequestRejected as error:
            return self._refusal(channel, error)
        if answer is None:
            raise web.HTTPNotFound
        return web.Response(text=answer)

    async def _take(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        try:
            body = await asyncio.wait_for(_read(request), WITHIN.total_seconds())
            raw = RawRequest("POST", request.path, body, _headers(request), dict(request.query), self._peer_of(request))
            channel.verify(raw)
            nonce = channel.nonce(raw)
            if nonce and not await self._spend(nonce):
                raise Replayed("a request that was here before")
            taken = await self._store(channel, channel.parse(raw))
        except asyncio.TimeoutError:
            return self._refusal(channel, TooSlow("too slow"))
        except EventIgnored:
            metrics.SKIPPED.labels(channel.name, "ignored").inc()
            taken = Taken()
        except RequestRejected as error:
            return self._refusal(channel, error)
        except StoreError:
            # The provider sends it again.
            log.exception("webhook.not_stored", channel=channel.name)
            return web.json_response({"error": "unavailable"}, status=503)
        return web.json_response({"accepted": True, "seen": taken.seen > 0 and taken.fresh == 0})

    async def _store(self, channel: Channel, events: Sequence[Event]) -> Taken:
        """Store every event of a request; raises only when the provider has to send all of it again.

        Raises:
            StoreError: not all of it is stored. What is, is known when it comes again.
        """
        fresh = seen = 0
        for event in events:
            match event:
                case Message():
                    is_new = await self._receive(event)
                    fresh, seen = fresh + is_new, seen + (not is_new)
                case Status():
                    await self._report(channel.name, event)
                case Skipped():
                    metrics.SKIPPED.labels(channel.name, event.reason).inc()
        return Taken(fresh, seen)

    def _channel(self, request: web.Request) -> Channel:
        return self._channels[request.path.split("/")[2]]

    def _refusal(self, channel: Channel, error: RequestRejected) -> web.Response:
        metrics.REFUSED.labels(channel.name, str(error.status)).inc()
        log.warning("webhook.refused", channel=channel.name, status=error.status, error=type(error).__name__)
        reasons = {SignatureRejected: "signature", Replayed: "replay", TooLarge: "too_large", TooSlow: "too_slow"}
        reason = error.reason if isinstance(error, PayloadRejected) else reasons.get(type(error), "unreadable")
        return web.json_response({"error": reason}, status=error.status)


async def _read(request: web.Request) -> bytes:
    """The body, within bounds.

    Raises:
        TooLarge: it has more bytes than that.
        PayloadRejected: it breaks off, or cannot be unpacked.
    """
    if (request.content_length or 0) > MAX_BYTES:
        raise TooLarge(f"more than {MAX_BYTES} bytes")
    read = bytearray()
    try:
        async for chunk in request.content.iter_chunked(CHUNK_BYTES):
            read += chunk
            if len(read) > MAX_BYTES:
                raise TooLarge(f"more than {MAX_BYTES} bytes")
    except (web.RequestPayloadError, ConnectionError) as error:
        raise PayloadRejected("the body breaks off") from error
    return bytes(read)


def _headers(request: web.Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}
