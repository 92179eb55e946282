"""Latent semantic analysis: words that stand in the same passages come near to each other (Deerwester 1990)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.engine.postings import Floats, Ids, Matrix

DIMENSIONS = 300
SEED = 20
ROWS_AT_ONCE = 4096
"""Vectors that a build works on: those of all passages are 90 MB, and each step of a formula would be as much again."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The way from words to vectors."""

    terms: NDArray[np.float16]
    """(terms, dimensions): a term's direction, with its idf in it; zero for one that too few passages have."""

    def of(self, terms: Ids, weights: Floats) -> Floats:
        """The vector of a question, of length 1, or 0 if none of its words is known."""
        if not len(terms):
            return np.zeros(self.terms.shape[1], np.float32)
        return unit(weights @ self.terms[terms].astype(np.float32))

    def of_rows(self, counts: Matrix) -> Floats:
        """The vectors of texts, (rows, dimensions)."""
        directions = self.terms.astype(np.float32)
        found = np.empty((counts.shape[0], directions.shape[1]), np.float32)
        for first in range(0, len(found), ROWS_AT_ONCE):
            damped = counts[first : first + ROWS_AT_ONCE].copy()
            damped.data = 1 + np.log(damped.data)
            found[first : first + ROWS_AT_ONCE] = unit(np.asarray(damped @ directions, np.float32))
        return found


def learnt(counts: Matrix, idf: Floats) -> Meaning:
    """The directions that explain most of a matrix of passages by terms."""
    from scipy.sparse import csr_matrix, diags
    from sklearn.utils.extmath import randomized_svd

    damped = counts.copy()
    damped.data = ((1 + np.log(damped.data)) * idf[damped.indices]).astype(np.float32)
    lengths = np.sqrt(np.asarray(damped.multiply(damped).sum(axis=1)).ravel())
    scaled: Any = csr_matrix(diags((1 / np.maximum(lengths, 1e-6)).astype(np.float32)) @ damped)
    held = np.bincount(counts.indices, minlength=counts.shape[1])
    used = np.flatnonzero(held >= 2)
    dimensions = min(DIMENSIONS, max(1, min(scaled.shape[0], len(used)) - 1))
    directions = np.zeros((counts.shape[1], dimensions), np.float32)
    if len(used):
        _, _, right = randomized_svd(scaled[:, used], dimensions, n_iter=3, random_state=SEED)
        directions[used] = right.T * idf[used][:, None]
    return Meaning(directions.astype(np.float16))


def unit(vectors: Floats) -> Floats:
    """Scaled to length 1; what has none stays 0."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


def packed(vectors: Floats) -> NDArray[np.int8]:
    """Vectors of length 1 in a byte a dimension, each row scaled by its largest: what `cosines` takes."""
    found = np.empty(vectors.shape, np.int8)
    for first in range(0, len(found), ROWS_AT_ONCE):
        some = vectors[first : first + ROWS_AT_ONCE]
        largest = np.maximum(np.abs(some).max(axis=1, keepdims=True), 1e-9)
        found[first : first + ROWS_AT_ONCE] = np.round(some / largest * 127)
    return found


def cosines(rows: NDArray[np.int8], vector: Floats) -> Floats:
    """The cosines of packed rows with a vector of length 1."""
    wide = rows.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    return np.asarray((wide @ vector) / np.maximum(lengths, 1e-9), np.float32)
