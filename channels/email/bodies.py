"""The parts of a mail: its words as one text, and its files."""

from __future__ import annotations

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import Message as Mime
from email.policy import EmailPolicy
from typing import Any

from bot.text.memory import remembered
from channels.email import invitations, markup, tnef
from channels.email.attachments import ORNAMENT_BYTES, File
from channels.email.charsets import decode
from channels.email.headers import base64, decoded, first, guarded, headers_of, mailboxes

MAX_KEPT_CHARS = 1000
"""Longer headers are read each time."""
MAX_PARTS = 500
MAX_DEPTH = 100
MAX_BODY_CHARS = 1_000_000
"""Of one part; more is cut."""
STUB_SHARE = 0.4
"""A plain text with so much less than the HTML beside it only says that there is HTML."""
STUB_CHARS = 200
LEFT_OUT_HEADER = "x-guichet-left-out"
"""Marks a part that was not fetched from the server: because it is too large, or because that failed."""
TOO_LARGE, UNREAD = "size", "unread"


@dataclass(frozen=True, slots=True)
class Words:
    """What we add to a mail's own words, from the catalogue."""

    forwarded: str
    sender: str
    date: str
    subject: str
    unreadable: str
    """Said where a part could not be read."""
    encrypted: str
    cut: str
    """Said where the text goes on."""
    invitation: str
    when: str
    where: str


@dataclass(slots=True)
class Contents:
    """What was found in a mail."""

    texts: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    broken: bool = False
    """Something of it could not be read."""
    parts: int = 0

    def text(self) -> str:
        """The words, in the order of the mail."""
        return "\n\n".join(text.strip("\n") for text in self.texts if text.strip())


def contents(mime: Mime, words: Words) -> Contents:
    """The words and files of a parsed mail. Never raises for what it holds."""
    reader = _Reader(words)
    found = Contents()
    reader.read(mime, found, 0)
    if not found.texts:
        found.texts += reader.calendars
    if found.broken:
        found.texts.append(words.unreadable)
    return found


class _Reader:
    """Walks through the parts of one mail."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._shown: set[str] = set()
        """Content-IDs of pictures that a page shows."""
        self.calendars: list[str] = []

    def read(self, part: Mime, found: Contents, depth: int) -> None:
        """Add what a part holds to what was found."""
        found.parts += 1
        if found.parts > MAX_PARTS or depth > MAX_DEPTH:
            found.broken = True
            return
        kind = media_type(part)
        children = _children(part)
        if children is None:
            self._leaf(part, kind, found, depth)
        elif kind == "message/rfc822" or kind == "message/global":
            self._forwarded(children, found, depth)
        elif kind == "multipart/alternative":
            self._alternative(children, found, depth)
        elif kind == "multipart/related":
            self._related(part, children, found, depth)
        elif kind == "multipart/encrypted":
            found.texts.append(self._words.encrypted)
        elif kind == "multipart/signed":
            for child in children[:1]:
                self.read(child, found, depth + 1)
        else:
            for child in children:
                self.read(child, found, depth + 1)

    def _alternative(self, children: list[Mime], found: Contents, depth: int) -> None:
        """The best of several versions; the files of the others are taken too, once each."""
        best: Contents | None = None
        for child in children:
            here = Contents(parts=found.parts)
            self.read(child, here, depth + 1)
            found.parts = here.parts
            found.files += [file for file in here.files if file not in found.files]
            found.broken = found.broken or here.broken
            if here.text() and (best is None or _is_stub(best.text(), here.text())):
                best = here
        if best is not None:
            found.texts += best.texts

    def _related(self, part: Mime, children: list[Mime], found: Contents, depth: int) -> None:
        """A page and what it shows: the page first, to know its pictures."""
        start = str(guarded(lambda: part.get_param("start"), None) or "").strip("<>")
        roots = [child for child in children if start and content_id(child) == start] or children[:1]
        for child in [*roots, *(child for child in children if child not in roots)]:
            self.read(child, found, depth + 1)

    def _forwarded(self, children: list[Mime], found: Contents, depth: int) -> None:
        """A mail within the mail: behind a line as mail programs write it."""
        for child in children[:1]:
            headers = headers_of(child)
            sender = next((f"{name} <{given}>" if name else given for name, given in mailboxes(headers, "from")), "")
            known = (
                (self._words.sender, sender),
                (self._words.date, first(headers, "date")),
                (self._words.subject, first(headers, "subject")),
            )
            lines = [self._words.forwarded, *(f"{name} : {value}" for name, value in known if value)]
            found.texts.append("\n".join(lines))
            self.read(child, found, depth + 1)

    def _leaf(self, part: Mime, kind: str, found: Contents, depth: int) -> None:
        name = file_name(part)
        left_out = guarded(lambda: str(part.get(LEFT_OUT_HEADER) or ""), "").strip()
        if left_out == UNREAD:
            found.broken = True
            return
        if left_out:
            found.files.append(File(name or kind, kind, b"", left_out=True))
            return
        content = payload(part)
        if content is None:
            found.broken = True
            return
        attached = disposition(part) == "attachment"
        if kind.startswith("multipart/"):
            # Parts that nobody can tell apart.
            kind = "text/plain"
        if kind == "message/rfc822":
            # Against RFC 2046, 5.2.1, some encode it: the standard library leaves it as it came.
            self._forwarded([parsed(content)], found, depth)
        elif kind in ("application/ms-tnef", "application/vnd.ms-tnef") or tnef.is_tnef(content):
            self._wrapped(name, content, found)
        elif kind == "text/calendar":
            self._calendar(decode(content, charset(part)))
        elif kind.startswith("text/") and not attached and not (name and kind not in ("text/plain", "text/html")):
            self._text(content, kind, part, found)
        elif kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            found.texts.append(self._words.encrypted)
        elif kind in ("message/delivery-status", "message/disposition-notification", "text/rfc822-headers"):
            found.texts.append(decode(content, charset(part))[:MAX_BODY_CHARS])
        elif not _is_clutter(kind) and not self._is_ornament(part, kind, content):
            found.files.append(File(name or kind, kind, content))

    def _text(self, content: bytes, kind: str, part: Mime, found: Contents) -> None:
        if kind == "text/html":
            self._shown |= markup.pictures_of(content)
            said = markup.to_text(content, charset(part))
        else:
            said = decode(content, charset(part))
            if _parameter(part, "format").lower() == "flowed":
                said = flowed(said, _parameter(part, "delsp").lower() == "yes")
        if said.strip():
            found.texts.append(said[:MAX_BODY_CHARS])

    def _wrapped(self, name: str, content: bytes, found: Contents) -> None:
        wrapped = tnef.unwrap(content)
        if not wrapped.files and not wrapped.body:
            found.files.append(File(name or "winmail.dat", "application/ms-tnef", content))
        found.files += [File(name, "application/octet-stream", data) for name, data in wrapped.files]
        if wrapped.body and not found.texts:
            found.texts.append(decode(wrapped.body)[:MAX_BODY_CHARS])

    def _calendar(self, text: str) -> None:
        entry = invitations.entry(text)
        labels = {"summary": self._words.invitation, "dtstart": self._words.when, "location": self._words.where}
        lines = [f"{labels[key]} : {entry[key]}" for key in labels if key in entry]
        if "description" in entry:
            lines += ["", entry["description"]]
        if lines:
            self.calendars.append("\n".join(lines))

    def _is_ornament(self, part: Mime, kind: str, content: bytes) -> bool:
        known = content_id(part)
        return bool(kind.startswith("image/") and known in self._shown and len(content) <= ORNAMENT_BYTES and known)


class _Rules(EmailPolicy):
    """The modern policy, which reads a header anew each time that anybody asks for it: a part's type a dozen times."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """See `EmailPolicy`. What a header becomes is never changed."""
        if len(value) > MAX_KEPT_CHARS or hasattr(value, "name"):
            return super().header_fetch_parse(name, value)
        return _header(name, value)


@remembered(128)
def _header(name: str, value: str) -> Any:
    return policy.default.header_fetch_parse(name, value)


RULES = _Rules()


def parsed(raw: bytes) -> Mime:
    """A mail as the standard library reads it; where its parser stumbles, as one text without parts."""
    if raw.lower().count(b"boundary") > MAX_PARTS:
        return _flat(raw)
    for rules in (RULES, policy.compat32):
        mime: Mime | None = guarded(lambda rules=rules: message_from_bytes(raw, policy=rules), None)  # type: ignore[misc]
        if mime is not None:
            return mime
    return _flat(raw)


def _flat(raw: bytes) -> Mime:
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    kept = [line for line in head.split(b"\n") if not line.lower().startswith((b"content-", b"mime-version"))]
    flat = b"\n".join(kept)[:100_000] + b"\n\n" + body[:MAX_BODY_CHARS]
    mime: Mime = guarded(lambda: message_from_bytes(flat, policy=policy.compat32), Mime())
    return mime


def media_type(part: Mime) -> str:
    """A part's type, lower case; text/plain where it says none that can be read."""
    return guarded(lambda: part.get_content_type().lower(), "text/plain")


def charset(part: Mime) -> str:
    """The charset that a part declares; "" if none."""
    return guarded(lambda: str(part.get_content_charset() or ""), "")


def disposition(part: Mime) -> str:
    """`inline`, `attachment`, or "" where a part says nothing."""
    return guarded(lambda: str(part.get_content_disposition() or ""), "")


def content_id(part: Mime) -> str:
    """A part's Content-ID without brackets; "" if it has none."""
    return guarded(lambda: str(part.get("content-id") or ""), "").strip().strip("<>")


def file_name(part: Mime) -> str:
    """The name of a file; "" if it has none."""
    return decoded(guarded(lambda: str(part.get_filename() or ""), ""))


def payload(part: Mime) -> bytes | None:
    """The bytes of a part without parts, decoded as far as that goes; None if they cannot be read at all."""
    encoding = guarded(lambda: str(part.get("content-transfer-encoding") or ""), "").strip().lower()
    if encoding == "base64":
        raw: Any = guarded(lambda: part.get_payload(), None)
        if isinstance(raw, str):
            return base64(raw.encode("ascii", "ignore"))
    content: Any = guarded(lambda: part.get_payload(decode=True), None)
    return content if isinstance(content, bytes) else None


def flowed(text: str, delsp: bool = False) -> str:
    """Text of the format « flowed » (RFC 3676) with its lines joined again."""
    lines: list[str] = []
    depth_before, open_before = -1, False
    for raw in text.split("\n"):
        depth = len(raw) - len(raw.lstrip(">"))
        line = raw[depth:]
        line = line[1:] if line.startswith(" ") else line
        is_open = line.endswith(" ") and line != "-- "
        if is_open and delsp:
            line = line[:-1]
        if open_before and depth == depth_before and line != "-- ":
            lines[-1] += line
        else:
            lines.append((">" * depth + " " if depth else "") + line)
        depth_before, open_before = depth, is_open
    return "\n".join(lines)


def _parameter(part: Mime, name: str) -> str:
    return guarded(lambda: str(part.get_param(name) or ""), "")


def _children(part: Mime) -> list[Mime] | None:
    """The parts of a part; None if it has none."""
    inside: Any = guarded(lambda: part.get_payload(), None)
    if not isinstance(inside, list):
        return None
    if media_type(part) == "message/rfc822" and inside:
        encoding = guarded(lambda: str(part.get("content-transfer-encoding") or ""), "").strip().lower()
        if encoding == "base64":
            raw: Any = guarded(lambda: inside[0].get_payload(), None)
            if isinstance(raw, str):
                return [parsed(base64(raw.encode("ascii", "ignore")))]
    return [child for child in inside if isinstance(child, Mime)]


def _is_stub(plain: str, rich: str) -> bool:
    return len(rich) - len(plain) > STUB_CHARS and len(plain) < STUB_SHARE * len(rich)


def _is_clutter(kind: str) -> bool:
    """Signatures and resource forks: nothing that a person sent."""
    return kind in {
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-keys",
        "application/applefile",
        "text/x-amp-html",
    }
