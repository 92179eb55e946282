"""When cases that nobody takes go on: on a clock that stops outside opening hours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from bot.cases import What
from bot.desk.hours import DAY
from bot.settings_hours import read_week
from bot.store.sql import Store
from tests.databases import opened
from tests.desk.clerk import MINUTE, Clerk
from tests.desk.ruled import LIGHTS, ROADS, goes, hired, reported, ruled, to
from tests.desk.test_hours import at


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("opened_at", "gone_at"),
    [
        # The night of 25 October has 25 hours, that of 28 March 23: four opening hours are four all the same.
        ("2026-10-23T16:30", "2026-10-26T12:00"),
        ("2027-03-26T16:30", "2027-03-30T12:00"),
        # Armistice Day is on Wednesday: nothing is open.
        ("2026-11-10T16:30", "2026-11-12T12:00"),
        # Before opening, between the slots, and after closing.
        ("2026-11-23T06:00", "2026-11-23T15:00"),
        ("2026-11-23T13:00", "2026-11-24T09:30"),
        ("2026-11-23T22:00", "2026-11-24T15:00"),
    ],
)
async def test_the_clock_stops_outside_opening_hours(store: Store, opened_at: str, gone_at: str) -> None:
    """Nights, lunch, week-ends, holidays (Easter Monday is one), and the nights when the clocks change."""
    clerk = await hired(store, ruled(to(LIGHTS)), at(opened_at))
    case_id = await reported(clerk)
    clerk.now = at(gone_at) - MINUTE
    before = await clerk.rules.look()
    clerk.now += MINUTE
    after = await clerk.rules.look()

    assert (before, after, (await clerk.case(case_id)).service) == (0, 1, LIGHTS)


async def test_a_service_open_at_night_counts_the_hour_that_comes_twice(store: Store) -> None:
    """From midnight to four in the night of 25 October there are five hours; of 28 March three."""
    night = msgspec.structs.replace(ruled(to(LIGHTS)).services[ROADS], opening=read_week({"mon-sun": "0:00-24:00"}))
    made = ruled(to(LIGHTS))
    made = msgspec.structs.replace(made, services={**made.services, ROADS: night})
    gone = []
    for number, (opened_at, until) in enumerate(
        [("2026-10-25T00:00", "2026-10-25T06:00"), ("2027-03-28T00:00", "2027-03-28T06:00")]
    ):
        clerk = Clerk(store, made, at(opened_at))
        await clerk.hire(f"lights-{number}", (LIGHTS,))
        await reported(clerk, f"citizen-{number}")
        await goes(clerk, at(until))
        gone += [one.at for one in await store.cases.history(number + 1) if one.what is What.RELAYED]

    assert gone == [at("2026-10-25T03:00"), at("2027-03-28T05:00")]


async def test_a_clock_that_is_put_back_lets_nothing_go(store: Store) -> None:
    """A case from the future waits until its time has come."""
    clerk = await hired(store, ruled(to(LIGHTS)))
    case_id = await reported(clerk)
    clerk.now -= 400 * DAY
    early = await clerk.rules.look()
    clerk.now += 40000 * DAY
    late = await clerk.rules.look()

    assert (early, late, (await clerk.case(case_id)).service) == (0, 1, LIGHTS)
