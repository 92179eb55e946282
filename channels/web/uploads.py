"""Photos from the chat: taken before the message that they go with, checked, and kept without anything but pixels."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

import structlog
from aiohttp import BodyPartReader, web

from bot import photos
from bot.casework import StoredPhoto
from bot.errors import BotError, PayloadRejected, RequestRejected, SignatureRejected, TooMany
from bot.messages import Address
from bot.text.wording import DEFAULT, Wording
from channels.web.payloads import LANGUAGE
from channels.web.sessions import Sessions
from channels.web.throttle import Throttle

log = structlog.get_logger(__name__)

PATH = "/chat/photos"
PER_MINUTE = 20
"""Of one network address."""
AT_ONCE = 4
"""Uploads that are held in memory; others wait."""
WITHIN = timedelta(seconds=90)
"""A slower upload is given up: a phone on a bad line sends ten megabytes in that time."""
CHUNK_BYTES = 64 * 1024
MAX_FIELD_BYTES = 200
FIELDS = ("session_id", "language")
MAX_PARTS = 4

Keep = Callable[[Address, str, StoredPhoto], Awaitable[None]]
"""Stores a photo of an address, whose language is given."""


@dataclass(frozen=True, slots=True)
class Form:
    """What came: fields by name, and the file's bytes."""

    fields: dict[str, str]
    content: bytes


class Uploads:
    """`POST /chat/photos`; see docs/web-chat.md."""

    def __init__(
        self,
        channel: str,
        sessions: Sessions,
        wording: Wording,
        origins: Collection[str],
        keep: Keep,
        peer_of: Callable[[web.Request], str],
    ) -> None:
        self._channel = channel
        self._sessions = sessions
        self._wording = wording
        self._origins = origins
        self._keep = keep
        self._peer_of = peer_of
        self._throttle = Throttle(PER_MINUTE)
        self._places = asyncio.Semaphore(AT_ONCE)
        # Decoding takes a core for a moment; two at once would leave none for conversations.
        self._drawing = asyncio.Semaphore(1)

    def routes(self) -> list[web.AbstractRouteDef]:
        """The route."""
        return [web.post(PATH, self.take)]

    async def take(self, request: web.Request) -> web.Response:
        """Keep one photo; the refusal says in words why not."""
        language = DEFAULT
        try:
            self._require_origin(request)
            if (wait := self._throttle.take(self._peer_of(request))) is not None:
                return self._refusal(request, "too_fast", language, 429, seconds=str(int(wait.total_seconds())))
            async with self._places:
                form = await asyncio.wait_for(_read(request), WITHIN.total_seconds())
            given = form.fields.get("language", "")
            language = given if LANGUAGE.fullmatch(given) else DEFAULT
            key = self._sessions.key(form.fields.get("session_id"))
            if key is None:
                raise SignatureRejected("a session id that is not ours")
            async with self._drawing:
                drawn = await asyncio.to_thread(photos.prepare, form.content)
            photo = StoredPhoto(secrets.token_urlsafe(16), None, drawn.media_type, drawn.content, drawn.location)
            await self._keep(Address(self._channel, key), language[:16], photo)
        except TooMany:
            return self._refusal(request, "photo_too_many", language, 409)
        except RequestRejected as error:
            return self._refusal(request, getattr(error, "reason", "unreadable"), language, error.status)
        except asyncio.TimeoutError:
            return self._refusal(request, "unreadable", language, 408)
        except BotError:
            log.exception("web.photo_not_stored")
            return self._refusal(request, "not_stored", language, 503)
        return self._json(request, {"ok": True, "id": photo.id}, 200)

    def _require_origin(self, request: web.Request) -> None:
        """Raises: SignatureRejected."""
        origin = request.headers.get("Origin")
        if origin and origin not in {*self._origins, f"http://{request.host}", f"https://{request.host}"}:
            raise SignatureRejected("a page of another site")

    def _refusal(self, request: web.Request, key: str, language: str, status: int, **values: str) -> web.Response:
        megabytes = str(photos.MAX_BYTES // 1_000_000)
        text = self._wording.say(key, language, **{"megabytes": megabytes, **values})
        return self._json(request, {"ok": False, "error": key, "text": text}, status)

    def _json(self, request: web.Request, body: dict[str, object], status: int) -> web.Response:
        headers = {"Cache-Control": "no-store", "Vary": "Origin"}
        origin = request.headers.get("Origin", "")
        if origin in self._origins:
            headers["Access-Control-Allow-Origin"] = origin
        return web.json_response(body, status=status, headers=headers)


async def _read(request: web.Request) -> Form:
    """The parts of a multipart form, within bounds.

    Raises:
        PayloadRejected: it is none, or has no photo.
        PhotoRefused: the photo is too large.
    """
    if request.content_type != "multipart/form-data":
        raise PayloadRejected("not a multipart form")
    fields: dict[str, str] = {}
    content: bytes | None = None
    try:
        reader = await request.multipart()
        for _ in range(MAX_PARTS):
            part = await reader.next()
            if part is None:
                break
            if not isinstance(part, BodyPartReader):
                raise PayloadRejected("a part in a part")
            if part.name in FIELDS:
                fields[part.name] = (await _bytes(part, MAX_FIELD_BYTES)).decode("utf-8", "replace")
            elif part.name == "photo" and content is None:
                content = await _bytes(part, photos.MAX_BYTES)
            else:
                raise PayloadRejected("a part that nobody asked for")
    except (ValueError, LookupError, AssertionError) as error:
        # What aiohttp's reader says of a form that is malformed or ends early.
        raise PayloadRejected("the form cannot be read") from error
    if content is None:
        raise PayloadRejected("no photo")
    return Form(fields, content)


async def _bytes(part: BodyPartReader, at_most: int) -> bytes:
    """A part's bytes.

    Raises:
        PhotoRefused: there are more than that.
    """
    read = bytearray()
    while chunk := await part.read_chunk(CHUNK_BYTES):
        read += chunk
        if len(read) > at_most:
            raise photos.PhotoRefused(f"more than {at_most} bytes", photos.TOO_LARGE)
    return bytes(read)
