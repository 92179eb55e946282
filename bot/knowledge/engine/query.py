"""A question read for the search: known stems with weights, corrected, and widened by what its words mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from bot.knowledge.engine.manner import form
from bot.knowledge.engine.postings import Floats, Ids
from bot.knowledge.engine.vocabulary import stemmer
from bot.knowledge.synonyms import Synonyms
from bot.text.french import STOP_WORDS, tokens, words
from bot.text.normalise import normalise
from bot.text.spelling import Speller

MAX_WORDS = 40
"""Of one question; what comes after is not read."""
MAX_TOKENS = 80
"""The same, words of grammar among them."""
CORRECTED = 0.8
"""What a corrected word weighs beside one that was written so."""
MEANT = 0.5
"""What a word weighs that the question means and does not have."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched."""

    terms: Ids
    """The base's numbers of the question's own stems and of those it means, each once."""
    weights: Floats
    """Of each: 1 as written."""
    stems: Ids
    """The numbers of its own words in their order, -1 for an unknown one."""
    spelt: tuple[str, ...]
    """The words with spelling corrected, each once."""
    said: tuple[str, ...]
    """All tokens in their order, words of grammar too, with spelling corrected."""
    mass: float
    """The idf of all words, unknown ones too: what a perfect match would find."""
    unknown: float
    """The unknown words' share of it."""
    count: int
    """Words that carry a subject."""
    form: tuple[str, ...]
    """How it is put: see `manner`."""

    @property
    def empty(self) -> bool:
        """Whether the base knows none of its words."""
        return not len(self.terms)


class Reader:
    """Reads questions for one base, from any number of threads."""

    def __init__(
        self,
        stems: Mapping[str, int],
        idf: Floats,
        speller: Speller,
        lexicon: Set[str],
        abbreviations: Mapping[str, str],
        synonyms: Synonyms,
    ) -> None:
        """`stems` by number; `lexicon` are words never corrected; `abbreviations` are long forms by folded short form."""
        self._stems = stems
        self._idf = idf
        self._highest = float(idf.max()) if len(idf) else 1.0
        self._speller = speller
        self._lexicon = lexicon
        self._abbreviations = {short: words(long) for short, long in abbreviations.items()}
        self._synonyms = synonyms
        self._stem = stemmer()

    def read(self, question: str) -> Query:
        """A question as a citizen wrote it, however long."""
        question = normalise(question)
        found = tokens(question)
        asked = list(dict.fromkeys(words(question)))[:MAX_WORDS]
        spelt: dict[str, None] = {}
        weights: dict[int, float] = {}
        unknown: dict[str, float] = {}
        right: dict[str, Sequence[str]] = {}
        for word in asked:
            meant, weight = self._corrected(word)
            right[word] = meant
            spelt.update(dict.fromkeys(meant))
            for known in meant:
                number = self._number(known)
                if number is not None:
                    weights[number] = max(weight, weights.get(number, 0.0))
                else:
                    unknown[known] = self._highest
        own = sum(float(self._idf[number]) for number in weights)
        explained = self._widen(found, asked, list(spelt), unknown, weights)
        lost = sum(weight for word, weight in unknown.items() if word not in explained)
        mass = own + lost + self._highest * len(explained) * MEANT
        return Query(
            np.array(list(weights), np.int32),
            np.array(list(weights.values()), np.float32),
            np.array([-1 if (number := self._number(word)) is None else number for word in spelt], np.int32),
            tuple(spelt),
            tuple(meant for token in found[:MAX_TOKENS] for meant in right.get(token, (token,))),
            mass,
            lost / mass if mass else 1.0,
            len(asked),
            form(question),
        )

    def numbers(self, text: str) -> frozenset[int]:
        """The base's numbers of a text's stems."""
        found = (self._number(word) for word in words(text))
        return frozenset(number for number in found if number is not None)

    def _number(self, word: str) -> int | None:
        return self._stems.get(self._stem(word))

    def _corrected(self, word: str) -> tuple[Sequence[str], float]:
        """A word as the base writes it: itself, the nearest one, or the two that were written together."""
        if self._number(word) is not None or word in self._lexicon:
            return (word,), 1.0
        nearest = self._speller.correct(word)
        if nearest is not None:
            return (nearest,), CORRECTED
        for cut in range(len(word) - 3, 2, -1):
            parts = (word[:cut], word[cut:])
            if all(part in self._speller for part in parts):
                return parts, CORRECTED
        return (word,), 1.0

    def _widen(
        self,
        found: Sequence[str],
        asked: Sequence[str],
        spelt: Sequence[str],
        unknown: Mapping[str, float],
        weights: dict[int, float],
    ) -> set[str]:
        """Add what the words mean to `weights`; gives the unknown words that are explained so."""
        explained: set[str] = set()

        def add(word: str, weight: float, said: Sequence[str]) -> None:
            number = self._number(word)
            if number is None:
                return
            strangers = [token for token in said if token in unknown]
            # What says it is no word of the base: then the meaning stands in for it.
            strength = weight if strangers else weight * MEANT
            explained.update(strangers)
            weights[number] = max(strength, weights.get(number, 0.0))

        for short in asked:
            for word in self._abbreviations.get(short, ()):
                add(word, 1.0, (short,))
        for added in self._synonyms.expand(found):
            if added.word not in STOP_WORDS:
                add(added.word, added.weight, found[added.start : added.end])
        if list(asked) != list(spelt):
            for added in self._synonyms.expand(spelt):
                add(added.word, added.weight * CORRECTED, spelt[added.start : added.end])
        return explained
