"""Latent semantic analysis: words that stand in the same passages come near to each other (Deerwester 1990)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.engine.postings import Floats, Ids, Matrix

DIMENSIONS = 300
SEED = 20


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
        damped = counts.copy()
        damped.data = 1 + np.log(damped.data)
        return unit(np.asarray(damped @ self.terms.astype(np.float32), np.float32))


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
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    return np.asarray(np.round(vectors / largest * 127), np.int8)


def cosines(rows: NDArray[np.int8], vector: Floats) -> Floats:
    """The cosines of packed rows with a vector of length 1."""
    wide = rows.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    return np.asarray((wide @ vector) / np.maximum(lengths, 1e-9), np.float32)
