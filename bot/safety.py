"""Danger and distress, seen before anything else and without any model.

The lexicon is data (`safety_lexicon.yml`): patterns for what is said in danger or in distress, for words that frighten
but that an everyday question may hold, and for what only sounds like it (« feu tricolore », « acte de décès »). A match
that overlaps one of the latter does not count. It runs in every state of a conversation and needs neither Rasa nor the
knowledge base; what it misses may still be recognised by the intents `emergency` and `self_harm_distress`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigurationError
from bot.text.clean import clean, plain_apostrophes
from bot.text.french import fold

if sys.version_info >= (3, 11):
    from re import _parser as sre_parse
else:
    import sre_parse

LEXICON = Path(__file__).parent / "safety_lexicon.yml"
MAX_CHARS = 4000
"""Longer texts are looked at in their first and last half of this."""
WORD, START = r"\b", "^"
"""What a pattern begins with: it is tried where words begin, or where the text does."""
_WORD = re.compile(r"\w+")
ANY = ""
"""For patterns that may begin with whatever character."""

Span = tuple[int, int]


class Alert(str, Enum):
    """What was seen; the value is the catalogue line that answers it."""

    VIOLENCE = "violence"
    DANGER = "emergency"
    DISTRESS = "distress"
    POSSIBLE_VIOLENCE = "possible_violence"
    POSSIBLE_DANGER = "possible_emergency"
    POSSIBLE_DISTRESS = "possible_distress"

    @property
    def is_sure(self) -> bool:
        """Unmistakable: the numbers are the whole answer. Else the message is also answered as any other."""
        return self in (Alert.VIOLENCE, Alert.DANGER, Alert.DISTRESS)


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns as one search: by the words of a text, and by how it begins."""

    word: re.Pattern[str]
    start: re.Pattern[str] | None

    def spans(self, text: str) -> Iterator[Span]:
        """Every place that matches; one that begins within another is found too."""
        found = self.start and self.start.match(text)
        if found:
            yield found.span()
        found = self.word.search(text)
        while found:
            yield found.span()
            found = self.word.search(text, found.start() + 1)


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells one kind of alarm."""

    sure: Patterns
    possible: Patterns
    doubtful: Patterns | None
    harmless: Patterns

    def check(self, text: str) -> bool | None:
        """Of a folded text: True for sure, False for possible, None for not at all."""
        sure, possible = list(self.sure.spans(text)), list(self.possible.spans(text))
        if not (sure or possible):
            return None
        harmless = list(self.harmless.spans(text))
        sure = _clear_of(harmless, sure)
        if sure and (self.doubtful is None or _clear_of(self.doubtful.spans(text), sure)):
            return True
        return False if sure or _clear_of(harmless, possible) else None


@dataclass(frozen=True, slots=True)
class Safety:
    """The compiled lexicon."""

    violence: Signs
    danger: Signs
    distress: Signs
    spellings: Mapping[str, str]
    """Words as they are typed in haste, folded, and what they stand for."""

    def check(self, text: str) -> Alert | None:
        """What a text shows: what is sure before what is possible, violence before danger before distress."""
        folded = seen(text)
        alert = self._look(folded)
        if alert is not None and alert.is_sure:
            return alert
        mended = self._mended(folded)
        if mended == folded:
            return alert
        second = self._look(mended)
        return second if second is not None and (alert is None or second.is_sure) else alert

    def _mended(self, folded: str) -> str:
        return _WORD.sub(lambda word: self.spellings.get(word[0], word[0]), folded)

    def _look(self, folded: str) -> Alert | None:
        possible = None
        for signs, alert, perhaps in (
            (self.violence, Alert.VIOLENCE, Alert.POSSIBLE_VIOLENCE),
            (self.danger, Alert.DANGER, Alert.POSSIBLE_DANGER),
            (self.distress, Alert.DISTRESS, Alert.POSSIBLE_DISTRESS),
        ):
            sure = signs.check(folded)
            if sure:
                return alert
            if sure is not None:
                possible = possible or perhaps
        return possible


def seen(text: str) -> str:
    """A text as the patterns see it."""
    if len(text) > MAX_CHARS:
        text = f"{text[: MAX_CHARS // 2]} {text[-MAX_CHARS // 2 :]}"
    return " ".join(fold(plain_apostrophes(clean(text))).split())


@lru_cache(maxsize=2)
def load(path: Path = LEXICON) -> Safety:
    """The lexicon of a file, read once a process: a thousand patterns take seconds to compile.

    Raises:
        ConfigurationError: it cannot be read, or a pattern is not a regular expression or does not begin as it must.
    """
    try:
        raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        possible, doubtful = raw["possible"], raw["doubtful"]
        danger = chain.from_iterable(raw["danger"].values())
        return Safety(
            Signs(_one(raw["violence"]), _one(possible["violence"]), None, _one(raw["not_violence"])),
            Signs(_one(danger), _one(possible["danger"]), _one(doubtful["danger"]), _one(raw["not_danger"])),
            Signs(
                _one(raw["distress"]), _one(possible["distress"]), _one(doubtful["distress"]), _one(raw["not_distress"])
            ),
            _spellings(raw["spellings"]),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        raise ConfigurationError(f"{path}: is not a lexicon of patterns: {error}") from error


def _spellings(listed: Mapping[str, Iterable[str]]) -> dict[str, str]:
    spellings = {}
    for right, typed in listed.items():
        for word in typed:
            if not _WORD.fullmatch(word) or fold(word) != word or word in spellings:
                raise ValueError(f"is no folded word, or stands twice: {word}")
            spellings[word] = right
    return spellings


def _one(patterns: Iterable[str]) -> Patterns:
    words: dict[str, list[str]] = {}
    starts = []
    for pattern in patterns:
        re.compile(pattern)
        if pattern.startswith(START):
            starts.append(f"(?:{pattern})")
        elif pattern.startswith(WORD):
            rest = pattern[len(WORD) :]
            for letter in sorted(_initials(sre_parse.parse(rest)) or {ANY}):
                words.setdefault(letter, []).append(f"(?:{rest})")
        else:
            raise ValueError(f"begins neither with {WORD} nor with {START}: {pattern}")
    if not words:
        raise ValueError("a list of patterns is empty")
    # By their first letters and with the common beginning written once, a search is twenty times as fast.
    branches = "|".join(f"(?={re.escape(letter)})(?:{'|'.join(alike)})" for letter, alike in words.items() if letter)
    branches = "|".join(filter(None, [branches, *words.get(ANY, [])]))
    return Patterns(re.compile(rf"\b(?=\w)(?:{branches})"), re.compile("|".join(starts)) if starts else None)


def _initials(parsed: Any) -> set[str] | None:
    """The characters that a parsed pattern may begin with; None if that may be any, or nothing."""
    found: set[str] = set()
    for operation, value in parsed:
        if operation in (sre_parse.AT, sre_parse.ASSERT, sre_parse.ASSERT_NOT):
            continue
        if operation is sre_parse.LITERAL:
            return found | {chr(value)}
        if operation is sre_parse.IN and all(kind is sre_parse.LITERAL for kind, _ in value):
            return found | {chr(code) for _, code in value}
        if operation is sre_parse.BRANCH:
            each = [_initials(branch) for branch in value[1]]
        elif operation is sre_parse.SUBPATTERN:
            each = [_initials(value[-1])]
        elif operation in (sre_parse.MAX_REPEAT, sre_parse.MIN_REPEAT):
            each = [_initials(value[2])]
        else:
            return None
        if None in each:
            return None
        found = found.union(*(one for one in each if one))
        if not (operation in (sre_parse.MAX_REPEAT, sre_parse.MIN_REPEAT) and value[0] == 0):
            return found
    return None


def _clear_of(others: Iterable[Span], spans: Iterable[Span]) -> list[Span]:
    """The spans that overlap none of the others."""
    listed = list(others)
    return [(start, end) for start, end in spans if not any(a < end and start < b for a, b in listed)]
