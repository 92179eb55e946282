"""Mastodon's payloads: pure functions from its notifications to our words.

https://docs.joinmastodon.org/entities/Notification and https://docs.joinmastodon.org/entities/Status, read in
November 2026. Servers with the same API (GoToSocial, Pleroma) have ids that are no numbers.
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import PurePosixPath
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from bot.errors import PayloadRejected
from bot.messages import PUBLIC, REMOTE_URL, Address, Attachment, Kind, Message, Skipped, Thread
from bot.text.clean import clean
from channels import plain
from channels.base import Event
from channels.mastodon.markup import MAX_MARKUP_CHARS, plain_text

MENTION = "mention"
OTHERS = {
    "favourite": "reaction",
    "reblog": "reaction",
    "quote": "reaction",
    "poll": "poll",
    "follow": "follow",
    "follow_request": "follow",
}
"""Notifications that say nothing to us, by why they are skipped."""
DIRECT = "direct"
"""Of the visibilities, the only one that nobody else reads."""
MAX_ATTACHMENTS = 16
"""What Mastodon keeps of a remote status's files; its own statuses have four."""
NAME_CHARS = 120
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_URL = re.compile(r"https?://[^\s<>\"]{1,2000}")

# Only what can be mentioned is an account: an answer begins with it. Mastodon's own pattern is Account::MENTION_RE.
ACCT = r"[A-Za-z0-9_]+([.-]+[A-Za-z0-9_]+)*(@\w+([.-]+\w+)*(:[0-9]{1,5})?)?"
Id = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{1,64}\Z")]
Acct = Annotated[str, Meta(pattern=rf"\A{ACCT}\Z", max_length=300)]
Moment = Annotated[datetime, Meta(tz=True)]
Shape = TypeVar("Shape")


class _Account(Struct, frozen=True):
    id: Id
    acct: Acct
    bot: bool | None = None


class _Status(Struct, frozen=True):
    id: Id
    created_at: Moment
    account: _Account
    content: str
    visibility: str
    spoiler_text: str | None = None
    language: str | None = None
    url: str | None = None
    in_reply_to_id: Id | None = None
    reblog: Any = None
    media_attachments: list[Any] | None = None
    mentions: list[Any] | None = None


class _Notification(Struct, frozen=True):
    id: Id
    status: _Status


class _Named(Struct, frozen=True):
    acct: Acct
    url: str = ""


class _Media(Struct, frozen=True):
    type: str
    url: str | None = None
    description: str | None = None


class _Dated(Struct, frozen=True):
    id: Id
    created_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """Our account on its server."""

    id: str
    username: str
    name: str = ""
    bot: bool = False
    fields: tuple[tuple[str, str], ...] = ()
    """Names and values of the profile's table."""


class _Field(Struct, frozen=True):
    name: str
    value: str


class _Source(Struct, frozen=True):
    fields: list[_Field] = msgspec.field(default_factory=list)


class _Credentials(Struct, frozen=True):
    id: Id
    username: str
    display_name: str = ""
    bot: bool = False
    source: _Source = _Source()


def own(data: object) -> Own | None:
    """Our account as `verify_credentials` tells it, None if that cannot be read."""
    if (found := _convert(data, _Credentials)) is None:
        return None
    fields = tuple((field.name, field.value) for field in found.source.fields)
    return Own(found.id, found.username, found.display_name, found.bot, fields)


def read(body: bytes) -> dict[str, Any]:
    """The notification in a request's body.

    Raises:
        PayloadRejected: it is none.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PayloadRejected("not JSON") from error
    if not isinstance(data, dict) or "type" not in data:
        raise PayloadRejected("not a notification")
    return data


def identity(item: object) -> tuple[str, datetime | None] | None:
    """A notification's id and when it was made, None for what has no id."""
    if not isinstance(item, dict):
        return None
    found = _convert(item, _Dated) or _convert({"id": item.get("id")}, _Dated)
    return None if found is None else (found.id, found.created_at)


def host(instance: str) -> str:
    """The part behind the @ of a server's own accounts."""
    return urlsplit(instance).netloc.rpartition("@")[2].lower()


def event(item: object, us: Own | None, server: str, max_chars: int) -> Event:
    """A notification as what somebody said to us; `server` is the host of our account."""
    kind = item.get("type") if isinstance(item, dict) else None
    if not isinstance(kind, str):
        return Skipped("malformed")
    if kind != MENTION:
        return Skipped(OTHERS.get(kind, "unknown"))
    found = _convert(item, _Notification)
    try:
        sent_at = found.status.created_at.astimezone(timezone.utc) if found else None
    except OverflowError:
        sent_at = None
    if found is None or sent_at is None:
        return Skipped("malformed")
    status = found.status
    if us is not None and status.account.id == us.id:
        return Skipped("echo")
    if status.account.bot:
        # Two bots that answer each other never stop.
        return Skipped("bot")
    if status.reblog is not None:
        return Skipped("reaction")
    return _message(status, sent_at, us, server, max_chars)


def _message(status: _Status, sent_at: datetime, us: Own | None, server: str, max_chars: int) -> Message:
    warning = clean(status.spoiler_text or "")
    files = [media for one in status.media_attachments or () if (media := _convert(one, _Media)) is not None]
    images = tuple(_image(file) for file in files if _is_image(file))[:MAX_ATTACHMENTS]
    address = Address("mastodon", absolute(status.account.acct, server))
    text, unreadable = _words(status, warning, us, server, max_chars)
    if not (text or images or unreadable):
        unreadable = _nothing_said([file.type for file in files])
    return Message(
        id=status.id,
        address=address,
        text=unreadable or text,
        sent_at=sent_at,
        kind=Kind.UNREADABLE if unreadable else Kind.TEXT,
        thread=Thread(
            last_message_id=status.id,
            references=(status.in_reply_to_id,) if status.in_reply_to_id else (),
            subject=warning or None,
            # Other servers know more visibilities: whatever is not direct may be read by others.
            visibility=None if status.visibility == DIRECT else PUBLIC,
            url=status.url if status.url and _URL.fullmatch(status.url) else None,
        ),
        attachments=() if unreadable else images,
        language_hint=status.language if status.language and LANGUAGE.fullmatch(status.language) else None,
    )


def absolute(acct: str, server: str) -> str:
    """An account with its host, which a server leaves out of its own."""
    return acct if "@" in acct else f"{acct}@{server}"


def _words(status: _Status, warning: str, us: Own | None, server: str, max_chars: int) -> tuple[str, str]:
    """What was written, the warning on a line of its own before it; or why it is not taken."""
    if len(status.content) > MAX_MARKUP_CHARS:
        return "", "too_long"
    ours = _our_pages(status.mentions or (), us)
    text = plain_text(status.content, lambda page: _leads_to(page, ours, us, server))
    text = "\n".join(part for part in (warning, text) if part)
    return (text, "") if len(text) <= max_chars else ("", "too_long")


def _our_pages(mentions: Iterable[object], us: Own | None) -> frozenset[str]:
    """Where mentions of us lead to. We are one of the accounts without a host: if nobody is known, the only one."""
    local: dict[str, str] = {}
    for one in mentions:
        named = _convert(one, _Named)
        if named is not None and "@" not in named.acct:
            local[named.acct.lower()] = named.url
    if us is not None:
        found = local.get(us.username.lower())
        return frozenset({found} if found else ())
    return frozenset(local.values() if len(local) == 1 else ()) - {""}


def _leads_to(page: str, ours: frozenset[str], us: Own | None, server: str) -> bool:
    if page in ours:
        return True
    if us is None:
        return False
    try:
        parts = urlsplit(page)
    except ValueError:
        return False
    # Others link either the page (/@name) or the actor (/users/name).
    return parts.netloc.lower() == server and parts.path.lower() in (
        f"/@{us.username.lower()}",
        f"/users/{us.username.lower()}",
    )


def _convert(data: object, kind: type[Shape]) -> Shape | None:
    """Some data as one of the shapes above, None if it has another."""
    try:
        return msgspec.convert(data, kind)
    except (msgspec.ValidationError, UnicodeEncodeError):
        # The second: it stumbles over lone surrogates, which JSON may hold.
        return None


def _is_image(file: _Media) -> bool:
    return file.type == "image" and file.url is not None and _URL.fullmatch(file.url) is not None


def _image(file: _Media) -> Attachment:
    url = file.url or ""
    media_type = mimetypes.guess_type(url.partition("?")[0])[0] or ""
    described = " ".join(clean(file.description or "").split())
    return Attachment(
        name=plain.shorten(described, NAME_CHARS) or PurePosixPath(urlsplit(url).path).name[-NAME_CHARS:] or "image",
        media_type=media_type if media_type.startswith("image/") else "image/jpeg",
        size_bytes=0,
        url=REMOTE_URL + url,
    )


def _nothing_said(kinds: list[str]) -> str:
    if not kinds:
        return "empty"
    return "voice_unsupported" if "audio" in kinds else "unsupported"
