"""What is said of a wait: a range from what others waited, or nothing."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from bot.cases import Queued, Waited
from bot.desk.waits import Range, expected
from bot.settings_hours import read_week
from bot.text.moments_words import between
from tests.desk.test_hours import at, one

TWO_SLOTS = read_week({"mon-fri": "9:00-12:00 14:00-17:30"})
HOURS = one(TWO_SLOTS)
MINUTE = timedelta(minutes=1)
MONDAY = at("2026-11-23T10:00")


def waited(opened_at: datetime, minutes: float, agent: int = 1) -> Waited:
    return Waited(opened_at, opened_at + minutes * MINUTE, agent)


def queued(*before: Waited, place: int = 1) -> Queued:
    return Queued(place, tuple(sorted(before, key=lambda one: one.taken_at, reverse=True)), "x")


def days_ago(days: int, minutes: int = 0) -> datetime:
    return MONDAY - timedelta(days=days) + minutes * MINUTE


USUAL = [waited(days_ago(7, 60 * number - 60), wait) for number, wait in enumerate((4, 6, 10))]
"""Three waits of the Monday before, an hour apart."""


def test_two_waits_are_too_few() -> None:
    """With two, nobody can say."""
    assert expected(queued(*USUAL[:2]), 1, MONDAY, HOURS) is None


def test_a_range_is_said_and_not_the_mean() -> None:
    """From the short waits to the long ones; one very long one does not frighten the next among many."""
    many = [waited(days_ago(7, 20 * number - 80), wait) for number, wait in enumerate((4, 5, 5, 6, 6, 7, 8, 90))]

    assert expected(queued(*USUAL), 1, MONDAY, HOURS) == Range(4 * MINUTE, 10 * MINUTE)
    assert expected(queued(*many), 1, MONDAY, HOURS) == Range(5 * MINUTE, 8 * MINUTE)


def test_more_in_front_is_a_longer_wait() -> None:
    """Each place counts."""
    assert expected(queued(*USUAL, place=3), 1, MONDAY, HOURS) == Range(12 * MINUTE, 30 * MINUTE)


def test_more_agents_than_then_is_a_shorter_wait() -> None:
    """One took them all; with two there it is half as long. Never by more than a third."""
    assert expected(queued(*USUAL), 2, MONDAY, HOURS) == Range(2 * MINUTE, 5 * MINUTE)
    assert expected(queued(*USUAL), 30, MONDAY, HOURS) == Range(4 * MINUTE / 3, 10 * MINUTE / 3)


def test_who_waited_behind_others_waited_for_them_too() -> None:
    """Three came within a minute and were taken one after the other: five minutes a place."""
    start = days_ago(7)
    behind = [waited(start + number * MINUTE / 4, 5 * (number + 1) - number / 4) for number in range(3)]
    said = expected(queued(*behind, place=2), 1, MONDAY, HOURS)

    assert said is not None
    assert timedelta(minutes=9) < said.low <= said.high <= timedelta(minutes=10)


def test_nobody_there_and_nothing_is_known() -> None:
    """Nor while it is closed: at noon between two slots, on a Sunday."""
    assert expected(queued(*USUAL), 0, MONDAY, HOURS) is None
    for moment in ("2026-11-23T12:30", "2026-11-22T10:00", "2026-11-23T17:30"):
        assert expected(queued(*USUAL), 1, at(moment), HOURS) is None


def test_like_times_count_first() -> None:
    """Mornings tell of mornings where there are enough of them; else all that there is."""
    slow = [waited(days_ago(7, 300 + 45 * number), 40) for number in range(3)]
    now = expected(queued(*USUAL, *slow), 1, MONDAY, HOURS)
    afternoon = expected(queued(*USUAL, *slow), 1, at("2026-11-23T15:30"), HOURS)
    few = expected(queued(*USUAL, *slow[:1]), 1, at("2026-11-23T16:30"), HOURS)

    assert now == Range(4 * MINUTE, 10 * MINUTE)
    assert afternoon == Range(40 * MINUTE, 40 * MINUTE)
    assert few == Range(4 * MINUTE, 40 * MINUTE)


def test_who_came_when_it_was_closed_waited_for_the_opening() -> None:
    """Waits over the night or over noon tell nothing of how fast somebody answers."""
    night = [waited(at("2026-11-16T12:30") - timedelta(days=number), 100) for number in range(3)]

    assert expected(queued(*night), 1, MONDAY, HOURS) is None


def test_what_is_long_ago_or_too_long_is_not_said() -> None:
    """Waits of five weeks ago, and a place so far behind that nobody could hold the promise."""
    old = [waited(days_ago(35, number), 5) for number in range(3)]

    assert expected(queued(*old), 1, MONDAY, HOURS) is None
    assert expected(queued(*USUAL, place=40), 1, MONDAY, HOURS) is None


def test_a_clock_that_changed_meanwhile_changes_no_hour_of_the_day() -> None:
    """Ten o'clock before and after the last Sunday of October are like times; ten and two are not."""
    before = [waited(at(f"2026-10-2{day}T10:00"), 5) for day in (0, 1, 2)]
    later = [waited(at(f"2026-10-2{day}T14:30"), 50) for day in (0, 1, 2)]
    now = at("2026-10-26T10:00")

    assert expected(queued(*before, *later), 1, now, HOURS) == Range(5 * MINUTE, 5 * MINUTE)


def test_waits_from_the_future_are_left_out() -> None:
    """A clock that jumped back leaves such rows behind."""
    future = [waited(MONDAY + number * MINUTE, 5) for number in range(3)]

    assert expected(queued(*future), 1, MONDAY, HOURS) is None


def test_three_of_five_waits_lie_within_what_was_said() -> None:
    """On a simulated fortnight of one queue with two agents, half of those who wait do so as long as they were told."""
    rng = random.Random(8)
    before: list[Waited] = []
    told = right = 0
    for day in range(14):
        start = MONDAY + timedelta(days=day)
        if not HOURS.is_open("x", start):
            continue
        free = [start, start]
        arrived = start
        for _ in range(25):
            arrived += timedelta(minutes=rng.expovariate(1 / 5))
            agent = min(range(2), key=lambda one: free[one])
            taken = max(arrived, free[agent]) + timedelta(seconds=rng.uniform(10, 40))
            place = 1 + sum(one.taken_at > arrived for one in before)
            seen = [one for one in before if one.taken_at <= arrived]
            said = expected(queued(*seen, place=place), 2, arrived, HOURS)
            if said is not None:
                told += 1
                right += said.low - MINUTE <= taken - arrived <= said.high + MINUTE
            free[agent] = taken + timedelta(minutes=rng.uniform(4, 12))
            before.append(Waited(arrived, taken, agent))

    assert told > 100
    assert right / told > 0.5


@pytest.mark.parametrize(
    ("low", "high", "french", "english"),
    [
        (0.2, 0.8, "moins d’une minute", "less than a minute"),
        (0.5, 3.2, "moins de 4 minutes", "less than 4 minutes"),
        (4, 10, "entre 4 et 10 minutes", "between 4 and 10 minutes"),
        (12, 31, "entre 10 et 35 minutes", "between 10 and 35 minutes"),
        (52, 81, "entre 50 minutes et 1 h 30", "between 50 minutes and 1 h 30 min"),
        (5, 5, "environ 5 minutes", "about 5 minutes"),
        (1, 1, "environ 1 minute", "about 1 minute"),
        (60, 120, "entre 1 h et 2 h", "between 1 h and 2 h"),
    ],
)
def test_a_range_in_words(low: float, high: float, french: str, english: str) -> None:
    """Its ends rounded away from each other."""
    ends = low * MINUTE, high * MINUTE

    assert (between(*ends), between(*ends, "en")) == (french, english)
