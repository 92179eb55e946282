"""The three-letter pieces of a text, and when two texts share so many of them that they say the same."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from bot.text.french import fold

NEAR = 0.9
"""Two texts that share so much of their three-letter pieces are one text (Jaccard index)."""
PIECE = 3
"""Letters of a piece."""
_LETTERS = re.compile(r"\w+")


def key(text: str) -> str:
    """A text without case, accents and punctuation; signs alone stay as they are."""
    return " ".join(_LETTERS.findall(fold(text))) or text.strip()


def pieces(text: str) -> frozenset[str]:
    """Those of a `key`, with two blanks at both ends."""
    padded = f"  {text}  "
    return frozenset(padded[at : at + PIECE] for at in range(len(padded) - PIECE + 1))


def rarest(found: frozenset[str], often: Mapping[str, int], near: float) -> list[str]:
    """Of which two near texts have one in common; `often` counts the texts of each piece.

    Prefix filtering (Bayardo, Ma and Srikant, Scaling Up All Pairs Similarity Search, 2007).
    """
    return sorted(found, key=lambda piece: (often[piece], piece))[: unlike(len(found), near) + 1]


def unlike(size: int, near: float) -> int:
    """How many pieces of a text a near one may be without."""
    return size - math.ceil(near * size)


def alike(one: frozenset[str], other: frozenset[str], near: float) -> bool:
    """Whether their Jaccard index is that or more."""
    if min(len(one), len(other)) < near * max(len(one), len(other)):
        return False
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) >= near
