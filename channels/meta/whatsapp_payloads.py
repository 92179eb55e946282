"""What comes from the WhatsApp Cloud API: pure functions from webhooks to our words.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages (updated 17 June 2026)
and https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids/ (updated 28 May 2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from msgspec import Struct
from msgspec import field as named

from bot.messages import REMOTE_URL, Address, Attachment, Fate, Kind, Message, Skipped, Status
from bot.text.clean import clean
from channels.base import Event
from channels.meta import reading
from channels.meta.reading import Malformed, take

PHONE = re.compile(r"[0-9]{5,20}")
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,140}")
"""A business-scoped user id: a country, a full stop, and what stands for somebody in this town's portfolio."""
MEDIA_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")
MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,64}/[a-z0-9.+-]{1,128}")
PHOTO_NAME, DOCUMENT_NAME = "photo.jpg", "document"
REASON_CHARS = 200
VOICE = frozenset({"audio", "voice"})
UNREADABLE = frozenset({"video", "sticker", "contacts", "order", "unsupported", "unknown", "poll"})
SKIPPED = {"reaction": "reaction", "system": "system", "ephemeral": "deleted", "revoke": "deleted"}
FATES = {"sent": Fate.TAKEN, "delivered": Fate.DELIVERED, "read": Fate.READ, "failed": Fate.FAILED}


class Body(Struct):
    """A text."""

    body: str = ""


class Media(Struct):
    """A file by its id."""

    id: str
    mime_type: str = ""
    caption: str | None = None
    filename: str | None = None


class Place(Struct):
    """Where."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class Picked(Struct):
    """A button of ours, or a line of a list."""

    id: str
    title: str = ""


class Interactive(Struct):
    """The answer to an interactive message."""

    button_reply: Picked | None = None
    list_reply: Picked | None = None


class TemplateButton(Struct):
    """A template's quick reply."""

    text: str = ""
    payload: str | None = None


class Item(Struct):
    """A message. Since 2026 `from`, the telephone number, is left out for those who hide it behind a name."""

    id: str
    type: str
    timestamp: int | str
    phone: str | None = named(name="from", default=None)
    from_user_id: str | None = None
    group_id: str | None = None
    text: Body | None = None
    image: Media | None = None
    video: Media | None = None
    document: Media | None = None
    location: Place | None = None
    interactive: Interactive | None = None
    button: TemplateButton | None = None
    edit: Edit | None = None


class Edited(Struct):
    """The new words of a message; of a file, the new caption."""

    type: str
    text: Body | None = None
    image: Media | None = None
    video: Media | None = None
    document: Media | None = None


class Edit(Struct):
    """A message that was changed, which is told to numbers that are also used in the app of WhatsApp Business.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/edit (updated 20 July 2026)
    """

    message: Edited


class Trouble(Struct):
    """Why something failed."""

    code: int
    title: str = ""


class Report(Struct):
    """What became of a message of ours."""

    id: str
    status: str
    timestamp: int | str
    biz_opaque_callback_data: str | None = None
    errors: list[Trouble] | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the changes of one number."""

    channel: str
    number: str
    max_chars: int

    def read(self, change: Any) -> Sequence[Event]:
        """The events of one item of `changes`.

        Raises:
            Malformed: it cannot be read.
        """
        if not isinstance(change, dict) or not isinstance(change.get("value"), dict):
            raise Malformed("not an object")
        if change.get("field") != "messages":
            # Where Meta's own assistant answers, others may only watch.
            return [Skipped("standby") if change.get("field") == "standby" else reading.UNKNOWN]
        value = change["value"]
        metadata = value.get("metadata")
        if not isinstance(metadata, dict) or str(metadata.get("phone_number_id")) != self.number:
            return [Skipped("foreign")]
        user_ids = _user_ids(value.get("contacts"))
        events = [
            *reading.each(value, "messages", lambda item: self._messages(take(item, Item), user_ids)),
            *reading.each(value, "statuses", lambda item: [_status(take(item, Report))]),
            # About the number as a whole, such as a limit that was reached: nothing that a citizen said.
            *reading.each(value, "errors", lambda _: [Skipped("error")]),
        ]
        return events or [reading.UNKNOWN]

    def _messages(self, item: Item, user_ids: Mapping[str, str]) -> list[Event]:
        """A message; of a video with a caption, the words as well as what is said to the video."""
        event = self._message(item, user_ids)
        if item.type != "video" or item.video is None or not item.video.caption or not isinstance(event, Message):
            return [event]
        words = reading.worded(replace(event, kind=Kind.TEXT, text=item.video.caption), self.max_chars)
        return [words, replace(event, id=f"{event.id}.media", receipt="")]

    def _message(self, item: Item, user_ids: Mapping[str, str]) -> Event:
        if item.type in SKIPPED:
            return Skipped(SKIPPED[item.type])
        if item.group_id is not None:
            return Skipped("group")
        message_id = reading.identifier(item.id)
        key = _key(item, user_ids)
        message = Message(
            message_id, Address(self.channel, key), "", reading.moment(item.timestamp), receipt=message_id
        )
        if item.type in VOICE:
            return reading.unreadable(message, "voice_unsupported")
        if item.type in UNREADABLE:
            return reading.unreadable(message, "unsupported")
        if item.type == "request_welcome":
            return replace(message, kind=Kind.START)
        if item.type == "location":
            return self._place(message, _there(item.location))
        if item.type == "text":
            return reading.worded(replace(message, text=_there(item.text).body), self.max_chars)
        if item.type in ("image", "document"):
            media = _there(item.image if item.type == "image" else item.document)
            taken = replace(message, text=media.caption or "", attachments=(_attachment(media, item.type),))
            return reading.worded(taken, self.max_chars)
        if item.type == "edit":
            return self._edit(message, _there(item.edit).message)
        if item.type in ("interactive", "button"):
            return self._choice(message, item)
        return reading.UNKNOWN

    def _edit(self, message: Message, new: Edited) -> Event:
        media = next((one for one in (new.image, new.video, new.document) if one is not None), None)
        text = new.text.body if new.text else (media.caption or "" if media else "")
        said = reading.worded(replace(message, kind=Kind.EDIT, text=text), self.max_chars)
        return said if said.kind is Kind.EDIT else Skipped("edit")

    def _place(self, message: Message, place: Place) -> Message:
        """A point; a place that was picked from the map has a name and an address too."""
        text = clean(", ".join(part for part in (place.name, place.address) if part))
        where = reading.location(place.latitude, place.longitude)
        return replace(message, kind=Kind.LOCATION, location=where, text=text if len(text) <= self.max_chars else "")

    def _choice(self, message: Message, item: Item) -> Event:
        if item.type == "button":
            button = _there(item.button)
            title, payload = button.text, button.payload
        else:
            interactive = _there(item.interactive)
            picked = interactive.button_reply or interactive.list_reply
            if picked is None:
                return reading.UNKNOWN
            title, payload = picked.title, picked.id
        return reading.worded(replace(message, text=title, pressed=reading.pressed(payload)), self.max_chars)


def _there(part: reading.Item | None) -> reading.Item:
    """The part that the type promises.

    Raises:
        Malformed: it is not there.
    """
    if part is None:
        raise Malformed("what its type promises is not there")
    return part


def _key(item: Item, user_ids: Mapping[str, str]) -> str:
    """Who said it: the user id, which everybody has and keeps, before the telephone number, which may be left out."""
    for given in (item.from_user_id, user_ids.get(item.phone or "")):
        if given is not None and USER_ID.fullmatch(given):
            return given
    if item.phone is None or not PHONE.fullmatch(item.phone):
        raise Malformed("nobody said it")
    return item.phone


def _user_ids(contacts: Any) -> dict[str, str]:
    """User ids by telephone number; "" is the only contact of a change, if it has none."""
    found = {}
    for contact in contacts if isinstance(contacts, list) else ():
        user_id, phone = (contact.get("user_id"), contact.get("wa_id", "")) if isinstance(contact, dict) else (None, "")
        # Several contacts without a number could only be guessed at.
        if isinstance(user_id, str) and isinstance(phone, str) and (phone or len(contacts) == 1):
            found[phone] = user_id
    return found


def _attachment(media: Media, kind: str) -> Attachment:
    if not MEDIA_ID.fullmatch(media.id):
        raise Malformed("no file's id")
    name = reading.file_name(media.filename or "") or (PHOTO_NAME if kind == "image" else DOCUMENT_NAME)
    media_type = media.mime_type.partition(";")[0].strip().lower()
    if not MEDIA_TYPE.fullmatch(media_type):
        media_type = "application/octet-stream"
    return Attachment(name, media_type, 0, REMOTE_URL + media.id)


def _status(report: Report) -> Event:
    fate = FATES.get(report.status)
    if fate is None:
        return reading.UNKNOWN
    key = report.biz_opaque_callback_data
    reasons = [clean(f"{error.code} {error.title}") for error in report.errors or []]
    return Status(
        fate,
        reading.moment(report.timestamp),
        provider_id=reading.identifier(report.id),
        key=key if key and reading.PROVIDER_ID.fullmatch(key) else None,
        reason="; ".join(reasons)[:REASON_CHARS] if fate is Fate.FAILED else "",
    )
