"""The letters that triage learns the services from: `triage/services/<code>.yml`."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.readings import LetterKind, Urgency
from bot.settings import read_office

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "triage/services"
SERVICES = frozenset(read_office(ROOT / "office.yml").services)
FILES = sorted(FOLDER.glob("*.yml"))
EACH_FILE = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
NEEDED, ALLOWED = {"subject", "kind", "urgency", "body"}, {"subject", "kind", "urgency", "body", "also"}
KINDS = {kind.value for kind in LetterKind} - {LetterKind.AUTOREPLY.value, LetterKind.SPAM.value}
URGENCIES = {urgency.value for urgency in Urgency}
LEAST = 40
SAME = 0.8
WORD = re.compile(r"\w+")
PHONE = re.compile(r"(?<!\d)(?:\+33 ?|0)[1-9](?:[ .]?\d{2}){4}(?!\d)")
NOBODYS_PHONE = re.compile(r"0(?:2 ?61 ?91|6 ?39 ?98)")
MAIL_DOMAIN = re.compile(r"@([\w-]+(?:\.[\w-]+)+)")


@lru_cache
def read(path: Path) -> dict[str, Any]:
    """One file, as YAML has it."""
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def examples(path: Path) -> list[dict[str, Any]]:
    """The examples of one file, each named in an assertion by its subject."""
    listed: list[dict[str, Any]] = read(path)["examples"]
    return listed


def alike(texts: list[str]) -> list[tuple[int, int]]:
    """Pairs of texts whose sets of words have a Jaccard index above `SAME`.

    Two such sets share a word among the rarest fifth of each (prefix filtering, Chaudhuri and others 2006), so that
    only those that do are compared.
    """
    sets = [frozenset(WORD.findall(text.lower())) for text in texts]
    common = Counter(word for words in sets for word in words)
    seen: dict[str, list[int]] = {}
    found = []
    for place, words in enumerate(sets):
        rarest = sorted(words, key=lambda word: (common[word], word))[: len(words) - math.ceil(SAME * len(words)) + 1]
        others = sorted({other for word in rarest for other in seen.get(word, [])})
        found += [(other, place) for other in others if len(words & sets[other]) > SAME * len(words | sets[other])]
        for word in rarest:
            seen.setdefault(word, []).append(place)
    return found


def test_files_are_there() -> None:
    """The folder has files, so that the checks below have something to check."""
    assert FILES


@EACH_FILE
def test_a_file_is_of_a_service_of_the_town_and_has_enough(path: Path) -> None:
    """A file is named as its service, which stands in office.yml, and has at least forty examples."""
    assert set(read(path)) == {"service", "examples"}
    assert read(path)["service"] == path.stem
    assert path.stem in SERVICES
    assert len(examples(path)) >= LEAST


@EACH_FILE
def test_every_example_has_known_fields_with_known_values(path: Path) -> None:
    """An example says subject, kind, urgency and body, and names other right services by their codes."""
    for example in examples(path):
        name = f"{example.get('subject')}: {str(example.get('body'))[:60]}"
        also = example.get("also", [])

        assert NEEDED <= example.keys() <= ALLOWED, name
        assert isinstance(example["subject"], str), name
        assert isinstance(example["body"], str), name
        assert example["kind"] in KINDS, name
        assert example["urgency"] in URGENCIES, name
        assert set(also) <= SERVICES - {path.stem}, name
        assert len(also) == len(set(also)), name


@EACH_FILE
def test_every_example_says_something(path: Path) -> None:
    """Subject and body together have at least three words, and the body at least one."""
    for example in examples(path):
        assert WORD.search(example["body"]), example
        assert len(WORD.findall(f"{example['subject']} {example['body']}")) >= 3, example


@EACH_FILE
def test_a_service_gets_letters_of_every_kind_and_urgency(path: Path) -> None:
    """No service only asks: complaints, reports, thanks and all three urgencies are learnt everywhere."""
    assert {example["kind"] for example in examples(path)} == KINDS
    assert {example["urgency"] for example in examples(path)} == URGENCIES


@EACH_FILE
def test_phones_and_addresses_are_nobodys(path: Path) -> None:
    """Phone numbers are of the ranges kept for fiction, mail addresses of domains kept for examples."""
    for example in examples(path):
        phones = PHONE.findall(example["body"])
        domains = MAIL_DOMAIN.findall(example["body"])

        assert all(NOBODYS_PHONE.match(phone) for phone in phones), phones
        assert all(domain.endswith(".example") for domain in domains), domains


def test_no_two_examples_are_nearly_the_same() -> None:
    """Of all bodies of all files, no two share more than eight words in ten."""
    letters = [(path.stem, example["body"]) for path in FILES for example in examples(path)]
    assert alike([body for _, body in letters]) == []


def test_near_copies_are_found() -> None:
    """A text with one word changed in ten is a near copy; one with half of its words changed is not."""
    text = "un trou profond est apparu dans notre petite rue hier"
    assert alike(
        [text, "rien", text.replace("hier", "ce"), "un trou profond est apparu derrière le vieux pont gris"]
    ) == [(0, 2)]


def test_letters_without_a_subject_are_learnt_too() -> None:
    """At least one letter for two services has no subject, as mail has it: empty, or said to be missing."""
    subjects = Counter(example["subject"].strip().lower() for path in FILES for example in examples(path))

    assert subjects[""] + subjects["(sans objet)"] >= len(FILES) // 2
