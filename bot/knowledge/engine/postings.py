"""Term by term where each word stands and what it is worth there: BM25 worked out when the base is built.

Kept as three flat arrays, so that a process maps them from disk and a question adds up a few slices. A library's index
gives its hits as Python objects, field by field: for thirteen fields that takes longer than all the rest, and the
reranker's training asks some thousand questions (docs/knowledge.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ids = NDArray[np.int32]
"""Terms by number."""
Matrix = Any
"""A scipy.sparse.csr_matrix of float32, rows by terms; scipy has no types."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Where terms stand: slice `starts[t]:starts[t + 1]` of `rows` and `values` is term t's."""

    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    values: Floats

    def scores(self, terms: Ids, weights: Floats, count: int) -> Floats:
        """The weighted sum of the terms' values for each of `count` rows."""
        found = np.zeros(count, np.float32)
        for term, weight in zip(terms, weights, strict=True):
            begin, end = self.starts[term], self.starts[term + 1]
            found[self.rows[begin:end]] += weight * self.values[begin:end]
        return found

    def many(self, asked: Sequence[tuple[Ids, Floats]], count: int) -> Floats:
        """The `scores` of several questions, a row each, to the last bit: one sparse product, which a build saves time with."""
        if len(asked) == 1:
            return self.scores(*asked[0], count)[None]
        from scipy.sparse import csr_matrix

        terms = np.concatenate([found for found, _ in asked]).astype(np.int32)
        weights = np.concatenate([found for _, found in asked]).astype(np.float32)
        ends = np.cumsum([0, *(len(found) for found, _ in asked)]).astype(np.int32)
        known = len(self.starts) - 1
        questions: Any = csr_matrix((weights, terms, ends), shape=(len(asked), known))
        product = questions @ csr_matrix((self.values, self.rows, self.starts), shape=(known, count))
        return np.asarray(product.toarray(), np.float32)

    def between(self, terms: Ids, weights: Floats, first: int, last: int) -> Floats:
        """The same for the rows from `first` on, up to `last` and without it."""
        found = np.zeros(last - first, np.float32)
        for term, weight in zip(terms, weights, strict=True):
            begin, end = self.starts[term], self.starts[term + 1]
            low, high = begin + np.searchsorted(self.rows[begin:end], (first, last))
            found[self.rows[low:high] - first] += weight * self.values[low:high]
        return found

    def held(self, terms: Ids, row: int) -> NDArray[np.bool_]:
        """Which of the terms stand in a row."""
        found = np.zeros(len(terms), np.bool_)
        for place, term in enumerate(terms):
            rows = self.rows[self.starts[term] : self.starts[term + 1]]
            at = np.searchsorted(rows, row)
            found[place] = at < len(rows) and rows[at] == row
        return found


def counted(rows: Sequence[Ids], terms: int) -> Matrix:
    """How often each term stands in each row."""
    from scipy.sparse import coo_matrix

    lengths = [len(row) for row in rows]
    at = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
    ids = np.concatenate(rows) if rows else np.empty(0, np.int32)
    return coo_matrix((np.ones(len(ids), np.float32), (at, ids)), shape=(len(rows), terms)).tocsr()


def rarity(counts: Matrix) -> Floats:
    """BM25's inverse document frequency of each term, over the rows of a matrix."""
    rows = counts.shape[0]
    held = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log(1 + (rows - held + 0.5) / (held + 0.5)), np.float32)


def bm25(counts: Matrix, idf: Floats, k1: float, b: float) -> Matrix:
    """BM25 of each term in each row (Robertson and Zaragoza 2009); the average length is that of rows with words."""
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    average = float(lengths[lengths > 0].mean()) if (lengths > 0).any() else 1.0
    weighted = counts.copy()
    at = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    damping = k1 * (1 - b + b * lengths[at] / average)
    weighted.data = (counts.data * (k1 + 1) / (counts.data + damping) * idf[counts.indices]).astype(np.float32)
    return weighted


def present(counts: Matrix, idf: Floats) -> Matrix:
    """The weight of each term that stands in a row at all."""
    held = counts.copy()
    held.data = idf[counts.indices].astype(np.float32)
    return held


def stacked(fields: Iterable[Matrix]) -> Postings:
    """Several fields of the same rows as one: row r of field f of n becomes row r * n + f."""
    from scipy.sparse import vstack

    matrices = list(fields)
    count = matrices[0].shape[0]
    # Turned by counting: as many bytes as the result has, and a third of the time of sorting by term and row.
    rows = vstack(matrices, format="csr")[np.arange(count * len(matrices)).reshape(len(matrices), count).T.ravel()]
    turned = rows.tocsc()
    return Postings(turned.indptr.astype(np.int64), turned.indices.astype(np.int32), turned.data.astype(np.float32))
