"""Words that stand side by side: « congé parental » is more than « congé » and « parental » on one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.engine.postings import Floats, Ids, Postings, present, rarity, stacked

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Together:
    """Pairs of neighbouring stems by number, and the documents that have them: anywhere, and in their short texts."""

    codes: Codes
    """Sorted."""
    idf: Floats
    postings: Postings
    """Row = document * 2, and one more for the short texts."""

    def scores(self, stems: Ids, count: int) -> Floats:
        """Which share of a question's pairs each document has, (count, 2); `stems` in order, -1 for an unknown one."""
        asked = np.unique(_codes(stems[stems >= 0])) if len(stems) > 1 else np.empty(0, np.int64)
        if not len(asked) or not len(self.codes):
            return np.zeros((count, 2), np.float32)
        places = np.minimum(np.searchsorted(self.codes, asked), len(self.codes) - 1)
        known = self.codes[places] == asked
        found = places[known].astype(np.int32)
        mass = float(np.where(known, self.idf[places], self.idf.max()).sum()) + 1
        return self.postings.scores(found, np.ones(len(found), np.float32), 2 * count).reshape(count, 2) / mass


def together(short: Sequence[Sequence[Ids]], long: Sequence[Sequence[Ids]]) -> Together:
    """The pairs of documents, each given as its short texts and its long ones; a pair of a single document is left out."""
    brief = [_unique(texts) for texts in short]
    whole = [_unique([*own, *texts]) for own, texts in zip(short, long, strict=True)]
    every = np.concatenate(whole) if whole else np.empty(0, np.int64)
    codes, held = np.unique(every, return_counts=True)
    codes = codes[held >= min(2, len(short))]
    anywhere = _matrix(whole, codes)
    idf = rarity(anywhere)
    return Together(codes, idf, stacked([present(anywhere, idf), present(_matrix(brief, codes), idf)]))


def _matrix(rows: Sequence[Codes], codes: Codes) -> Any:
    from scipy.sparse import csr_matrix

    every = np.concatenate(rows) if rows else np.empty(0, np.int64)
    places = np.searchsorted(codes, every)
    known = codes[np.minimum(places, len(codes) - 1)] == every if len(codes) else np.zeros(len(every), np.bool_)
    ends = np.cumsum([0, *map(len, rows)])
    starts = np.concatenate([[0], np.cumsum(known)])[ends]
    flat = places[known].astype(np.int32)
    return csr_matrix((np.ones(len(flat), np.float32), flat, starts), shape=(len(rows), len(codes)))


def _unique(texts: Sequence[Ids]) -> Codes:
    found = [text for text in texts if len(text) > 1]
    if not found:
        return np.empty(0, np.int64)
    # All texts in one, without the pairs that the last word of one makes with the first of the next.
    ends = np.cumsum([len(text) for text in found])[:-1] - 1
    return np.unique(np.delete(_codes(np.concatenate(found)), ends))


def _codes(stems: Ids) -> Codes:
    wide = stems.astype(np.int64)
    return (wide[:-1] << 32) | wide[1:]
