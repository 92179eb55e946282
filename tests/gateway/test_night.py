"""The nightly purge: when it is due, and that a failed night is made up for."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from bot.errors import StoreError
from bot.gateway import night
from bot.messages import Address
from bot.settings import Retention
from bot.store.base import Erased
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
    """Counts purges; the first fails."""

    def __init__(self) -> None:
        self.at: list[datetime] = []

    async def erase(self, address: Address, now: datetime) -> Erased:
        raise AssertionError("nobody asked for it")

    async def purge(self, now: datetime, retention: dict[str, timedelta]) -> dict[str, int]:
        self.at.append(now)
        if len(self.at) == 1:
            raise StoreError("the disk is full")
        return {"conversations": 3}


async def test_a_night_that_failed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The purge runs once a night, and again soon when it could not."""
    monkeypatch.setattr(night, "LOOK_EVERY", timedelta(milliseconds=1))
    hours = iter(range(10_000))
    start = datetime(2026, 1, 5, 0, 0, tzinfo=timezone.utc)
    purges = Purges()

    def clock() -> datetime:
        return start + timedelta(hours=next(hours))

    job = asyncio.create_task(night.nightly(purges, Retention(), PARIS, clock))
    await until(lambda: len(purges.at) >= 4)
    job.cancel()
    first, again, second_night, third_night = purges.at[:4]

    assert again - first < timedelta(hours=6)
    assert (second_night.date() - again.date(), third_night.date() - second_night.date()) == (timedelta(1),) * 2
