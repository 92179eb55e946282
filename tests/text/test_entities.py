"""Entities in sentences of citizens: each with its kind, its place and its value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import settings
from bot.errors import ConfigurationError
from bot.text.entities import EntityKind, entities
from bot.text.lists import ListReader, Lists, read_documents, read_lists
from bot.text.town_lists import DOCUMENTS, town_lists

FOLDER = Path(__file__).parent / "entities"
ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 28, 9, tzinfo=timezone.utc)
"""A Saturday, 10:00 in Paris."""
MARKED = re.compile(r"\[(?P<words>[^]]+)]\((?P<kind>[a-z]+):(?P<value>[^)]+)\)")
PRECISION, RECALL = 0.95, 0.92
"""On the sentences that were held back."""

Found = tuple[str, int, int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and what it names."""

    text: str
    named: frozenset[Found]


def sentences(name: str) -> list[Sentence]:
    """The sentences of a file, read without their marks."""
    found = []
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            text, named, at = "", set(), 0
            for mark in MARKED.finditer(line):
                text += line[at : mark.start()]
                start = len(text)
                text += mark["words"]
                named.add((mark["kind"], start, len(text), tuple(mark["value"].split("|"))))
                at = mark.end()
            found.append(Sentence(text + line[at:], frozenset(named)))
    return found


@pytest.fixture(scope="module")
def reader() -> ListReader:
    """The lists of the example town."""
    environ = {"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_SECRET": "s" * 40}
    return ListReader(town_lists(settings.load(environ).office))


def read(text: str, reader: ListReader) -> list[Found]:
    return [(one.kind.value, one.start, one.end, (one.value, *one.alternatives)) for one in entities(text, reader, NOW)]


def loose(found: Found) -> tuple[str, tuple[str, ...]]:
    """Kind and value: whether « le » belongs to « le 3 » is nobody's concern."""
    return found[0], found[3]


@pytest.mark.parametrize("sentence", sentences("seen.txt"), ids=lambda one: one.text[:40])
def test_a_sentence_names_what_it_names(sentence: Sentence, reader: ListReader) -> None:
    """Kind and value of each, and nothing else."""
    found = read(sentence.text, reader)

    assert sorted(loose(one) for one in found) == sorted(loose(one) for one in sentence.named)


def test_what_was_held_back_is_read_as_well(reader: ListReader) -> None:
    """At least 95 % of what is found is right, and 92 % of what is there is found: by kind, value and overlap."""
    right = wrong = missed = 0
    for sentence in sentences("held.txt"):
        left = set(sentence.named)
        for one in read(sentence.text, reader):
            fitting = next((it for it in left if loose(it) == loose(one) and it[1] < one[2] and one[1] < it[2]), None)
            if fitting is None:
                wrong += 1
            else:
                right += 1
                left.discard(fitting)
        missed += len(left)

    assert right / (right + wrong) >= PRECISION
    assert right / (right + missed) >= RECALL


def test_there_are_enough_sentences() -> None:
    """A hundred and fifty at least, of all kinds in both parts."""
    seen, held = sentences("seen.txt"), sentences("held.txt")
    kinds = {kind.value for kind in EntityKind}

    assert len(seen) + len(held) >= 150
    assert [{one[0] for each in part for one in each.named} for part in (seen, held)] == [kinds, kinds]


def test_the_list_of_documents_is_long_and_each_has_one_meaning() -> None:
    """A hundred and twenty documents; no name stands for two."""
    documents = read_documents(DOCUMENTS)
    reader = ListReader(Lists(documents=documents))
    other = [
        (code, name)
        for code, names in documents.items()
        for name in names
        if [one.id for one in reader.read(name)] != [code]
    ]

    assert len(documents) >= 120
    assert other == []


def test_lists_travel_as_a_file(tmp_path: Path, reader: ListReader) -> None:
    """What the supervisor writes for the component is what it reads; documents come from the project."""
    environ = {"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_SECRET": "s" * 40}
    lists = town_lists(settings.load(environ).office)
    lists.write(tmp_path / "lists.json")

    assert read_lists(tmp_path / "lists.json", lists.documents) == lists


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"services": 3}', '{"services": {}, "parts": {}, "zone"', "\x00"])
def test_a_broken_file_is_named(tmp_path: Path, content: str) -> None:
    """One sentence with the place."""
    path = tmp_path / "lists.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="no list of services"):
        read_lists(path, {})


@pytest.mark.parametrize("content", ["", "- 1", "a: {said: [b]}", "a: b", "a: [", "a: {name: b, said: 3}"])
def test_a_broken_list_of_documents_is_named(tmp_path: Path, content: str) -> None:
    """One sentence with the place."""
    path = tmp_path / "documents.yml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="no list of documents"):
        read_documents(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "😀" * 2000,
        "1 " * 2000,
        "(" * 4000,
        "le 3 " * 800,
        "12 rue " * 500,
        "مرحبا " * 600,
        "a" * 9000,
        "\u200b" * 50,
    ],
)
def test_odd_texts_break_nothing(text: str, reader: ListReader) -> None:
    """Places stay within the text, and there are never more than a hundred."""
    found = entities(text, reader, NOW)

    assert len(found) <= 100
    assert all(0 <= one.start < one.end <= len(text) for one in found)


@given(st.text(max_size=200))
def test_no_text_breaks_it(reader: ListReader, text: str) -> None:
    """Any characters: in order, and none overlaps another."""
    found = entities(text, reader, NOW)

    assert all(one.end <= other.start for one, other in pairwise(found))
