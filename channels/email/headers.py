"""The headers of a mail as one-line texts, however broken they are: pure functions that never raise."""

from __future__ import annotations

import binascii
import quopri
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from email.message import Message as Mime
from email.utils import getaddresses, parsedate_to_datetime
from typing import TypeVar

from channels.email.charsets import decode, one_line

MAX_HEADERS = 500
MAX_VALUE_CHARS = 500_000
"""Of one header, before it is decoded: room for 10,000 recipients."""
MAX_LINE_CHARS = 998
"""Of a value as it is kept (RFC 5322, 2.1.1)."""
MAX_RECIPIENTS = 10_000
MAX_IDS = 50
"""Message-IDs of a thread that are kept: the first and the last ones."""
EARLIEST = datetime(2000, 1, 1, tzinfo=timezone.utc)

Headers = Mapping[str, Sequence[str]]
"""By lower-case name; values undecoded, on one line, in the order of the mail."""
Found = TypeVar("Found")

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=(?:\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=))?")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@<>()\[\],;:\"\\]{1,255}")
_ID = re.compile(r"<([^<>\s]{1,900})>")
_ODD_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def guarded(read: Callable[[], Found], otherwise: Found) -> Found:
    """What the standard library reads, or `otherwise`: its parser of headers names no set of errors for what it trips over."""
    try:
        return read()
    except Exception:  # noqa: BLE001 - from IndexError to RecursionError; a mail's content is never a reason to stop
        return otherwise


def headers_of(mime: Mime) -> dict[str, list[str]]:
    """All headers of a part; doubled ones keep their order."""
    found: dict[str, list[str]] = {}
    raw: Iterable[tuple[str, object]] = guarded(lambda: list(mime.raw_items()), [])
    for number, (name, value) in enumerate(raw):
        if number >= MAX_HEADERS:
            break
        text = str(value)[:MAX_VALUE_CHARS].encode("utf-8", "surrogateescape")
        found.setdefault(one_line(name).lower(), []).append(one_line(decode(text)))
    return found


def first(headers: Headers, name: str) -> str:
    """The first header of a name, decoded; "" if there is none."""
    values = headers.get(name, ())
    return decoded(values[0])[:MAX_LINE_CHARS] if values else ""


def decoded(value: str) -> str:
    """A value with its encoded words (RFC 2047) read; what is no such word stays as it stands."""
    return one_line("".join(_pieces(value)))


def _pieces(value: str) -> Iterator[str]:
    """Words in one charset are joined before they are decoded: some senders cut within a character."""
    at, charset, content = 0, "", b""
    for word in _WORD.finditer(value):
        if word.start() > at or word.group(1).lower() != charset:
            yield decode(content, charset.partition("*")[0]) if content else ""
            content = b""
        if word.start() > at:
            yield value[at : word.start()]
        charset, at = word.group(1).lower(), word.end()
        content += _unpacked(word.group(2).lower(), word.group(3))
    yield decode(content, charset.partition("*")[0]) if content else ""
    yield value[at:]


def _unpacked(encoding: str, text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    if encoding == "q":
        return quopri.decodestring(content.replace(b"_", b" ").replace(b" ", b"=20"))
    return base64(content)


def base64(content: bytes) -> bytes:
    """The bytes of base64 that may be cut or hold foreign characters."""
    digits = _ODD_BASE64.sub(b"", content)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    try:
        return b64decode(digits + b"=" * (-len(digits) % 4))
    except (binascii.Error, ValueError):
        return b""


def mailboxes(headers: Headers, name: str) -> list[tuple[str, str]]:
    """The first header of a name as names and addresses (lower case), few of them."""
    values = headers.get(name, ())
    if not values:
        return []
    value = values[0][:10_000]
    pairs: list[tuple[str, str]] = guarded(lambda: getaddresses([value]), [])
    found = [(decoded(said)[:MAX_LINE_CHARS], address(given)) for said, given in pairs[:10]]
    if any(given for _, given in found):
        return [(said, given) for said, given in found if given]
    return [("", given) for given in addresses([value])][:10]


def address(text: str) -> str:
    """The address in a text, lower case; "" if it holds none."""
    found = _ADDRESS.search(text)
    return found.group().strip(".'").lower() if found else ""


def addresses(values: Iterable[str]) -> list[str]:
    """All addresses in some headers, each once, lower case."""
    found: dict[str, None] = {}
    for value in values:
        for match in _ADDRESS.finditer(value):
            found[match.group().strip(".'").lower()] = None
            if len(found) >= MAX_RECIPIENTS:
                return list(found)
    return list(found)


def message_ids(values: Iterable[str]) -> tuple[str, ...]:
    """Message-IDs in some headers with their angle brackets, each once; of too many the first and the last ones."""
    found: dict[str, None] = {}
    for value in values:
        inside = _ID.findall(value) or [word for word in value.split() if "@" in word and len(word) <= 900]
        for one in inside:
            found[f"<{one.strip('<>')}>"] = None
    ids = tuple(found)
    return ids if len(ids) <= MAX_IDS else (ids[0], *ids[1 - MAX_IDS :])


def sent_at(headers: Headers, received: datetime) -> datetime:
    """When a mail was written: its date where that can be, else when it was received."""
    value = (headers.get("date") or ("",))[0]
    written = guarded(lambda: parsedate_to_datetime(value), None)
    if written is None:
        return received
    if written.tzinfo is None:
        written = written.replace(tzinfo=timezone.utc)
    moment = guarded(lambda: written.astimezone(timezone.utc), received)
    return moment if EARLIEST <= moment <= received else received
