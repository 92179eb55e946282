"""Everyday words and the State's: what a question is searched with beside its own words.

A group says in one direction what people's words mean in the words of the pages. The added words take part in the
search and nowhere else: a citizen never reads them. Two words of a phrase are the same when they are equal once folded
and without their ending of number, gender or participle (`flexed`). A Snowball stem would not do here: it makes one
word of « virer » and « virement ».
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bot.errors import ConfigurationError
from bot.text.french import STOP_WORDS, listed, tokens

LOCAL = "synonyms_local.yml"
"""Beside the shipped file: a town's own groups."""
MAX_FILE_BYTES = 1_000_000
MAX_GROUPS = 5000
MAX_PHRASES = 60
"""Of one group, on each side."""
MAX_PHRASE_CHARS = 100
MAX_TOKENS = 200
"""Of one question; what comes after is not read."""
MIN_FLEXED_CHARS = 4
"""Shorter words have to be equal."""

_ENDINGS = ("ees", "ee", "es", "er", "ez", "e", "s", "x")
_MAX_GAP = 4
_MAX_DEPTH = 10
"""libyaml's composer calls itself for every level and would end the process at some ten thousand."""
_POSSESSIVES = listed("mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs")


class Kind(str, Enum):
    """Why the two sides of a group differ."""

    EVERYDAY = "everyday"
    RENAMED = "renamed"
    """A body, a benefit or a paper that has another name now."""
    ABBREVIATION = "abbreviation"
    """Compared letter by letter: « ass » is not « asses »."""
    SPELLING = "spelling"
    """As it is heard, or typed on a telephone; compared letter by letter too: « permi » is not « permis »."""
    REGIONAL = "regional"


_EXACT = frozenset({Kind.ABBREVIATION, Kind.SPELLING})


@dataclass(frozen=True, slots=True)
class Group:
    """What people say, and what the pages say."""

    say: tuple[str, ...]
    means: tuple[str, ...]
    kind: Kind
    line: int
    """Where it stands in its file, from 1."""


class Added(NamedTuple):
    """A word to search beside those of the question."""

    word: str
    """Folded, not stemmed."""
    weight: float
    """In (0, 1]: 1 where the phrase means one thing, less the more things it may mean."""
    start: int
    """The first token of the phrase that means it."""
    end: int
    """After its last token."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    parts: tuple[str, ...]
    """Flexed words; one that is compared letter by letter has "=" before it."""
    gaps: bool
    """Whether words of grammar may stand between the parts: « papiers de la voiture », « papiers voiture »."""
    means: tuple[tuple[str, float], ...]


def flexed(word: str) -> str:
    """A folded word without the ending that its number, gender or participle gives it: « viree », « vires » → « vir ».

    Words shorter than `MIN_FLEXED_CHARS`, and what would leave less than three letters, stay as they are.
    """
    if len(word) >= MIN_FLEXED_CHARS and word.isalpha():
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                return word[: -len(ending)]
    return word


class Synonyms:
    """All groups, ready to expand questions from any number of threads."""

    def __init__(self, groups: Iterable[Group] = ()) -> None:
        self.groups = tuple(groups)
        self._patterns: defaultdict[str, list[_Pattern]] = defaultdict(list)
        for group in self.groups:
            means = _weighed(group.means)
            for phrase in group.say:
                pattern = _pattern(phrase, group.kind in _EXACT, means)
                self._patterns[pattern.parts[0]].append(pattern)
        for patterns in self._patterns.values():
            patterns.sort(key=lambda pattern: -len(pattern.parts))

    def __len__(self) -> int:
        return len(self.groups)

    def expand(self, found: Sequence[str]) -> list[Added]:
        """The words that a question means beside those that it has.

        `found` are all tokens of the question in order (`bot.text.french.tokens`), words of grammar too: « ma caisse »
        is a car and « caisse » alone is not. The longest phrase wins, and its tokens belong to no other. Each word is
        added once, with its greatest weight.
        """
        read = tuple(_possessive(token) for token in found[:MAX_TOKENS])
        asked = frozenset(read)
        added: dict[str, Added] = {}
        for start, end, pattern in self._matches(read):
            for word, weight in pattern.means:
                known = added.get(word)
                if word not in asked and (known is None or known.weight < weight):
                    added[word] = Added(word, weight, start, end)
        return list(added.values())

    def _matches(self, read: Sequence[str]) -> Iterator[tuple[int, int, _Pattern]]:
        forms = [(f"={token}", flexed(token)) for token in read]
        start = 0
        while start < len(read):
            ends = [
                (end, len(pattern.parts), pattern)
                for key in forms[start]
                for pattern in self._patterns.get(key, ())
                if (end := _end(pattern, read, forms, start))
            ]
            if ends:
                end, _, pattern = max(ends, key=lambda match: match[:2])
                yield start, end, pattern
                start = end
            else:
                start += 1


def load(path: Path, own: Sequence[Path] = ()) -> Synonyms:
    """The groups of a file, and of the town's own: the first of `own` that is there, or `synonyms_local.yml` beside it.

    A phrase of the town's own file replaces the same phrase of the shipped one; with `means: []` it means nothing any
    more.

    Raises:
        ConfigurationError: a file cannot be read or a group is wrong; the sentence names the file and the line.
    """
    shipped = read(path)
    found = next((place for place in (*own, path.with_name(LOCAL)) if place != path and place.is_file()), None)
    if found is None:
        return Synonyms(shipped)
    local = read(found, emptied=True)
    replaced = {_same(phrase) for group in local for phrase in group.say}
    kept = (
        Group(say, group.means, group.kind, group.line)
        for group in shipped
        if (say := tuple(phrase for phrase in group.say if _same(phrase) not in replaced))
    )
    return Synonyms([*kept, *(group for group in local if group.means)])


def too_deep(text: str, loader: Any) -> bool:
    """Whether YAML has more lists in lists than libyaml composes without ending the process. Raises: yaml.YAMLError."""
    depth = 0
    for event in yaml.parse(text, loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            return True
    return False


def read(path: Path, emptied: bool = False) -> list[Group]:
    """The groups of one file; `emptied` allows `means: []`.

    Raises:
        ConfigurationError: see `load`.
    """
    root = _composed(path)
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode):
        raise ConfigurationError(f"{path}: is not a list of groups with say and means")
    if len(root.value) > MAX_GROUPS:
        raise ConfigurationError(f"{path}: {len(root.value)} groups, at most {MAX_GROUPS}")
    groups: list[Group] = []
    said: dict[tuple[str, ...], int] = {}
    for node in root.value:
        line = node.start_mark.line + 1
        try:
            group = _group(node, line, emptied)
            for phrase in group.say:
                if (before := said.setdefault(_same(phrase), line)) != line:
                    raise ValueError(f"{phrase!r} is said in line {before} already")
        except ValueError as error:
            raise ConfigurationError(f"{path}: line {line}: {error}") from error
        groups.append(group)
    return groups


def _composed(path: Path) -> yaml.Node | None:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise ConfigurationError(f"{path}: is too big: {size} bytes, at most {MAX_FILE_BYTES}")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not text in UTF-8 (byte {error.start})") from error
    # Nodes and not values: they know their lines, and « 115 » or « no » stay the words that were written.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if too_deep(text, loader):
            raise ConfigurationError(f"{path}: lists in lists are no groups")
        node: yaml.Node | None = yaml.compose(text, loader)
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ConfigurationError(f"{path}: {line}is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    return node


def _group(node: yaml.Node, line: int, emptied: bool) -> Group:
    """One group of a file. Raises: ValueError."""
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("is not a group; write {say: [flics], means: [police]}")
    fields = {str(key.value): value for key, value in node.value}
    if unknown := sorted(fields.keys() - {"say", "means", "kind"}):
        raise ValueError(f"there is no field {unknown[0]!r}; a group has say, means and kind")
    say, means = (_phrases(fields.get(name), name) for name in ("say", "means"))
    if not say:
        raise ValueError("say: is missing")
    if not means and not (emptied and "means" in fields):
        raise ValueError("means: is missing")
    for phrase in say:
        found = tokens(phrase)
        if len(found) == 1 and found[0] in STOP_WORDS:
            raise ValueError(f"say: {phrase!r} stands in every second question; write a phrase with it")
    for phrase in means:
        if not _content(phrase):
            raise ValueError(f"means: {phrase!r} has no word to search with")
    kind = fields.get("kind")
    try:
        return Group(say, means, Kind(kind.value) if kind is not None else Kind.EVERYDAY, line)
    except (ValueError, TypeError) as error:
        raise ValueError(f"kind: is one of {', '.join(known.value for known in Kind)}") from error


def _phrases(node: yaml.Node | None, name: str) -> tuple[str, ...]:
    if node is None:
        return ()
    if not isinstance(node, yaml.SequenceNode):
        raise ValueError(f"{name}: is not a list; write [one, another]")
    if len(node.value) > MAX_PHRASES:
        raise ValueError(f"{name}: {len(node.value)} phrases, at most {MAX_PHRASES}")
    phrases = []
    for inner in node.value:
        if not isinstance(inner, yaml.ScalarNode):
            raise ValueError(f"{name}: holds something that is not a phrase")
        phrase = " ".join(str(inner.value).split())
        if len(phrase) > MAX_PHRASE_CHARS:
            raise ValueError(f"{name}: a phrase of {len(phrase)} characters, at most {MAX_PHRASE_CHARS}")
        if not tokens(phrase):
            raise ValueError(f"{name}: {phrase!r} has no word")
        phrases.append(phrase)
    return tuple(phrases)


def _same(phrase: str) -> tuple[str, ...]:
    return tuple(_possessive(token) for token in tokens(phrase))


def _possessive(token: str) -> str:
    """« ma caisse », « sa caisse » and « leur caisse » are one phrase."""
    return "mon" if token in _POSSESSIVES else token


def _content(phrase: str) -> tuple[str, ...]:
    return tuple(token for token in tokens(phrase) if token not in STOP_WORDS)


def _weighed(means: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """The words of all meanings; each weighs less the more meanings there are, and the more words say one."""
    weights: dict[str, float] = {}
    for phrase in means:
        words = _content(phrase)
        for word in words:
            weights[word] = max(weights.get(word, 0.0), 1 / sqrt(len(means) * len(words)))
    return tuple((word, round(weight, 3)) for word, weight in weights.items())


def _pattern(phrase: str, exact: bool, means: tuple[tuple[str, float], ...]) -> _Pattern:
    """A phrase of several words that carry a subject is known by them; any other is as it is written."""
    whole, content = _same(phrase), _content(phrase)
    parts = content if len(content) > 1 else whole
    return _Pattern(tuple(_part(part, exact) for part in parts), len(content) > 1, means)


def _part(word: str, exact: bool) -> str:
    # Flexed, « poser » is « pos »; what is short as it stands is only itself.
    return f"={word}" if exact or len(word) < MIN_FLEXED_CHARS else flexed(word)


def _end(pattern: _Pattern, read: Sequence[str], forms: Sequence[tuple[str, str]], start: int) -> int:
    """After the last token of a pattern that begins at `start`; 0 where it does not stand there."""
    place = start + 1
    for part in pattern.parts[1:]:
        if pattern.gaps:
            bound = min(place + _MAX_GAP, len(read))
            while place < bound and read[place] in STOP_WORDS and part not in forms[place]:
                place += 1
        if place >= len(read) or part not in forms[place]:
            return 0
        place += 1
    return place
