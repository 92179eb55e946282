"""Counts that fail, and counts by several at once, on every engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from bot.analytics.collector import Collector
from bot.analytics.counted import CountedSubjects
from bot.analytics.events import ServiceOf
from bot.privacy.retention import REGISTER
from bot.store.contact_tables import contacts, stale_days
from bot.store.contacts import _roll_up
from bot.store.sql import Store
from bot.store.subjects import _remove_aged
from tests.analytics.town import HOURS, ZONE, Clock
from tests.store.contract_contacts import KEEPS, collector, everything, lived, rows


class CountingContract:
    """What every engine promises about counting."""

    async def test_a_count_that_fails_keeps_nobody_from_their_right(self, store: Store) -> None:
        """Whatever is wrong with it: who asks to be erased is, and what is old goes."""
        town = await lived(store, 6)

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
