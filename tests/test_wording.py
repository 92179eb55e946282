"""The catalogues."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
import yaml

from bot.errors import ConfigurationError
from bot.settings import read_office
from bot.text import wording

ROOT = Path(__file__).resolve().parents[1]
OFFICE = read_office(ROOT / "office.yml")


def fields(line: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(line) if name}


def test_every_language_has_every_line_with_the_same_values() -> None:
    """A line that names another value in one language would break in that language only."""
    lines = wording.load(OFFICE).lines

    for language, known in lines.items():
        assert known.keys() == lines["fr"].keys(), language
        assert {key: fields(line) for key, line in known.items()} == {
            key: fields(line) for key, line in lines["fr"].items()
        }, language


def test_the_towns_facts_are_filled_in() -> None:
    """No brace reaches a citizen."""
    text = wording.load(OFFICE).say("lost_again")

    assert OFFICE.town.phone in text
    assert "{" not in text


def test_an_unknown_language_is_answered_in_french() -> None:
    """French first."""
    said = wording.load(OFFICE)

    assert said.say("thank", "br") == said.say("thank", "fr")


def test_a_region_is_its_language() -> None:
    """en-GB is English."""
    said = wording.load(OFFICE)

    assert said.say("thank", "en-GB") == said.say("thank", "en")


def test_braces_in_a_value_are_only_text() -> None:
    """What an article says is never a template."""
    assert wording.load(OFFICE).say("answer", passage="{phone} {0} {x!r}") == "{phone} {0} {x!r}"


def test_a_catalogue_without_a_line_does_not_load(tmp_path: Path) -> None:
    """A missing line is found at start, not in front of a citizen."""
    french = yaml.safe_load((wording.FOLDER / "fr.yml").read_text(encoding="utf-8"))
    (tmp_path / "fr.yml").write_text(yaml.safe_dump(french))
    del french["lost"]
    (tmp_path / "en.yml").write_text(yaml.safe_dump(french))

    with pytest.raises(ConfigurationError, match="lost"):
        wording.load(OFFICE, tmp_path)


def test_official_answers_are_calm() -> None:
    """No exclamation marks, no « je pense », no emoji."""
    for line in wording.load(OFFICE).lines["fr"].values():
        assert "!" not in line
        assert "je pense" not in line.lower()
        assert all(ord(character) < 0x2190 or ord(character) in range(0x2E80, 0xFFFF) for character in line)
