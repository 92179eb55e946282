"""What a browser sends for a form, read within bounds and one part after the other."""

from __future__ import annotations

import asyncio
import zlib
from datetime import timedelta
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.errors import PayloadRejected
from bot.photos import MAX_BYTES
from channels.form.answers import Filled, Sent
from channels.form.definitions import Definition

WITHIN = timedelta(seconds=90)
"""A slower body is given up: a phone on a bad line sends ten megabytes in that time."""
CHUNK_BYTES = 64 * 1024
MAX_TEXT_BYTES = 200_000
"""Of all texts together."""
MAX_FILE_BYTES = 20_000_000
"""Of all files together that are kept."""
MAX_BODY_BYTES = 60_000_000
"""What is read at all, so that somebody whose file is too large keeps what they typed."""
MAX_PARTS = 100
UNREADABLE = (
    *(ValueError, LookupError, AssertionError, ConnectionError),
    *(web.RequestPayloadError, HttpProcessingError, zlib.error),
)
"""What aiohttp's reader says of a form that is malformed, or ends early, or is not packed as it says."""
MAX_NAME_CHARS = 200


class TooLarge(PayloadRejected):
    """More than anybody has to say."""

    status = 413


async def read(request: web.Request, form: Definition) -> Filled:
    """The texts and files of a request.

    Raises:
        PayloadRejected: it is no form, or has far too many parts.
        TooLarge: it has more bytes than a form may.
        asyncio.TimeoutError: it comes too slowly.
    """
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise TooLarge(f"more than {MAX_BODY_BYTES} bytes")
    reading = _multipart if request.content_type == "multipart/form-data" else _urlencoded
    try:
        return await asyncio.wait_for(reading(request, form), WITHIN.total_seconds())
    except UNREADABLE as error:
        raise PayloadRejected("the form cannot be read") from error


async def _urlencoded(request: web.Request, form: Definition) -> Filled:
    if request.content_type != "application/x-www-form-urlencoded":
        raise PayloadRejected("not a form")
    read = bytearray()
    async for chunk in request.content.iter_chunked(CHUNK_BYTES):
        read += chunk
        if len(read) > MAX_TEXT_BYTES:
            raise TooLarge(f"more than {MAX_TEXT_BYTES} bytes of text")
    texts: dict[str, list[str]] = {}
    for name, value in parse_qsl(read.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=MAX_PARTS):
        texts.setdefault(name, []).append(value)
    return Filled(texts)


async def _multipart(request: web.Request, form: Definition) -> Filled:
    texts: dict[str, list[str]] = {}
    files: dict[str, list[Sent]] = {}
    taking = {one.name for one in form.fields if one.type == "file"}
    budget = _Budget()
    reader = await request.multipart()
    for _ in range(MAX_PARTS):
        part = await reader.next()
        if part is None:
            return Filled(texts, files)
        if not isinstance(part, BodyPartReader):
            raise PayloadRejected("a part in a part")
        name = part.name or ""
        if name in taking:
            files.setdefault(name, []).append(await budget.file(part))
        else:
            texts.setdefault(name, []).append(await budget.text(part))
    raise PayloadRejected(f"more than {MAX_PARTS} parts")


class _Budget:
    """What is left of the bytes that a form may have."""

    def __init__(self) -> None:
        self._texts = MAX_TEXT_BYTES
        self._files = MAX_FILE_BYTES
        self._all = MAX_BODY_BYTES

    async def text(self, part: BodyPartReader) -> str:
        """Raises: TooLarge."""
        read = bytearray()
        while chunk := await part.read_chunk(CHUNK_BYTES):
            self._texts -= len(chunk)
            if self._texts < 0:
                raise TooLarge(f"more than {MAX_TEXT_BYTES} bytes of text")
            read += chunk
        return read.decode("utf-8", "replace")

    async def file(self, part: BodyPartReader) -> Sent:
        """A file; one that is too large is read to its end and not kept.

        Raises:
            TooLarge: of all that comes there is far too much.
        """
        read = bytearray()
        is_too_large = False
        while chunk := await part.read_chunk(CHUNK_BYTES):
            self._all -= len(chunk)
            if self._all < 0:
                raise TooLarge(f"more than {MAX_BODY_BYTES} bytes")
            if is_too_large:
                continue
            read += chunk
            self._files -= len(chunk)
            if len(read) > MAX_BYTES or self._files < 0:
                is_too_large = True
                read.clear()
        return Sent((part.filename or "")[:MAX_NAME_CHARS], bytes(read), is_too_large)
