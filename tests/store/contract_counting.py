"""Counts that fail, and counts by several at once, on every engine."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from bot.analytics.collector import Collector
from bot.analytics.counted import CountedSubjects
from bot.analytics.events import ServiceOf
from bot.contacts import Span
from bot.privacy.retention import REGISTER
from bot.store.contact_tables import contacts, facts, stale_days
from bot.store.contacts import _roll_up
from bot.store.sql import Store
from bot.store.subjects import _remove_aged
from tests.analytics.town import HOURS, OFFICE, SERVICES, ZONE, Clock, Town
from tests.store.contract_contacts import CHECKED, KEEPS, SPANS, collector, everything, figures, lived, naming, rows


class CountingContract:
    """What every engine promises about counting."""

    async def test_a_count_that_fails_keeps_nobody_from_their_right(self, store: Store) -> None:
        """Whatever is wrong with it: who asks to be erased is, and what is old goes."""
        town = await lived(store, 7)

        async def wrong() -> ServiceOf:
            raise ValueError("a service that cannot be read")

        counts = Collector(store.contacts, store.cursors, wrong, HOURS, ZONE, KEEPS, "w1", clock=Clock(town.now))
        subjects = CountedSubjects(store.subjects, store.conversations, counts)
        address = next(iter(town.journal.conversations.values()))
        erased = await subjects.erase(address, town.now)
        purged = await subjects.purge(town.now + timedelta(days=900), {"conversations": timedelta(days=1)})

        assert erased.rows["conversations"] == 1
        assert await store.conversations.find(address) is None
        assert purged["conversations"] > 0

    async def test_a_day_that_another_counted_is_counted_once(self, store: Store) -> None:
        """Two that saw the same stale days count each of them once, and no row is written twice."""
        town = await lived(store, 8)
        await collector(store, Clock(town.now)).collect()
        stale = (await rows(store, select(stale_days.c.day)))[0].day
        await store.contacts.roll_up()
        kept = await everything(store)
        await store.database.write(lambda connection: _roll_up(connection, stale))

        assert await everything(store) == kept
        await asyncio.gather(*(store.contacts.roll_up() for _ in range(4)))
        await store.contacts.make_stale(date(2026, 1, 1), date(2026, 12, 31))
        await asyncio.gather(*(store.contacts.roll_up() for _ in range(4)))
        assert await everything(store) == kept

    async def test_what_grew_young_again_is_not_removed(self, store: Store) -> None:
        """Old rows are looked for first and removed afterwards: what is no longer old by then stays."""
        town = await lived(store, 9)
        await collector(store, Clock(town.now)).collect()
        (kept,) = (one for one in REGISTER if one.table == "contacts")
        keys = [row.id for row in await rows(store, select(contacts.c.id))]

        def remove(before: datetime) -> Callable[[Connection], dict[str, int]]:
            return lambda connection: _remove_aged(connection, kept, keys, before)

        assert await store.database.write(remove(town.now - timedelta(days=3000))) == {}
        assert await store.database.write(remove(town.now + timedelta(days=3000))) == {"contacts": len(keys)}
        assert await rows(store, select(contacts.c.id)) == []

    @pytest.mark.parametrize("way", ["erased", "purged"])
    async def test_what_is_left_of_a_contact_has_no_minute(self, store: Store, way: str) -> None:
        """Of an erased or purged conversation the contacts keep their hour: no time in them is one that somebody could
        know a citizen by; those of others keep theirs, and the figures are the same.
        """
        town = await lived(store, 5)
        clock = Clock(town.now)
        await collector(store, clock).collect()
        while await store.contacts.roll_up():
            pass
        exact = await moments(store)
        shown = [await figures(store, first, last, clock()) for first, last in SPANS]
        address = next(iter(town.journal.conversations.values()))
        if way == "erased":
            await store.subjects.erase(address, clock())
        else:
            await store.subjects.purge(clock() + timedelta(days=400), {"conversations": timedelta(days=90)})
        left = await moments(store, gone=True)
        await store.contacts.make_stale(date.min, date.max)
        while await store.contacts.roll_up():
            pass

        assert any((one.minute, one.second) != (0, 0) for one in exact)
        assert left
        assert {(one.minute, one.second, one.microsecond) for one in left} == {(0, 0, 0)}
        assert len(await moments(store)) == len(exact)
        for (first, last), was in zip(SPANS, shown, strict=True):
            now = await figures(store, first, last, clock())
            assert {name: now[name] for name in CHECKED} == {name: was[name] for name in CHECKED}

    async def test_days_that_changed_are_known(self, store: Store) -> None:
        """How many days of a span are not counted yet, and which day is the first one counted."""
        town = await lived(store, 11)
        nobody = await store.contacts.begun()
        await collector(store, Clock(town.now)).collect()
        stale = await store.contacts.stale(date.min, date.max)
        days = {row.day for row in await rows(store, select(contacts.c.day))}
        one = min(days)
        one_day = await store.contacts.stale(one, one)
        while await store.contacts.roll_up():
            pass

        assert (nobody, await store.contacts.begun()) == (None, one)
        assert (stale >= len(days), one_day, await store.contacts.stale(date.min, date.max)) == (True, 1, 0)

    async def test_days_are_counted_by_one_process_for_a_while(self, store: Store) -> None:
        """Who does not hold the lease counts nothing; who does stops after its time, at the next day, and goes on later."""
        town = await lived(store, 12)
        clock = Clock(town.now)
        await collector(store, clock, "w1").collect()
        stale = await store.contacts.stale(date.min, date.max)
        hurried = Collector(
            *(store.contacts, store.cursors, naming(store).service_of, HOURS, ZONE, KEEPS, "w1"),
            clock=clock,
            counts_for=timedelta(),
        )

        assert not await collector(store, clock, "w2").count()
        assert await store.contacts.stale(date.min, date.max) == stale > 2
        assert await hurried.count()
        assert await store.contacts.stale(date.min, date.max) == stale - 1
        assert not await collector(store, clock, "w1").count()
        assert await store.contacts.stale(date.min, date.max) == 0

    async def test_an_open_letter_that_is_late_is_told(self, store: Store) -> None:
        """The backlog of letters is that of the open cases on mail and forms, with the oldest one's age."""
        town = Town(store, 21)
        await town.begin()
        await town.live(60, people=8)
        open_ones = [
            case
            for conversation, address in town.journal.conversations.items()
            if address.channel in {"email", "form"}
            for case in await store.cases.find(conversation)
            if case.closed_at is None
        ]

        found = await store.contacts.backlog(town.now, Span(date(2026, 1, 1), date(2026, 1, 1)))

        assert open_ones
        assert {one.service: one.open for one in found} == Counter(case.service for case in open_ones)
        assert sum(one.late for one in found) == sum(
            case.due_at is not None and case.due_at < town.now for case in open_ones
        )
        assert max(one.oldest for one in found) == max(town.now - case.opened_at for case in open_ones)

    async def test_open_letters_heed_the_filters(self, store: Store) -> None:
        """Of a channel, a service or a language: they add up to all, whatever the days; a chat has none."""
        town = Town(store, 21)
        await town.begin()
        await town.live(60, people=8)
        day = date(2026, 1, 1)

        async def open_ones(**only: str) -> int:
            return sum(one.open for one in await store.contacts.backlog(town.now, Span(day, day, **only)))

        every = await open_ones()
        by_service = [await open_ones(service=service) for service in {*SERVICES, *OFFICE.services}]
        by_channel = [await open_ones(channel=channel) for channel in ("email", "form")]

        assert every == sum(by_service) == sum(by_channel) > max(by_channel) > 0
        assert (await open_ones(language="fr"), await open_ones(language="br")) == (every, 0)
        assert await open_ones(channel="web") == 0


async def moments(store: Store, gone: bool = False) -> list[datetime]:
    """Every time in what is kept of contacts: of all, or of those whose conversation has gone."""
    of = select(contacts.c.id).where(contacts.c.conversation_id.is_(None)) if gone else select(contacts.c.id)
    own = select(contacts.c.started_at, contacts.c.ended_at).where(contacts.c.id.in_(of))
    found = [moment for row in await rows(store, own) for moment in row]
    return found + [row.at for row in await rows(store, select(facts.c.at).where(facts.c.contact_id.in_(of)))]
