"""Cosines between a question and many short texts, each a bag of coded pieces: letters in a row, words in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.engine.postings import Floats, Postings, rarity, stacked

MIN_TEXTS = 200
"""What a small base has is rare enough."""
Tally = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Pieces by code, each once and sorted, and how often each stands there."""


@dataclass(frozen=True, slots=True)
class Grams:
    """One posting list for each known piece; rows are texts."""

    codes: NDArray[np.int64]
    """Sorted."""
    idf: Floats
    postings: Postings

    def weights(self, tally: Tally) -> tuple[NDArray[np.int32], Floats]:
        """A question's known pieces by place, with weights of length 1 when all are known."""
        codes, counts = tally
        if not len(codes) or not len(self.codes):
            return np.empty(0, np.int32), np.empty(0, np.float32)
        places = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        known = self.codes[places] == codes
        weights = (1 + np.log(counts)) * np.where(known, self.idf[places], self.idf.max())
        weights /= np.linalg.norm(weights)
        return places[known].astype(np.int32), weights[known].astype(np.float32)

    def scores(self, tally: Tally, count: int) -> Floats:
        """The cosine with each of `count` rows, in [0, 1]."""
        return np.asarray(self.many([tally], count)[0])

    def many(self, tallies: Sequence[Tally], count: int) -> Floats:
        """The same of several questions, a row each."""
        return self.postings.many([self.weights(tally) for tally in tallies], count)


def tallied(pieces: NDArray[np.int64]) -> Tally:
    """Codes with doubles, counted."""
    return np.unique(pieces, return_counts=True)


def grams(tallies: Sequence[Tally], least: int = 2, most: float = 1.0) -> Grams:
    """The pieces of texts; a piece that fewer than `least` of them have is left out.

    A piece that more than the share `most` of them have is known and counts in their lengths, and no text is found by
    it: it says next to nothing, and nearly all of a question's work would be such pieces.
    """
    from scipy.sparse import csr_matrix

    every = np.concatenate([codes for codes, _ in tallies]) if tallies else np.empty(0, np.int64)
    codes, held = np.unique(every, return_counts=True)
    codes = codes[held >= min(least, len(tallies))].astype(np.int64)
    places = np.searchsorted(codes, every)
    known = codes[np.minimum(places, len(codes) - 1)] == every if len(codes) else np.zeros(len(every), np.bool_)
    starts = np.concatenate([[0], np.cumsum(known)])[np.cumsum([0, *(len(found) for found, _ in tallies)])]
    counts = np.concatenate([counts for _, counts in tallies]) if tallies else np.empty(0, np.int64)
    flat, at = counts[known].astype(np.float32), places[known].astype(np.int32)
    matrix = csr_matrix((flat, at, starts), shape=(len(tallies), len(codes)), dtype=np.float32)
    idf = rarity(matrix)
    matrix.data = (1 + np.log(matrix.data)) * idf[matrix.indices]
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data = (matrix.data / np.repeat(np.maximum(lengths, 1e-6), np.diff(matrix.indptr))).astype(np.float32)
    held = np.bincount(matrix.indices, minlength=len(codes))
    matrix.data[held[matrix.indices] > most * max(len(tallies), MIN_TEXTS)] = 0
    matrix.eliminate_zeros()
    return Grams(codes, idf, stacked([matrix]))
