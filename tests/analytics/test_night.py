"""The steps of a night: done once, in order, each on its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.analytics.night import Night, Step, last_night
from bot.analytics.night_state import NAME
from bot.errors import StoreError
from bot.linking import Cursors
from bot.store.sql import Store
from tests.analytics.town import Clock
from tests.databases import opened

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as store:
        yield store


class Done:
    """Steps that note down that they were done; `broken` ones fail."""

    def __init__(self, *broken: str) -> None:
        self.names: list[str] = []
        self._broken = broken

    def step(self, name: str) -> Step:
        async def do() -> None:
            self.names.append(name)
            if name in self._broken:
                raise ValueError(name)

        return Step(name, do)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-03-29T03:29", date(2026, 3, 28)),
        ("2026-03-29T03:31", date(2026, 3, 29)),
        ("2026-10-25T02:30", date(2026, 10, 24)),
        ("2026-10-25T03:30", date(2026, 10, 25)),
    ],
)
def test_a_night_is_due_at_half_past_three(at: str, day: date) -> None:
    """By the town's clock, also on the days on which it jumps."""
    assert last_night(moment(at), PARIS) == day


async def test_a_night_is_done_once(store: Store) -> None:
    """Of two processes one does the steps, and neither does them again before the next night."""
    done, clock = Done(), Clock(moment("2026-05-04T03:31"))
    steps = [done.step("roll_up"), done.step("topics")]
    nights = [Night(store.cursors, steps, PARIS, holder, clock) for holder in ("a", "b")]

    assert [await night.look() for night in nights] == [True, False]
    clock.moment += timedelta(hours=23)
    assert [await night.look() for night in nights] == [False, False]
    clock.moment += timedelta(hours=2)
    assert [await night.look() for night in reversed(nights)] == [True, False]
    assert done.names == ["roll_up", "topics"] * 2


async def test_a_step_that_fails_keeps_no_other_from_being_done(store: Store) -> None:
    """Those behind it are done, and the night counts as done."""
    done = Done("roll_up")
    night = Night(
        store.cursors, [done.step("roll_up"), done.step("findings")], PARIS, "a", Clock(moment("2026-05-04T12:00"))
    )

    assert await night.look()
    assert not await night.look()
    assert done.names == ["roll_up", "findings"]


async def test_a_night_under_a_clock_that_was_ahead_is_forgotten(store: Store) -> None:
    """A clock that said 2030 for a moment does not keep the nights of this year from being done."""
    done, clock = Done(), Clock(moment("2030-05-04T12:00"))
    night = Night(store.cursors, [done.step("roll_up")], PARIS, "a", clock)
    assert await night.look()
    clock.moment = moment("2026-05-04T12:00")

    assert await night.look()
    assert await store.cursors.read(NAME) == "2026-05-04"


class Shaken:
    """A lease that the database refuses to renew once."""

    def __init__(self, cursors: Cursors) -> None:
        self._cursors = cursors
        self.renewed = 0
        self.often = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursors, name)

    async def hold(self, channel: str, holder: str, now: datetime, lease: timedelta) -> bool:
        """See `Cursors.hold`; the second time fails."""
        self.renewed += 1
        if self.renewed == 2:
            raise StoreError("not now")
        if self.renewed == 4:
            self.often.set()
        return await self._cursors.hold(channel, holder, now, lease)


async def test_a_lease_is_kept_though_one_renewal_fails(store: Store) -> None:
    """A night that is long goes on renewing: no other gateway begins it meanwhile."""
    shaken = Shaken(store.cursors)

    async def long() -> None:
        await shaken.often.wait()

    steps = [Step("topics", long)]
    night = Night(shaken, steps, PARIS, "a", Clock(moment("2026-05-04T12:00")), renew_every=timedelta(microseconds=1))
    assert await asyncio.wait_for(night.look(), 20)
