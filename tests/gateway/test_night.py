"""The nightly purge: when it is due, and that a night that failed or was slept through is made up for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app import gateway
from bot.clock import now
from bot.errors import StoreError
from bot.gateway import night
from bot.messages import Address
from bot.settings import Retention, Settings
from bot.store.base import Erased
from bot.store.sql import Store
from tests.gateway.conftest import until

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-01-05T01:00:00+00:00", "2026-01-05T02:30:00+00:00"),
        ("2026-01-05T02:30:00+00:00", "2026-01-06T02:30:00+00:00"),
        ("2026-07-05T12:00:00+00:00", "2026-07-06T01:30:00+00:00"),
        # The night in which clocks go forward (29 March 2026) and the one in which they go back (25 October).
        ("2026-03-28T12:00:00+00:00", "2026-03-29T01:30:00+00:00"),
        ("2026-10-24T12:00:00+00:00", "2026-10-25T02:30:00+00:00"),
    ],
)
def test_the_night_is_the_towns_own(after: str, due: str) -> None:
    """Half past three on the town hall's clock, summer and winter."""
    found = night.next_night(datetime.fromisoformat(after), PARIS)

    assert found.astimezone(timezone.utc) == datetime.fromisoformat(due)


class Purges:
    """Remembers when it was purged, by the clock of the test; what is told to fail does."""

    def __init__(self, failures: int = 0) -> None:
        self.at: list[datetime] = []
        self._failures = failures

    async def erase(self, address: Address, now: datetime) -> Erased:
        raise AssertionError("nobody asked for it")

    async def purge(self, now: datetime, retention: dict[str, timedelta]) -> dict[str, int]:
        self.at.append(now)
        if len(self.at) <= self._failures:
            raise StoreError("the disk is full")
        return {"conversations": 3}


class FakeClock:
    """Stands still until it is moved; counts how often it is looked at."""

    def __init__(self, at: str) -> None:
        self.at = datetime.fromisoformat(at)
        self.looks = 0

    def __call__(self) -> datetime:
        self.looks += 1
        return self.at

    async def looked_at(self) -> None:
        """Wait until the job has looked at the time that it is now, and acted upon it."""
        looks = self.looks
        await until(lambda: self.looks >= looks + 3)


@pytest.fixture(autouse=True)
def _awake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(night, "LOOK_EVERY", timedelta(milliseconds=1))


@asynccontextmanager
async def alive(purges: Purges, data: Path, clock: FakeClock) -> AsyncIterator[None]:
    """A process with the nightly job, from its start to its end."""
    job = asyncio.create_task(night.nightly(purges, Retention(), PARIS, data, clock))
    try:
        await clock.looked_at()
        yield
        await clock.looked_at()
    finally:
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_night_that_failed_is_tried_again(tmp_path: Path) -> None:
    """A purge that could not be done is done a few minutes later, not a night later, and then once a night."""
    clock = FakeClock("2026-01-05T12:00:00+00:00")
    night.write(tmp_path / "last-purge", clock.at)
    purges = Purges(failures=2)
    async with alive(purges, tmp_path, clock):
        for hours in range(0, 72, 6):
            clock.at = datetime.fromisoformat("2026-01-06T02:30:00+00:00") + timedelta(hours=hours)
            await clock.looked_at()
            await until(lambda: len(purges.at) >= 3)

    assert [at.isoformat() for at in purges.at] == ["2026-01-06T02:30:00+00:00"] * 3 + [
        "2026-01-07T02:30:00+00:00",
        "2026-01-08T02:30:00+00:00",
    ]


async def test_a_pause_lies_between_two_attempts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the database does not do it, it is not asked without end."""
    monkeypatch.setattr(night, "LOOK_EVERY", timedelta(hours=1))
    purges = Purges(failures=1000)
    clock = FakeClock("2026-01-05T12:00:00+00:00")
    job = asyncio.create_task(night.nightly(purges, Retention(), PARIS, tmp_path, clock))
    await until(lambda: purges.at)
    for _ in range(100):
        await asyncio.sleep(0)
    job.cancel()

    assert len(purges.at) == 1


@pytest.mark.parametrize(
    ("down", "up", "purged"),
    [
        # From noon to the next morning: the night was missed.
        ("2026-01-05T12:00:00+00:00", "2026-01-06T08:00:00+00:00", True),
        ("2026-01-05T12:00:00+00:00", "2026-02-06T01:00:00+00:00", True),
        # Over lunch, and until just before the night.
        ("2026-01-05T12:00:00+00:00", "2026-01-05T13:00:00+00:00", False),
        ("2026-01-05T12:00:00+00:00", "2026-01-06T02:29:00+00:00", False),
        # The clock went wrong in between.
        ("2026-01-05T12:00:00+00:00", "2025-01-05T12:00:00+00:00", True),
    ],
)
async def test_a_night_that_was_slept_through_is_made_up_for(tmp_path: Path, down: str, up: str, purged: bool) -> None:
    """A gateway that was down at half past three purges when it starts, one that was not waits for the night."""
    async with alive(Purges(), tmp_path, FakeClock(down)):
        pass
    purges = Purges()
    async with alive(purges, tmp_path, FakeClock(up)):
        pass

    assert [at.isoformat() for at in purges.at] == ([up] if purged else [])


@pytest.mark.parametrize("mark", [None, "", "yesterday", "2026-01-05T11:00:00", "2026-01-05", "\xe9t\xe9"])
async def test_a_mark_that_says_nothing_is_no_excuse(tmp_path: Path, mark: str | None) -> None:
    """Without a moment of the last purge that can be read, a start purges, once, and notes it."""
    if mark is not None:
        (tmp_path / "last-purge").write_text(mark, encoding="utf-8")
    clock = FakeClock("2026-01-05T12:00:00+00:00")
    purges = Purges()
    async with alive(purges, tmp_path, clock):
        await until(lambda: night.read(tmp_path / "last-purge") == clock.at)

    assert purges.at == [clock.at]
    assert names(tmp_path) == ["last-purge"]


async def test_a_mark_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """Where the purge cannot be noted, it is done every night all the same, and once a night."""
    (tmp_path / "last-purge").mkdir()
    clock = FakeClock("2026-01-05T12:00:00+00:00")
    purges = Purges()
    async with alive(purges, tmp_path, clock):
        clock.at += timedelta(days=1)

    assert [at.day for at in purges.at] == [5, 6]
    assert names(tmp_path) == ["last-purge"]


async def test_a_gateway_purges_when_it_starts(settings: Settings, store: Store) -> None:
    """What should have gone in a missed night is gone soon after the start; what is young stays."""
    old, young = Address("web", "old"), Address("web", "young")
    await store.conversations.open(old, "fr", now() - timedelta(days=91))
    await store.conversations.open(young, "fr", now() - timedelta(days=89))
    night.write(settings.data / "last-purge", now() - timedelta(days=2))
    async with gateway(settings):
        await until(lambda: (night.read(settings.data / "last-purge") or now()) > now() - timedelta(hours=1))
        left = [await store.conversations.find(address) is not None for address in (old, young)]

    assert left == [False, True]
