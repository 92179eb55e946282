"""Findings from the counts that a database keeps."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

from bot.analytics.findings import nightly
from bot.contacts import Contact, Fact, Span, Way, What
from bot.desk.hours import Hours
from bot.messages import Address
from bot.store.sql import Store, open_store
from tests.analytics.counted_town import FIRST, Book, Plan, month, night, office
from tests.databases import migrated

START = datetime(2026, 9, 21, tzinfo=timezone.utc)


async def keep(store: Store, book: Book) -> None:
    """Let the database hold contacts and facts with the counts of a book."""
    contacts: dict[str, list[Contact]] = defaultdict(list)
    facts: dict[tuple[date, str], list[Fact]] = defaultdict(list)
    for what in (What.OPENED, What.TAKEN, What.ANSWERED, What.LATE):
        for key, count in book.rows.get(what.value, {}).items():
            day, hour, _, service = key
            seconds = book.totals[what.value][key] // count
            facts[day, service] += [Fact(what, _at(day, hour), day, hour, service, value=seconds)] * count
    for (day, hour, channel, service), count in book.rows["contacts"].items():
        for _ in range(count):
            own = tuple(facts.pop((day, service), ()))
            moment, position = _at(day, hour), len(contacts[channel]) + 1
            contacts[channel].append(
                Contact(position, Way.CHAT, channel, "fr", moment, moment, day, hour, service, facts=own)
            )
    ids = {channel: (await store.conversations.open(Address(channel, "a"), "fr", START)).id for channel in contacts}
    await store.contacts.replace({ids[channel]: own for channel, own in contacts.items()})
    while await store.contacts.roll_up():
        pass


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), timezone.utc)


async def test_facts_are_found_in_a_database(tmp_path: Path) -> None:
    """From contacts to kept findings: the same as from the counts in memory, dismissed ones not said again."""
    plan = Plan(strike=18, silent=("telegram", 24, 18, 24), late=("urbanisme", 12, 4.0), gap=(15, 4.0))
    town, (book, topics) = office(), month(plan, 1001)
    await nightly(book, topics, Hours(town), town, night(plan))  # type: ignore[arg-type]
    store = await open_store(migrated(f"sqlite+aiosqlite:///{tmp_path / 'guichet.db'}"))
    try:
        await keep(store, book)
        new = await nightly(store.contacts, topics, Hours(town), town, night(plan))
        span = Span(FIRST, FIRST + timedelta(days=plan.days))
        kept = await store.contacts.findings(span)
        await store.contacts.dismiss(kept[0].id, night(plan))
        again = await nightly(store.contacts, topics, Hours(town), town, night(plan))
        left = await store.contacts.findings(span)
    finally:
        await store.close()

    names = {(one.sort, one.subject, one.first_day, one.detail) for one in book.kept}
    assert {(one.sort, one.subject, one.first_day, one.detail) for one in kept} == names
    assert {one[0] for one in names} >= {"standstill", "silence", "late", "gap"}
    assert (new, again, left) == (len(kept), 0, kept[1:])
