"""A mail that is too large, taken without its files: its headers and words, put together again from the parts of it."""

from __future__ import annotations

import re
from typing import Any

from imapclient.response_types import BodyData

from channels.email.bodies import LEFT_OUT_HEADER, MAX_DEPTH, TOO_LARGE, UNREAD

MAX_PARTS = 100
MAX_TEXT_BYTES = 2_000_000
MAX_HEADER_BYTES = 200_000
MAX_PART_HEADER_BYTES = 8_000
WORDS = (b"plain", b"html", b"enriched")
_CONTENT = re.compile(rb"(?i)^(?:content-[a-z-]+|mime-version)\s*:")


def fetch(client: Any, uid: int) -> bytes:
    """A mail's headers and texts as a mail of its own; each file is an empty part that says it was left out.

    Raises what the client raises.
    """
    structure = client.fetch([uid], ["BODYSTRUCTURE"])[uid][b"BODYSTRUCTURE"]
    return _Parts(client, uid).mail(structure, "", 0)


def without_content(headers: bytes) -> bytes:
    """A mail of its headers alone, whose words could not be had."""
    return _own_headers(headers) + _left_out(UNREAD)


def _own_headers(headers: bytes) -> bytes:
    """All but what says how the content is written."""
    kept: list[bytes] = []
    dropping = False
    for line in re.split(rb"\r?\n", headers):
        if not line:
            break
        if line[:1] not in b" \t":
            dropping = bool(_CONTENT.match(line))
        if not dropping:
            kept.append(line)
    return b"\r\n".join([*kept, b""])


def _left_out(why: str = TOO_LARGE) -> bytes:
    return f"Content-Type: application/octet-stream\r\n{LEFT_OUT_HEADER}: {why}\r\n\r\n\r\n".encode()


class _Parts:
    """Rebuilds the parts of one mail."""

    def __init__(self, client: Any, uid: int) -> None:
        self._client = client
        self._uid = uid
        self._count = 0

    def built(self, structure: Any, path: str, depth: int, alone: bool = False) -> bytes:
        """The headers and content of a part, from `Content-Type` on."""
        self._count += 1
        if self._count > MAX_PARTS or depth > MAX_DEPTH:
            return _left_out()
        if structure.is_multipart:
            boundary = b"guichet-%d" % self._count
            subtype = re.sub(rb"[^a-z-]", b"", bytes(structure[1]).lower()) or b"mixed"
            lines = [b"Content-Type: multipart/%s; boundary=%s\r\n" % (subtype, boundary)]
            for number, child in enumerate(structure[0], 1):
                inner = self.built(child, f"{path}.{number}" if path else str(number), depth + 1)
                lines.append(b"--%s\r\n%s\r\n" % (boundary, inner))
            return b"\r\n".join([*lines, b"--%s--\r\n" % boundary])
        return self._leaf(structure, path, depth, alone)

    def _leaf(self, structure: Any, path: str, depth: int, alone: bool = False) -> bytes:
        """A part without parts; `alone` if it is all there is of its mail, among whose headers its own stand."""
        kind, subtype = bytes(structure[0] or b"").lower(), bytes(structure[1] or b"").lower()
        about = self._section(_under(path, "HEADER") if alone else f"{path}.MIME", MAX_PART_HEADER_BYTES)
        lines = b"\r\n".join(_headers_of_content(about)) + b"\r\n"
        if (kind, subtype) == (b"message", b"rfc822") and len(structure) > 8:
            return b"Content-Type: message/rfc822\r\n\r\n" + self.mail(BodyData.create(structure[8]), path, depth + 1)
        is_file = b"attachment" in lines.lower().partition(b"content-disposition:")[2][:40]
        if kind == b"text" and subtype in WORDS and not is_file:
            return lines + b"\r\n" + self._section(_under(path, "TEXT") if alone else path, MAX_TEXT_BYTES)
        return lines + f"{LEFT_OUT_HEADER}: {TOO_LARGE}\r\n\r\n".encode()

    def mail(self, structure: Any, path: str, depth: int) -> bytes:
        """A mail, or one within it: its headers, and its parts."""
        headers = _own_headers(self._section(_under(path, "HEADER"), MAX_HEADER_BYTES))
        return headers + self.built(structure, path, depth, alone=True)

    def _section(self, name: str, size: int) -> bytes:
        found = self._client.fetch([self._uid], [f"BODY.PEEK[{name}]<0.{size}>"]).get(self._uid, {})
        wanted = f"BODY[{name}]".encode()
        return next((value for key, value in found.items() if key.startswith(wanted)), b"") or b""


def _headers_of_content(headers: bytes) -> list[bytes]:
    """The headers that say how a part is written, with their folded lines."""
    kept: list[bytes] = []
    keeping = False
    for line in re.split(rb"\r?\n", headers):
        if not line:
            break
        if line[:1] not in b" \t":
            keeping = bool(_CONTENT.match(line)) and not line.lower().startswith(b"mime-version")
        if keeping:
            kept.append(line)
    return kept


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
