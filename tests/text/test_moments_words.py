"""Moments and durations as people say them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.moments_words import duration, in_full, moment

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 9, 15, tzinfo=timezone.utc)
"""A Monday, a quarter past ten in Paris."""


@pytest.mark.parametrize(
    ("at", "french", "english"),
    [
        ("2026-11-23T13:30", "aujourd’hui à 13 h 30", "today at 13:30"),
        ("2026-11-23T00:00", "aujourd’hui à 0 h", "today at 0:00"),
        ("2026-11-24T09:00", "demain mardi à 9 h", "tomorrow, Tuesday, at 9:00"),
        ("2026-11-26T09:05", "jeudi à 9 h 05", "on Thursday at 9:05"),
        ("2026-11-29T09:00", "dimanche à 9 h", "on Sunday at 9:00"),
        ("2026-11-30T09:00", "lundi 30 novembre à 9 h", "on Monday 30 November at 9:00"),
        ("2026-12-14T09:00", "lundi 14 décembre à 9 h", "on Monday 14 December at 9:00"),
        ("2027-01-01T09:00", "vendredi 1er janvier 2027 à 9 h", "on Friday 1 January 2027 at 9:00"),
        ("2026-11-22T09:00", "hier dimanche à 9 h", "yesterday, Sunday, at 9:00"),
        ("2026-11-20T09:00", "vendredi 20 novembre à 9 h", "on Friday 20 November at 9:00"),
    ],
)
def test_a_moment_is_said_as_seen_from_now(at: str, french: str, english: str) -> None:
    """The day as one says it today, by the town's clock."""
    when = datetime.fromisoformat(at).replace(tzinfo=PARIS)

    assert (moment(when, NOW, PARIS), moment(when, NOW, PARIS, "en-GB")) == (french, english)


def test_tomorrow_begins_at_the_towns_midnight() -> None:
    """Half past midnight in Paris is still the evening before in UTC and in Fort-de-France."""
    night = datetime(2026, 11, 22, 23, 30, tzinfo=timezone.utc)
    at = datetime(2026, 11, 23, 8, tzinfo=timezone.utc)

    assert moment(at, night, PARIS) == "aujourd’hui à 9 h"
    assert moment(at, night, ZoneInfo("America/Martinique")) == "demain lundi à 4 h"


def test_a_moment_with_its_date() -> None:
    """However near, and with the year where it is another one."""
    near, far = NOW + timedelta(days=1), NOW.replace(month=12, day=31) + timedelta(days=1)

    assert in_full(near, NOW, PARIS) == "mardi 24 novembre à 10 h 15"
    assert in_full(far, NOW, PARIS, "en") == "Friday 1 January 2027 at 10:15"


def test_another_language_is_answered_in_french() -> None:
    """French first."""
    assert moment(NOW, NOW, PARIS, "br") == "aujourd’hui à 10 h 15"


@pytest.mark.parametrize(
    ("minutes", "french", "english"),
    [
        (-5, "moins d’une minute", "less than a minute"),
        (0.9, "moins d’une minute", "less than a minute"),
        (1, "environ 1 minute", "about 1 minute"),
        (5.2, "environ 5 minutes", "about 5 minutes"),
        (9.4, "environ 9 minutes", "about 9 minutes"),
        (12, "environ 10 minutes", "about 10 minutes"),
        (43, "environ 45 minutes", "about 45 minutes"),
        (58, "environ 1 h", "about 1 h"),
        (78, "environ 1 h 20", "about 1 h 20 min"),
        (116, "environ 2 h", "about 2 h"),
        (1440, "environ 24 h", "about 24 h"),
        (4000, "environ 3 jours", "about 3 days"),
    ],
)
def test_a_duration_is_rounded_as_one_says_it(minutes: float, french: str, english: str) -> None:
    """Nobody waits for 43 minutes and twelve seconds."""
    span = timedelta(minutes=minutes)

    assert (duration(span), duration(span, "en")) == (french, english)


@given(st.timedeltas(timedelta(minutes=1), timedelta(days=30)))
def test_every_duration_has_words(span: timedelta) -> None:
    """About something, and no hour of sixty minutes."""
    said = duration(span)

    assert said.startswith("environ ")
    assert " 60" not in said
