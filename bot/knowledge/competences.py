"""Whose matter it is that a town hall is asked and does not decide, and where that body is reached.

A question is as near to a body as the terms of its matters that it holds whole (`competences.yml`), each word weighed
by how few bodies have it, and as the nearest thing that people say of them, by the cosine of tf-idf over words and
pieces of words. It is nobody's if it is nearer to what town halls do, or near to nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from bot.errors import ConfigurationError
from bot.knowledge.competent import Competent
from bot.settings import Office
from bot.text.french import fold, tokens, words
from bot.text.normalise import normalise
from bot.text.spelling import Speller

FILE = Path(__file__).with_name("competences.yml")
SURE = 0.6
"""From this nearness on a body is named. Chosen out of fold on the phrasings of `competences.yml`; see docs/bonne-porte.md."""
SURE_OF_LETTER = 1.0
"""The same for one sentence of a letter: it has many, and is read by a person anyway."""
LEAD = 1.05
"""So many times nearer it has to be than what the town halls do themselves."""
NAMED = 1.5
"""What the name of a body adds, where it stands in the question."""
SAID = 1.0
"""How much the nearest phrasing weighs beside the terms."""
WORD, PIECE = 1.0, 0.5
"""How a word and all pieces of one together weigh beside each other."""
PIECE_CHARS = 4
ENDING = re.compile(r"(?<=\w{4})(?:e?r|ez|ee?|)[sx]?$")
"""What a word's forms differ in, where the rest of it is long enough: « retraites », « renouveler »."""
MIN_SPELT = 6
"""Shorter words that no term has are other words, not slips: « unis » is no « Ulis »."""
MAX_SENTENCES = 12
"""Of a letter: who has not said by then what it is about says it in the subject."""
MAX_CHARS = 400
"""Of one question or sentence."""
SENTENCE = re.compile(r"[.!?;\n]+")


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An office that is not the town's."""

    name: str
    pivots: tuple[str, ...]
    names: tuple[str, ...]
    terms: tuple[str, ...]
    says: tuple[str, ...]
    phone: str = ""
    url: str = ""
    local: bool = False
    """Whether it is only named where the directory of the town names it."""


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`competences.yml`."""

    bodies: dict[str, Body]
    town: tuple[str, ...]
    town_terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Door:
    """The right door: a body, as this town reaches it."""

    code: str
    body: Competent
    email: str = ""
    """Of the directory; "" where nothing can be sent."""
    score: float = 1.0
    """How near the question is, about [0, 1.5]."""


def read(path: Path = FILE) -> File:
    """The bodies and their matters.

    Raises:
        ConfigurationError: the file is wrong; the sentence names the place.
    """
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=File)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigurationError(f"{path.name}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Told:
    """A question's words as they were meant, and what terms and names in it count by code."""

    asked: tuple[str, ...]
    terms: Mapping[str, float]

    def scores(self, codes: Sequence[str], near: Mapping[str, float]) -> dict[str, float]:
        """By code, the nearest first."""
        found = {code: self.terms.get(code, 0.0) + SAID * near.get(code, 0.0) for code in codes}
        return dict(sorted(found.items(), key=lambda item: -item[1]))


class Scorer:
    """How near a question is to the matters of each body, and to those of the town halls, whose code is ""."""

    def __init__(
        self,
        terms: Mapping[str, Sequence[str]],
        says: Mapping[str, Sequence[str]],
        names: Mapping[str, Sequence[str]],
    ) -> None:
        self._codes = list(terms)
        self._terms = {code: list({_stems(one) for one in given} - {frozenset()}) for code, given in terms.items()}
        counted = Counter(stem for given in self._terms.values() for stem in frozenset[str]().union(*given))
        # A word that is a term of its own is a body's as a whole, whoever else has it beside others.
        self._weights = {
            code: {
                stem: 1.0 if frozenset({stem}) in given else 1 / counted[stem]
                for stem in frozenset[str]().union(*given)
            }
            for code, given in self._terms.items()
        }
        known = Counter(word for given in (*terms.values(), *says.values()) for one in given for word in words(one))
        self._speller = Speller(known)
        self._names = {
            code: [f" {' '.join(tokens(normalise(name)))} " for name in given] for code, given in names.items()
        }
        self._sayings = Sayings(says)
        having: defaultdict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for code, those in self._terms.items():
            for term in those:
                having[min(term)].append((code, term))
        # By one stem of each: a question has few, and only the terms that they begin are compared.
        self._having = dict(having)

    def scores(self, question: str) -> dict[str, float]:
        """By code, the nearest first. Nothing where no word carries a subject."""
        told = self._told(question)
        return told.scores(self._codes, self._sayings.near(told.asked)) if told.asked else {}

    def scores_of_letter(self, sentences: Sequence[str]) -> list[dict[str, float]]:
        """`scores` of each sentence; none at all where none of them can be as near to a body as `SURE_OF_LETTER`.

        A phrasing alone brings a sentence that near only if it has the very same words: most letters need no cosine.
        """
        told = [self._told(one) for one in sentences]
        if not any(code for one in told for code in one.terms) and not any(
            self._sayings.holds(one.asked) for one in told
        ):
            return []
        return [one.scores(self._codes, self._sayings.near(one.asked)) if one.asked else {} for one in told]

    def _told(self, question: str) -> _Told:
        text = normalise(question[:MAX_CHARS])
        asked = [self._meant(word) for word in words(text)]
        if not asked:
            return _Told((), {})
        stems = _stems(" ".join(asked))
        held: defaultdict[str, set[str]] = defaultdict(set)
        for stem in stems:
            for code, term in self._having.get(stem, ()):
                if term <= stems:
                    held[code] |= term
        found = {code: sum(self._weights[code][stem] for stem in sorted(those)) for code, those in held.items()}
        said = f" {' '.join(tokens(text))} "
        for code, names in self._names.items():
            if any(name in said for name in names):
                found[code] = found.get(code, 0.0) + NAMED
        return _Told(tuple(asked), found)

    def _meant(self, word: str) -> str:
        if len(word) < MIN_SPELT:
            return word
        return self._speller.correct(word) or word

    def best(self, question: str, sure: float = SURE, lead: float = LEAD) -> tuple[str, float]:
        """The code of the body that a question is for and how near it is; "" if it is nobody's."""
        return nearest(self.scores(question), sure, lead)


def nearest(scores: Mapping[str, float], sure: float = SURE, lead: float = LEAD) -> tuple[str, float]:
    """The code of the nearest body and how near it is; "" if it is nobody's. `scores` as `Scorer.scores` gives them."""
    town = scores.get("", 0.0)
    code, score = next(((code, score) for code, score in scores.items() if code), ("", 0.0))
    return (code, score) if score >= sure and score >= lead * town else ("", score)


class Sayings:
    """Phrasings as vectors of length 1: their words and pieces, by tf-idf."""

    def __init__(self, says: Mapping[str, Sequence[str]]) -> None:
        rows = [(code, parts) for code, given in says.items() for one in given if (parts := _parts(words(one)))]
        self._codes = [code for code, _ in rows]
        seen = Counter(part for _, parts in rows for part in parts)
        self._columns = {part: column for column, part in enumerate(seen)}
        counts = np.fromiter(seen.values(), dtype=np.float64, count=len(seen))
        self._rarest = math.log(1 + len(rows)) + 1
        self._idf = np.log((1 + len(rows)) / (1 + counts)) + 1
        self._same = {frozenset(words(one)) for given in says.values() for one in given}
        entries = [self._entries(parts) for _, parts in rows]
        places = np.repeat(np.arange(len(rows)), [len(columns) for columns, _ in entries])
        columns = np.concatenate([columns for columns, _ in entries] or [np.zeros(0, dtype=np.int32)])
        weights = np.concatenate([weights for _, weights in entries] or [np.zeros(0)])
        # By columns: a question has few parts, and only their rows are looked at.
        order = np.argsort(columns, kind="stable")
        self._places, self._weights = places[order], weights[order]
        self._ends = np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=len(seen)))])
        firsts = [place for place, code in enumerate(self._codes) if place == 0 or self._codes[place - 1] != code]
        self._firsts = np.array(firsts, dtype=np.intp)

    def holds(self, asked: Sequence[str]) -> bool:
        """Whether a phrasing has these very words, in whatever order."""
        return frozenset(asked) in self._same

    def near(self, asked: Sequence[str]) -> dict[str, float]:
        """By code, the cosine of the nearest phrasing."""
        columns, weights = self._entries(_parts(asked))
        if not len(columns) or not self._codes:
            return dict.fromkeys(self._codes, 0.0)
        starts = self._ends[columns]
        many = self._ends[columns + 1] - starts
        before = np.cumsum(many) - many
        at = np.arange(int(many.sum())) + np.repeat(starts - before, many)
        scores = np.bincount(self._places[at], self._weights[at] * np.repeat(weights, many), len(self._codes))
        best = np.maximum.reduceat(scores, self._firsts)
        return {self._codes[first]: float(score) for first, score in zip(self._firsts, best, strict=True)}

    def _entries(self, parts: Mapping[str, float]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Columns and weights of the parts that are known, within a vector of length 1 that all parts make."""
        known = [(self._columns[part], count) for part, count in parts.items() if part in self._columns]
        columns = np.array([column for column, _ in known], dtype=np.int32)
        weights = np.array([count for _, count in known], dtype=np.float64) * self._idf[columns]
        unknown = sum((count * self._rarest) ** 2 for part, count in parts.items() if part not in self._columns)
        length = math.sqrt(float(weights @ weights) + unknown)
        return columns, weights / length if length else weights


@lru_cache(maxsize=1)
def scorer() -> tuple[File, Scorer]:
    """The project's own, read and counted once; takes a tenth of a second.

    Raises:
        ConfigurationError: see `read`.
    """
    file = read()
    bodies = file.bodies.items()
    return file, Scorer(
        {"": file.town_terms, **{code: one.terms for code, one in bodies}},
        {"": file.town, **{code: one.says for code, one in bodies}},
        {code: one.names for code, one in bodies},
    )


class Competences:
    """The bodies as one town reaches them. Holds no state; may be shared."""

    def __init__(self, office: Office) -> None:
        """Raises:
        ConfigurationError: see `read`.
        """
        file, self._scorer = scorer()
        self._doors = {
            code: door for code, one in file.bodies.items() if (door := _door(office, code, one)) is not None
        }

    @property
    def doors(self) -> Mapping[str, Door]:
        """Every body by its code, in the order of the file."""
        return self._doors

    def find(self, question: str) -> Door | None:
        """The body that a question is for; None if it is the town's, or nobody's that is known."""
        return self._door_of(*self._scorer.best(question))

    def of_letter(self, subject: str, said: str) -> Door | None:
        """The body that a letter is for, by its subject and its sentences one by one."""
        sentences = [one for one in (subject, *SENTENCE.split(said)) if len(words(one)) > 1]
        best, town = None, 0.0
        for scores in self._scorer.scores_of_letter(sentences[:MAX_SENTENCES]):
            town = max(town, scores.get("", 0.0))
            door = self._door_of(*nearest(scores))
            if door is not None and (best is None or door.score > best.score):
                best = door
        return best if best is not None and best.score >= SURE_OF_LETTER and best.score >= LEAD * town else None

    def _door_of(self, code: str, score: float) -> Door | None:
        door = self._doors.get(code)
        return None if door is None else replace(door, score=score)


def told_of(door: Door, texts: Iterable[str]) -> bool:
    """Whether texts say already whom to turn to: one of its contacts stands in them."""
    text = " ".join(fold(one) for one in texts)
    marks = [re.sub(r"^https?://(www\.)?", "", detail).rstrip("/") for detail in door.body.details]
    return any(fold(mark) in text for mark in marks if mark)


def _door(office: Office, code: str, body: Body) -> Door | None:
    """How a town reaches a body; None if it is the town's own service, or only local and not named."""
    entry = next((office.directory[one] for one in (code, *body.pivots) if one in office.directory), None)
    if entry is None:
        if body.local:
            return None
        return Door(code, Competent(body.name, tuple(part for part in (body.phone, body.url) if part)))
    if entry.service:
        return None
    phone = f"{entry.phone} ({entry.hours})" if entry.phone and entry.hours else entry.phone or body.phone
    details = (phone, entry.address, entry.url or body.url, entry.email)
    return Door(code, Competent(entry.name or body.name, tuple(part for part in details if part)), entry.email)


def _stems(text: str) -> frozenset[str]:
    """The words of a text without the endings that their forms differ in."""
    return frozenset(ENDING.sub("", word) for word in words(text))


def _parts(said: Iterable[str]) -> dict[str, float]:
    """Words and pieces of them, each with how much of it there is."""
    found: defaultdict[str, float] = defaultdict(float)
    for word in said:
        found[word] += WORD
        padded = f" {word} "
        pieces = [padded[at : at + PIECE_CHARS] for at in range(len(padded) - PIECE_CHARS + 1)]
        for piece in pieces:
            found[f"_{piece}"] += PIECE / math.sqrt(len(pieces))
    return dict(found)
