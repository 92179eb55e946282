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
from bot.analytics.night_state import NAME, NightState, encoded
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

    def mend(self) -> None:
        """Nothing fails any more."""
        self._broken = ()

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


async def test_a_step_that_fails_is_tried_again_that_night(store: Store) -> None:
    """Alone, by whichever gateway looks first, after a growing while; once it is done, nothing is left to tell."""
    done, clock = Done("topics"), Clock(moment("2026-05-04T03:31"))
    steps = [done.step("roll_up"), done.step("topics"), done.step("samples")]
    one, other = (Night(store.cursors, steps, PARIS, holder, clock) for holder in ("a", "b"))
    assert await one.look()
    clock.moment += timedelta(minutes=4)
    assert not await other.look()
    clock.moment += timedelta(minutes=1)
    assert await other.look()
    told = (await one.state()).fault()
    done.mend()
    clock.moment += timedelta(minutes=14)
    assert not await one.look()
    clock.moment += timedelta(minutes=1)
    assert await one.look()

    assert done.names == ["roll_up", "topics", "samples", "topics", "topics"]
    assert told == "not done in the night of 2026-05-04: topics (ValueError); tried 2 times, again at 01:51 UTC"
    assert ((await one.state()).fault(), await store.cursors.read(NAME)) == ("", "2026-05-04")


async def test_what_fails_all_night_waits_for_the_next_and_is_told(store: Store) -> None:
    """Four more tries, and no more; the fault stays to be seen. The next night does everything, and forgets it."""
    done, clock = Done("topics"), Clock(moment("2026-05-04T03:31"))
    night = Night(store.cursors, [done.step("topics"), done.step("samples")], PARIS, "a", clock)
    looks = 0
    while clock.moment < moment("2026-05-05T03:30"):
        looks += await night.look()
        clock.moment += timedelta(minutes=5)
    fault = (await night.state()).fault()
    done.mend()

    assert (looks, done.names.count("topics"), done.names.count("samples")) == (5, 5, 1)
    assert fault.endswith("topics (ValueError); tried 5 times, again next night")
    assert await night.look()
    assert (done.names[-2:], (await night.state()).failed) == (["topics", "samples"], {})


async def test_what_reads_a_late_step_is_done_again(store: Store) -> None:
    """Findings look at counts: where these were made at the second try, so are they."""
    done, clock = Done("roll_up"), Clock(moment("2026-05-04T03:31"))
    steps = [done.step("roll_up"), Step("findings", done.step("findings").do, needs=("roll_up",)), done.step("samples")]
    night = Night(store.cursors, steps, PARIS, "a", clock)
    await night.look()
    done.mend()
    clock.moment += timedelta(minutes=6)

    assert await night.look()
    assert done.names == ["roll_up", "findings", "samples", "roll_up", "findings"]


async def test_a_gateway_that_is_killed_between_two_tries_leaves_them_to_another(store: Store) -> None:
    """What failed stands in the database: a gateway that starts in the morning tries it again when that is due."""
    done, clock = Done("topics"), Clock(moment("2026-05-04T03:31"))
    await Night(store.cursors, [done.step("topics")], PARIS, "a", clock).look()
    done.mend()
    clock.moment = moment("2026-05-04T08:00")
    fresh = Night(store.cursors, [done.step("topics")], PARIS, "b", clock)

    assert await fresh.look()
    assert (await fresh.state()).failed == {}


@pytest.mark.parametrize("kept", ["", "{", "yesterday", '{"failed": 3}', "2026-13-45"])
async def test_a_state_that_cannot_be_read_is_none(store: Store, kept: str) -> None:
    """Whatever stands there, the night is done and no fault is made up."""
    done, clock = Done(), Clock(moment("2026-05-04T03:31"))
    night = Night(store.cursors, [done.step("topics")], PARIS, "a", clock)
    await store.cursors.hold(NAME, "a", clock(), timedelta(minutes=1))
    await store.cursors.write(NAME, "a", kept)

    assert (await night.state()).fault() == ""
    assert await night.look()


async def test_a_retry_under_a_clock_that_was_ahead_is_not_waited_for(store: Store) -> None:
    """A back-off that ends next year is none: the step is tried at once."""
    done, clock = Done("topics"), Clock(moment("2026-05-04T03:31"))
    night = Night(store.cursors, [done.step("topics")], PARIS, "a", clock)
    await store.cursors.hold(NAME, "a", clock(), timedelta(minutes=1))
    ahead = NightState(date(2026, 5, 4), {"topics": "ValueError"}, 1, clock() + timedelta(days=300))
    await store.cursors.write(NAME, "a", encoded(ahead))

    assert await night.look()


async def test_a_night_by_hand_clears_what_it_did(store: Store) -> None:
    """`guichet night` notes what it has done: of two that had failed one is left to be told."""
    done, clock = Done("topics", "samples"), Clock(moment("2026-05-04T03:31"))
    night = Night(store.cursors, [done.step("topics"), done.step("samples")], PARIS, "a", clock)
    await night.look()
    await store.cursors.hold(NAME, "a", clock(), timedelta(minutes=1))
    await night.note(["topics", "roll_up"])
    left = (await night.state()).failed
    await night.note(["samples"])

    assert (left, await store.cursors.read(NAME)) == ({"samples": "ValueError"}, "2026-05-04")


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
