"""spaCy's French: tokens, elisions and lemmas, by one pipeline that a process loads once.

Without a trained model: spaCy's tokenizer and the lookup lemmas of spacy-lookups-data, which need the accents of a
word to know it. A town that has a trained French model names it, and its lemmas count instead.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

from bot.errors import ConfigurationError
from bot.text.clean import plain_apostrophes

LANGUAGE = "fr"
MAX_WORD_CHARS = 80
"""Longer runs without a space become one token: spaCy takes seconds for 4,000 brackets or emoji in a row."""
MAX_CACHED_CHARS = 500
"""Longer texts are read each time: questions repeat, pages do not."""

_LONG_RUN = re.compile(rf"\S{{{MAX_WORD_CHARS + 1},}}")
_UNUSED = ("ner", "parser", "senter")
"""The parts of a trained model that no lemma needs."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a sign of a text."""

    text: str
    """As it is written."""
    start: int
    lemma: str
    """In small letters, with accents; the word as it is written where nothing knows it."""
    sign: bool
    """Whether it is punctuation and not a word."""


def pipeline(model: str = "") -> Any:
    """The spaCy pipeline, once a process: most of its three seconds go into spaCy's own regular expressions.

    `model` is the name or the folder of a trained model; "" builds the one without.

    Raises:
        ConfigurationError: there is no such model, or it cannot be loaded.
    """
    return _loaded(model)


@functools.lru_cache(maxsize=2)
def _loaded(model: str) -> Any:
    import spacy

    if model:
        try:
            return spacy.load(model, exclude=list(_UNUSED))
        except (OSError, ValueError, ImportError) as error:
            said = " ".join(str(error).split())[:300]
            raise ConfigurationError(f"the spaCy model {model!r} cannot be loaded: {said}") from error
    language = spacy.blank(LANGUAGE)
    language.add_pipe("lemmatizer", config={"mode": "lookup"}).initialize()
    return language


def words(text: str, model: str = "") -> list[Word]:
    """Words and signs of a text with their places in it and their lemmas; blanks are left out.

    Raises:
        ConfigurationError: see `pipeline`.
    """
    found = []
    for word in pipeline(model)(_comparable(text)):
        if word.is_space:
            continue
        written = text[word.idx : word.idx + len(word)]
        # A model without a lemmatizer gives none.
        lemma = written if len(word) > MAX_WORD_CHARS else word.lemma_ or word.text
        found.append(Word(written, word.idx, lemma, bool(word.is_punct)))
    return found


def tokens(text: str, model: str = "") -> Any:
    """Tokens of a text in small letters by spaCy, without lemmas: `Token`s in a `Doc`.

    Raises:
        ConfigurationError: see `pipeline`.
    """
    return pipeline(model).make_doc(_comparable(text))


def lemmas(text: str, model: str = "") -> tuple[str, ...]:
    """The lemmas of a text's words in order, signs left out; short texts are read once.

    Raises:
        ConfigurationError: see `pipeline`.
    """
    return _cached(text, model) if len(text) <= MAX_CACHED_CHARS else _lemmas(text, model)


@functools.lru_cache(maxsize=4096)
def _cached(text: str, model: str) -> tuple[str, ...]:
    return _lemmas(text, model)


def _lemmas(text: str, model: str) -> tuple[str, ...]:
    return tuple(word.lemma for word in words(text, model) if not word.sign)


def _comparable(text: str) -> str:
    """Lower case with plain apostrophes and without long runs, character by character as long as `text`.

    The lookups know lower-case words only: « J’ » has a lemma as « j' ».
    """
    lowered = "".join(low if len(low := char.lower()) == 1 else char for char in plain_apostrophes(text))
    return _LONG_RUN.sub(lambda run: "x" * len(run.group()), lowered)
