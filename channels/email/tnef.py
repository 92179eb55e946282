"""What Outlook wraps into `winmail.dat`: the files in it, as [MS-OXTNEF] describes the format. Bounded, and never raises."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = 0x223E9F78
MAX_ATTRIBUTES = 2000
MAX_FILES = 50
# [MS-OXTNEF] 2.1.3.3: the ids of attributes; 2.1.3.4: an attachment begins with its rendering data.
RENDERING, TITLE, DATA, BODY = 0x9002, 0x8010, 0x800F, 0x800C
ATTRIBUTE = struct.Struct("<BHHI")


@dataclass(frozen=True, slots=True)
class Wrapped:
    """What was inside; `body` is its plain text, undecoded."""

    files: tuple[tuple[str, bytes], ...] = ()
    body: bytes = b""


def is_tnef(content: bytes) -> bool:
    """Whether the first bytes are those of the format."""
    return len(content) > 6 and struct.unpack_from("<I", content)[0] == SIGNATURE


def unwrap(content: bytes) -> Wrapped:
    """The files in a `winmail.dat`, by name; of a damaged one those that can be read."""
    if not is_tnef(content):
        return Wrapped()
    files: list[list[bytes]] = []
    body = b""
    for name, value in _attributes(content):
        if name == BODY:
            body = value.rstrip(b"\0")
        elif name == RENDERING:
            if len(files) >= MAX_FILES:
                break
            files.append([b"", b""])
        elif files and name in (TITLE, DATA):
            files[-1][0 if name == TITLE else 1] = value
    named = ((title.rstrip(b"\0").decode("cp1252", "replace"), data) for title, data in files)
    return Wrapped(tuple((title or "winmail", data) for title, data in named if data), body)


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    for _ in range(MAX_ATTRIBUTES):
        if at + ATTRIBUTE.size > len(content):
            return
        _, name, _, length = ATTRIBUTE.unpack_from(content, at)
        at += ATTRIBUTE.size
        if at + length > len(content):
            return
        yield name, content[at : at + length]
        # A checksum of two bytes follows.
        at += length + 2
