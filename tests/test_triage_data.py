"""The letters that triage is measured with, and the examples by kind that it learns from."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.readings import LetterKind, Urgency

ROOT = Path(__file__).parent.parent
EVALUATION = ROOT / "triage" / "evaluation" / "letters.jsonl"
KINDS = sorted((ROOT / "triage" / "kinds").glob("*.yml"))
EXAMPLES = [
    *KINDS,
    *(path for part in ("services", "terms") for path in sorted((ROOT / "triage" / part).glob("*.yml"))),
]

WORDS_OF_A_SENTENCE = 7
"""Shorter ones are everybody's: « Merci d'avance pour votre réponse »."""


@pytest.fixture(scope="module")
def letters() -> list[dict[str, Any]]:
    return [json.loads(line) for line in EVALUATION.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def services() -> set[str]:
    return set(yaml.safe_load((ROOT / "office.yml").read_text("utf-8"))["services"])


def sentences(*texts: str) -> set[str]:
    """Sentences of seven words and more, without case, punctuation and marks of quotes."""
    found = set()
    for text in texts:
        for sentence in re.split(r"[.!?…;:\n]+", text):
            words = re.findall(r"\w+", sentence.lower())
            if len(words) >= WORDS_OF_A_SENTENCE:
                found.add(" ".join(words))
    return found


def test_every_letter_is_labelled(letters: list[dict[str, Any]], services: set[str]) -> None:
    """A letter has text, known services without repetition, a kind, an urgency, and says whether it expects a reply."""
    for letter in letters:
        assert all(letter[key].strip() for key in ("from", "body")), letter["id"]
        assert set(letter["services"]) <= services, letter["id"]
        assert len(set(letter["services"])) == len(letter["services"]) > 0, letter["id"]
        LetterKind(letter["kind"])
        Urgency(letter["urgency"])
        assert isinstance(letter["expects_reply"], bool), letter["id"]
        if letter["kind"] in ("autoreply", "spam"):
            assert (letter["expects_reply"], letter["urgency"]) == (False, "low"), letter["id"]


def test_ids_are_unique_and_duplicates_come_later(letters: list[dict[str, Any]]) -> None:
    """`duplicate_of` names an earlier letter that is itself the first of its matter, for the same service."""
    first: dict[str, dict[str, Any]] = {}
    for letter in letters:
        assert letter["id"] not in first
        first[letter["id"]] = letter
        if "duplicate_of" in letter:
            original = first[letter["duplicate_of"]]
            assert "duplicate_of" not in original, letter["id"]
            assert letter["services"][0] in original["services"], letter["id"]


def test_every_service_has_letters(letters: list[dict[str, Any]], services: set[str]) -> None:
    """Each service has at least seven letters of citizens, and about one letter in eight cannot wait."""
    counted = Counter(letter["services"][0] for letter in letters if letter["kind"] not in ("autoreply", "spam"))
    assert all(counted[service] >= 7 for service in services), counted
    high = sum(letter["urgency"] == "high" for letter in letters) / len(letters)
    assert 0.10 <= high <= 0.15


@pytest.mark.parametrize("path", KINDS, ids=lambda path: path.stem)
def test_examples_by_kind_are_whole(path: Path, services: set[str]) -> None:
    """Each example has a subject and a body, a known kind and urgency of its own or from its file, and none stands twice."""
    document = yaml.safe_load(path.read_text("utf-8"))
    seen = set()
    for example in document["examples"]:
        place = f"{path.name}: {example['subject']}"
        merged = {**document, **example}
        LetterKind(merged["kind"])
        Urgency(merged["urgency"])
        assert isinstance(example["subject"], str), place
        assert example["body"].strip(), place
        named = [merged["service"]] if "service" in merged else []
        assert {*named, *merged.get("also", [])} <= services, place
        assert (example["subject"], example["body"]) not in seen, place
        seen.add((example["subject"], example["body"]))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_sentence_that_is_measured_with_is_learnt(path: Path, letters: list[dict[str, Any]]) -> None:
    """No sentence of seven words and more of the evaluation stands in the files of `triage`."""
    measured = sentences(*(text for letter in letters for text in (letter["subject"], letter["body"])))
    examples = (yaml.safe_load(path.read_text("utf-8")) or {}).get("examples", [])
    learnt = sentences(*(str(example.get(key, "")) for example in examples for key in ("subject", "body")))
    shared = measured & learnt
    assert shared == set()
