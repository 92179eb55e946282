"""Values as JSON text and back; unknown fields are passed over, so that an older process reads what a newer one wrote."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from bot.errors import StoreError
from bot.messages import Message, Outgoing, Reply
from bot.store.base import Article

T = TypeVar("T")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_encoder = msgspec.json.Encoder(enc_hook=lambda value: _number(value))
_message = msgspec.json.Decoder(Message)
_reply = msgspec.json.Decoder(Reply)
_outgoing = msgspec.json.Decoder(Outgoing)
_article = msgspec.json.Decoder(Article)
_text = msgspec.json.Decoder(str)
_event = msgspec.json.Decoder(dict[str, Any])
_counts = msgspec.json.Decoder(dict[str, int])


def storable(text: str) -> str:
    """Text without what databases refuse: NUL and lone surrogates become U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


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


def article(text: str) -> Article:
    """A stored article. Raises: StoreError."""
    return _decode(_article, text)


def words(text: str) -> str:
    """Stored words of a citizen. Raises: StoreError."""
    return _decode(_text, text)


def event(text: str) -> dict[str, Any]:
    """A stored event of Rasa. Raises: StoreError."""
    return _decode(_event, text)


def counts(text: str) -> dict[str, int]:
    """Stored row counts. Raises: StoreError."""
    return _decode(_counts, text)


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
