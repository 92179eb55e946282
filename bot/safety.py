"""Danger and distress, seen before anything else and without any model.

The lexicon is data (`safety_lexicon.yml`): patterns for what is said in danger or in distress, for words that frighten
but that an everyday question may hold, and for what only sounds like it (« feu tricolore », « acte de décès »). A match
that overlaps one of the latter does not count. It runs in every state of a conversation and needs neither Rasa nor the
knowledge base; what it misses may still be recognised by the intents `emergency` and `self_harm_distress`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
"""The head of patterns that may begin with whatever character."""

HEAD = 4
"""So many characters of a word's beginning, and of what follows, tell whether a pattern is worth trying there."""
MAX_HEADS = 2_000
"""Of one pattern; one with more is tried by its first letter."""
MAX_KNOWN = 20_000
"""Beginnings of words whose patterns are kept at hand."""

Span = tuple[int, int]
Match = Callable[[str, int], "re.Match[str] | None"]


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


class Patterns:
    """Patterns as one search: by the words of a text, and by how it begins. Safe to use from any number of threads."""

    def __init__(
        self, headed: Sequence[tuple[re.Pattern[str], frozenset[str]]], rest: Sequence[str], starts: Sequence[str]
    ) -> None:
        """`headed`: patterns that are tried where a word begins, with their heads (`_heads`); `rest`: those that have
        none; `starts`: those that are tried where a text begins.
        """
        self._by_head: dict[str, list[int]] = {}
        self._headed = [pattern.match for pattern, _ in headed]
        for place, (_, heads) in enumerate(headed):
            for head in heads:
                self._by_head.setdefault(head, []).append(place)
        self._rest = re.compile(rf"\b(?=\w)(?:{'|'.join(rest)})") if rest else None
        self._start = re.compile("|".join(starts)) if starts else None
        self._known: dict[str, tuple[Match, ...]] = {}

    def spans(self, text: str, places: Sequence[int] | None = None) -> Iterator[Span]:
        """Every place that matches; one that begins within another is found too. `places`: see `begins`."""
        places = begins(text) if places is None else places
        found = self._start and self._start.match(text)
        if found:
            yield found.span()
        known = self._known
        for place in places:
            head = text[place : place + HEAD]
            for match in known[head] if head in known else self._meet(head):
                if found := match(text, place):
                    yield found.span()
                    break
        found = self._rest and self._rest.search(text)
        while self._rest and found:
            yield found.span()
            found = self._rest.search(text, found.start() + 1)

    def _meet(self, head: str) -> tuple[Match, ...]:
        """The patterns that may match what begins so, in their order: of a thousand a few."""
        fitting = {place for size in range(1, HEAD + 1) for place in self._by_head.get(head[:size], ())}
        found = tuple(self._headed[place] for place in sorted(fitting))
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[head] = found
        return found


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells one kind of alarm."""

    sure: Patterns
    possible: Patterns
    doubtful: Patterns | None
    harmless: Patterns

    def check(self, text: str, places: Sequence[int]) -> bool | None:
        """Of a folded text: True for sure, False for possible, None for not at all."""
        sure, possible = list(self.sure.spans(text, places)), list(self.possible.spans(text, places))
        if not (sure or possible):
            return None
        harmless = list(self.harmless.spans(text, places))
        sure = _clear_of(harmless, sure)
        if sure and (self.doubtful is None or _clear_of(self.doubtful.spans(text, places), sure)):
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
        places = begins(folded)
        for signs, alert, perhaps in (
            (self.violence, Alert.VIOLENCE, Alert.POSSIBLE_VIOLENCE),
            (self.danger, Alert.DANGER, Alert.POSSIBLE_DANGER),
            (self.distress, Alert.DISTRESS, Alert.POSSIBLE_DISTRESS),
        ):
            sure = signs.check(folded, places)
            if sure:
                return alert
            if sure is not None:
                possible = possible or perhaps
        return possible


def begins(text: str) -> list[int]:
    """Where the words of a text begin."""
    return [word.start() for word in _WORD.finditer(text)]


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
    headed: list[tuple[re.Pattern[str], frozenset[str]]] = []
    starts, rest = [], []
    for pattern in patterns:
        compiled = re.compile(pattern)
        if pattern.startswith(START):
            starts.append(f"(?:{pattern})")
        elif pattern.startswith(WORD):
            bare = f"(?:{pattern[len(WORD) :]})"
            heads = _heads(sre_parse.parse(bare))
            if ANY in heads:
                rest.append(bare)
            else:
                headed.append((compiled, frozenset(heads)))
        else:
            raise ValueError(f"begins neither with {WORD} nor with {START}: {pattern}")
    if not (headed or rest):
        raise ValueError("a list of patterns is empty")
    return Patterns(headed, rest, starts)


def _heads(parsed: Any) -> set[str]:
    """What texts begin with that a parsed pattern matches; shorter than `HEAD` where anything may follow."""
    ended, going_on = _beginnings(parsed)
    heads = ended | going_on
    return heads if len(heads) <= MAX_HEADS else {head[:1] for head in heads}


def _beginnings(parsed: Any) -> tuple[set[str], set[str]]:
    """Beginnings behind which nothing more is known, and whole matches that are shorter than `HEAD`."""
    ended: set[str] = set()
    going_on = {""}
    for operation, value in parsed:
        if operation in (sre_parse.AT, sre_parse.ASSERT, sre_parse.ASSERT_NOT):
            continue
        known, whole = _beginnings_of(operation, value)
        ended |= {(before + head)[:HEAD] for before in going_on for head in known}
        longer = {before + head for before in going_on for head in whole}
        ended |= {head[:HEAD] for head in longer if len(head) >= HEAD}
        going_on = {head for head in longer if len(head) < HEAD}
        if len(going_on) > MAX_HEADS:
            return ended | going_on, set()
        if not going_on:
            break
    return ended, going_on


def _beginnings_of(operation: Any, value: Any) -> tuple[set[str], set[str]]:
    """The same of one element."""
    if operation is sre_parse.LITERAL:
        return set(), {chr(value)}
    if operation is sre_parse.IN and all(kind is sre_parse.LITERAL for kind, _ in value):
        return set(), {chr(code) for _, code in value}
    if operation is sre_parse.BRANCH:
        each = [_beginnings(branch) for branch in value[1]]
        return set().union(*(known for known, _ in each)), set().union(*(whole for _, whole in each))
    if operation is sre_parse.SUBPATTERN:
        return _beginnings(value[-1])
    if operation in (sre_parse.MAX_REPEAT, sre_parse.MIN_REPEAT):
        known, whole = _beginnings(value[2])
        # Behind the first time anything may follow, unless there is no second.
        known, whole = (known, whole) if value[1] == 1 else (known | whole, set())
        return known, whole | ({""} if value[0] == 0 else set())
    return {""}, set()


def _clear_of(others: Iterable[Span], spans: Iterable[Span]) -> list[Span]:
    """The spans that overlap none of the others."""
    listed = list(others)
    return [(start, end) for start, end in spans if not any(a < end and start < b for a, b in listed)]
