"""What does not work is known to every process, for as long as it does not, and since it has not."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.bus import DESK, LocalBus
from bot.errors import StoreError
from bot.faults import LEASE, Fault, Faults, Seen
from bot.linking import Cursors
from bot.store.sql import Store
from bot.tasks import stop
from tests.store.words import START

BOX = Seen("email", "voirie@pontavel.example", "voirie@pontavel.example: wrong user or password")
SMTP = Seen("email", "smtp", "mail.pontavel.example: the server is not reached: it does not answer")


class Process:
    """One gateway and what it sees."""

    def __init__(self, cursors: Cursors, name: str) -> None:
        self.seen: list[Seen] = []
        self.moment = START
        self.bus = LocalBus()
        self.faults = Faults(lambda: self.seen, cursors, name, self.bus, clock=lambda: self.moment)

    async def look(self, at: datetime = START) -> list[Fault]:
        self.moment = at
        await self.faults.look()
        return list(self.faults.standing)


def fault(seen: Seen, since: datetime = START) -> Fault:
    return Fault(seen.channel, seen.place, seen.why, since)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture
def here(store: Store) -> Process:
    return Process(store.cursors, "g1")


@pytest.fixture
def there(store: Store) -> Process:
    return Process(store.cursors, "g2")


async def test_every_gateway_knows(here: Process, there: Process) -> None:
    """Also the one that does not read the mailbox; when it is over, it is over for both."""
    here.seen = [BOX]
    assert await here.look() == [fault(BOX)]
    assert await there.look(after(5)) == [fault(BOX)]
    here.seen = []
    assert await here.look(after(6)) == []
    assert await there.look(after(7)) == []


async def test_what_two_see_is_said_once(here: Process, there: Process) -> None:
    """Since the first of them saw it; what it is may be said otherwise meanwhile."""
    here.seen, there.seen = [BOX, SMTP], [SMTP]
    await here.look()
    assert await there.look(after(5)) == [fault(SMTP), fault(BOX)]
    other = Seen(BOX.channel, BOX.place, "voirie@pontavel.example: the server does not answer")
    here.seen = [other]
    assert await here.look(after(6)) == [fault(SMTP), fault(other)]


async def test_who_is_gone_is_heard_of_no_more(here: Process, there: Process) -> None:
    """A killed process says nothing; one that goes on seeing the fault goes on being heard."""
    here.seen = [BOX]
    await here.look()
    await here.look(after(LEASE.total_seconds() - 1))
    assert await there.look(after(LEASE.total_seconds() + 1)) == [fault(BOX)]
    assert await there.look(after(3 * LEASE.total_seconds())) == []


async def test_who_takes_over_goes_on_counting(here: Process, there: Process) -> None:
    """The next process that tries the mailbox in vain does not say that it is news."""
    here.seen = [BOX]
    await here.look()
    await there.look(after(1))
    here.seen, there.seen = [], [BOX]

    assert await there.look(after(10)) == [fault(BOX)]


async def test_the_desk_is_woken_when_something_is_new(here: Process) -> None:
    """And not each time that somebody looks."""
    here.seen = [BOX]
    await here.look()
    assert await here.bus.wait(DESK, timedelta(seconds=1))
    await here.look(after(11))
    assert not await here.bus.wait(DESK, timedelta(seconds=0.05))


class Full(Cursors):
    """A database that takes nothing: its disk is full."""

    async def hold(self, channel: str, holder: str, now: datetime, lease: timedelta) -> bool:
        raise StoreError("database or disk is full")

    async def held(self, prefix: str, now: datetime) -> dict[str, str]:
        raise StoreError("database or disk is full")

    async def drop(self, channel: str, holder: str) -> None:
        raise StoreError("database or disk is full")


async def test_a_full_disk_is_told_without_the_disk() -> None:
    """What a process sees itself it shows on its own desk, whatever the database takes."""
    here = Process(Full(), "g1")
    assert await here.look() == []
    here.seen = [Seen("email", "", "email: database or disk is full")]

    assert await here.look() == [fault(here.seen[0])]


async def test_what_another_version_wrote_breaks_nothing(here: Process, store: Store) -> None:
    """What cannot be read is passed over."""
    await store.cursors.hold("faults.g9", "g9", START, LEASE)
    await store.cursors.write("faults.g9", "g9", '[{"what": 1}]')
    here.seen = [BOX]

    assert await here.look() == [fault(BOX)]


async def test_a_process_that_stops_takes_its_faults_along(here: Process, store: Store) -> None:
    """Nothing is left of it in the database."""
    here.seen = [BOX]
    running = asyncio.create_task(here.faults.run())
    assert await here.bus.wait(DESK, timedelta(seconds=30))
    held = await store.cursors.held("faults.", START)
    await stop(running)

    assert list(held) == ["faults.g1"]
    assert await store.cursors.held("faults.", START) == {}


async def test_a_process_that_was_killed_leaves_nothing_when_it_is_back(here: Process, store: Store) -> None:
    """What the one of its name before it saw is over as soon as the new one looks and sees nothing."""
    before = Process(store.cursors, "g1")
    before.seen = [BOX]
    await before.look()

    assert await here.look(after(1)) == []
    assert await store.cursors.held("faults.", after(1)) == {}
