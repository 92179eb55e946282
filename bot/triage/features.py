"""A letter as numbers: its words, pairs of words and pieces of words, weighed by how few letters have them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.text.french import fold

Floats = npt.NDArray[np.float64]

MAX_CHARS = 4000
"""Of a letter's own words: who has not said by then what it is about says it in the subject."""
MAX_WORDS_KNOWN = 60_000
MAX_PIECES_KNOWN = 80_000
WORD = r"[a-z0&]{2,}"
ADDRESS, LINK = " adressemail ", " lienweb "

_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){0,6}")
_LINK = re.compile(r"(?:https?://|www\.)\S{1,400}")
_DIGIT = re.compile(r"\d")


def plain(text: str) -> str:
    """Folded text in which all addresses, links and figures look alike."""
    text = _LINK.sub(LINK, _ADDRESS.sub(ADDRESS, text[:MAX_CHARS]))
    return _DIGIT.sub("0", fold(text)).replace("'", " ").replace("’", " ")


def said_of(subject: str, said: str) -> str:
    """What a letter says of its matter: the subject twice, for it is short, and the words."""
    title = plain(subject)
    return f"{title} . {title} . {plain(said)}"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is known of words: vectors are tf-idf, words and pieces side by side, each of length 1."""

    words: Mapping[str, int]
    words_idf: Floats
    pieces: Mapping[str, int]
    pieces_idf: Floats
    shown: tuple[str, ...]
    """The words and pairs of words, in the order of their columns."""
    _made: tuple[Any, Any]

    @property
    def width(self) -> int:
        """How many numbers a letter becomes."""
        return len(self.words) + len(self.pieces)

    def matrix(self, texts: Sequence[str]) -> Any:
        """A sparse matrix (texts x width) of texts as `said_of` makes them."""
        from scipy import sparse

        return sparse.hstack([part.transform(texts) for part in self._made]).tocsr()

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything, as arrays for a file."""
        return {
            "words": np.array(self.shown),
            "words_idf": self.words_idf,
            "pieces": np.array(sorted(self.pieces, key=self.pieces.__getitem__)),
            "pieces_idf": self.pieces_idf,
        }


def learn(texts: Sequence[str]) -> Vocabulary:
    """The vocabulary of texts."""
    words, pieces = _vectoriser("word", MAX_WORDS_KNOWN), _vectoriser("char_wb", MAX_PIECES_KNOWN)
    words.fit(texts)
    pieces.fit(texts)
    return restored(words.vocabulary_, words.idf_, pieces.vocabulary_, pieces.idf_)


def restored(words: Mapping[str, int], words_idf: Floats, pieces: Mapping[str, int], pieces_idf: Floats) -> Vocabulary:
    """A vocabulary from what a file holds."""
    made = []
    for kind, known, idf in (("word", words, words_idf), ("char_wb", pieces, pieces_idf)):
        vectoriser = _vectoriser(kind, None, {name: int(place) for name, place in known.items()})
        vectoriser.idf_ = idf
        made.append(vectoriser)
    shown = tuple(sorted(words, key=words.__getitem__))
    return Vocabulary(dict(words), words_idf, dict(pieces), pieces_idf, shown, (made[0], made[1]))


def read_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> Vocabulary:
    """The inverse of `Vocabulary.arrays`.

    Raises:
        KeyError: something is missing.
    """
    words = {str(word): place for place, word in enumerate(arrays["words"])}
    pieces = {str(piece): place for place, piece in enumerate(arrays["pieces"])}
    return restored(words, arrays["words_idf"], pieces, arrays["pieces_idf"])


def _vectoriser(kind: str, at_most: int | None, vocabulary: Mapping[str, int] | None = None) -> Any:
    # Takes half a second to import, which only those pay who read letters.
    from sklearn.feature_extraction.text import TfidfVectorizer

    shared = {"sublinear_tf": True, "lowercase": False, "max_features": at_most, "vocabulary": vocabulary}
    if kind == "word":
        return TfidfVectorizer(token_pattern=WORD, ngram_range=(1, 2), min_df=1, **shared)
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2 if vocabulary is None else 1, **shared)
