"""What an update must look like before anything of it is used: python-telegram-bot takes any type for any field.

Only what `payloads` reads is checked. Shapes: https://core.telegram.org/bots/api#available-types (Bot API 9).
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, ValidationError, convert, field
from telegram import Update

Id = Annotated[int, Meta(ge=-(2**52), le=2**52)]
Count = Annotated[int, Meta(ge=0, le=2**52)]
Moment = Annotated[int, Meta(ge=0, le=32_503_680_000)]
"""Seconds; Telegram writes 0 for a message that it no longer shows."""
FileId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,250}$")]


class _User(Struct):
    id: Id
    is_bot: bool = False
    language_code: str | None = None


class _Chat(Struct):
    id: Id
    type: str


class _Entity(Struct):
    type: str
    offset: Count
    length: Count
    user: _User | None = None


class _File(Struct):
    file_id: FileId
    file_size: Count | None = None
    file_name: str | None = None
    mime_type: str | None = None


class _Photo(Struct):
    file_id: FileId
    width: Count
    height: Count
    file_size: Count | None = None


class _Place(Struct):
    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    live_period: Count | None = None


class _Venue(Struct):
    location: _Place


class _Button(Struct):
    text: str
    callback_data: str | None = None


class _Keyboard(Struct):
    inline_keyboard: list[list[_Button]] = []


class _Answered(Struct):
    sender: _User | None = field(name="from", default=None)


class _Message(Struct):
    message_id: Id
    date: Moment
    chat: _Chat
    sender: _User | None = field(name="from", default=None)
    edit_date: Moment | None = None
    text: str | None = None
    caption: str | None = None
    entities: list[_Entity] = []
    caption_entities: list[_Entity] = []
    photo: list[_Photo] = []
    document: _File | None = None
    location: _Place | None = None
    venue: _Venue | None = None
    reply_to_message: _Answered | None = None
    reply_markup: _Keyboard | None = None


class _Query(Struct):
    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    sender: _User = field(name="from")
    message: _Message | None = None
    inline_message_id: str | None = None
    data: str | None = None


class _Member(Struct):
    status: str


class _Membership(Struct):
    chat: _Chat
    date: Moment
    old_chat_member: _Member
    new_chat_member: _Member


class _Update(Struct):
    update_id: Count
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Query | None = None
    my_chat_member: _Membership | None = None


def read(raw: dict[str, Any]) -> Update | None:
    """An update whose fields are of the types that Telegram documents, None if they are not."""
    try:
        convert(raw, _Update)
        return Update.de_json(raw, None)
    except (ValidationError, TypeError, KeyError, AttributeError, ValueError, OverflowError, OSError, RecursionError):
        # What python-telegram-bot raises depends on where it stumbles; of fields that we do not use, too.
        return None
