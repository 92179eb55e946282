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
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Of what is not printable, which is all that the loop looks for, most texts have nothing but the ends of their lines.
    if not text.replace("\n", "").isprintable():
        text = "".join(map(_kept, text))
    composed = unicodedata.normalize("NFC", text)
    return _BLANK_LINES.sub("\n\n", _BLANKS.sub(" ", composed)).strip()


def _kept(character: str) -> str:
    if character == "\n":
        return character
    category = unicodedata.category(character)
    if category[0] == "Z" or character == "\t":
        return " "
    return "" if category[0] == "C" else character


def plain_apostrophes(text: str) -> str:
    """Every character that is typed for an apostrophe as `'`."""
    return text.translate(_APOSTROPHES)
