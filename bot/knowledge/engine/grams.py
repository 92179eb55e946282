"""Cosines between a question and many short texts, each a bag of coded pieces: letters in a row, words in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.engine.postings import Floats, Postings, rarity, stacked

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
        return self.postings.scores(*self.weights(tally), count)


def tallied(pieces: NDArray[np.int64]) -> Tally:
    """Codes with doubles, counted."""
    return np.unique(pieces, return_counts=True)


def grams(tallies: Sequence[Tally], least: int = 2) -> Grams:
    """The pieces of texts; a piece that fewer than `least` of them have is left out."""
    from scipy.sparse import csr_matrix

    every = np.concatenate([codes for codes, _ in tallies]) if tallies else np.empty(0, np.int64)
    codes, held = np.unique(every, return_counts=True)
    codes = codes[held >= min(least, len(tallies))].astype(np.int64)
    indices, values, starts = [], [], [0]
    for found, counts in tallies:
        places = np.searchsorted(codes, found)
        known = codes[np.minimum(places, len(codes) - 1)] == found if len(codes) else np.zeros(len(found), np.bool_)
        indices.append(places[known])
        values.append(counts[known])
        starts.append(starts[-1] + len(indices[-1]))
    flat = np.concatenate(values).astype(np.float32) if values else np.empty(0, np.float32)
    at = np.concatenate(indices).astype(np.int32) if indices else np.empty(0, np.int32)
    matrix = csr_matrix((flat, at, np.array(starts)), shape=(len(tallies), len(codes)), dtype=np.float32)
    idf = rarity(matrix)
    matrix.data = (1 + np.log(matrix.data)) * idf[matrix.indices]
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data = (matrix.data / np.repeat(np.maximum(lengths, 1e-6), np.diff(matrix.indptr))).astype(np.float32)
    return Grams(codes, idf, stacked([matrix]))
