"""The files of a form: photos redrawn, PDFs as they came, kept before the message that they go with."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot import photos
from bot.casework import StoredPhoto
from bot.files import ID_BYTES, PDF_TYPE, is_pdf, safe_name
from bot.messages import FILE_URL, PHOTO_URL, Address, Attachment
from bot.text.identifiers import masked
from channels.form.answers import MEGABYTES, Answers, Problem, Sent
from channels.form.definitions import Definition

Keep = Callable[[Address, str, StoredPhoto, datetime], Awaitable[None]]
"""Stores a photo of an address, whose language is given; one whose id is known stays as it is."""
LANGUAGE = "fr"
KEYS = {photos.TOO_LARGE: "form_file_large", photos.NOT_ONE: "form_file_kind", photos.DAMAGED: "form_file_damaged"}


class Attaching:
    """Looks at files and keeps them."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        # Decoding takes a core for a moment; two at once would leave none for conversations.
        self._drawing = asyncio.Semaphore(1)

    async def keep(
        self, address: Address, message_id: str, form: Definition, answers: Answers, moment: datetime
    ) -> list[Attachment] | Problem:
        """Keep every file of a form, or none: what is wrong with the first that cannot be taken.

        Raises:
            StoreError: not now.
        """
        made: list[tuple[StoredPhoto, Attachment]] = []
        for name, files in answers.files.items():
            for one in files:
                try:
                    made.append(await self._make(message_id, len(made), one))
                except photos.PhotoRefused as error:
                    field = form.field(name)
                    values = {"label": field.label if field else name, "file": one.name, "megabytes": str(MEGABYTES)}
                    return Problem(name, KEYS[error.reason], values)
        for kept, _ in made:
            await self._keep(address, LANGUAGE, kept, moment)
        return [attachment for _, attachment in made]

    async def _make(self, message_id: str, number: int, sent: Sent) -> tuple[StoredPhoto, Attachment]:
        # The same file of the same message has the same id, however often it is sent.
        digest = hashlib.sha256(f"form:{message_id}:{number}".encode()).digest()[:ID_BYTES]
        file_id = urlsafe_b64encode(digest).decode().rstrip("=")
        if is_pdf(sent.content):
            # Stored before the message, whose own files' names are masked at the counter.
            name = safe_name(masked(sent.name)[0])
            kept = StoredPhoto(file_id, None, PDF_TYPE, sent.content, None, name=name)
            return kept, Attachment(name, PDF_TYPE, len(sent.content), f"{FILE_URL}{file_id}")
        async with self._drawing:
            drawn = await asyncio.to_thread(photos.prepare, sent.content)
        kept = StoredPhoto(file_id, None, drawn.media_type, drawn.content, drawn.location)
        return kept, Attachment("photo.jpg", drawn.media_type, len(drawn.content), f"{PHOTO_URL}{file_id}")
