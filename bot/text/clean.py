"""What a citizen typed, kept as typed: only what cannot be seen or read goes."""

from __future__ import annotations

import re
import unicodedata

_BLANK_LINES = re.compile(r"\n\s*\n\s*")
_BLANKS = re.compile(r"[^\S\n]+")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ＇`´′", "'"))


def clean(text: str) -> str:
    """Composed (NFC), without control and invisible characters, lone surrogates and runs of blanks.

    Lines and paragraphs stay. Idempotent. "" if nothing can be seen.
    """
    kept = []
    for character in text.replace("\r\n", "\n").replace("\r", "\n"):
        category = unicodedata.category(character)
        if character == "\n":
            kept.append(character)
        elif category[0] == "Z" or character == "\t":
            kept.append(" ")
        elif category[0] != "C":
            kept.append(character)
    composed = unicodedata.normalize("NFC", "".join(kept))
    return _BLANK_LINES.sub("\n\n", _BLANKS.sub(" ", composed)).strip()


def plain_apostrophes(text: str) -> str:
    """Every character that is typed for an apostrophe as `'`."""
    return text.translate(_APOSTROPHES)
