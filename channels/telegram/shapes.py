"""What an update must look like before anything of it is used.

Only what `payloads` reads is checked: what it does not read may be missing, of another type or new, and costs nothing.
Shapes: https://core.telegram.org/bots/api#available-types (Bot API 9).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Annotated, Any

from msgspec import Meta, Struct, ValidationError, convert, field

Id = Annotated[int, Meta(ge=-(2**52), le=2**52)]
Count = Annotated[int, Meta(ge=0, le=2**52)]
Moment = Annotated[int, Meta(ge=0, le=32_503_680_000)]
"""Seconds; Telegram writes 0 for a message that it no longer shows."""
FileId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,250}$")]


def moment(seconds: int) -> datetime:
    """A time of Telegram's."""
    return datetime.fromtimestamp(seconds, timezone.utc)


class User(Struct):
    """A citizen, an agent of Telegram's or a bot."""

    id: Annotated[int, Meta(ge=1, le=2**52)]
    is_bot: bool = False
    language_code: str | None = None


class Chat(Struct):
    """Where something was said."""

    id: Id
    type: str

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("no chat has the number 0")


class Entity(Struct):
    """A marked part of a text."""

    type: str
    offset: Count
    length: Count
    user: User | None = None


class File(Struct):
    """A file as it was sent."""

    file_id: FileId
    file_size: Count | None = None
    file_name: str | None = None
    mime_type: str | None = None


class Photo(Struct):
    """One of a photo's sizes."""

    file_id: FileId
    width: Count
    height: Count
    file_size: Count | None = None


class Place(Struct):
    """A point on the map; it moves during its `live_period`."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    live_period: Count | None = None


class Venue(Struct):
    """A place with a name."""

    location: Place


class Button(Struct):
    """A button of an inline keyboard."""

    text: str
    callback_data: str | None = None


class Keyboard(Struct):
    """What stands below a message of ours."""

    inline_keyboard: list[list[Button]] = []


class Answered(Struct):
    """The message that another one answers."""

    sender: User | None = field(name="from", default=None)
    forum_topic_created: Any = None
    """Everything that is said in a topic hangs on the message that opened it."""


class Message(Struct):
    """What was said."""

    message_id: Id
    date: Moment
    chat: Chat
    sender: User | None = field(name="from", default=None)
    edit_date: Moment | None = None
    text: str | None = None
    caption: str | None = None
    entities: list[Entity] = []
    caption_entities: list[Entity] = []
    photo: list[Photo] = []
    document: File | None = None
    location: Place | None = None
    venue: Venue | None = None
    reply_to_message: Answered | None = None
    reply_markup: Keyboard | None = None
    is_automatic_forward: bool = False

    @property
    def at(self) -> datetime:
        """When it was sent."""
        return moment(self.date)

    def marked(self) -> Iterator[tuple[Entity, str]]:
        """The marked parts of its words; their places count UTF-16 units."""
        words = (self.text if self.text is not None else self.caption or "").encode("utf-16-le", "surrogatepass")
        for entity in self.entities if self.text is not None else self.caption_entities:
            part = words[2 * entity.offset : 2 * (entity.offset + entity.length)]
            yield entity, part.decode("utf-16-le", "replace")


class Query(Struct):
    """A pressed button."""

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    sender: User = field(name="from")
    message: Message | None = None
    inline_message_id: str | None = None
    data: str | None = None


class Member(Struct):
    """What somebody is in a chat."""

    status: str


class Membership(Struct):
    """We were blocked, unblocked, added or removed."""

    chat: Chat
    date: Moment
    old_chat_member: Member
    new_chat_member: Member


class Update(Struct):
    """What happened: one of these, or something that we did not ask for."""

    update_id: Count
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Query | None = None
    my_chat_member: Membership | None = None


def read(raw: dict[str, Any]) -> Update | None:
    """An update whose fields are of the types that Telegram documents, None if they are not."""
    try:
        return convert(raw, Update)
    except (ValidationError, UnicodeError, RecursionError):
        # The second: msgspec stumbles over lone surrogates, which JSON may hold.
        return None
