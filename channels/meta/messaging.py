"""What happens in a conversation with a page or an Instagram account: pure functions from webhooks to our words.

Shapes: https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events
and https://developers.facebook.com/documentation/instagram-platform/webhooks/examples (read 28 November 2026).
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from msgspec import Struct, ValidationError
from yarl import URL

from bot.messages import REMOTE_URL, Address, Attachment, Fate, Kind, Message, Skipped, Status
from bot.text.clean import clean
from channels.base import Event
from channels.meta import reading
from channels.meta.reading import Malformed, take

PERSON = re.compile(r"[0-9]{1,40}")
OPENING = "TOWN_START"
"""The payload of the button that opens a conversation, of our menu's too."""
MAX_ATTACHMENTS = 30
PHOTO_NAME, PHOTO_TYPE, OTHER_TYPE = "photo.jpg", "image/jpeg", "application/octet-stream"
VOICE = frozenset({"audio"})
MENTIONS = frozenset({"story_mention"})
"""The account was named in somebody's story: nobody waits for an answer."""


class Party(Struct):
    """Who; old versions of the API, and some of today's examples, write the number without quotation marks."""

    id: str | int


class Envelope(Struct):
    """What every event has."""

    sender: Party | None = None
    recipient: Party | None = None
    timestamp: int | str | None = None


class Coordinates(Struct):
    """Where."""

    lat: float
    long: float


class Payload(Struct):
    """What is attached."""

    url: str | None = None
    sticker_id: int | str | None = None
    coordinates: Coordinates | None = None


class Attached(Struct):
    """Something attached."""

    type: str
    payload: Any = None
    """A `Payload`, or anything else where the type is none that we take."""


class Choice(Struct):
    """A quick reply."""

    payload: str = ""


class Said(Struct):
    """A message, or the echo of one."""

    mid: str
    text: str | None = None
    is_echo: bool = False
    is_deleted: bool = False
    is_unsupported: bool = False
    app_id: int | str | None = None
    metadata: str | None = None
    quick_reply: Choice | None = None
    sticker_id: int | str | None = None
    attachments: list[Attached] | None = None


class Referral(Struct):
    """Where somebody comes from."""

    ref: str | None = None


class Postback(Struct):
    """A pressed button."""

    mid: str | None = None
    title: str | None = None
    payload: str | None = None
    referral: Referral | None = None


class Edit(Struct):
    """Another text for a message."""

    mid: str
    text: str | None = None
    num_edit: int | str = 1


class Delivery(Struct):
    """What has arrived."""

    mids: list[str] | None = None
    watermark: int | str | None = None


class Read(Struct):
    """What was read: Messenger gives a moment, Instagram a message."""

    mid: str | None = None
    watermark: int | str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the events of one channel."""

    channel: str
    us: str
    """The page, or the account."""
    max_chars: int
    app_id: str = "0"

    def read(self, item: Any) -> Sequence[Event]:
        """The events of one item of `messaging`.

        Raises:
            Malformed: it cannot be read; so does a `msgspec.ValidationError`.
        """
        if not isinstance(item, dict):
            raise Malformed("not an object")
        envelope = take(item, Envelope)
        if "message" in item:
            return [self._message(envelope, take(item["message"], Said))]
        if _id(envelope.sender) == self.us:
            return [Skipped("echo")]
        if "postback" in item:
            return [self._postback(envelope, take(item["postback"], Postback))]
        if "message_edit" in item:
            return [self._edit(envelope, take(item["message_edit"], Edit))]
        if "delivery" in item:
            return self._delivery(envelope, take(item["delivery"], Delivery))
        if "read" in item:
            return [self._read(envelope, take(item["read"], Read))]
        if "referral" in item:
            return [self._referral(envelope, take(item["referral"], Referral))]
        return [Skipped("reaction") if "reaction" in item else reading.UNKNOWN]

    def _message(self, envelope: Envelope, said: Said) -> Event:
        mid = reading.identifier(said.mid)
        # An answer to ourselves would be answered in turn: not every echo has to say that it is one.
        if said.is_echo or _id(envelope.sender) == self.us:
            return self._echo(envelope, said)
        if said.is_deleted:
            return Skipped("deleted")
        attached = said.attachments or []
        if any(one.type in MENTIONS for one in attached):
            return Skipped("story_mention")
        message = replace(
            self._said(envelope, mid, said.text or ""),
            pressed=reading.pressed(said.quick_reply.payload) if said.quick_reply else None,
            attachments=files(attached) if said.sticker_id is None else (),
        )
        if said.is_unsupported:
            return reading.unreadable(message, "unsupported")
        where = next((found.coordinates for one in attached if (found := payload(one)).coordinates), None)
        if where is not None:
            return replace(message, kind=Kind.LOCATION, location=reading.location(where.lat, where.long))
        if attached and not (message.attachments or (said.text or "").strip()):
            voice = all(one.type in VOICE for one in attached)
            return reading.unreadable(message, "voice_unsupported" if voice else "unsupported")
        return reading.worded(message, self.max_chars)

    def _echo(self, envelope: Envelope, said: Said) -> Event:
        """What was sent in the page's name: by us, if it carries our key."""
        ours = self.app_id == "0" or said.app_id is None or str(said.app_id) == self.app_id
        if not (ours and said.metadata and reading.PROVIDER_ID.fullmatch(said.metadata)):
            return Skipped("echo")
        return Status(Fate.TAKEN, reading.moment(envelope.timestamp), provider_id=said.mid, key=said.metadata)

    def _postback(self, envelope: Envelope, pushed: Postback) -> Event:
        # Old payloads have no id: nobody presses twice in the same millisecond.
        given = pushed.mid or f"postback.{_person(envelope.sender)}.{envelope.timestamp}"
        message = self._said(envelope, reading.identifier(given), pushed.title or "")
        if pushed.payload == OPENING:
            return self._start(message, pushed.referral)
        return reading.worded(replace(message, pressed=reading.pressed(pushed.payload)), self.max_chars)

    def _referral(self, envelope: Envelope, referral: Referral) -> Event:
        given = f"referral.{_person(envelope.sender)}.{envelope.timestamp}"
        return self._start(self._said(envelope, reading.identifier(given), ""), referral)

    def _start(self, message: Message, referral: Referral | None) -> Message:
        link = clean(referral.ref or "") if referral else ""
        return replace(message, kind=Kind.START, text=link if len(link) <= self.max_chars else "")

    def _edit(self, envelope: Envelope, edit: Edit) -> Event:
        given = reading.identifier(f"{edit.mid}.edit.{edit.num_edit}")
        message = replace(self._said(envelope, given, edit.text or ""), kind=Kind.EDIT, receipt=edit.mid)
        return reading.worded(message, self.max_chars)

    def _delivery(self, envelope: Envelope, delivery: Delivery) -> list[Event]:
        at = reading.moment(delivery.watermark if delivery.watermark is not None else envelope.timestamp)
        if not delivery.mids:
            return [Status(Fate.DELIVERED, at, address=self._address(envelope))]
        mids = [reading.identifier(mid) for mid in delivery.mids]
        return [Status(Fate.DELIVERED, at, provider_id=mid) for mid in mids]

    def _read(self, envelope: Envelope, read: Read) -> Event:
        if read.mid is not None:
            return Status(Fate.READ, reading.moment(envelope.timestamp), provider_id=reading.identifier(read.mid))
        return Status(Fate.READ, reading.moment(read.watermark), address=self._address(envelope))

    def _said(self, envelope: Envelope, message_id: str, text: str) -> Message:
        at = reading.moment(envelope.timestamp)
        return Message(message_id, self._address(envelope), text, at, receipt=message_id)

    def _address(self, envelope: Envelope) -> Address:
        return Address(self.channel, _person(envelope.sender))


def payload(attached: Attached) -> Payload:
    """What is attached, as far as it is something that we know."""
    try:
        return take(attached.payload, Payload)
    except (Malformed, ValidationError):
        return Payload()


def files(attached: Sequence[Attached]) -> tuple[Attachment, ...]:
    """The photos and documents among what is attached.

    A thumb up was an image with a sticker's number until August 2026, and for a while both came
    (https://developers.facebook.com/documentation/business-messaging/messenger-platform/changelog/, 1 June 2026).
    """
    if any(one.type == "sticker" for one in attached):
        return ()
    found = []
    for one in attached:
        what = payload(one)
        url = reading.secure(what.url) if what.sticker_id is None else None
        if url is None or one.type not in ("image", "file"):
            continue
        name, media_type = (PHOTO_NAME, PHOTO_TYPE) if one.type == "image" else _document(url)
        found.append(Attachment(name, media_type, 0, REMOTE_URL + url))
    return tuple(found[:MAX_ATTACHMENTS])


def parties(item: Any) -> frozenset[str]:
    """The ids of both ends of an event, as far as it has them."""
    ends = [item.get(end) for end in ("sender", "recipient")] if isinstance(item, dict) else []
    return frozenset(str(end.get("id")) for end in ends if isinstance(end, dict))


def sender(value: Mapping[str, Any]) -> str | None:
    """Who said something in public; None if it is not told."""
    found = value.get("from")
    if found is None:
        return None
    return _id(take(found, Party))


def _document(url: str) -> tuple[str, str]:
    """A document's name and type, by its address: there is nothing else."""
    try:
        name = reading.file_name(unquote(URL(url).name, errors="ignore"))
    except ValueError:
        name = ""
    return name or "document", mimetypes.guess_type(name)[0] or OTHER_TYPE


def _id(party: Party | None) -> str:
    return str(party.id) if party else ""


def _person(party: Party | None) -> str:
    found = _id(party)
    if not PERSON.fullmatch(found):
        raise Malformed("nobody said it")
    return found
