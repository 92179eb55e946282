"""What citizens send along: fetched from the provider, looked at, and kept here for agents alone."""

from __future__ import annotations

import asyncio
import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot import photos
from bot.casework import Photos, StoredPhoto
from bot.clock import Clock, now
from bot.errors import MediaFailed, MediaRefused, TooMany
from bot.messages import FILE_URL, PHOTO_URL, REMOTE_URL, Attachment, Message
from bot.store.base import Conversation
from channels.base import Channel

log = structlog.get_logger(__name__)

WITHIN = timedelta(seconds=30)
"""A slower provider is asked again later."""
PATIENCE = timedelta(minutes=10)
"""For so long; then the citizen is told to send it again, and what they said since is answered."""
AT_ONCE = 4
"""Of one channel: a provider whose files hang leaves the workers to the other citizens."""
PER_MESSAGE = 10
"""Files of one message that are kept."""
PDF_TYPE = "application/pdf"
PDF_HEAD_BYTES = 1024
"""PDF 1.7, annex H.3.4.1: readers accept the header anywhere within the first 1024 bytes."""
PDF_NAME = "document.pdf"
NAME_CHARS = 80
ID_BYTES = 16
REFUSALS = {photos.NOT_ONE: "file_refused", photos.TOO_LARGE: "file_too_large"}

_ODD = re.compile(r"[^\w .()-]+")


@dataclass(frozen=True, slots=True)
class Brought:
    """A message with its files here, and the catalogue keys of why others were refused."""

    message: Message
    refused: tuple[str, ...] = ()


class Files:
    """Fetches and keeps files."""

    def __init__(self, channels: Mapping[str, Channel], kept: Photos, clock: Clock = now) -> None:
        self._channels = channels
        self._kept = kept
        self._clock = clock
        # Decoding takes a core for a moment; two at once would leave none for conversations.
        self._drawing = asyncio.Semaphore(1)
        self._fetching = {name: asyncio.Semaphore(AT_ONCE) for name in channels}

    async def bring(self, message: Message, conversation: Conversation, last_try: bool) -> Brought:
        """Fetch what is still at the provider. Done again after a failure, it keeps nothing twice.

        Raises:
            MediaFailed: not now, unless it is the last try.
            Missing: the conversation is gone.
            StoreError: it cannot be kept now.
        """
        here: list[Attachment] = []
        refused: list[str] = []
        for number, attachment in enumerate(message.attachments):
            if not attachment.url.startswith(REMOTE_URL):
                here.append(attachment)
                continue
            try:
                if number >= PER_MESSAGE:
                    raise TooMany(f"more than {PER_MESSAGE} files")
                here.append(await self._bring(message, number, attachment, conversation))
            except MediaRefused as error:
                refused.append(error.reason)
            except photos.PhotoRefused as error:
                refused.append(REFUSALS.get(error.reason, error.reason))
            except TooMany:
                refused.append("photo_too_many")
            except MediaFailed:
                if not last_try:
                    raise
                refused.append("file_gone")
        return Brought(replace(message, attachments=tuple(here)), tuple(dict.fromkeys(refused)))

    async def _bring(
        self, message: Message, number: int, attachment: Attachment, conversation: Conversation
    ) -> Attachment:
        channel = self._channels.get(message.address.channel)
        if channel is None:
            raise MediaRefused("the channel is switched off", "file_gone")
        places = self._fetching[channel.name]
        if places.locked():
            raise MediaFailed("others are being fetched")
        async with places:
            try:
                content = await asyncio.wait_for(channel.fetch(attachment), WITHIN.total_seconds())
            except asyncio.TimeoutError as error:
                raise MediaFailed("the provider was too slow") from error
        # The same file of the same message has the same id, however often it is fetched.
        digest = hashlib.sha256(f"{message.address}:{message.id}:{number}".encode()).digest()[:ID_BYTES]
        file_id = urlsafe_b64encode(digest).decode().rstrip("=")
        if is_pdf(content):
            if len(content) > photos.MAX_BYTES:
                raise MediaRefused("a PDF that is too large", "file_too_large")
            name = safe_name(attachment.name)
            kept = StoredPhoto(file_id, None, PDF_TYPE, content, None, conversation.id, name)
            stored = Attachment(name, PDF_TYPE, len(content), f"{FILE_URL}{file_id}")
        else:
            async with self._drawing:
                drawn = await asyncio.to_thread(photos.prepare, content)
            kept = StoredPhoto(file_id, None, drawn.media_type, drawn.content, drawn.location, conversation.id)
            stored = Attachment("photo.jpg", drawn.media_type, len(drawn.content), f"{PHOTO_URL}{file_id}")
        await self._kept.add(message.address, conversation.language, kept, self._clock())
        return stored


def is_pdf(content: bytes) -> bool:
    """Whether the first bytes are those of a PDF; nothing is believed of a name or a declared type."""
    return b"%PDF-" in content[:PDF_HEAD_BYTES] and photos.sniff(content) is None


def safe_name(given: str) -> str:
    """A document's name without paths, control characters and whatever else a name may carry; it ends with .pdf."""
    stem = re.split(r"[\\/]", given)[-1]
    stem = _ODD.sub("_", stem).strip(" ._")
    stem = re.sub(r"(?i)\.pdf$", "", stem)[:NAME_CHARS]
    return f"{stem}.pdf" if stem else PDF_NAME
