"""The opening hours of `office.yml`: what is refused, and what citizens read of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import settings
from bot.errors import ConfigurationError
from tests.test_settings import ROOT, edited, environ


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("town", "opening"), {}, "town.opening: no day is named; "),
        (("town", "opening"), None, "town.opening: days are expected, one line each: "),
        (("town", "opening"), "9:00-12:00", "town.opening: days are expected, one line each: "),
        (("town", "opening"), ["mon"], "town.opening: days are expected, one line each: "),
        (("town", "opening", "lun"), "9:00-12:00", "town.opening.lun: lun is not a day; days are mon tue wed"),
        (("town", "opening", "sat,"), "9:00-12:00", "town.opening.sat,: nothing is not a day; "),
        (("town", "opening", 6), "9:00-12:00", "town.opening.6: 6 is not a day; "),
        (("town", "opening", "wed"), "9:00-12:00", "town.opening.wed: wed is named twice"),
        (("town", "opening", "sat, sat"), "9:00-12:00", "town.opening.sat, sat: sat is named twice"),
        (("town", "opening", "sat-mon"), "9:00-12:00", "town.opening.sat-mon: sat comes after mon; "),
        (("town", "opening", "sat-sat-sun"), "9:00-12:00", "town.opening.sat-sat-sun: a range has two days: mon-fri"),
        (("town", "opening", "sat"), "9:00-25:00", "town.opening.sat: there is no 25:00"),
        (("town", "opening", "sat"), "9:00-24:01", "town.opening.sat: there is no 24:01"),
        (("town", "opening", "sat"), "9:60-11:00", "town.opening.sat: there is no 9:60"),
        (("town", "opening", "sat"), "12:00-9:00", "town.opening.sat: 12:00-9:00: closes before it opens"),
        (("town", "opening", "sat"), "9:00-9:00", "town.opening.sat: 9:00-9:00: closes before it opens"),
        (("town", "opening", "sat"), "9:00-12:00 11:30-14:00", "town.opening.sat: 9:00-12:00 and 11:30-14:00 overlap"),
        (("town", "opening", "sat"), "12:00-14:00 9:00-12:00", "town.opening.sat: 9:00-12:00 and 12:00-14:00 are one"),
        (("town", "opening", "sat"), "9h-12h", "town.opening.sat: 9h-12h is not a time; times are written 9:00-12:30"),
        (("town", "opening", "sat"), "", "town.opening.sat: times are written 9:00-12:30 13:30-17:30"),
        (("town", "opening", "sat"), 540, "town.opening.sat: times are written 9:00-12:30 13:30-17:30"),
        (("town", "opening", "sat"), None, "town.opening.sat: times are written 9:00-12:30 13:30-17:30"),
        (
            ("town", "opening", "sat"),
            "1:00-2:00 3:00-4:00 5:00-6:00 7:00-8:00 9:00-10:00",
            "town.opening.sat: there are at most 4 spans a day",
        ),
        (("services", "voirie", "opening"), {"lun": "9:00-12:00"}, "services.voirie.opening.lun: lun is not a day; "),
        (("services", "voirie", "opening"), {}, "services.voirie.opening: no day is named; without this setting"),
        (("town", "closures"), [{"from": "2026-02-31", "why": "x"}], "town.closures[0].from: is not a date (year, "),
        (("town", "closures"), [{"from": 20261224, "why": "x"}], "town.closures[0].from: expected a date (year, "),
        (("town", "closures"), [{"why": "x"}], "town.closures[0].from is missing"),
        (("town", "closures"), [{"from": "2026-12-24"}], "town.closures[0].why is missing"),
        (("town", "closures"), [{"from": "2026-12-24", "why": ""}], "town.closures[0].why: must not be empty"),
        (
            ("town", "closures"),
            [{"from": "2026-12-24", "untli": "2026-12-26", "why": "x"}],
            "town.closures[0].untli is not a setting; did you mean until?",
        ),
        (
            ("town", "closures"),
            [{"from": "2026-12-24", "until": "2026-12-20", "why": "x"}],
            "town.closures[0].until: 2026-12-20 comes before 2026-12-24",
        ),
        (
            ("services", "voirie", "closures"),
            [{"from": "2026-12-24", "why": "x"}, {"from": "2026-12-24", "why": "x", "only": "9-16"}],
            "services.voirie.closures[1].only: 9-16 is not a time; ",
        ),
        (("town", "holidays"), "ZZ", "town.holidays: there is no calendar ZZ; France is FR"),
        (("town", "holidays"), False, "town.holidays: expected a text"),
        (("town", "holidays_region"), "99", "town.holidays_region: there is no 99 in FR; there are 57, 6AE, "),
    ],
)
def test_a_mistake_in_the_opening_hours_is_told(tmp_path: Path, path: tuple[Any, ...], value: Any, told: str) -> None:
    """Day, time, closure or calendar: the place, and what is wrong there."""
    file = edited(tmp_path, *path, value=value)

    with pytest.raises(ConfigurationError) as caught:
        settings.read_office(file)

    assert str(caught.value).startswith(f"{file}: {told}")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("mon: 9:00-12:30\n    mon: 13:30-17:30", "is not YAML: mon stands there twice in "),
        ("sat: 9:00", "town.opening.sat: times are written 9:00-12:30 13:30-17:30"),
    ],
)
def test_what_yaml_would_swallow_is_told(tmp_path: Path, lines: str, told: str) -> None:
    """A key that stands there twice would lose the morning; 9:00 alone is a number to YAML."""
    text = (ROOT / "office.yml").read_text(encoding="utf-8")
    file = tmp_path / "office.yml"
    file.write_text(text.replace("mon-fri: 9:00-12:30 13:30-17:30", lines, 1), encoding="utf-8")

    with pytest.raises(ConfigurationError) as caught:
        settings.read_office(file)

    assert str(caught.value).startswith(f"{file}: {told}")


def test_a_town_is_open_at_some_time(tmp_path: Path) -> None:
    """Without opening hours nobody could say when a person is there, whatever the words are."""
    raw = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    del raw["town"]["opening"]
    raw["town"]["hours"] = "de 9 h à 17 h"
    file = tmp_path / "office.yml"
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"town\.opening is missing"):
        settings.read_office(file)


@pytest.mark.parametrize(
    ("opening", "words"),
    [
        ({"mon-fri": "9:00-12:30 13:30-17:30"}, "du lundi au vendredi, de 9 h à 12 h 30 et de 13 h 30 à 17 h 30"),
        (
            {"mon-fri": "9:00-12:30 13:30-17:30", "sat": "9:00-12:00"},
            "du lundi au vendredi, de 9 h à 12 h 30 et de 13 h 30 à 17 h 30, et le samedi, de 9 h à 12 h",
        ),
        ({"tue,thu": "09:00-12:05"}, "le mardi et le jeudi, de 9 h à 12 h 05"),
        ({"thu, Tue": "9:00 - 12:00, 8:00–8:30"}, "le mardi et le jeudi, de 8 h à 8 h 30 et de 9 h à 12 h"),
        ({"mon-wed,fri": "9:00-12:00"}, "du lundi au mercredi et le vendredi, de 9 h à 12 h"),
        ({"mon,tue": "9:00-12:00"}, "le lundi et le mardi, de 9 h à 12 h"),
        (
            {"mon": "9:00-12:00", "wed": "9:00-12:00", "fri": "9:00-12:00"},
            "le lundi, le mercredi et le vendredi, de 9 h à 12 h",
        ),
        (
            {"sat": "8:00-9:00", "tue": "8:00-10:00", "wed": "8:00-11:00"},
            "le mardi, de 8 h à 10 h, le mercredi, de 8 h à 11 h, et le samedi, de 8 h à 9 h",
        ),
        ({"mon-sun": "1:00-2:00 3:00-4:00 5:00-6:00"}, "tous les jours, de 1 h à 2 h, de 3 h à 4 h et de 5 h à 6 h"),
        ({"mon-sun": "0:00-24:00"}, "tous les jours, jour et nuit"),
    ],
)
def test_opening_hours_are_read_in_words(tmp_path: Path, opening: dict[str, str], words: str) -> None:
    """As one would say them, of the town and of a service, where no words are written."""
    office = settings.read_office(edited(tmp_path, "town", "opening", value=opening))
    service = settings.read_office(edited(tmp_path, "services", "voirie", "opening", value=opening))

    assert office.town.hours == words
    assert service.services["voirie"].hours == words
    assert service.reach("voirie")["service_phone"] == f"02 61 91 40 13 ({words})"


def test_words_of_ones_own_are_kept(tmp_path: Path) -> None:
    """Where the town says more than the opening hours do."""
    office = settings.read_office(edited(tmp_path, "town", "hours", value="tous les matins"))

    assert office.town.hours == "tous les matins"


def test_a_service_without_hours_of_its_own_keeps_the_town_halls(tmp_path: Path) -> None:
    """Nothing is said of it in brackets."""
    office = settings.load(environ(tmp_path)).office

    assert office.services["sports"].opening is None
    assert office.reach("sports")["service_phone"] == "02 61 91 40 24"


def test_the_example_towns_words_say_its_opening_hours() -> None:
    """Words written by hand go on from those of the opening hours and contradict none."""
    raw = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    office = settings.read_office(ROOT / "office.yml")
    written = {"town": raw["town"].get("hours")} | {code: one.get("hours") for code, one in raw["services"].items()}
    weeks = {"town": office.town.opening} | {
        code: service.opening or office.town.opening for code, service in office.services.items()
    }

    assert {
        place: words for place, words in written.items() if words and not words.startswith(weeks[place].words)
    } == {}
