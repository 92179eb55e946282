"""Fiches made into a base on disk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from bot.fiches import Fiche
from bot.knowledge.engine import files, keeping
from bot.knowledge.engine.arrays import arrays, inverse_frequency, learnt_meaning, texts
from bot.knowledge.engine.documents import Document, abbreviations, documents, without_titles
from bot.knowledge.engine.gate import Gate, Logistic
from bot.knowledge.engine.manner import Manner
from bot.knowledge.engine.matter import unpacked
from bot.knowledge.engine.meaning import Meaning
from bot.knowledge.engine.pairs import lesson
from bot.knowledge.engine.query import Reader
from bot.knowledge.engine.ranking import Ranking
from bot.knowledge.engine.resources import Resources
from bot.knowledge.engine.teaching import taught
from bot.knowledge.engine.vocabulary import Vocabulary
from bot.knowledge.lexicon import french
from bot.knowledge.synonyms import Group, Kind, Synonyms
from bot.text.spelling import Speller

MIN_SEEN = 3
"""A word that stands so often in the fiches is no mistake, and what misspelt words are corrected to."""
WORDS, MODEL, RANKER, MATTER = files.WORDS, "model.json", "ranker.txt", "matter.bin"
SHELF, FICHES = "shelf.json", "fiches.json"

Progress = Callable[[str, float], None]


class Entry(Struct, frozen=True):
    """A document, as hits name it."""

    id: str
    keys: tuple[str, ...]
    title: str


class Words(Struct, frozen=True):
    """What questions are read with."""

    stems: list[str]
    """By number."""
    seen: dict[str, int]
    abbreviations: dict[str, str]
    groups: list[tuple[tuple[str, ...], tuple[str, ...], str]]
    """The synonyms: what is said, what it means, of which kind."""


class Model(Struct, frozen=True):
    """What ranks and refuses."""

    spread: list[float]
    scope: Logistic
    right: Logistic
    manner: Manner
    learnt: bool
    """Whether there is a reranker beside."""


class Shelf(Struct, frozen=True):
    """Where things are."""

    entries: list[Entry]
    """By place."""
    fiches: dict[str, tuple[int, int]]
    """Where each fiche's JSON begins in its file, and how many bytes it has, by key."""
    redirections: dict[str, str]
    """From the keys that are gone to those that stand for them."""


def build(
    fiches: Iterable[Fiche],
    redirections: Mapping[str, str],
    folder: Path,
    resources: Resources,
    progress: Progress | None = None,
    hidden: Collection[str] = (),
    formers: Iterable[Path] = (),
) -> dict[str, Any]:
    """Write the base of some fiches into a folder, whole or not at all; gives what its manifest says.

    `progress` hears what is done now and the share done of everything, in [0, 1]. `hidden` are ids whose titles are
    left out, for measuring. What one of `formers`, folders of other bases, has learnt is kept if it still holds: see
    `keeping`.

    Raises:
        FilesError: the disk does not take it.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    # One thread: the same base wherever it is built, and no waiting for cores that others use.
    with threadpool_limits(limits=1):
        return _build(fiches, redirections, folder, resources, progress or (lambda step, share: None), hidden, formers)


def _build(
    fiches: Iterable[Fiche],
    redirections: Mapping[str, str],
    folder: Path,
    resources: Resources,
    tell: Progress,
    hidden: Collection[str],
    formers: Iterable[Path],
) -> dict[str, Any]:
    all_fiches = sorted(fiches, key=lambda fiche: fiche.key)
    tell("Reading words", 0.0)
    whole = documents(all_fiches, redirections, resources.phrasings)
    found = without_titles(whole, set(hidden)) if hidden else whole
    vocabulary = Vocabulary()
    for document in found:
        text = texts(document)
        vocabulary.count(part for name in _WRITTEN for part in text[name])
    idf = inverse_frequency(found, vocabulary)
    short = abbreviations(all_fiches)
    words = Words(
        list(vocabulary.stems),
        vocabulary.seen(MIN_SEEN),
        short,
        [(group.say, group.means, group.kind.value) for group in resources.groups],
    )
    taught_now = keeping.taught_from(all_fiches, resources)
    kept = None if hidden else keeping.kept(formers, taught_now)
    learnt = _kept(kept, vocabulary) if kept else None
    if learnt is None:
        learnt = _learnt(found, vocabulary, idf, words, resources, taught_now, tell)
    tell("Arranging", 0.8)
    made = arrays(found, vocabulary, idf, learnt.meaning)
    tell("Writing", 0.95)
    blob, places = _shelved(all_fiches)
    shelf = Shelf(
        [Entry(document.id, document.keys, title.title) for document, title in zip(found, whole, strict=True)],
        places,
        dict(redirections),
    )
    about = {"documents": len(found), "passages": int(made.first[-1]), "pairs": learnt.quality}
    encode = msgspec.json.encode
    contents = {**learnt.contents, WORDS: encode(words), FICHES: blob, SHELF: encode(shelf)}
    if not hidden:
        contents[files.TAUGHT] = encode(learnt.taught)
    files.write(folder, made, contents, about)
    tell("Written", 1.0)
    return about


_WRITTEN = ("title", "description", "headings", "body", "services", "anchors", "questions")
"""The fields that officials wrote: phrasings may be misspelt on purpose."""


def reader(words: Words, idf: Any) -> Reader:
    """What reads questions for a base."""
    groups = (Group(say, means, Kind(kind), 0) for say, means, kind in words.groups)
    stems = {stem: number for number, stem in enumerate(words.stems)}
    return Reader(
        stems, np.asarray(idf), Speller(words.seen, thorough=True), french(), words.abbreviations, Synonyms(groups)
    )


@dataclass(frozen=True, slots=True)
class _Learnt:
    """What a base has learnt."""

    meaning: Meaning
    contents: dict[str, bytes]
    """By file."""
    quality: dict[str, float]
    taught: keeping.Taught


def _kept(former: keeping.Kept, vocabulary: Vocabulary) -> _Learnt | None:
    """What a former base has learnt, for the words of this one; None if its files are damaged."""
    try:
        contents = {name: former.text(name) for name in (MODEL, RANKER, MATTER)}
        model = msgspec.json.decode(contents[MODEL], type=Model)
        ranking(model, contents[RANKER])
        gate(model, contents[MATTER])
        return _Learnt(former.meaning(vocabulary.stems), contents, former.quality, former.taught)
    except (files.FilesError, msgspec.DecodeError):
        return None


def _learnt(
    found: list[Document],
    vocabulary: Vocabulary,
    idf: Any,
    words: Words,
    resources: Resources,
    taught_from: keeping.Taught,
    tell: Progress,
) -> _Learnt:
    """What a base learns from itself, without what it is asked."""
    asked = lesson(found)
    tell("Learning what words mean", 0.1)
    meaning = learnt_meaning(asked.documents, vocabulary, idf)
    tell("Asking the base its own questions", 0.2)
    small = arrays(asked.documents, vocabulary, idf, meaning)
    result = taught(
        small, reader(words, idf), asked, resources.outside, lambda share: tell("Asking the base", 0.3 + 0.5 * share)
    )
    booster = result.ranking.model
    model = Model(
        [round(float(value), 6) for value in result.ranking.spread],
        result.gate.scope,
        result.gate.right,
        result.gate.manner,
        booster is not None,
    )
    ranker = booster.model_to_string().encode() if booster else b""
    contents = {MODEL: msgspec.json.encode(model), RANKER: ranker, MATTER: result.gate.matter.packed()}
    return _Learnt(meaning, contents, result.quality, taught_from)


def ranking(model: Model, text: bytes) -> Ranking:
    """The ranking of a base from its files.

    Raises:
        FilesError: the reranker's text is none.
    """
    spread = np.array(model.spread, np.float32)
    if not model.learnt:
        return Ranking(spread)
    import lightgbm

    try:
        return Ranking(spread, lightgbm.Booster(model_str=text.decode()))
    except (lightgbm.basic.LightGBMError, UnicodeDecodeError) as error:
        raise files.FilesError(f"{RANKER}: is damaged; the base has to be built again") from error


def gate(model: Model, matter: bytes) -> Gate:
    """The gate of a base from its files.

    Raises:
        FilesError: one is damaged.
    """
    try:
        return Gate(model.scope, model.right, model.manner, unpacked(matter))
    except ValueError as error:
        raise files.FilesError(f"{MATTER}: is damaged ({error}); the base has to be built again") from error


def _shelved(fiches: Iterable[Fiche]) -> tuple[bytes, dict[str, tuple[int, int]]]:
    blob = bytearray()
    places = {}
    for fiche in fiches:
        written = msgspec.json.encode(fiche)
        places[fiche.key] = (len(blob), len(written))
        blob += written
    return bytes(blob), places
