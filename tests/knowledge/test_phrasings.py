"""The curated phrasings, knowledge/phrasings/*.yml: the form that the search and their authors rely on."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[2] / "knowledge" / "phrasings"
FILES = sorted(
    path for path in FOLDER.glob("*.yml") if path.name != "local.yml" and not path.name.startswith("learnt-")
)
"""local.yml and what was learnt are a town's own: they may hold fewer phrasings for a fiche, and fiches that stand elsewhere too."""
AT_LEAST = 8
SHORTEST, LONGEST = 3, 160
CONTACT = re.compile(
    r"@|https?:|\bwww\.|\.(?:fr|com|org)\b(?=/|$)"  # e-mail addresses and pages
    r"|(?:\+33|\b0)[ .-]?[1-9](?:[ .-]?\d\d){4}\b"  # telephone numbers
)


def folded(text: str) -> str:
    """A phrasing as the search compares it: no case, no accents, no punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return " ".join(re.findall(r"[a-z0-9€]+", "".join(c for c in plain if not unicodedata.combining(c))))


@cache
def read(path: Path) -> dict[str, list[str]]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict), f"{path.name} is no mapping"
    return found


def everything() -> list[tuple[str, str, str]]:
    """File, fiche and phrasing, in the order of the files."""
    return [(path.name, fiche, phrasing) for path in FILES for fiche, lines in read(path).items() for phrasing in lines]


def test_there_are_phrasings_for_what_inhabitants_need_most() -> None:
    """At least 230 fiches have phrasings."""
    assert len({fiche for _, fiche, _ in everything()}) >= 230


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_its_form(path: Path) -> None:
    """A file starts with its comment line, its ids look like F1341, are sorted by number, and none stands twice."""
    text = path.read_text(encoding="utf-8")
    fiches = re.findall(r"^(\S[^:\n]*):$", text, re.MULTILINE)

    assert re.match(r"# \S.+\n", text), "the first line is a comment that says what is in the file"
    assert [fiche for fiche in fiches if not re.fullmatch(r"F[1-9]\d*", fiche)] == []
    assert fiches == sorted(set(fiches), key=lambda fiche: int(fiche[1:]))
    assert fiches == list(read(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_fiche_has_enough_phrasings(path: Path) -> None:
    """Each fiche has a list of eight phrasings or more, each a text of one line."""
    for fiche, lines in read(path).items():
        assert isinstance(lines, list), fiche
        assert [line for line in lines if not isinstance(line, str) or "\n" in line] == [], fiche
        assert len(lines) >= AT_LEAST, f"{fiche} has {len(lines)}"


def test_phrasings_are_short_and_name_no_contact() -> None:
    """A phrasing has 3 to 160 characters, and no e-mail address, page or telephone number of anybody."""
    assert [entry for entry in everything() if not SHORTEST <= len(entry[2]) <= LONGEST] == []
    assert [entry for entry in everything() if CONTACT.search(entry[2])] == []


@pytest.mark.parametrize(
    "text", ["écrire à a.b@ville.fr", "https://ville.fr", "www.ville.fr", "le 01 23 45 67 89", "0612345678"]
)
def test_contacts_are_recognised(text: str) -> None:
    """Addresses and telephone numbers are told from years, amounts and other numbers."""
    assert CONTACT.search(text)
    assert not CONTACT.search("européennes du 9 juin 2024, permis pour 150 m2 à 1 500 euros, article 24 ou 25")


def test_no_phrasing_stands_twice() -> None:
    """No two phrasings, of one fiche or of two, are the same but for case, accents and punctuation."""
    at: dict[str, list[str]] = defaultdict(list)
    for name, fiche, phrasing in everything():
        at[folded(phrasing)].append(f"{name} {fiche}")

    assert {phrasing: places for phrasing, places in at.items() if len(places) > 1} == {}


def test_a_fiche_stands_in_one_file() -> None:
    """All phrasings of a fiche are in one file, so that an author sees them together."""
    files: dict[str, set[str]] = defaultdict(set)
    for name, fiche, _ in everything():
        files[fiche].add(name)

    assert {fiche: names for fiche, names in files.items() if len(names) > 1} == {}
