"""The base's words: stems with a number each, the way from any French text to them, and their weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

import numpy as np
import tantivy
from numpy.typing import NDArray

from bot.text.french import words

Ids = NDArray[np.int32]


@cache
def stemmer() -> Callable[[str], str]:
    """Snowball's French stems for folded words, as the town's own articles have them."""
    analyser = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.stemmer("french")).build()
    )

    def stem(word: str) -> str:
        return next(iter(analyser.analyze(word)), word)

    return stem


class Vocabulary:
    """Words and their stems by number while a base is read; every text is read once, in however many fields it stands."""

    def __init__(self) -> None:
        self.stems: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self._listed: list[str] = []
        self._stem_of: list[int] = []
        self._texts: dict[str, Ids] = {}
        self._seen: Counter[int] = Counter()
        self._stem = stemmer()

    def ids(self, text: str) -> Ids:
        """The numbers of a text's stems, in order, with doubles."""
        return np.array([self._stem_of[word] for word in self._read(text)], dtype=np.int32)

    def joined(self, texts: Iterable[str]) -> Ids:
        """The same of several texts."""
        read = [self.ids(text) for text in texts]
        return np.concatenate(read) if read else np.empty(0, np.int32)

    def words(self, text: str) -> list[str]:
        """A text's words that carry a subject, in order, with doubles."""
        return [self._listed[word] for word in self._read(text)]

    def count(self, texts: Iterable[str]) -> None:
        """Count the words of texts, for `seen`."""
        for text in texts:
            self._seen.update(self._read(text).tolist())

    def seen(self, at_least: int) -> dict[str, int]:
        """How often each word stands in the texts that were counted, where it is so often."""
        return {self._listed[word]: count for word, count in self._seen.items() if count >= at_least}

    def _read(self, text: str) -> Ids:
        read = self._texts.get(text)
        if read is None:
            read = self._texts[text] = np.array([self._number(word) for word in words(text)], dtype=np.int32)
        return read

    def _number(self, word: str) -> int:
        known = self._words.get(word)
        if known is None:
            known = self._words[word] = len(self._listed)
            self._listed.append(word)
            self._stem_of.append(self.stems.setdefault(self._stem(word), len(self.stems)))
        return known
