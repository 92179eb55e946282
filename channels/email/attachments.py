"""The files of a mail: which are taken, and which are refused at once and why. Nothing is ever unpacked."""

from __future__ import annotations

from dataclasses import dataclass

from bot import photos
from bot.files import is_pdf
from bot.messages import REMOTE_URL, Attachment
from channels.email.charsets import one_line

MAX_FILE_BYTES = photos.MAX_BYTES
MAX_FILES = 30
"""Of one mail that are listed; more are not even refused."""
ORNAMENT_BYTES = 30_000
"""A picture that the page shows and that is smaller is a logo or a line of the signature."""
NAME_CHARS = 120
REFUSED = "refused/"
"""How the rest of a remote URL begins where nothing is fetched; the catalogue key of the reason follows."""
TOO_LARGE, NOT_TAKEN = "file_too_large", "file_refused"


@dataclass(frozen=True, slots=True)
class File:
    """A file as it came, decoded."""

    name: str
    media_type: str
    content: bytes
    left_out: bool = False
    """It stayed on the server, because the mail is too large."""

    @property
    def refusal(self) -> str:
        """Why it is not taken, as a catalogue key; "" if it is. By the first bytes, never by its name."""
        if self.left_out or len(self.content) > MAX_FILE_BYTES:
            return TOO_LARGE
        if is_pdf(self.content) or photos.sniff(self.content) is not None:
            return ""
        return NOT_TAKEN


def listed(files: list[File], place: str) -> tuple[Attachment, ...]:
    """The attachments of a message; `place` is where their mail lies, as
    `channels.email.places` writes it.
    """
    return tuple(_attachment(file, number, place) for number, file in enumerate(files[:MAX_FILES]))


def _attachment(file: File, number: int, place: str) -> Attachment:
    refusal = file.refusal
    url = f"{REMOTE_URL}{REFUSED}{refusal}" if refusal else f"{REMOTE_URL}{place}/{number}"
    name = one_line(file.name).replace("/", "_").replace("\\", "_").strip(" .")[:NAME_CHARS]
    return Attachment(name, one_line(file.media_type)[:100], len(file.content), url)
