"""What the desk's page sends, before anybody believed it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.errors import PayloadRejected
from bot.messages import Source
from bot.text.clean import clean

ID = re.compile(r"[A-Za-z0-9-]{1,64}")
MAX_KEY_CHARS = 500
MAX_SOURCES = 8
MAX_SOURCE_CHARS = 500
SAFE_SOURCE = re.compile(r"(?:https?://|/(?![/\\]))[^\s]+")
"""A page of the web, or of the town's own site; nothing by which a browser would do something else."""


async def json_object(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request; an empty body is an empty one.

    Raises:
        PayloadRejected: it is none.
    """
    try:
        text = await request.text()
        body = json.loads(text) if text else {}
    except (ValueError, RecursionError, LookupError) as error:
        raise PayloadRejected("not JSON") from error
    if not isinstance(body, dict):
        raise PayloadRejected("not an object")
    return body


def read_flag(body: Mapping[str, Any], name: str) -> bool:
    """True or false.

    Raises:
        PayloadRejected: it is neither.
    """
    value = body.get(name)
    if not isinstance(value, bool):
        raise PayloadRejected(f"{name} is not true or false")
    return value


def read_id(body: Mapping[str, Any]) -> str:
    """The page's own id of what it sends.

    Raises:
        PayloadRejected: it is not of the form that the protocol gives.
    """
    value = body.get("id")
    if not (isinstance(value, str) and ID.fullmatch(value)):
        raise PayloadRejected("id is not of the form that docs/desk-protocol.md gives")
    return value


def read_text(body: Mapping[str, Any], name: str, max_chars: int, may_be_empty: bool = False) -> str:
    """Words, cleaned of control characters.

    Raises:
        PayloadRejected: there are none, or too many.
    """
    value = body.get(name, "" if may_be_empty else None)
    if not isinstance(value, str):
        raise PayloadRejected(f"{name} is not a text")
    if len(value) > max_chars:
        raise PayloadRejected(f"{name} has more than {max_chars} characters", reason="too_long", limit=max_chars)
    value = clean(value)
    if not value and not may_be_empty:
        raise PayloadRejected(f"{name} is empty")
    return value


def read_key(body: Mapping[str, Any], name: str) -> str:
    """A name that the gateway gave, back as it was.

    Raises:
        PayloadRejected: it is none.
    """
    value = body.get(name)
    if not (isinstance(value, str) and 0 < len(value) <= MAX_KEY_CHARS):
        raise PayloadRejected(f"{name} is not a name of ours")
    return value


def read_position(body: Mapping[str, Any]) -> int:
    """A line's position.

    Raises:
        PayloadRejected: it is none.
    """
    value = body.get("position")
    if not (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        raise PayloadRejected("position is not a line's")
    return value


def read_sources(body: Mapping[str, Any]) -> tuple[Source, ...]:
    """What a reply rests on: links to pages, nothing else.

    Raises:
        PayloadRejected: one of them is something else.
    """
    given = body.get("sources") or []
    if not isinstance(given, list) or len(given) > MAX_SOURCES:
        raise PayloadRejected("sources is not a short list")
    found = []
    for one in given:
        fields = (
            {name: one.get(name, "") for name in ("title", "url", "publisher", "updated")}
            if isinstance(one, dict)
            else {}
        )
        if not fields or not all(
            isinstance(value, str) and len(value) <= MAX_SOURCE_CHARS for value in fields.values()
        ):
            raise PayloadRejected("a source is not one")
        if not fields["title"] or not SAFE_SOURCE.fullmatch(fields["url"]):
            raise PayloadRejected("a source is no page")
        found.append(Source(**fields))
    return tuple(found)
