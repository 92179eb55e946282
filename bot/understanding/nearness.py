"""Short texts that say nearly the same, found without comparing each with all."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from bot.understanding.examples import NEAR, key

PIECE = 3
"""Letters of a piece, as `bot.understanding.examples` cuts them."""


def groups(texts: Sequence[str], near: float = NEAR) -> list[int]:
    """For each text the place of the first one that it nearly repeats, its own place if it is the first.

    Two texts are near if they share so much of their three-letter pieces (Jaccard index), case, accents and punctuation
    aside. Texts that share that much share one of their rarest pieces: prefix filtering (Bayardo, Ma and Srikant, Scaling
    Up All Pairs Similarity Search, 2007).
    """
    keys = [key(text) for text in texts]
    cut = [_pieces(one) for one in keys]
    often = Counter(piece for pieces in cut for piece in pieces)
    found: list[int] = []
    by_key: dict[str, int] = {}
    by_piece: dict[str, list[int]] = {}
    for place, pieces in enumerate(cut):
        same = by_key.get(keys[place])
        rare = _rarest(pieces, often, near)
        if same is None:
            others = sorted({other for piece in rare for other in by_piece.get(piece, ())})
            same = next((other for other in others if _alike(pieces, cut[other], near)), None)
        first = place if same is None else same
        by_key.setdefault(keys[place], first)
        found.append(first)
        if first == place:
            for piece in rare:
                by_piece.setdefault(piece, []).append(place)
    return found


def neighbours(texts: Sequence[str], among: Sequence[str], near: float = NEAR) -> list[int]:
    """The places of those among others that nearly repeat one of the texts, in order; found as in `groups`."""
    own, others = [_pieces(key(text)) for text in texts], [_pieces(key(text)) for text in among]
    often = Counter(piece for pieces in (*own, *others) for piece in pieces)
    by_piece: dict[str, list[frozenset[str]]] = {}
    for pieces in own:
        for piece in _rarest(pieces, often, near):
            by_piece.setdefault(piece, []).append(pieces)
    found = []
    for place, pieces in enumerate(others):
        like = (one for piece in _rarest(pieces, often, near) for one in by_piece.get(piece, ()))
        if any(_alike(pieces, one, near) for one in like):
            found.append(place)
    return found


def _rarest(pieces: frozenset[str], often: Mapping[str, int], near: float) -> list[str]:
    """Of which two near texts have one in common."""
    return sorted(pieces, key=lambda piece: (often[piece], piece))[: len(pieces) - math.ceil(near * len(pieces)) + 1]


def _pieces(text: str) -> frozenset[str]:
    padded = f"  {text}  "
    return frozenset(padded[at : at + PIECE] for at in range(len(padded) - PIECE + 1))


def _alike(one: frozenset[str], other: frozenset[str], near: float) -> bool:
    if min(len(one), len(other)) < near * max(len(one), len(other)):
        return False
    shared = len(one & other)
    return shared >= near * (len(one) + len(other) - shared)
