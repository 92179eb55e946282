"""Words by their letters: three to five in a row, within a word and its edges. Finds misspelt and compound words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.engine.postings import Floats, Postings, rarity, stacked

Codes = NDArray[np.int32]

SHORTEST, LONGEST = 3, 5
MAX_CHARS = 40
"""Of one word; what is longer is no word."""
_EDGE = 37
_BASE = 38
"""Letters are 1 to 26, digits 27 to 36: five in a row stay below 2 ** 31, and no two shapes share a number."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """Cosines between a question's shapes and each document's, one posting list for each known shape."""

    codes: Codes
    """Sorted."""
    idf: Floats
    postings: Postings

    def weights(self, found: Iterable[str]) -> tuple[NDArray[np.int32], Floats]:
        """A question's known shapes by place, with weights of length 1 when all are known."""
        codes, counts = _tallied(found)
        if not len(codes) or not len(self.codes):
            return np.empty(0, np.int32), np.empty(0, np.float32)
        places = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        known = self.codes[places] == codes
        weights = (1 + np.log(counts)) * np.where(known, self.idf[places], self.idf.max())
        weights /= np.linalg.norm(weights)
        return places[known].astype(np.int32), weights[known].astype(np.float32)

    def scores(self, found: Iterable[str], count: int) -> Floats:
        """The cosine with each of `count` rows, in [0, 1]."""
        return self.postings.scores(*self.weights(found), count)


def shapes(rows: Sequence[Sequence[str]]) -> Shapes:
    """The shapes of documents, each given as its words; a shape that a single document has is left out."""
    from scipy.sparse import csr_matrix

    tallies = [_tallied(row) for row in rows]
    every = np.concatenate([codes for codes, _ in tallies]) if tallies else np.empty(0, np.int32)
    codes, held = np.unique(every, return_counts=True)
    codes = codes[held >= min(2, len(rows))].astype(np.int32)
    indices, values, starts = [], [], [0]
    for found, counts in tallies:
        places = np.searchsorted(codes, found)
        known = (
            (places < len(codes)) & (codes[np.minimum(places, max(0, len(codes) - 1))] == found) if len(codes) else []
        )
        indices.append(places[known])
        values.append(counts[known])
        starts.append(starts[-1] + len(indices[-1]))
    flat = np.concatenate(values).astype(np.float32) if values else np.empty(0, np.float32)
    at = np.concatenate(indices).astype(np.int32) if indices else np.empty(0, np.int32)
    matrix = csr_matrix((flat, at, np.array(starts)), shape=(len(rows), len(codes)), dtype=np.float32)
    idf = rarity(matrix)
    matrix.data = (1 + np.log(matrix.data)) * idf[matrix.indices]
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data = (matrix.data / np.repeat(np.maximum(lengths, 1e-6), np.diff(matrix.indptr))).astype(np.float32)
    return Shapes(codes, idf, stacked([matrix]))


def _tallied(found: Iterable[str]) -> tuple[Codes, NDArray[np.int64]]:
    of_words = [_of_word(word) for word in found]
    if not of_words:
        return np.empty(0, np.int32), np.empty(0, np.int64)
    return np.unique(np.concatenate(of_words), return_counts=True)


@lru_cache(maxsize=100_000)
def _of_word(word: str) -> Codes:
    letters = [_EDGE, *(_number(char) for char in word[:MAX_CHARS]), _EDGE]
    found = []
    for width in range(SHORTEST, LONGEST + 1):
        for begin in range(len(letters) - width + 1):
            code = 0
            for number in letters[begin : begin + width]:
                code = code * _BASE + number
            found.append(code)
    return np.array(found, np.int32)


def _number(char: str) -> int:
    return ord(char) - 96 if char.isalpha() else ord(char) - 48 + 27
