"""Untrusted JSON of Meta's webhooks: nothing is used before its type is known, and no item costs another."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, TypeVar

import msgspec

from bot.errors import PayloadRejected
from bot.messages import Kind, Location, Message, Skipped
from bot.text.clean import clean
from channels.base import Event

Item = TypeVar("Item")
MALFORMED = Skipped("malformed")
UNKNOWN = Skipped("unknown")
TOKEN = re.compile(r"c\.[A-Za-z0-9_-]{16}")
"""What the gateway gives a button; anything else that is pressed is only its title."""
PROVIDER_ID = re.compile(r"[\x21-\x7e]{1,512}")
FROM_MILLISECONDS = 10**11
"""A larger time counts milliseconds: Messenger's events do, changes and WhatsApp count seconds."""
MAX_URL_CHARS = 4096
MAX_NAME_CHARS = 120


class Malformed(ValueError):
    """An item that cannot be used."""


def body(raw: bytes) -> dict[str, Any]:
    """The object in a request's body.

    Raises:
        PayloadRejected: it is none.
    """
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise PayloadRejected("not JSON") from error
    if not isinstance(data, dict):
        raise PayloadRejected("not an object")
    return data


def each(holder: Mapping[str, Any], name: str, read: Callable[[Any], Sequence[Event]]) -> list[Event]:
    """What is read from each item of a list, [] if there is no such list."""
    found = holder.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        return [MALFORMED]
    events: list[Event] = []
    for item in found:
        try:
            events += read(item)
        except (Malformed, msgspec.ValidationError, RecursionError):
            events.append(MALFORMED)
    return events


def take(item: object, shape: type[Item]) -> Item:
    """An item in a shape of ours.

    Raises:
        msgspec.ValidationError: it has another one.
        Malformed: it has another one, and msgspec cannot even say so: half a surrogate pair stands in it.
    """
    try:
        return msgspec.convert(item, shape)
    except UnicodeError as error:
        raise Malformed("text that is none") from error


def identifier(given: str | None) -> str:
    """An id of the provider's.

    Raises:
        Malformed: it is no such id.
    """
    if given is None or not PROVIDER_ID.fullmatch(given):
        raise Malformed("that is no id")
    return given


def moment(given: int | str | None) -> datetime:
    """A time in seconds or milliseconds, as a number or in digits.

    Raises:
        Malformed: it is none.
    """
    try:
        number = int(given) if given is not None else 0
        seconds = number / 1000 if number >= FROM_MILLISECONDS else number
        if seconds <= 0:
            raise Malformed("that is no time")
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (ValueError, OverflowError, OSError) as error:
        raise Malformed("that is no time") from error


def location(latitude: float, longitude: float) -> Location:
    """A point on the earth.

    Raises:
        Malformed: it is none.
    """
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        raise Malformed("that is no place")
    return Location(latitude, longitude)


def pressed(payload: str | None) -> str | None:
    """A button's token, None if it is none of ours."""
    return payload if payload is not None and TOKEN.fullmatch(payload) else None


def secure(url: str | None) -> str | None:
    """A web address, None if it is none."""
    plain = url is not None and len(url) <= MAX_URL_CHARS and re.fullmatch(r"https?://[\x21-\x7e]+", url)
    return url if plain else None


def file_name(given: str) -> str:
    """A file's name without what cannot be seen, nor a path."""
    return clean(given).replace("\n", " ").rpartition("/")[2].rpartition("\\")[2][-MAX_NAME_CHARS:]


def worded(message: Message, max_chars: int) -> Message:
    """The message with its text cleaned; one that says nothing, or too much, as one that cannot be read."""
    text = clean(message.text)
    if len(text) > max_chars:
        return unreadable(message, "too_long")
    if not text and not message.attachments and message.pressed is None:
        return unreadable(message, "empty")
    return replace(message, text=text)


def unreadable(message: Message, reason: str) -> Message:
    """The message as one that we do not take; `reason` is the catalogue key of what is said to that."""
    return replace(message, kind=Kind.UNREADABLE, text=reason, pressed=None, attachments=(), location=None)
