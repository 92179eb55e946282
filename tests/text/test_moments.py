"""Today is Thursday 26 November 2026."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.spoken.calendar import Period
from bot.text.spoken.hour_rules import Window
from bot.text.spoken.mentions import WhyNot
from bot.text.spoken.moments import read_moment
from tests.text.test_dates_refused import WORDS

THURSDAY = date(2026, 11, 26)

CERTAIN = {
    "mardi prochain à 14h30": "2026-12-01T14:30",
    "le 14 à 9h": "2026-12-14T09:00",
    "le 14 à 9": "2026-12-14T09:00",
    "à 9 le 14": "2026-12-14T09:00",
    "demain 9": "2026-11-27T09:00",
    "mardi 9h": "2026-12-01T09:00",
    "mardi 14h30": "2026-12-01T14:30",
    "mardi à 14": "2026-12-01T14:00",
    "mardi 15 9h30": "2026-12-15T09:30",
    "14/12 9h": "2026-12-14T09:00",
    "14.12.2026 à 9.30": "2026-12-14T09:30",
    "2026-12-14 09:30": "2026-12-14T09:30",
    "2026-12-14T09:30": "2026-12-14T09:30",
    "le 14 decembre 2026 14:30": "2026-12-14T14:30",
    "le 14 décembre vers 10 heures": "2026-12-14T10:00",
    "dem1 14h": "2026-11-27T14:00",
    "après-demain midi": "2026-11-28T12:00",
    "mardi 1 décembre 2h de l'après midi": "2026-12-01T14:00",
    "mardi en huit à neuf heures et demie": "2026-12-08T09:30",
    "next Tuesday at 2:30 pm": "2026-12-01T14:30",
    "Dec 14th at 9 am": "2026-12-14T09:00",
    "mardi ça marche 14h": "2026-12-01T14:00",
    "le 4 je peux pas, le 5 à 10h": "2026-12-05T10:00",
    "pas mardi à 9h, vendredi à 10h": "2026-11-27T10:00",
    "mardi 14h, non vendredi": "2026-11-27T14:00",
    "vendredi 4 à 10 h 15 s'il vous plaît, pour une carte d'identité": "2026-12-04T10:15",
    "RDV le lundi 7 décembre à 8h45 si c'est possible pour mon fils de 3 ans": "2026-12-07T08:45",
}


@pytest.mark.parametrize(("text", "iso"), CERTAIN.items())
def test_a_day_and_a_time(text: str, iso: str) -> None:
    """Both are read from one phrase, and no figure is used twice."""
    read = read_moment(text, THURSDAY)
    day, _, clock = iso.partition("T")

    assert (read.date.day, read.time.time) == (date.fromisoformat(day), time.fromisoformat(clock))
    assert read.certain


def test_a_lone_number_is_a_day() -> None:
    """« 14 » says no time; « 14h » says no day."""
    assert read_moment("14", THURSDAY).time.why is WhyNot.NONE
    assert read_moment("14", THURSDAY).date.day == date(2026, 12, 14)
    assert read_moment("14h", THURSDAY).date.why is WhyNot.NONE


def test_one_of_both_may_be_open() -> None:
    """A part of the day is a window, and a range of hours is not a range of days."""
    morning = read_moment("demain matin", THURSDAY)
    between = read_moment("mardi entre 14 et 16", THURSDAY)

    assert (morning.date.day, morning.time.window) == (date(2026, 11, 27), Window(time(6), time(12)))
    assert (between.date.day, between.time.window) == (date(2026, 12, 1), Window(time(14), time(16)))
    assert not morning.certain


def test_the_earliest_is_said_of_both() -> None:
    """« le plus tôt possible » opens days and times."""
    read = read_moment("le plus tôt possible", THURSDAY)

    assert (read.date.period, read.time.earliest) == (Period(THURSDAY, None), True)


def test_each_has_its_own_reason() -> None:
    """An impossible day does not hide an impossible hour, and silence is told from both."""
    read = read_moment("31 février à 25h", THURSDAY)

    assert (read.date.why, read.time.why) == (WhyNot.IMPOSSIBLE, WhyNot.IMPOSSIBLE)
    assert not read.silent
    assert read_moment("je ne sais pas", THURSDAY).silent


@given(st.text() | st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_any_text_is_read(text: str) -> None:
    """Nothing raises, and what is certain has one day and one time."""
    read = read_moment(text, THURSDAY)

    assert not (read.certain and read.silent)
