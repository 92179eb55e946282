"""The base's words: stems with a number each, the way from any French text to them, and their weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import numpy as np
import tantivy

from bot.knowledge.engine.grams import Tally
from bot.knowledge.engine.postings import Ids
from bot.knowledge.engine.sayings import runs
from bot.knowledge.engine.shapes import shapes
from bot.text.french import tokens, words


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
        self._texts: dict[str, tuple[Ids, Ids]] = {}
        self._seen: list[Ids] = []
        self._said: dict[str, tuple[Tally, Tally]] = {}
        self._stem = stemmer()

    def ids(self, text: str) -> Ids:
        """The numbers of a text's stems, in order, with doubles."""
        return self._read(text)[1]

    def joined(self, texts: Iterable[str]) -> Ids:
        """The same of several texts."""
        read = [self.ids(text) for text in texts]
        return np.concatenate(read) if read else np.empty(0, np.int32)

    def words(self, text: str) -> list[str]:
        """A text's words that carry a subject, in order, with doubles."""
        return [self._listed[word] for word in self._read(text)[0].tolist()]

    def said(self, text: str) -> tuple[Tally, Tally]:
        """A text's runs of words and its shapes, the words of grammar among them."""
        known = self._said.get(text)
        if known is None:
            read = tokens(text)
            known = self._said[text] = runs(read), shapes(read)
        return known

    def count(self, texts: Iterable[str]) -> None:
        """Count the words of texts, for `seen`."""
        self._seen += [self._read(text)[0] for text in texts]

    def seen(self, at_least: int) -> dict[str, int]:
        """How often each word stands in the texts that were counted, where it is so often."""
        found = np.concatenate(self._seen) if self._seen else np.empty(0, np.int32)
        counts = np.bincount(found, minlength=len(self._listed))
        return {self._listed[word]: int(counts[word]) for word in np.flatnonzero(counts >= max(1, at_least))}

    def _read(self, text: str) -> tuple[Ids, Ids]:
        """The numbers of a text's words, and of their stems."""
        read = self._texts.get(text)
        if read is None:
            found = [self._number(word) for word in words(text)]
            stems = [self._stem_of[word] for word in found]
            read = self._texts[text] = np.array(found, dtype=np.int32), np.array(stems, dtype=np.int32)
        return read

    def _number(self, word: str) -> int:
        known = self._words.get(word)
        if known is None:
            known = self._words[word] = len(self._listed)
            self._listed.append(word)
            self._stem_of.append(self.stems.setdefault(self._stem(word), len(self.stems)))
        return known
