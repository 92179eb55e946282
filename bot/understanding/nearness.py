"""Short texts that say nearly the same, found without comparing each with all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.understanding.pieces import NEAR, alike, key, pieces, rarest, unlike

SHARED = 3
"""Of the rarest pieces of two near texts; each more makes fewer candidates out of a larger product."""
ROWS_AT_ONCE = 2000


def groups(texts: Sequence[str], near: float = NEAR) -> list[int]:
    """For each text the place of the first one that it nearly repeats, its own place if it is the first.

    Two texts are near if they share so much of their three-letter pieces (Jaccard index), case, accents and punctuation
    aside. Texts that share that much share one of their rarest pieces, see `bot.understanding.pieces.rarest`.
    """
    keys = [key(text) for text in texts]
    cut = [pieces(one) for one in keys]
    often = Counter(piece for one in cut for piece in one)
    found: list[int] = []
    by_key: dict[str, int] = {}
    by_piece: dict[str, list[int]] = {}
    for place, own in enumerate(cut):
        same = by_key.get(keys[place])
        rare = rarest(own, often, near)
        if same is None:
            others = sorted({other for piece in rare for other in by_piece.get(piece, ())})
            same = next((other for other in others if alike(own, cut[other], near)), None)
        first = place if same is None else same
        by_key.setdefault(keys[place], first)
        found.append(first)
        if first == place:
            for piece in rare:
                by_piece.setdefault(piece, []).append(place)
    return found


def neighbours(texts: Sequence[str], among: Sequence[str], near: float = NEAR) -> list[int]:
    """The places of those among others that nearly repeat one of the texts, in order; found as in `groups`."""
    own, others = [pieces(key(text)) for text in texts], [pieces(key(text)) for text in among]
    often = Counter(piece for one in (*own, *others) for piece in one)
    by_piece: dict[str, list[frozenset[str]]] = {}
    for one in own:
        for piece in rarest(one, often, near):
            by_piece.setdefault(piece, []).append(one)
    found = []
    for place, one in enumerate(others):
        like = (other for piece in rarest(one, often, near) for other in by_piece.get(piece, ()))
        if any(alike(one, other, near) for other in like):
            found.append(place)
    return found


def across(texts: Sequence[str], kinds: Sequence[str], near: float = NEAR) -> list[tuple[int, int]]:
    """Places of two texts of different kinds that nearly say the same, the smaller first, in order.

    Near texts of which one has n pieces share `SHARED` of their n - near * n + `SHARED` rarest ones (Wang, Li and Feng, Can We
    Beat the Prefix Filtering?, 2012): a small sparse product finds who does, and only those are compared.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    cut = [pieces(key(text)) for text in texts]
    often = Counter(piece for one in cut for piece in one)
    order = {piece: at for at, piece in enumerate(sorted(often, key=lambda piece: (often[piece], piece)))}
    rare = [sorted(order[piece] for piece in one)[: unlike(len(one), near) + SHARED] for one in cut]
    columns = np.fromiter((at for one in rare for at in one), np.int32)
    ends = np.cumsum([0, *map(len, rare)])
    matrix = csr_matrix((np.ones(len(columns), np.int32), columns, ends), shape=(len(cut), max(1, len(order))))
    names = {kind: at for at, kind in enumerate(dict.fromkeys(kinds))}
    codes, sizes = np.array([names[kind] for kind in kinds]), np.array([len(one) for one in cut])
    turned, found = matrix.T.tocsr(), []
    for begin in range(0, len(cut), ROWS_AT_ONCE):
        common = (matrix[begin : begin + ROWS_AT_ONCE] @ turned).tocoo()
        first, second = common.row + begin, common.col
        small, large = np.minimum(sizes[first], sizes[second]), np.maximum(sizes[first], sizes[second])
        may = (first < second) & (codes[first] != codes[second]) & (small >= near * large)
        may &= common.data >= np.minimum(SHARED, np.ceil(near * large))
        pairs = zip(first[may].tolist(), second[may].tolist(), strict=True)
        found += [(one, other) for one, other in pairs if alike(cut[one], cut[other], near)]
    return sorted(found)
