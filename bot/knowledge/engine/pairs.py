"""Questions with known answers that a base holds itself: what its reranker and its gate learn from, without a label.

A link's words ask for the page that it leads to, a title for its own page, a phrasing for its fiche. What asks is taken
out of the base that is searched meanwhile: half of all pages lose the words of their links, some pages lose their
title, and each fiche a third of its phrasings. Everything is drawn by checksum, so two builds learn the same.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from bot.fiches import FicheKind
from bot.knowledge.engine.documents import Document, likeness, without_titles
from bot.text.french import words

MAX_LINKS = 2200
MAX_TITLES = 1200
MAX_PHRASINGS = 2200
TYPO_EVERY = 10
HELD_BACK_EVERY = 5
"""One page of so many teaches nothing: it tells how good the rest has become."""
_TITLE_AGAIN = 0.8
_KEPT_KNOWN = 4
"""One link of so many is asked although another page still says the same words."""
_MIN_CHARS_TYPO = 4


class Origin(str, Enum):
    """What a pair was."""

    LINK = "link"
    TITLE = "title"
    PHRASING = "phrasing"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and the documents that answer it."""

    question: str
    gold: frozenset[int]
    """By place."""
    origin: Origin
    held_back: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is asked, and the base without it."""

    documents: tuple[Document, ...]
    pairs: tuple[Pair, ...]
    said: tuple[str, ...] = ()
    """Phrasings that are not asked, of the pages that teach: what the base is asked, for those who only look at words."""


def lesson(found: Sequence[Document]) -> Lesson:
    """The pairs of a base, and its documents without what they ask."""
    asked_titles = {document.id for document in found if document.title and _asked_by_title(document)}
    if len(asked_titles) > MAX_TITLES:
        asked_titles = set(sorted(asked_titles, key=lambda id_: _draw("some", id_))[:MAX_TITLES])
    links, titles, phrasings = [], [], []
    reduced = []
    for place, document in enumerate(found):
        spoken = tuple(text for text in document.phrasings if _draw("phrasing", document.id, text) % 3 == 0)
        phrasings += [_pair(text, [place], Origin.PHRASING, document.id) for text in spoken if words(text)]
        kept = tuple(text for text in document.phrasings if text not in spoken)
        anchors = tuple(anchor for anchor in document.anchors if not _silenced(anchor.source))
        if document.id in asked_titles and words(document.title):
            titles.append(_pair(document.title, [place], Origin.TITLE, document.id))
        reduced.append(replace(document, anchors=anchors, phrasings=kept))
    links = _links(found, reduced)
    pairs = [*_some(links, MAX_LINKS), *titles, *_some(phrasings, MAX_PHRASINGS)]
    said = [text for document in reduced if not _held_back(document.id) for text in document.phrasings]
    return Lesson(tuple(without_titles(reduced, asked_titles)), tuple(pairs), tuple(said))


def typo(text: str, seed: int) -> str:
    """A text with one mistake in its longest word: a letter lost, doubled, wrong, or changed with its neighbour."""
    drawn = random.Random(seed)
    parts = text.split()
    longest = max(range(len(parts)), key=lambda place: (len(parts[place]), -place), default=None)
    if longest is None or len(word := parts[longest]) < _MIN_CHARS_TYPO:
        return text
    at = drawn.randrange(1, len(word) - 1)
    parts[longest] = drawn.choice(
        (
            word[:at] + word[at + 1 :],
            word[: at + 1] + word[at:],
            word[:at] + drawn.choice("abcdeilmnoprstu") + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
    return " ".join(parts)


def _links(found: Sequence[Document], reduced: Sequence[Document]) -> list[Pair]:
    asked: dict[tuple[str, ...], dict[int, str]] = defaultdict(dict)
    sources: dict[tuple[str, ...], tuple[str, str]] = {}
    for place, document in enumerate(found):
        title = frozenset(words(document.title))
        for anchor in document.anchors:
            read = tuple(words(anchor.words))
            if not read or not _silenced(anchor.source) or likeness(frozenset(read), title) >= _TITLE_AGAIN:
                continue
            asked[read][place] = anchor.words
            sources[read] = min(sources.get(read, (anchor.source, anchor.words)), (anchor.source, anchor.words))
    still = [{tuple(words(anchor.words)) for anchor in document.anchors} for document in reduced]
    pairs = []
    for read, places in sorted(asked.items()):
        source, text = sources[read]
        if any(read in still[place] for place in places) and _draw("known", *read) % _KEPT_KNOWN:
            continue
        pairs.append(_pair(text, places, Origin.LINK, source))
    return pairs


def _pair(text: str, gold: Iterable[int], origin: Origin, group: str) -> Pair:
    seed = _draw("typo", origin.value, text)
    question = typo(text, seed) if seed % TYPO_EVERY == 0 else text
    return Pair(question, frozenset(gold), origin, _held_back(group))


def _held_back(group: str) -> bool:
    return _draw("held back", group) % HELD_BACK_EVERY == 0


def _asked_by_title(document: Document) -> bool:
    """Half of the fiches that are questions, a quarter of the others: without their titles, too many pages look alike."""
    return _draw("title", document.id) % (2 if document.kind is FicheKind.QUESTION else 3) == 0


def _silenced(source: str) -> bool:
    return _draw("source", source) % 2 == 0


def _some(pairs: list[Pair], at_most: int) -> list[Pair]:
    if len(pairs) <= at_most:
        return pairs
    chosen = sorted(range(len(pairs)), key=lambda place: _draw("some", pairs[place].question))[:at_most]
    return [pairs[place] for place in sorted(chosen)]


def _draw(*parts: str) -> int:
    return int.from_bytes(hashlib.blake2b("\0".join(parts).encode(), digest_size=6).digest(), "big")
