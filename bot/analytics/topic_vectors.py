"""Questions as vectors: stems and pieces of words by tf-idf, and what goes together by latent semantic analysis.

Deerwester et al. (1990), Indexing by latent semantic analysis. Everything is computed from the questions themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.analytics.topic_questions import subject_words
from bot.knowledge.engine.vocabulary import stemmer

Floats = npt.NDArray[np.float64]

DIMENSIONS = 160
MAX_FITTED = 20_000
"""Texts from which the vocabulary and the directions are learnt; the others are placed among them."""
MAX_WORDS, MAX_PIECES = 20_000, 30_000
WORDS_SHARE = 0.6
"""Of a vector's square length that words have; pieces of words, which stand mistakes and endings, have the rest."""
TEXTS_WITH = 2
"""A word that one text alone has says nothing about what goes together."""
SEED = 8
WORD_PATTERN = r"\S+"


def terms(text: str) -> list[str]:
    """The stems of a text's subject words, in order."""
    stem = stemmer()
    return [stem(word) for word in subject_words(text)]


class Vectors:
    """Texts as unit vectors; made of texts that are given as their terms, joined by blanks."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Learn from texts, of which there may be one."""
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        fitted = list(texts[:MAX_FITTED])
        with_ = TEXTS_WITH if len(fitted) >= 2 * TEXTS_WITH else 1
        shared: dict[str, Any] = {"min_df": with_, "sublinear_tf": True, "lowercase": False, "dtype": np.float64}
        self._words = TfidfVectorizer(
            analyzer="word", token_pattern=WORD_PATTERN, ngram_range=(1, 2), max_features=MAX_WORDS, **shared
        )
        self._pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), max_features=MAX_PIECES, **shared)
        self._svd: Any = None
        try:
            self._words.fit(fitted)
            self._pieces.fit(fitted)
        except ValueError:
            # No word is in two texts: then nothing goes together.
            self._words = self._pieces = None
            return
        matrix = self._sparse(fitted)
        if min(matrix.shape) > DIMENSIONS + 1:
            self._svd = TruncatedSVD(DIMENSIONS, random_state=SEED, n_iter=4).fit(matrix)

    def of(self, texts: Sequence[str]) -> Floats:
        """Texts as rows; a row of zeros has nothing in common with what was learnt from."""
        if self._words is None:
            return np.zeros((len(texts), 1))
        matrix = self._sparse(texts)
        dense: Floats = matrix.toarray() if self._svd is None else self._svd.transform(matrix)
        return unit(dense)

    def _sparse(self, texts: Sequence[str]) -> Any:
        from scipy import sparse

        parts = [
            self._words.transform(texts) * WORDS_SHARE**0.5,
            self._pieces.transform(texts) * (1 - WORDS_SHARE) ** 0.5,
        ]
        return sparse.hstack(parts, format="csr")


def unit(rows: npt.NDArray[Any]) -> Floats:
    """Rows of length 1; those of length 0 stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-9))
