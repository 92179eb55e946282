"""The words of each service and its ordinary letters: `triage/terms/<code>.yml`."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.readings import LetterKind, Urgency
from bot.settings import read_office
from tests.triage.test_examples import MAIL_DOMAIN, NOBODYS_PHONE, PHONE, alike

ROOT = Path(__file__).resolve().parents[2]
SERVICES = frozenset(read_office(ROOT / "office.yml").services)
FILES = sorted((ROOT / "triage/terms").glob("*.yml"))
ODD = sorted((ROOT / "triage/services").glob("*.yml"))
EACH_FILE = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
FIELDS = {"subject", "kind", "urgency", "body", "also"}
LEAST_TERMS, LEAST_LETTERS = 200, 40
LONGEST = 7
"""Words of a term: more of them are a sentence."""


@lru_cache
def read(path: Path) -> dict[str, Any]:
    """One file, as YAML has it."""
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def test_files_are_there() -> None:
    """The folder has files, so that the checks below have something to check."""
    assert FILES


@EACH_FILE
def test_a_file_has_terms_and_letters_of_its_service(path: Path) -> None:
    """A file is named as its service, which stands in office.yml, and has enough of both."""
    assert set(read(path)) == {"service", "terms", "examples"}
    assert read(path)["service"] == path.stem
    assert path.stem in SERVICES
    assert len(read(path)["terms"]) >= LEAST_TERMS
    assert len(read(path)["examples"]) >= LEAST_LETTERS


@EACH_FILE
def test_terms_are_short_and_stand_once(path: Path) -> None:
    """A term is text of a few words (not a number or a yes that YAML read), and none stands twice."""
    terms = read(path)["terms"]

    assert [term for term in terms if not isinstance(term, str)] == []
    assert [term for term in terms if not 1 <= len(term.split()) <= LONGEST] == []
    assert [term for term, count in Counter(term.lower() for term in terms).items() if count > 1] == []


@EACH_FILE
def test_ordinary_letters_have_known_fields_with_known_values(path: Path) -> None:
    """A letter says subject, kind, urgency and body, and names other right services by their codes."""
    for letter in read(path)["examples"]:
        assert FIELDS - {"also"} <= letter.keys() <= FIELDS, letter
        assert isinstance(letter["subject"], str), letter
        assert letter["body"].strip(), letter
        assert LetterKind(letter["kind"]) not in {LetterKind.AUTOREPLY, LetterKind.SPAM}, letter
        Urgency(letter["urgency"])
        assert set(letter.get("also", [])) <= SERVICES - {path.stem}, letter


@EACH_FILE
def test_phones_and_addresses_are_nobodys(path: Path) -> None:
    """Phone numbers are of the ranges kept for fiction, mail addresses of domains kept for examples."""
    bodies = [letter["body"] for letter in read(path)["examples"]]

    assert [phone for body in bodies for phone in PHONE.findall(body) if not NOBODYS_PHONE.match(phone)] == []
    assert [domain for body in bodies for domain in MAIL_DOMAIN.findall(body) if not domain.endswith(".example")] == []


def test_no_ordinary_letter_is_nearly_another() -> None:
    """Of all letters of the services, odd and ordinary, no ordinary one shares more than eight words in ten with another."""
    odd = [letter["body"] for path in ODD for letter in read(path)["examples"]]
    bodies = odd + [letter["body"] for path in FILES for letter in read(path)["examples"]]

    assert [(bodies[one], bodies[other]) for one, other in alike(bodies) if other >= len(odd)] == []
