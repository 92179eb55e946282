"""What the desk's page sends of an article, before anybody believed it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from bot.articles import Draft
from bot.desk.bodies import read_text
from bot.errors import PayloadRejected
from bot.knowledge.importers.markdown import (
    FICHE,
    MAX_KEYWORD_CHARS,
    MAX_KEYWORDS,
    MAX_SOURCE_CHARS,
    MAX_TITLE_CHARS,
)
from bot.text.normalise import normalise

MAX_BODY_CHARS = 60_000
"""Some ten thousand words: a mistake, or not one article."""
MAX_VERSION = 2**31
LINK = re.compile(r"(https?://[^\s/]+\S*|/[^/\s]\S*|/)?")


def read_draft(
    body: Mapping[str, Any], services: Collection[str], agents: Collection[int], may_be_untitled: bool = False
) -> Draft:
    """An article as an agent wrote it; `agents` are those who may look after one.

    Raises:
        PayloadRejected: a field is not what docs/desk-protocol.md gives.
    """
    service = read_text(body, "service", MAX_TITLE_CHARS)
    if service not in services:
        raise PayloadRejected(f"there is no service {service}", reason="no_service")
    fiche = read_text(body, "fiche", MAX_TITLE_CHARS, may_be_empty=True)
    if fiche and not FICHE.fullmatch(fiche):
        raise PayloadRejected("fiche is no id of one", reason="bad_fiche")
    owner = body.get("owner")
    if owner is not None and (isinstance(owner, bool) or owner not in agents):
        raise PayloadRejected("owner is no agent")
    return Draft(
        title=normalise(read_text(body, "title", MAX_TITLE_CHARS, may_be_empty=may_be_untitled)),
        service=service,
        body=_markdown(body),
        audience=normalise(read_text(body, "audience", 50, may_be_empty=True)) or "particuliers",
        valid_until=_day(body, "valid_until"),
        source=_link(body, "source"),
        keywords=_keywords(body),
        more=_link(body, "more"),
        fiche=fiche,
        review_on=_day(body, "review_on"),
        owner=owner,
    )


def read_version(body: Mapping[str, Any], name: str = "version") -> int:
    """The number of an edition.

    Raises:
        PayloadRejected: it is none.
    """
    value = body.get(name)
    if not (isinstance(value, int) and not isinstance(value, bool) and 0 < value < MAX_VERSION):
        raise PayloadRejected(f"{name} is no edition's number")
    return value


def _markdown(body: Mapping[str, Any]) -> str:
    """Blanks and line breaks mean something in Markdown and stay."""
    value = body.get("body", "")
    if not isinstance(value, str):
        raise PayloadRejected("body is not a text")
    if len(value) > MAX_BODY_CHARS:
        raise PayloadRejected(
            f"body has more than {MAX_BODY_CHARS} characters", reason="too_long", limit=MAX_BODY_CHARS
        )
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    kept = "".join(char for char in lines if char == "\n" or unicodedata.category(char)[0] != "C")
    text = unicodedata.normalize("NFC", kept).strip("\n").rstrip()
    return f"{text}\n" if text else ""


def _day(body: Mapping[str, Any], name: str) -> date | None:
    value = body.get(name) or None
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise PayloadRejected(f"{name} is no date", reason="bad_date") from error


def _link(body: Mapping[str, Any], name: str) -> str:
    value = read_text(body, name, MAX_SOURCE_CHARS, may_be_empty=True)
    if not LINK.fullmatch(value):
        raise PayloadRejected(f"{name} is no page", reason="bad_link")
    return value


def _keywords(body: Mapping[str, Any]) -> tuple[str, ...]:
    given = body.get("keywords") or []
    if not isinstance(given, list) or len(given) > MAX_KEYWORDS:
        raise PayloadRejected("keywords is not a list")
    if not all(isinstance(one, str) and len(one) <= MAX_KEYWORD_CHARS for one in given):
        raise PayloadRejected("a keyword is not a short text")
    return tuple(dict.fromkeys(word for word in map(normalise, given) if word))
