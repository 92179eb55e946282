"""Telegram's updates as events: pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from telegram.constants import ChatMemberStatus, ChatType, MessageEntityType

from bot.errors import PayloadRejected
from bot.messages import REMOTE_URL, Address, Attachment, Kind, Location, Message, Skipped
from bot.text.clean import clean
from channels.base import Event, Limits
from channels.telegram import shapes

NAME = "telegram"
LIMITS = Limits(
    # https://core.telegram.org/bots/api#sendmessage; the server counts UTF-16 units.
    text_chars=4096,
    buttons=12,
    # Telegram documents no limit; what is longer does not fit a phone's width.
    button_title_chars=60,
    incoming_text_chars=4096,
    # Of an album, every picture is a message of its own.
    attachments=1,
    attachment_bytes=10_000_000,
    typing=True,
)
CHAT = "chat"
"""The receipt of a message whose chat shows that we are typing."""
CALLBACK = "callback:"
"""How the receipt of a pressed button begins; the query's id follows."""
COMMANDS: Mapping[str, str] = {
    "aide": "Quelles questions je peux poser ?",
    "help": "Quelles questions je peux poser ?",
    "personne": "Je veux parler à quelqu’un",
    "person": "Je veux parler à quelqu’un",
    "horaires": "Horaires de la mairie",
    "hours": "Horaires de la mairie",
    "effacer": "Supprimer mes données",
    "delete": "Supprimer mes données",
}
"""What the commands of the menu mean, in words that the core was trained on (nlu/intents); others are only text."""
UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that we ask for."""

_COMMAND = re.compile(r"/([A-Za-z0-9_]+)(?:@[A-Za-z0-9_]+)?")
# Telephones begin a sentence with a capital.
_START = re.compile(r"/start(?:@[A-Za-z0-9_]+)?(?:\s+(?P<rest>.*))?", re.DOTALL | re.IGNORECASE)
_DEEP_LINK = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""https://core.telegram.org/bots/features#deep-linking"""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MEDIA_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+_-]{1,100}")
_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP, ChatType.CHANNEL)
_SPOKEN = frozenset({"voice", "audio", "video_note"})
_UNREAD = _SPOKEN | {
    *(
        "animation",
        "checklist",
        "contact",
        "dice",
        "game",
        "giveaway",
        "invoice",
        "live_photo",
        "location",
        "paid_media",
    ),
    *("passport_data", "poll", "rich_message", "sticker", "story", "video"),
}
"""What citizens send and we do not take; what a message holds beside it and texts, files and places tells of the chat."""
_AWAY = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
_POSTS = frozenset({"channel_post", "edited_channel_post"})
_MAX_TOKEN_BYTES = 64


@dataclass(frozen=True, slots=True)
class Us:
    """Who we are at Telegram, as far as known: it says whether somebody in a group means us."""

    id: int | None = None
    username: str | None = None


def update(body: bytes) -> dict[str, Any]:
    """The update in a request's body.

    Raises:
        PayloadRejected: it is none.
    """
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadRejected("not JSON") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
        raise PayloadRejected("not an update")
    return raw


def events(raw: dict[str, Any], us: Us, now: datetime) -> list[Event]:
    """What is in an update; what cannot be read is skipped.

    A 400 would not make Telegram drop it: it would send it again, and everything behind it later.
    """
    read = shapes.read(raw)
    if read is None:
        return [Skipped("malformed")]
    if read.message:
        return _message(read.message, raw["message"].keys(), us)
    if read.edited_message:
        return [_edit(read.edited_message)]
    if read.callback_query:
        return [_press(read.callback_query, now)]
    if read.my_chat_member:
        return [_membership(read.my_chat_member)]
    return [Skipped("group" if raw.keys() & _POSTS else "unknown")]


def _message(message: shapes.Message, holds: AbstractSet[str], us: Us) -> list[Event]:
    if message.sender is not None and message.sender.is_bot:
        return [Skipped("bot")]
    if message.chat.type in _GROUPS:
        return [_group(message.chat, message.at) if _means_us(message, us) else Skipped("group")]
    if message.chat.type != ChatType.PRIVATE:
        return [Skipped("unknown")]
    if message.sender is None:
        return [Skipped("malformed")]
    said = _said(message, f"{message.chat.id}.{message.message_id}", message.at)
    if message.text is not None:
        return [_text(said, message.text)]
    return _media(said, message, holds)


def _said(message: shapes.Message, message_id: str, at: datetime) -> Message:
    """A message without its words."""
    tag = message.sender.language_code if message.sender else None
    return Message(
        id=message_id,
        address=Address(NAME, str(message.chat.id)),
        text="",
        sent_at=at,
        language_hint=tag if tag and _LANGUAGE.fullmatch(tag) else None,
        receipt=CHAT,
    )


def _text(said: Message, text: str) -> Message:
    words = _words(said, text)
    if words.kind is not Kind.TEXT:
        return words
    if start := _START.fullmatch(words.text):
        rest = start["rest"] or ""
        # A person may type anything behind /start; only a link's payload is one.
        if not rest or _DEEP_LINK.fullmatch(rest):
            return replace(words, kind=Kind.START, text=rest)
        return replace(words, text=rest)
    command = _COMMAND.fullmatch(words.text)
    return replace(words, text=COMMANDS.get(command[1].lower(), words.text)) if command else words


def _words(said: Message, text: str) -> Message:
    """A message with its words, or what is said to words that are not taken."""
    if len(text) > LIMITS.incoming_text_chars:
        return _unreadable(said, "too_long")
    text = clean(text)
    return replace(said, text=text) if text else _unreadable(said, "empty")


def _unreadable(said: Message, reason: str) -> Message:
    return replace(said, kind=Kind.UNREADABLE, text=reason)


def _media(said: Message, message: shapes.Message, holds: AbstractSet[str]) -> list[Event]:
    """Everything but texts. Of a group of pictures each is a message."""
    place = message.venue.location if message.venue else message.location
    if place and not place.live_period:
        return [replace(said, kind=Kind.LOCATION, location=Location(place.latitude, place.longitude))]
    # A GIF comes as an animation and, for old clients, as a document too.
    file = None if "animation" in holds else message.document
    if message.photo or file:
        attached = replace(said, attachments=(_document(file) if file else _photo(message.photo),))
        return [_words(attached, message.caption) if message.caption else attached]
    if not holds & _UNREAD:
        return [Skipped("service")]
    answer = _unreadable(said, "voice_unsupported" if holds & _SPOKEN else "unsupported")
    if not message.caption:
        return [answer]
    # The words beside what we cannot see may be all that matters: they are read, and the rest is answered all the same.
    return [_words(said, message.caption), replace(answer, id=f"{said.id}.media", receipt="")]


def _photo(sizes: Sequence[shapes.Photo]) -> Attachment:
    """The largest of a photo's sizes that may be fetched; the smallest if none may."""
    by_size = sorted(sizes, key=lambda one: one.width * one.height)
    fitting = [one for one in by_size if (one.file_size or 0) <= LIMITS.attachment_bytes]
    best = fitting[-1] if fitting else by_size[0]
    # Telegram draws photos anew, as JPEG; what is sent as a file stays what it was.
    return Attachment("photo.jpg", "image/jpeg", best.file_size or 0, f"{REMOTE_URL}{best.file_id}")


def _document(document: shapes.File) -> Attachment:
    name = clean(document.file_name or "")[:200] or "document"
    media_type = (document.mime_type or "").lower()
    return Attachment(
        name,
        media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream",
        document.file_size or 0,
        f"{REMOTE_URL}{document.file_id}",
    )


def _edit(message: shapes.Message) -> Event:
    if message.chat.type in _GROUPS:
        return Skipped("group")
    if message.sender is not None and message.sender.is_bot:
        return Skipped("bot")
    text = message.text if message.text is not None else message.caption
    if message.chat.type != ChatType.PRIVATE or text is None:
        return Skipped("edit")
    if message.sender is None or message.edit_date is None:
        return Skipped("malformed")
    edit_id = f"{message.chat.id}.{message.message_id}.e{message.edit_date}"
    said = _text(_said(message, edit_id, shapes.moment(message.edit_date)), text)
    return replace(said, kind=Kind.EDIT) if said.kind is Kind.TEXT else Skipped("edit")


def _press(query: shapes.Query, now: datetime) -> Event:
    chat = query.message.chat if query.message else None
    if chat is not None and chat.type in _GROUPS:
        return Skipped("group")
    # Without data it is a game; without a message it belongs to something that was sent in another's name.
    if not query.data or query.inline_message_id or len(query.data.encode()) > _MAX_TOKEN_BYTES:
        return Skipped("unknown")
    # In a private chat, the chat has the citizen's id.
    key = str(chat.id if chat is not None else query.sender.id)
    tag = query.sender.language_code
    return Message(
        id=f"{key}.c{query.id}",
        address=Address(NAME, key),
        text=_title(query),
        sent_at=now,
        pressed=query.data,
        language_hint=tag if tag and _LANGUAGE.fullmatch(tag) else None,
        receipt=f"{CALLBACK}{query.id}",
    )


def _title(query: shapes.Query) -> str:
    """What stood on the button, "" where the message is too old to come along."""
    if query.message is None or query.message.reply_markup is None:
        return ""
    rows = query.message.reply_markup.inline_keyboard
    return next((clean(one.text) for row in rows for one in row if one.callback_data == query.data), "")


def _membership(change: shapes.Membership) -> Event:
    """We were blocked, or added to a group."""
    gone = change.new_chat_member.status in _AWAY
    if gone:
        return Skipped("blocked")
    if change.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP) and change.old_chat_member.status in _AWAY:
        return _group(change.chat, shapes.moment(change.date))
    return Skipped("group" if change.chat.type in _GROUPS else "unblocked")


def _group(chat: shapes.Chat, at: datetime) -> Message:
    """Somebody in a group means us. One id a day: it is declined once a day however often we are called."""
    key = str(chat.id)
    return Message(f"{key}.group.{at:%Y-%m-%d}", Address(NAME, key), "", at, kind=Kind.GROUP)


def _means_us(message: shapes.Message, us: Us) -> bool:
    """Whether a message in a group is a command for us, names us or answers us; nothing else of it is looked at."""
    # The post of a channel in its discussion group: nobody there has called us, though the town's own posts often name us.
    if message.is_automatic_forward:
        return False
    replied = message.reply_to_message
    answered = replied.sender if replied and replied.forum_topic_created is None else None
    if answered is not None and (answered.id == us.id if us.id is not None else answered.is_bot):
        return True
    for entity, text in message.marked():
        if entity.type == MessageEntityType.TEXT_MENTION and entity.user and entity.user.id == us.id:
            return True
        name, at, bot = text.partition("@")
        meant = us.username is not None and bot.lower() == us.username.lower()
        if entity.type == MessageEntityType.MENTION and not name and meant:
            return True
        # Until we know our name, any command may be for us.
        if entity.type == MessageEntityType.BOT_COMMAND and (meant or not at or us.username is None):
            return True
    return False
