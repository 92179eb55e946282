"""Replies as Telegram messages: pure functions."""

from __future__ import annotations

from msgspec import Struct, ValidationError, convert
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.errors import SendRefused
from bot.messages import Outgoing, Reply
from bot.text.clean import clean
from bot.text.wording import Wording
from channels import plain
from channels.base import Limits

MAX_CALLBACK_BYTES = 64
"""https://core.telegram.org/bots/api#inlinekeyboardbutton"""


class Choice(Struct, frozen=True):
    """A button of an inline keyboard."""

    title: str
    token: str


class Post(Struct, frozen=True):
    """One message as it is stored before it is sent."""

    text: str
    buttons: tuple[Choice, ...] = ()

    @property
    def keyboard(self) -> InlineKeyboardMarkup | None:
        """One button a row: titles are sentences, and two of them side by side are cut off on a phone."""
        rows = [[InlineKeyboardButton(one.title, callback_data=one.token)] for one in self.buttons]
        return InlineKeyboardMarkup(rows) if rows else None


def posts(reply: Reply, website: str, wording: Wording, limits: Limits) -> list[Outgoing]:
    """A reply as messages; buttons that do not fit become a list that is answered by number."""
    text = plain.body(reply, website, wording)
    buttons = tuple(Choice(button.title, button.payload) for button in reply.buttons)
    # A keyboard cannot stand without words.
    if buttons and not (clean(text) and len(buttons) <= limits.buttons and all(_fits(one, limits) for one in buttons)):
        text = "\n\n".join(part for part in (text, plain.numbered(reply.buttons, reply.language, wording)) if part)
        buttons = ()
    # Telegram refuses a message in which nothing can be seen.
    pieces = [piece for piece in plain.split(text, limits.text_chars, plain.utf16) if clean(piece)]
    return [_outgoing(piece, ()) for piece in pieces[:-1]] + [_outgoing(piece, buttons) for piece in pieces[-1:]]


def post(outgoing: Outgoing) -> Post:
    """What was rendered, from where it was stored.

    Raises:
        SendRefused: another version of us stored it.
    """
    try:
        return convert(outgoing.payload, Post)
    except ValidationError as error:
        raise SendRefused("not a message of this channel") from error


def _fits(choice: Choice, limits: Limits) -> bool:
    return bool(
        clean(choice.title)
        and len(choice.title) <= limits.button_title_chars
        and 0 < len(choice.token.encode()) <= MAX_CALLBACK_BYTES
    )


def _outgoing(text: str, buttons: tuple[Choice, ...]) -> Outgoing:
    return Outgoing({"text": text, "buttons": [{"title": one.title, "token": one.token} for one in buttons]})
