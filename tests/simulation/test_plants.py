"""Planted facts and days of the calendar, without a town."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.desk.hours import Hours
from bot.errors import ConfigurationError
from bot.settings import load
from bot.simulation.calendar import Calendar, poisson
from bot.simulation.plants import Plant, Truth, planned, read_plants, read_truth, write_truth

ROOT = Path(__file__).resolve().parents[2]
FIRST = date(2026, 10, 28)
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def calendar() -> Calendar:
    """The example town's days."""
    office = load({"GUICHET_OFFICE": str(ROOT / "office.yml")}).office
    return Calendar(office, Hours(office), 150)


def test_every_fact_has_its_days_within_the_run(calendar: Calendar) -> None:
    """Strike and flood fall on two different working days, and nothing lies outside of the run."""
    plan = {one.plant: one for one in planned(tuple(Plant), FIRST, 30, calendar.works, ["patinoire"])}
    last = FIRST + timedelta(days=29)

    assert set(plan) == set(Plant)
    assert all(FIRST <= one.first_day <= one.last_day <= last for one in plan.values())
    assert calendar.works(plan[Plant.STRIKE].first_day)
    assert calendar.works(plan[Plant.FLOOD].first_day)
    assert plan[Plant.STRIKE].first_day != plan[Plant.FLOOD].first_day


def test_a_short_run_plants_nothing(calendar: Calendar) -> None:
    """A fact needs usual days around it."""
    with pytest.raises(ConfigurationError, match="14 days or more, not in 7"):
        planned((Plant.LATE,), FIRST, 7, calendar.works, [])

    assert planned((), FIRST, 7, calendar.works, []) == ()


def test_names_of_facts_are_read() -> None:
    """Names come in the order of the facts, and an unknown one is named."""
    assert read_plants("flood, late") == (Plant.LATE, Plant.FLOOD)
    assert read_plants("all") == tuple(Plant)
    assert read_plants("none") == ()
    with pytest.raises(ConfigurationError, match="there is no 'meteor'"):
        read_plants("late,meteor")


def test_the_truth_is_read_as_it_was_written(calendar: Calendar, tmp_path: Path) -> None:
    """A file that is none of ours is named."""
    plan = planned(tuple(Plant), FIRST, 30, calendar.works, ["patinoire"])
    truth = Truth(1, FIRST, FIRST + timedelta(days=29), 4500, plan)
    write_truth(truth, tmp_path / "truth.json")
    (tmp_path / "other.json").write_text("[]")

    assert read_truth(tmp_path / "truth.json") == truth
    with pytest.raises(ConfigurationError, match=r"other\.json: this is not the truth"):
        read_truth(tmp_path / "other.json")


def test_a_day_has_the_hours_that_its_clock_has(calendar: Calendar) -> None:
    """23 in March, 25 in October, and nobody comes in an hour that there is not."""
    spring, autumn = date(2027, 3, 28), date(2026, 10, 25)
    lengths = [calendar.ends(day) - calendar.starts(day) for day in (spring, autumn)]
    random = Random(1)
    moments = [calendar.moment(day, "telegram", random) for day in (spring, autumn) for _ in range(2000)]

    assert lengths == [timedelta(hours=23), timedelta(hours=25)]
    assert {calendar.day(at) for at in moments} == {spring, autumn}
    assert all(at.astimezone(PARIS).hour != 2 for at in moments if calendar.day(at) == spring)


def test_holidays_and_weekends_are_quiet(calendar: Calendar) -> None:
    """On the eleventh of November, a Wednesday, fewer than half as many come as on the one before."""
    armistice, usual = date(2026, 11, 11), date(2026, 11, 4)

    assert calendar.expected(armistice) < calendar.expected(usual) / 2
    assert not calendar.works(armistice)
    assert calendar.expected(date(2026, 11, 8)) < calendar.expected(date(2026, 11, 9)) / 2


def test_counts_have_the_mean_and_the_spread_of_poisson() -> None:
    """Small and large means alike: within four standard errors over two thousand draws."""
    for mean in (2.5, 120.0):
        random = Random(5)
        drawn = [poisson(mean, random) for _ in range(2000)]
        found = sum(drawn) / len(drawn)
        spread = sum((one - found) ** 2 for one in drawn) / len(drawn)

        assert abs(found - mean) < 4 * (mean / 2000) ** 0.5
        assert 0.85 * mean < spread < 1.15 * mean


def test_the_first_moment_of_a_day_is_the_towns() -> None:
    """In winter it is an hour before that of UTC."""
    office = load({"GUICHET_OFFICE": str(ROOT / "office.yml")}).office
    starts = Calendar(office, Hours(office), 10).starts(date(2026, 12, 1))

    assert starts == datetime(2026, 11, 30, 23, tzinfo=timezone.utc)
