"""The catalogues."""

from __future__ import annotations

import string
from pathlib import Path

import msgspec
import pytest
import yaml

from bot.errors import ConfigurationError
from bot.settings import read_office
from bot.text import wording
from bot.text.languages import FULL, GREETED
from bot.text.weeks import week_in

ROOT = Path(__file__).resolve().parents[1]
OFFICE = read_office(ROOT / "office.yml")
ABROAD = wording.GREETING | wording.PERSON | wording.LETTER
LEFT_TO_RIGHT, FIRST_STRONG = "\u2066", "\u2068"
FACTS = {"town", "office", "phone", "counter", "hours", "email", "website", "days"}


def fields(line: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(line) if name}


def test_every_language_has_every_line_with_the_same_values() -> None:
    """A line that names another value in one language would break in that language only."""
    lines = wording.load(OFFICE).lines

    assert lines.keys() == {*FULL, *GREETED}
    for language, known in lines.items():
        assert known.keys() == (lines["fr"].keys() if language in FULL else ABROAD), language
        for key, line in known.items():
            # A greeting names the town's own facts only, and in French and English none; moments are no words of theirs.
            own = FACTS if key.startswith("greeting") else fields(lines["fr"][key])

            if language in FULL or key not in wording.PERSON:
                assert fields(line) <= own, (language, key)
                assert fields(line) == own or key.startswith("greeting"), (language, key)
            else:
                assert own - FACTS - {"moment", "wait", "service", "service_phone"} <= fields(line) <= own | FACTS, (
                    language,
                    key,
                )


def test_a_greeting_says_how_to_reach_a_person_and_help() -> None:
    """Whoever reads neither French nor English finds the telephone, its hours and the numbers for emergencies."""
    said = wording.load(OFFICE)
    for language in GREETED:
        text = said.say("greeting", language)

        assert all(
            number in text for number in (OFFICE.town.phone, said.hours[language], "112", "15", "17", "18", "114")
        )
        assert OFFICE.town.phone in said.say("greeting_again", language)
        assert all(number in said.say("emergency", language) for number in ("112", "15", "17", "18", "114"))
        assert all(number in said.say("distress", language) for number in ("3114", "15", "112", "114"))
        assert all(number in said.say("violence", language) for number in ("17", "112", "114", "3919", "119"))


def test_digits_do_not_turn_round_in_arabic() -> None:
    """Groups of digits with blanks between them are shown in the order of the line unless they are isolated (UAX 9)."""
    for line in wording.load(OFFICE).lines["ar"].values():
        for name in fields(line):
            # Hours may be in Arabic or in the town's own French, questions in any language: their first letter tells.
            assert f"{FIRST_STRONG if name in {'hours', 'question'} else LEFT_TO_RIGHT}{{{name}}}\u2069" in line


def test_hours_are_in_the_language_of_the_line() -> None:
    """Nobody who needs a greeting reads « du lundi au vendredi »; a town that says its hours itself is left its words."""
    said = wording.load(OFFICE)
    assert "(lunes–viernes 9:00–12:30, 13:30–17:30)" in said.say("greeting", "es")
    assert "(Montag–Freitag 9:00–12:30, 13:30–17:30)" in said.say("greeting_again", "de")
    for language in GREETED:
        assert "lundi" not in said.say("greeting", language) + said.say("greeting_again", language)
    town = msgspec.structs.replace(OFFICE.town, hours="les jours de marché")
    own = wording.load(msgspec.structs.replace(OFFICE, town=town))
    assert "(les jours de marché)" in own.say("greeting", "es")


def test_a_week_in_words_of_a_language() -> None:
    """Days with the same hours are said together; days that follow each other as a range."""
    morning, day = ((540, 720),), ((540, 720), (810, 1440))
    week = [morning, morning, day, morning, morning, (), ((0, 1440),)]

    assert (
        week_in("pt", week)
        == "segunda, terça, quinta, sexta 9:00–12:00; quarta 9:00–12:00, 13:30–24:00; domingo 0:00–24:00"
    )
    assert week_in("ar", [day] * 5 + [()] * 2) == "من الاثنين إلى الجمعة من 9:00 إلى 12:00، من 13:30 إلى 24:00"
    assert week_in("zh", [day] * 5 + [()] * 2) == "周一至周五 9:00至12:00、13:30至24:00"
    assert week_in("fr", [day] * 7) == ""


def test_lines_are_in_one_language() -> None:
    """What is said together is French where the language lacks one of its lines."""
    said = wording.load(OFFICE)

    assert said.spoken("es", "emergency") == "es"
    assert said.spoken("es", "person_title", "lost") == "fr"
    assert said.spoken("en-GB", "person_title", "lost") == "en-GB"
    assert said.spoken("br", "lost") == "fr"


def test_a_line_that_french_lacks_does_not_load(tmp_path: Path) -> None:
    """It is a key that somebody has misspelt."""
    french = yaml.safe_load((wording.FOLDER / "fr.yml").read_text(encoding="utf-8"))
    (tmp_path / "fr.yml").write_text(yaml.safe_dump(french))
    (tmp_path / "es.yml").write_text(yaml.safe_dump({**dict.fromkeys(ABROAD, "x"), "greetings": "x"}))

    with pytest.raises(ConfigurationError, match="greetings"):
        wording.load(OFFICE, tmp_path)


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
