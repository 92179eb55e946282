"""A mail's bytes as a message: whatever is wrong with them, what can be read is read. Pure, and never raises for content."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import Message as Mime

from bot.letters import Letter
from bot.messages import Address, Kind, Message, Skipped, Status, Thread
from bot.triage.automatic import by_headers
from channels.email import keys, places, reports
from channels.email.attachments import File, listed
from channels.email.authentication import proofs
from channels.email.bodies import Contents, Words, contents, parsed
from channels.email.headers import (
    Headers,
    addresses,
    decoded,
    first,
    guarded,
    headers_of,
    mailboxes,
    message_ids,
    sent_at,
)

NAME = "email"
MAX_TEXT_CHARS = 100_000
"""Of a mail's words; what is longer is cut, and the text says so."""
MAX_SUBJECT_CHARS = 500
MAX_NAME_CHARS = 200
TO_US = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
"""Headers that may hold the address a citizen has answered to."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What is the same for all mails that are read."""

    words: Words
    secrets: tuple[str, ...]
    """Of our tokens, the newest first."""
    own: tuple[str, ...] = ()
    """Our addresses."""
    authserv_id: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a mail was found."""

    mailbox: str
    service: str
    received: datetime
    """Aware, UTC."""
    place: str = ""
    """Where it lies in that mailbox; see `channels.email.places`."""


def read(raw: bytes, origin: Origin, reader: Reader) -> Message | Status | Skipped:
    """A mail as a message, or what a server reports of a mail of ours."""
    mime = parsed(raw)
    if reports.is_report(mime):
        status = reports.status(mime, reader.secrets, origin.received)
        if status is not None:
            return status
    headers = headers_of(mime)
    return _message(mime, headers, contents(mime, reader.words), origin, reader)


def files_of(raw: bytes, reader: Reader) -> list[File]:
    """The files of a mail, in the order of the message's attachments."""
    return contents(parsed(raw), reader.words).files


def digest_of(raw: bytes, reader: Reader) -> str:
    """The id of the message that a mail becomes."""
    mime = parsed(raw)
    return _digest(headers_of(mime), contents(mime, reader.words))


def _message(mime: Mime, headers: Headers, found: Contents, origin: Origin, reader: Reader) -> Message:
    written_by = _person(headers, "from")
    name, answer_to = _person(headers, "reply-to")
    # A form of the town's site writes as the town, and names the citizen as who is to be answered.
    sender = answer_to if answer_to and not is_own(answer_to, reader.own) else written_by[1]
    own_ids = message_ids(headers.get("message-id", ())[:1])
    # Some libraries write long ids as encoded words.
    parents = message_ids(decoded(one) for one in [*headers.get("references", ()), *headers.get("in-reply-to", ())])
    # Not only the addresses: some programs lose what stands before an @ that they do not know.
    known = keys.conversation(
        [*(value for header in TO_US for value in headers.get(header, ())), *parents], reader.secrets
    )
    digest = _digest(headers, found)
    root = parents[0] if parents else own_ids[0] if own_ids else digest
    subject = first(headers, "subject")[:MAX_SUBJECT_CHARS]
    others = [one for one in addresses([*headers.get("to", ()), *headers.get("cc", ())]) if not is_own(one, reader.own)]
    letter = Letter(
        subject=subject,
        sender=sender,
        name=((name if sender == answer_to else "") or written_by[0])[:MAX_NAME_CHARS],
        mailbox=origin.mailbox,
        service=origin.service,
        automatic=by_headers(headers, sender, reader.own),
        proofs=proofs(_in_order(mime), reader.authserv_id, written_by[1]),
        copies=len(others),
        returned=bool(known),
    )
    return Message(
        id=digest,
        address=Address(NAME, known or keys.key(root, sender)),
        text=_cut(found.text(), reader.words),
        sent_at=sent_at(headers, origin.received),
        kind=Kind.LETTER,
        thread=Thread(
            last_message_id=own_ids[0] if own_ids else None,
            references=parents,
            subject=subject or None,
            last_heard_at=origin.received,
            mailbox=origin.mailbox,
        ),
        attachments=listed(found.files, places.remote(origin.place, own_ids[0] if own_ids else "", digest)),
        letter=letter,
    )


def _digest(headers: Headers, found: Contents) -> str:
    """The same for copies in two mailboxes, another for another mail that claims the same Message-ID."""
    ids = message_ids(headers.get("message-id", ())[:1])
    parts = [ids[0] if ids else "", *(first(headers, name) for name in ("from", "date", "subject")), found.text()]
    parts += [file.name for file in found.files]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _person(headers: Headers, name: str) -> tuple[str, str]:
    """The first name and address of a header; "" for what it lacks."""
    return next(iter(mailboxes(headers, name)), ("", ""))


def is_own(address: str, own: Sequence[str]) -> bool:
    """Whether an address (lower case) is one of ours, with or without a tag behind `+`."""
    local, _, domain = address.partition("@")
    return f"{local.partition('+')[0]}@{domain}" in own or address in own


def _in_order(mime: Mime) -> list[tuple[str, str]]:
    """All headers in the order of the mail, names in lower case."""
    raw: list[tuple[str, str]] = guarded(lambda: list(mime.raw_items()), [])
    return [(str(name).lower(), " ".join(str(value)[:20_000].split())) for name, value in raw[:500]]


def _cut(text: str, words: Words) -> str:
    if len(text) <= MAX_TEXT_CHARS:
        return text
    end = MAX_TEXT_CHARS - len(words.cut) - 2
    return f"{text[:end].rstrip()}\n\n{words.cut}"
