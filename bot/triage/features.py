"""A letter as numbers: its words, pairs of words and pieces of words, weighed by how few letters have them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.text.french import fold
from bot.text.memory import Kept

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

MAX_CHARS = 4000
"""Of a letter's own words: who has not said by then what it is about says it in the subject."""
MAX_WORDS_KNOWN = 60_000
MAX_PIECES_KNOWN = 80_000
MAX_CACHED = 20_000
"""Words whose pieces are kept at hand: 10 MB."""
LETTERS_WITH = 2
"""So many texts have a pair of words or a piece that is learnt."""
MAX_WORD = 24
"""Of a word: no French word is longer, and keys and codes are."""
PIECE_SIZES = range(2, 6)
ADDRESS, LINK = " adressemail ", " lienweb "

_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){0,6}")
_LINK = re.compile(r"(?:https?://|www\.)\S{1,400}")
_WORD = re.compile(r"[^\W_]{2,}")
"""Of all scripts: people write in their own language."""
_DIGIT = re.compile(r"\d")


def plain(text: str) -> str:
    """Folded text in which all addresses, links and figures look alike."""
    text = text[:MAX_CHARS]
    if "@" in text:
        text = _ADDRESS.sub(ADDRESS, text)
    if "://" in text or "www." in text:
        text = _LINK.sub(LINK, text)
    return _DIGIT.sub("0", fold(text)).replace("'", " ").replace("’", " ")


def said_of(subject: str, said: str) -> str:
    """What a letter says of its matter: the subject twice, for it is short, and the words."""
    title = plain(subject)
    return f"{title} . {title} . {plain(said)}"


@dataclass(frozen=True, slots=True)
class Sparse:
    """One letter as numbers: the columns that are not zero, each once, and their values."""

    columns: Ints
    values: Floats


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is known of words: vectors are tf-idf, words and pieces side by side, each half of length 1."""

    words: Mapping[str, int]
    """Words and pairs of words, and their columns."""
    words_idf: Floats
    pieces: Mapping[str, int]
    """Pieces of words, blanks at both ends; their columns stand after those of the words."""
    pieces_idf: Floats
    shown: tuple[str, ...]
    """The words and pairs of words, in the order of their columns."""
    _cut: Kept[Ints] = field(default_factory=Kept, repr=False, compare=False)
    """Words and the columns of their pieces: a language has few words, and cutting them up is most of the work."""

    @property
    def width(self) -> int:
        """How many numbers a letter becomes."""
        return len(self.words) + len(self.pieces)

    def matrix(self, texts: Sequence[str]) -> Any:
        """A sparse matrix (texts x width) of texts as `said_of` makes them."""
        from scipy import sparse

        rows = [self.row(text) for text in texts]
        ends = np.cumsum([0, *(len(row.columns) for row in rows)])
        columns = np.concatenate([row.columns for row in rows]) if rows else np.zeros(0, np.int32)
        values = np.concatenate([row.values for row in rows]) if rows else np.zeros(0)
        return sparse.csr_matrix((values, columns, ends), shape=(len(rows), self.width))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything, as arrays for a file."""
        return {
            "words": np.array(self.shown),
            "words_idf": self.words_idf,
            "pieces": np.array(sorted(self.pieces, key=self.pieces.__getitem__)),
            "pieces_idf": self.pieces_idf,
        }

    def row(self, text: str) -> Sparse:
        """One text: a matrix costs as much again as what stands in it."""
        said = tokens(text)
        known = Counter(map(self.words.__getitem__, filter(self.words.__contains__, terms(said))))
        places = sorted(known)
        columns = np.array(places, np.int32)
        values = _unit((1 + np.log(np.array([known[place] for place in places], float))) * self.words_idf[columns])
        counted = Counter(said)
        cuts = [self.pieces_of(word) for word in counted]
        if not sum(map(len, cuts)):
            return Sparse(columns, values)
        times = np.repeat(list(counted.values()), [len(cut) for cut in cuts])
        found, at = distinct(np.concatenate(cuts))
        weights = (1 + np.log(np.bincount(at, times))) * self.pieces_idf[found]
        return Sparse(
            np.concatenate([columns, (found + len(self.words)).astype(np.int32)]),
            np.concatenate([values, _unit(weights)]),
        )

    def pieces_of(self, word: str) -> Ints:
        """The columns of a word's known pieces, counted from the first piece; one column twice if it stands in it twice."""
        found = self._cut.get(word)
        if found is None:
            places = [place for piece in cut(word) if (place := self.pieces.get(piece)) is not None]
            found = np.array(places, np.int32)
            if len(self._cut) >= MAX_CACHED:
                self._cut.clear()
            self._cut[word] = found
        return found


def distinct(columns: Ints) -> tuple[Ints, npt.NDArray[np.int64]]:
    """Columns in order, each once, and at which of them each given one stands: `np.unique` without what it asks first."""
    order = columns.argsort()
    ordered = columns[order]
    new = np.ones(len(columns), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    at = np.empty(len(columns), np.int64)
    at[order] = new.cumsum() - 1
    return ordered[new], at


def tokens(text: str) -> list[str]:
    """The words of a text as `said_of` makes it; a very long one's are cut."""
    return [word[:MAX_WORD] for word in _WORD.findall(text)]


def terms(said: Sequence[str]) -> list[str]:
    """Words and pairs of words that follow each other."""
    return [*said, *(f"{first} {second}" for first, second in pairwise(said))]


def cut(word: str) -> list[str]:
    """The pieces of a word, its beginning and end marked by blanks."""
    whole = f" {word} "
    return [whole[start : start + size] for size in PIECE_SIZES for start in range(len(whole) - size + 1)]


def learn(texts: Sequence[str]) -> Vocabulary:
    """The vocabulary of texts; idf as scikit-learn has it, smoothed."""
    found = [tokens(text) for text in texts]
    words, pieces = Counter[str](), Counter[str]()
    cuts: dict[str, list[str]] = {}
    for said in found:
        words.update(set(terms(said)))
        pieces.update({piece for word in set(said) for piece in cuts.setdefault(word, cut(word))})
    return restored(
        *_chosen(words, MAX_WORDS_KNOWN, len(texts)), *_chosen(pieces, MAX_PIECES_KNOWN, len(texts), LETTERS_WITH)
    )


def restored(words: Sequence[str], words_idf: Floats, pieces: Sequence[str], pieces_idf: Floats) -> Vocabulary:
    """A vocabulary from what a file holds."""
    return Vocabulary(
        {word: place for place, word in enumerate(words)},
        words_idf,
        {piece: place for place, piece in enumerate(pieces)},
        pieces_idf,
        tuple(words),
    )


def read_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> Vocabulary:
    """The inverse of `Vocabulary.arrays`.

    Raises:
        KeyError: something is missing.
    """
    words, pieces = arrays["words"].tolist(), arrays["pieces"].tolist()
    return restored(words, arrays["words_idf"], pieces, arrays["pieces_idf"])


def _chosen(counted: Counter[str], at_most: int, texts: int, least: int = 1) -> tuple[list[str], Floats]:
    """The most frequent, in the order of the alphabet, and their inverse document frequencies."""
    having = [name for name, count in counted.items() if count >= least]
    having = sorted(sorted(having, key=lambda name: (-counted[name], name))[:at_most])
    counts = np.array([counted[name] for name in having], np.float64)
    return having, np.log((1 + texts) / (1 + counts)) + 1


def _unit(values: Floats) -> Floats:
    length = float(np.sqrt(values @ values))
    return values / length if length else values
