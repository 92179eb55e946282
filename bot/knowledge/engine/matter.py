"""What a question is about, by its letters and words alone: the base's own questions against strange ones.

The other signs of the gate ask how much of a question the pages have. Everyday words are in the phrasings too: « mon
chien tire en laisse » has all of its words somewhere. Which of them come together in which turn of phrase tells more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.engine.postings import Floats
from bot.knowledge.engine.sayings import runs
from bot.knowledge.engine.shapes import shapes

Pieces = tuple[NDArray[np.int64], Floats]
"""By place, each once, and how much each counts."""
BITS = 17
"""Pieces are kept in so many bits: of two that fall together both count, which costs less than a table of all."""
MAX_OWN = 9000
LIMIT = 12.0
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Matter:
    """A logistic on pieces; both arrays by place."""

    weights: Floats
    idf: Floats
    bias: float

    def logit(self, said: Sequence[str]) -> float:
        """The log odds of a question's tokens, kept in [-`LIMIT`, `LIMIT`]; above 0 as the base is asked."""
        return self.logit_of(pieces(said))

    def logit_of(self, read: Pieces) -> float:
        """The same of a question's pieces."""
        places, counts = read
        if not len(places) or not len(self.weights):
            return 0.0
        values = counts * self.idf[places]
        length = float(np.sqrt((values.astype(np.float64) ** 2).sum())) or 1.0
        found = self.bias + float((values.astype(np.float64) * self.weights[places]).sum()) / length
        return max(-LIMIT, min(LIMIT, found))

    def packed(self) -> bytes:
        """As it is kept in a file; "" where there is nothing."""
        if not len(self.weights):
            return b""
        return np.concatenate([[self.bias], self.weights, self.idf]).astype("<f4").tobytes()


def unpacked(data: bytes) -> Matter:
    """What `packed` gave.

    Raises:
        ValueError: it is cut off.
    """
    if not data:
        return nothing()
    read = np.frombuffer(data, "<f4")
    if len(read) != 1 + 2 * 2**BITS:
        raise ValueError(f"{len(data)} bytes")
    return Matter(read[1 : 1 + 2**BITS], read[1 + 2**BITS :], float(read[0]))


def nothing() -> Matter:
    """Says nothing of any question."""
    return Matter(np.empty(0, np.float32), np.empty(0, np.float32), 0.0)


def learnt(ours: Sequence[Pieces], theirs: Sequence[Pieces]) -> Matter:
    """The matter of questions of the base, against others; each is given as its pieces."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    if not ours or not theirs:
        return nothing()
    read = [*ours, *theirs]
    starts = np.concatenate([[0], np.cumsum([len(places) for places, _ in read])])
    places = np.concatenate([one for one, _ in read])
    held = np.bincount(places, minlength=2**BITS)
    idf = np.log(1 + (len(read) - held + 0.5) / (held + 0.5)).astype(np.float32)
    values = np.concatenate([counts for _, counts in read]) * idf[places]
    matrix = csr_matrix((values, places, starts), shape=(len(read), 2**BITS), dtype=np.float32)
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data /= np.repeat(np.maximum(lengths, 1e-6), np.diff(matrix.indptr))
    labels = np.arange(len(read)) < len(ours)
    model = LogisticRegression(
        C=3.0, solver="liblinear", dual=True, tol=0.02, max_iter=1000, random_state=20, class_weight="balanced"
    ).fit(matrix, labels)
    return Matter(model.coef_[0].astype(np.float32), idf, float(model.intercept_[0]))


def pieces(read: Sequence[str]) -> Pieces:
    """What a question's tokens are made of."""
    letters, letter_counts = shapes(read)
    words, word_counts = runs(read)
    # Even numbers for letters and odd ones for words: they do not meet before they are mixed.
    codes = np.concatenate([letters * 2, words * 2 + 1]).astype(np.uint64)
    with np.errstate(over="ignore"):
        places = ((codes * _MIX) >> np.uint64(64 - BITS)).astype(np.int64)
    counts = 1 + np.log(np.concatenate([letter_counts, word_counts]))
    merged, at = np.unique(places, return_inverse=True)
    return merged, np.bincount(at, counts, minlength=len(merged)).astype(np.float32)
