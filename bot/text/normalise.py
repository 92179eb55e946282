"""Text from outside made harmless: one Unicode form, nothing invisible, single spaces, a bounded length."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARS = 4000
"""What is kept of one text; nobody asks a longer question."""

_SPACES = re.compile(r"\s+")
_VARIANTS = re.compile(r"[\ufe00-\ufe0f]")


def normalise(text: str, max_chars: int = MAX_CHARS) -> str:
    """One line in NFKC, without control and invisible characters, whitespace folded, at most `max_chars` long.

    Idempotent. Emoji joiners and bidirectional marks go too: they carry no meaning for a search.
    """
    # Bounded before the work as well: one character may become eighteen in NFKC.
    composed = unicodedata.normalize("NFKC", text[: max_chars * 2])
    if not composed.isprintable() or _VARIANTS.search(composed):
        # What is removed may have kept a letter and its accent apart.
        composed = unicodedata.normalize("NFKC", "".join(map(_visible, composed)))
    return _SPACES.sub(" ", composed).strip()[:max_chars].rstrip()


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] == "Z" or char in "\t\n\r\v\f\x85":
        return " "
    # Cc control, Cf format, Cs surrogates, Co private use, Cn unassigned; variation selectors are marks.
    if category[0] == "C" or "\ufe00" <= char <= "\ufe0f":
        return ""
    return char
