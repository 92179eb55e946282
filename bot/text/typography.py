"""French as it is set in print, from French as it is typed; for display only, never for what is compared or searched."""

from __future__ import annotations

import re

NARROW = "\u202f"
"""Before ; ! ? and between the digits of a thousand."""
WIDE = "\u00a0"
"""Before : and within « », and between a figure and its unit."""

_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w|\s|$)")
_BEFORE_HIGH = re.compile(r"(?<=\S) (?=[;!?])")
_BEFORE_COLON = re.compile(r"(?<=\S) (?=:(?:\s|$))|(?<=«) (?=\S)|(?<=\S) (?=»)")
_THOUSAND = re.compile(r"(?<=\d) (?=\d{3}(?!\d| \d{2}(?!\d)))")
_UNIT = re.compile(
    r"(?<=\d) (?=(?:€|%|h\b|m[²³]|m\b|kg\b|km\b|ans?\b|jours?\b|mois\b|n°))|(?<=\bh) (?=\d{2}\b)|(?<=n°) (?=\d)"
)
_PHONE = re.compile(r"\b0\d(?: \d{2}){4}\b")


def typeset(text: str) -> str:
    """Typographic apostrophes, and spaces that do not break where French has them; idempotent."""
    text = _APOSTROPHE.sub("’", text)
    text = _PHONE.sub(lambda number: number[0].replace(" ", WIDE), text)
    text = _BEFORE_HIGH.sub(NARROW, text)
    text = _BEFORE_COLON.sub(WIDE, text)
    text = _THOUSAND.sub(NARROW, text)
    return _UNIT.sub(WIDE, text)


def shorten(text: str, chars: int) -> str:
    """The first words of a text in one line, at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= chars else line[: chars - 1].rsplit(" ", 1)[0] + "…"
