"""Values as JSON text and back; unknown fields are passed over, so that an older process reads what a newer one wrote."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from bot.articles import Draft
from bot.errors import StoreError
from bot.letters import Letter
from bot.messages import Attachment, Message, Outgoing, Reply, Source, Thread, is_public
from bot.readings import Reading, Suggested
from bot.store.base import Article

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """A citizen's line: words, and what was sent along."""

    text: str
    attachments: tuple[Attachment, ...] = ()
    public: bool = False
    """Whether it was said where others read it."""


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_encoder = msgspec.json.Encoder(enc_hook=lambda value: _number(value))
_message = msgspec.json.Decoder(Message)
_reply = msgspec.json.Decoder(Reply)
_outgoing = msgspec.json.Decoder(Outgoing)
_thread = msgspec.json.Decoder(Thread)
_article = msgspec.json.Decoder(Article)
_draft = msgspec.json.Decoder(Draft)
_said = msgspec.json.Decoder(str | Said)
_event = msgspec.json.Decoder(dict[str, Any])
_events = msgspec.json.Decoder(list[dict[str, Any]])
_counts = msgspec.json.Decoder(dict[str, int])
_texts = msgspec.json.Decoder(dict[str, str])
_names = msgspec.json.Decoder(tuple[str, ...])
_sources = msgspec.json.Decoder(tuple[Source, ...])
_letter = msgspec.json.Decoder(Letter)
_reading = msgspec.json.Decoder(Reading)
_suggested = msgspec.json.Decoder(tuple[Suggested, ...])


def storable(text: str) -> str:
    """Text without what databases refuse: NUL and lone surrogates become U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def seen_name(channel: str, message_id: str) -> str:
    """What is left of a message that was erased: enough to know it when it comes again, and nothing to read."""
    return hashlib.sha256(f"{channel}:{message_id}".encode("utf-8", "surrogatepass")).hexdigest()


def encode(value: Any) -> str:
    """A value as JSON.

    Raises:
        StoreError: it holds something that JSON cannot say.
    """
    try:
        return _encoder.encode(value).decode()
    except UnicodeEncodeError:
        # A lone surrogate, which JavaScript lets through, somewhere inside: msgspec has no way to replace it.
        return _encoder.encode(_storable(msgspec.to_builtins(value, enc_hook=_number))).decode()
    except (TypeError, ValueError, RecursionError) as error:
        raise StoreError(f"a {type(value).__name__} cannot be stored: {error}") from error


def message(text: str) -> Message:
    """A stored message. Raises: StoreError."""
    return _decode(_message, text)


def reply(text: str) -> Reply:
    """A stored reply. Raises: StoreError."""
    return _decode(_reply, text)


def outgoing(text: str) -> Outgoing:
    """A stored provider message. Raises: StoreError."""
    return _decode(_outgoing, text)


def thread(text: str) -> Thread:
    """A stored thread. Raises: StoreError."""
    return _decode(_thread, text)


def article(text: str) -> Article:
    """A stored article. Raises: StoreError."""
    return _decode(_article, text)


def draft(text: str) -> Draft:
    """A stored draft of an article. Raises: StoreError."""
    return _decode(_draft, text)


def said(message: Message) -> str:
    """What a citizen said, as the transcript keeps it: a text alone is just that. Raises: StoreError."""
    public = is_public(message)
    return encode(Said(message.text, message.attachments, public) if message.attachments or public else message.text)


def words(text: str) -> Said:
    """Stored words of a citizen. Raises: StoreError."""
    found = _decode(_said, text)
    return Said(found) if isinstance(found, str) else found


def event(text: str) -> dict[str, Any]:
    """A stored event of Rasa. Raises: StoreError."""
    return _decode(_event, text)


def events(text: str) -> list[dict[str, Any]]:
    """Stored events of Rasa. Raises: StoreError."""
    return _decode(_events, text)


def counts(text: str) -> dict[str, int]:
    """Stored row counts. Raises: StoreError."""
    return _decode(_counts, text)


def texts(text: str) -> dict[str, str]:
    """Stored texts by name. Raises: StoreError."""
    return _decode(_texts, text)


def names(text: str) -> tuple[str, ...]:
    """Stored names. Raises: StoreError."""
    return _decode(_names, text)


def letter(text: str) -> Letter:
    """A stored letter. Raises: StoreError."""
    return _decode(_letter, text)


def reading(text: str) -> Reading:
    """What was read in a letter. Raises: StoreError."""
    return _decode(_reading, text)


def suggested(text: str) -> tuple[Suggested, ...]:
    """Stored suggestions of a reply. Raises: StoreError."""
    return _decode(_suggested, text)


def sources(text: str) -> tuple[Source, ...]:
    """Stored sources. Raises: StoreError."""
    return _decode(_sources, text)


def _decode(decoder: msgspec.json.Decoder[T], text: str) -> T:
    try:
        return decoder.decode(text)
    except msgspec.DecodeError as error:
        raise StoreError(f"a stored value cannot be read: {error}") from error


def _number(value: Any) -> float:
    """Rasa's events carry numpy's numbers here and there."""
    if hasattr(value, "__float__"):
        return float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(inner) for inner in value]
    return value
