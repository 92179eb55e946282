"""Where the files of a mail that was read are found again: written into their `url`, read by `Email.fetch`."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

SEPARATOR = "/"


@dataclass(frozen=True, slots=True)
class Place:
    """A file in a mail in a mailbox of ours."""

    mailbox: str
    validity: int
    """The UIDVALIDITY under which `uid` counts."""
    uid: int
    message_id: str
    """With its brackets; "" if the mail has none. Finds the mail where the other two no longer do."""
    digest: str
    """The id of the message that the mail became."""
    number: int


def origin(mailbox: str, validity: int, uid: int) -> str:
    """The part of a place that is known before the mail is read."""
    return SEPARATOR.join((_pack(mailbox), str(validity), str(uid)))


def remote(origin: str, message_id: str, digest: str) -> str:
    """The same for a mail that was read; a file's number follows."""
    return SEPARATOR.join((origin, _pack(message_id), digest))


def parse(text: str) -> Place | None:
    """A place as `remote` and a number write it; None if it is none."""
    parts = text.split(SEPARATOR)
    if len(parts) != 6:
        return None
    try:
        return Place(_unpack(parts[0]), int(parts[1]), int(parts[2]), _unpack(parts[3]), parts[4], int(parts[5]))
    except ValueError:
        return None


def _pack(text: str) -> str:
    return urlsafe_b64encode(text.encode("utf-8", "replace")).decode().rstrip("=")


def _unpack(text: str) -> str:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
