"""What a client of the API sends: one message, read strictly. docs/openapi.yml describes it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal, NoReturn

import msgspec
from msgspec import Meta, Struct

from bot.errors import PayloadRejected
from bot.messages import Address, Kind, Location, Message
from bot.text.clean import clean

# msgspec searches; `$` would let a line break pass.
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]
Token = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}\Z")]


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """A point on the earth, WGS 84, in degrees."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]


class Said(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request. A field that we do not know is refused: taken in silence, it would be lost in silence."""

    id: Id
    conversation: Id
    text: str | None = None
    pressed: Token | None = None
    language: Language | None = None
    location: Place | None = None
    kind: Literal["text", "start"] = "text"


def message(name: str, client: str, body: bytes, now: datetime, max_chars: int) -> Message:
    """The message in the body of a client's request.

    Raises:
        PayloadRejected: its reason is "empty", "too_long" or "unreadable".
    """
    said = read(body)
    if len(said.text or "") > max_chars:
        raise PayloadRejected(f"more than {max_chars} characters", reason="too_long")
    text = clean(said.text or "")
    kind = Kind(said.kind)
    if not text and said.pressed is None and kind is not Kind.START:
        if said.location is None:
            raise PayloadRejected("nothing was said", reason="empty")
        kind = Kind.LOCATION
    place = said.location
    return Message(
        # A client chooses its ids: they are its own only within its conversation.
        id=f"{client}.{said.conversation}.{said.id}",
        address=Address(name, f"{client}.{said.conversation}"),
        text=text,
        sent_at=now,
        kind=kind,
        pressed=said.pressed,
        location=Location(place.latitude, place.longitude) if place else None,
        language_hint=said.language,
    )


def read(body: bytes) -> Said:
    """The body of a request, checked.

    Raises:
        PayloadRejected: it is not what docs/openapi.yml describes.
    """
    try:
        data: Any = json.loads(body, parse_constant=_no_constant)
        return msgspec.convert(data, Said)
    except (ValueError, RecursionError) as error:
        # msgspec's own errors are ValueErrors. Their words may quote the citizen: they stay here.
        raise PayloadRejected("not a message as docs/openapi.yml describes it") from error


def _no_constant(name: str) -> NoReturn:
    """Python reads NaN and Infinity, which are no JSON, and no place on the earth."""
    raise ValueError(f"{name} is no JSON")
