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
    """Stems by number while a base is read; every text is read once, however many fields it stands in."""

    def __init__(self) -> None:
        self.stems: dict[str, int] = {}
        self.seen: Counter[str] = Counter()
        """How often each word stands in the texts that `read` was told to count."""
        self._words: dict[str, int] = {}
        self._texts: dict[str, Ids] = {}
        self._stem = stemmer()

    def ids(self, text: str) -> Ids:
        """The numbers of a text's stems, in order, with doubles."""
        read = self._texts.get(text)
        if read is None:
            read = self._texts[text] = np.array([self._id(word) for word in words(text)], dtype=np.int32)
        return read

    def joined(self, texts: Iterable[str]) -> Ids:
        """The same of several texts."""
        read = [self.ids(text) for text in texts]
        return np.concatenate(read) if read else np.empty(0, np.int32)

    def count(self, texts: Iterable[str]) -> None:
        """Count words as written: what spelling is corrected to."""
        for text in texts:
            self.seen.update(words(text))

    def _id(self, word: str) -> int:
        known = self._words.get(word)
        if known is None:
            known = self._words[word] = self.stems.setdefault(self._stem(word), len(self.stems))
        return known
