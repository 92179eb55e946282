"""What the classifier sees of a text: words, neighbours and pieces of words, weighted by tf-idf.

Two groups of features, each weighted (sublinear tf, smooth idf) and scaled to length 1: words (lemmas, folded) with
pairs of neighbours and of words that stand one apart, and words and pairs by their sound, which forgive spelling; and
pieces of two to five characters within words, which forgive typing.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.text import pipeline
from bot.text.french import fold
from bot.text.normalise import normalise
from nlu.components.sounds import sound

CHARS_FROM, CHARS_TO = 2, 5
BEGIN, END = "\x02", "\x03"
"""What pairs the first and the last word: « oui » alone is another thing than « oui » in a sentence."""
HEARD = "~"
"""What marks a feature as a sound."""
PIECES_IN = 2
"""A piece counts when it stands in that many examples; a word counts at once."""

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Sample:
    """A text as the classifier sees it: its words in order, and itself folded."""

    words: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Vector:
    """A sample's known features, each group of them of length 1, and how much of it is unknown."""

    rows: Rows
    values: Floats
    unknown_words: float
    """Share of the words, by the weight that they have or would have; 0 to 1."""
    unknown_pieces: float


def sample(text: str, model: str = "") -> Sample:
    """A text by the tokens and lemmas that the bot reads it with.

    `model` names a trained spaCy model, see `bot.text.pipeline`.

    Raises:
        ConfigurationError: there is no such model.
    """
    return sampled((word.lemma for word in pipeline.words(text, model)), text)


def sampled(lemmas: Iterable[str], text: str) -> Sample:
    """A text whose lemmas are known already."""
    words = (fold(lemma) for lemma in lemmas)
    return Sample(tuple(word for word in words if word), fold(normalise(text)))


def word_features(one: Sample) -> list[str]:
    """Words, pairs of neighbours with the text's two ends, pairs of words one apart; none of a text without words.

    Words and pairs of neighbours come a second time by their sound, from the text itself instead of the lemmas.
    """
    words = one.words
    if not words:
        return []
    neighbours = (f"{this} {other}" for this, other in itertools.pairwise((BEGIN, *words, END)))
    apart = (f"{this}_{other}" for this, other in zip(words, words[2:], strict=False))
    sounds = [sound(word) for word in _WORD.findall(one.text)]
    if not sounds:
        # An emoji alone: all of them would sound alike.
        return [*words, *neighbours, *apart]
    heard = (f"{HEARD}{this} {other}" for this, other in itertools.pairwise((BEGIN, *sounds, END)))
    return [*words, *neighbours, *apart, *(HEARD + one for one in sounds), *heard]


def char_features(one: Sample) -> list[str]:
    """Pieces of each word with a blank on both sides."""
    pieces = []
    for word in one.text.split():
        padded = f" {word} "
        for length in range(CHARS_FROM, CHARS_TO + 1):
            if length >= len(padded):
                pieces.append(padded)
                break
            pieces.extend(padded[at : at + length] for at in range(len(padded) - length + 1))
    return pieces


class Vocabulary:
    """The features that stand in the examples, and their weights. Immutable."""

    def __init__(self, words: Sequence[str], pieces: Sequence[str], idf: Floats) -> None:
        """`idf` has the words first, then the pieces.

        Raises:
            ValueError: it has another length.
        """
        if idf.shape != (len(words) + len(pieces),):
            raise ValueError(f"weights of the shape {idf.shape} do not fit the names")
        self.words, self.pieces, self.idf = tuple(words), tuple(pieces), idf
        self._words = {name: row for row, name in enumerate(words)}
        self._pieces = {name: len(words) + row for row, name in enumerate(pieces)}
        self._highest = float(idf.max()) if len(idf) else 1.0

    @classmethod
    def learn(cls, samples: Sequence[Sample]) -> Vocabulary:
        """Every word feature of the samples, and the pieces that stand in two of them or more."""
        groups, weights = [], []
        for features, least in ((word_features, 1), (char_features, PIECES_IN)):
            found = Counter(name for one in samples for name in set(features(one)))
            names = sorted(name for name, count in found.items() if count >= least)
            counts = np.fromiter((found[name] for name in names), np.float64, len(names))
            groups.append(names)
            weights.append(np.log((1 + len(samples)) / (1 + counts)) + 1)
        return cls(groups[0], groups[1], np.concatenate(weights).astype(np.float32))

    def __len__(self) -> int:
        return len(self.idf)

    def vector(self, one: Sample) -> Vector | None:
        """A sample's features; None if it has no known one."""
        words = Counter(word_features(one))
        pieces = Counter(char_features(one))
        word_rows, word_values = self._group(words, self._words)
        piece_rows, piece_values = self._group(pieces, self._pieces)
        rows, values = np.concatenate([word_rows, piece_rows]), np.concatenate([word_values, piece_values])
        if not len(rows):
            return None
        unknown_words = self._unknown(set(one.words), self._words)
        return Vector(rows, values, unknown_words, self._unknown(pieces, self._pieces))

    def matrix(self, samples: Sequence[Sample]) -> Any:
        """The vectors of samples as rows of a `scipy.sparse.csr_matrix` (samples x features, float32)."""
        from scipy.sparse import csr_matrix

        vectors = [self.vector(one) for one in samples]
        rows = [vector.rows if vector else np.empty(0, np.int64) for vector in vectors]
        values = [vector.values if vector else np.empty(0, np.float32) for vector in vectors]
        ends = np.cumsum([0, *(len(row) for row in rows)])
        return csr_matrix((np.concatenate(values), np.concatenate(rows), ends), shape=(len(samples), len(self)))

    def _group(self, counts: Counter[str], rows: dict[str, int]) -> tuple[Rows, Floats]:
        known = [(row, count) for name, count in counts.items() if (row := rows.get(name)) is not None]
        if not known:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        at, times = np.array(known, np.int64).T
        values: Floats = (np.log(times.astype(np.float32)) + 1) * self.idf[at]
        return at, values / np.sqrt(values @ values)

    def _unknown(self, names: Collection[str], rows: dict[str, int]) -> float:
        known = [row for name in names if (row := rows.get(name)) is not None]
        missing = (len(names) - len(known)) * self._highest
        total = missing + float(self.idf[np.array(known, np.int64)].sum())
        return missing / total if total else 0.0
