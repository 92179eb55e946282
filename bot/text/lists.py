"""What a town calls its services, and citizens their documents: lists, and where their entries stand in a text.

By spaCy's phrase matcher on the tokens of the pipeline that all share (`bot.text.pipeline`). Case, accents, a plural's s,
articles, apostrophes and hyphens make no difference; the longest name wins.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigurationError
from bot.text import pipeline
from bot.text.addresses import folded
from bot.text.french import listed

SERVICE, DOCUMENT = "service", "document"
PLURAL_CHARS = 4
"""« plus » is no plural of « PLU »."""
MAX_NAMES = 20_000
_SEPARATOR = ":"
_SKIPPED = listed("de d du des la le les l un une au aux a en sur pour")
_SIGNS = frozenset("'-’")
CALLED = ("service", "bureau", "guichet", "pole", "direction", "departement", "agent", "accueil", "regie")
"""Words before a part of a service's name that make it one: « le service des finances » of « Finances et régie »."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Names by what they stand for."""

    services: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the service's code: names that are one wherever they stand."""
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the service's code: names that are one behind a word such as « service »."""
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the document's id."""
    zone: str = "Europe/Paris"

    def write(self, path: Path) -> None:
        """As JSON, for a process that does not read the settings.

        Raises:
            OSError: it cannot be written.
        """
        found = {"zone": self.zone, "services": dict(self.services), "parts": dict(self.parts)}
        aside = path.with_name(f"{path.name}.new")
        aside.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        aside.replace(path)


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a list and where it stands."""

    label: str
    """`SERVICE` or `DOCUMENT`."""
    id: str
    start: int
    end: int


def read_documents(path: Path) -> dict[str, tuple[str, ...]]:
    """What documents are called, by id.

    Raises:
        ConfigurationError: the file cannot be read, or an entry lacks its name.
    """
    try:
        found: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {
            str(code): (str(entry["name"]), *(str(one) for one in entry.get("said") or ()))
            for code, entry in found.items()
        }
    except (OSError, ValueError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{path}: is no list of documents: {' '.join(str(error).split())[:200]}") from error


def read_lists(path: Path, documents: Mapping[str, tuple[str, ...]]) -> Lists:
    """What `Lists.write` wrote, with documents.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        services, parts = (
            {str(code): tuple(str(name) for name in names) for code, names in found[key].items()}
            for key in ("services", "parts")
        )
        return Lists(services, parts, documents, str(found["zone"]))
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{path}: is no list of services: {' '.join(str(error).split())[:200]}") from error


class ListReader:
    """Finds the entries of lists in texts."""

    def __init__(self, lists: Lists) -> None:
        """Builds spaCy's matcher; some tens of milliseconds.

        Raises:
            ConfigurationError: the lists hold more than `MAX_NAMES` names.
        """
        from spacy.matcher import PhraseMatcher
        from spacy.tokens import Doc

        self._vocab = pipeline.pipeline().vocab
        self._matcher = PhraseMatcher(self._vocab, attr="ORTH")
        names: dict[tuple[str, ...], tuple[str, str]] = {}
        for label, entries in ((SERVICE, lists.services), (DOCUMENT, lists.documents)):
            for code, said in entries.items():
                for name in said:
                    # The first that has a name keeps it, as in the order of the lists.
                    names.setdefault(_words(name), (label, code))
        for code, said in lists.parts.items():
            for name in said:
                for word in CALLED:
                    names.setdefault((word, *_words(name)), (SERVICE, code))
        names.pop((), None)
        if len(names) > MAX_NAMES:
            raise ConfigurationError(f"the lists of services and documents hold more than {MAX_NAMES} names")
        for words, entry in names.items():
            self._matcher.add(_SEPARATOR.join(entry), [Doc(self._vocab, words=list(words))])
        self._first = frozenset(words[0] for words in names)

    def read(self, text: str) -> list[Listed]:
        """Every entry of a text, in order; none overlaps another, the longest counts."""
        from spacy.tokens import Doc

        forms = _forms(text)
        if not any(form in self._first for form, _, _ in forms):
            return []
        doc = Doc(self._vocab, words=[form for form, _, _ in forms])
        found: list[Listed] = []
        taken = bytearray(len(forms))
        for name, first, end in sorted(self._matcher(doc), key=lambda one: (one[1] - one[2], one[1])):
            if not any(taken[first:end]):
                taken[first:end] = b"\x01" * (end - first)
                label, _, code = self._vocab.strings[name].partition(_SEPARATOR)
                found.append(Listed(label, code, forms[first][1], forms[end - 1][2]))
        return sorted(found, key=lambda one: one.start)


def _words(name: str) -> tuple[str, ...]:
    return tuple(form for form, _, _ in _forms(name))


def _forms(text: str) -> list[tuple[str, int, int]]:
    """The tokens that tell names apart, and where each stood."""
    found = []
    for word in pipeline.tokens(folded(text)):
        form = word.text.strip("'’-.") or word.text
        if form in _SKIPPED or form in _SIGNS or not form.strip():
            continue
        end = word.idx + len(word.text.rstrip("'’-.") or word.text)
        found.append((form[:-1] if len(form) > PLURAL_CHARS and form[-1] in "sx" else form, word.idx, end))
    return found
