"""A rendered mail as the bytes that leave. Nothing of a citizen's or an agent's words can become a header of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, quote

import msgspec

from bot.errors import SendRefused
from bot.messages import Author, Outgoing
from channels.email.charsets import one_line

POLICY = SMTP.clone(cte_type="7bit")
"""Seven bits everywhere: whether every server on the way takes eight, nobody knows."""
MAX_NAME_CHARS = 60
CRLF, LINE = "\r\n", 70
SUPPRESSED = "DR, RN, NRN, OOF, AutoReply"
"""What Exchange is asked to keep to itself; reports of what did not arrive (NDR) we want (MS-OXCMAIL, X-Auto-Response-Suppress)."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a mail, by its reference."""

    name: str
    media_type: str
    url: str


@dataclass(frozen=True, slots=True)
class Mail:
    """What `rendering.mail` has written, read again."""

    subject: str
    text: str
    html: str
    author: Author
    name: str = ""
    mailbox: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """What the moment of sending adds. Addresses are checked before; they and ids hold no blanks."""

    mailbox: str
    to: str
    reply_to: str
    message_id: str
    date: datetime
    town: str
    """As whom we write."""


def read(outgoing: Outgoing) -> Mail:
    """A stored mail.

    Raises:
        SendRefused: no version of ours has written it.
    """
    try:
        return msgspec.convert(outgoing.payload, Mail)
    except msgspec.ValidationError as error:
        raise SendRefused("the stored mail cannot be read") from error


def compose(mail: Mail, heading: Heading, contents: Sequence[bytes] = ()) -> bytes:
    """The whole mail; `contents` are those of its files. Octets above 127 stand in it only where an address has them."""
    made = EmailMessage(policy=POLICY)
    made["Subject"] = one_line(mail.subject)
    made.set_content(mail.text, charset="utf-8")
    made.add_alternative(mail.html, subtype="html", charset="utf-8")
    for file, content in zip(mail.files, contents, strict=True):
        kind, _, subtype = file.media_type.partition("/")
        known = kind.isalnum() and subtype.replace("-", "").replace(".", "").replace("+", "").isalnum()
        made.add_attachment(
            content,
            maintype=kind if known else "application",
            subtype=subtype if known else "octet-stream",
            filename=one_line(file.name) or "document",
        )
    # The library would break or encode long ids, and loses blanks of long names; these lines hold checked values alone.
    lines = [f"{name}: {value}" for name, value in _headers(mail, heading) if value]
    return CRLF.join([*lines, ""]).encode() + made.as_bytes()


def sender(mail: Mail, heading: Heading) -> str:
    """The town; an agent's name stands before it."""
    names = [one_line(mail.name)[:MAX_NAME_CHARS] if mail.author is Author.AGENT else "", one_line(heading.town)]
    shown = " · ".join(name for name in names if name)
    if shown.isascii():
        return f'"{quote(shown)}" <{heading.mailbox}>'
    return f"{Header(shown, 'utf-8', maxlinelen=LINE).encode(linesep=CRLF)}{CRLF} <{heading.mailbox}>"


def _headers(mail: Mail, heading: Heading) -> list[tuple[str, str]]:
    found = [
        ("From", sender(mail, heading)),
        ("Date", format_datetime(heading.date)),
        ("Message-ID", heading.message_id),
        ("To", heading.to),
        ("Reply-To", heading.reply_to if heading.reply_to != heading.mailbox else ""),
        ("In-Reply-To", mail.in_reply_to),
        ("References", f"{CRLF} ".join(mail.references)),
    ]
    if mail.author is not Author.AGENT:
        # RFC 3834, 5; and what programs look for that are older than it, or Exchange.
        found += [
            ("Auto-Submitted", "auto-replied"),
            ("X-Auto-Response-Suppress", SUPPRESSED),
            ("Precedence", "bulk"),
        ]
    return found
