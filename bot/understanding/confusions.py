"""Which acts are confused, by models that have not seen the message."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.understanding.measures import Labelled

FOLDS = 5

Recognise = Callable[[str], str]
"""Text → intent."""
Learn = Callable[[list[str], list[str]], Recognise]
"""Texts and intents → what recognises the intent of a text."""


@dataclass(frozen=True, slots=True)
class Confused:
    """Messages of one act that are taken for another."""

    intent: str
    taken_for: str
    texts: tuple[str, ...]


def confused(examples: Sequence[Labelled], learn: Learn) -> list[Confused]:
    """The confusions of five models, each asked the fifth that it did not learn from; the most frequent first.

    An example's fifth follows from its text, so that one more example moves no other.
    """
    folds = [_fold(one.text) for one in examples]
    mistaken: dict[tuple[str, str], list[str]] = {}
    for unseen in range(FOLDS):
        seen = [one for one, fold in zip(examples, folds, strict=True) if fold != unseen]
        asked = [one for one, fold in zip(examples, folds, strict=True) if fold == unseen]
        if not asked or len({one.intent for one in seen}) < 2:
            continue
        recognise = learn([one.text for one in seen], [one.intent for one in seen])
        for one in asked:
            answer = recognise(one.text)
            if answer != one.intent:
                mistaken.setdefault((one.intent, answer), []).append(one.text)
    found = [Confused(intent, answer, tuple(texts)) for (intent, answer), texts in mistaken.items()]
    return sorted(found, key=lambda one: (-len(one.texts), one.intent, one.taken_for))


def _fold(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0] % FOLDS
