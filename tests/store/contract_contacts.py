"""What every contact was: the figures of any history are those of a slow recount, on every engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from bot.analytics.collector import Collector
from bot.analytics.counted import CountedSubjects
from bot.analytics.figures import as_json
from bot.analytics.naming import Naming
from bot.analytics.report import figures_of
from bot.contacts import Contact, Fact, Finding, Marks, Span, Way, What
from bot.errors import Missing, StoreError
from bot.messages import Address
from bot.store.contact_tables import contacts, daily, facts, stale_days
from bot.store.sql import Store
from tests.analytics import recount
from tests.analytics.town import CHANNELS, HOURS, OFFICE, SERVICES, START, ZONE, Clock, Town
from tests.store.words import message

SPANS = (
    (date(2026, 3, 20), date(2026, 3, 29)),
    (date(2026, 3, 29), date(2026, 3, 29)),
    (date(2026, 3, 26), date(2026, 4, 24)),
)
KEEPS = timedelta(days=1825)
CHECKED = ("cards", "series", "tables", "unclaimed", "times")


def naming(store: Store) -> Naming:
    return Naming(store.articles, store.fiches, OFFICE)


def collector(store: Store, clock: Clock, holder: str = "w1") -> Collector:
    return Collector(store.contacts, store.cursors, naming(store).service_of, HOURS, ZONE, KEEPS, holder, clock=clock)


async def lived(store: Store, seed: int, steps: int = 60, people: int = 4) -> Town:
    town = Town(store, seed)
    await town.begin()
    await town.live(steps, people)
    return town


async def figures(store: Store, first: date, last: date, now: datetime) -> dict[str, Any]:
    """The figures, as they are printed."""
    made = await figures_of(store.contacts, Span(first, last), await naming(store).names(), now)
    return as_json(made)


async def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of what is counted, without their numbers."""
    kept = {
        "contacts": select(*(column for column in contacts.c if column.name != "id")),
        "facts": select(*(column for column in facts.c if column.name not in {"id", "contact_id"})),
        "daily": select(daily),
    }
    return {
        name: sorted(tuple(map(str, row)) for row in await rows(store, statement)) for name, statement in kept.items()
    }


async def rows(store: Store, statement: Any) -> Sequence[Any]:
    return await store.database.read(lambda connection: connection.execute(statement).all())


class ContactsContract:
    """Collected, counted, recounted, forgotten."""

    @pytest.mark.parametrize("seed", range(8))
    async def test_figures_are_those_of_a_slow_recount(self, store: Store, seed: int) -> None:
        """Whatever happened, in whatever order it was told, every figure is what counting by hand gives."""
        town = await lived(store, seed, steps=150)
        clock = Clock(town.now)
        await collector(store, clock).collect()
        while await store.contacts.roll_up():
            pass

        found = await recount.contacts(town)

        for first, last in SPANS:
            wanted = recount.figures(found, first, last)
            got = await figures(store, first, last, clock())
            assert {name: got[name] for name in CHECKED} == wanted
            for card in got["cards"][1:]:
                assert card["value"] is None or 0 <= card["value"] <= 1

    async def test_collecting_on_and_on_is_collecting_once(self, store: Store) -> None:
        """Figures that were kept up to date all the time are those that are made anew at the end."""
        town = Town(store, 99)
        await town.begin()
        clock = Clock(START)
        for number in range(30):
            await town.live(4)
            clock.moment = max(town.now, clock() + timedelta(minutes=2))
            # Two processes: the lease lets one of them do it.
            await collector(store, clock, f"w{number % 2}").collect()
            clock.moment += timedelta(minutes=10)
            if number % 5 == 0:
                await store.contacts.roll_up()
        while await store.contacts.roll_up():
            pass
        kept = await everything(store)

        assert await collector(store, clock).rebuild() == 0
        assert await everything(store) == kept
        assert len(kept["contacts"]) > 20

    async def test_a_rebuild_from_nothing_gives_equal_figures(self, store: Store) -> None:
        """Contacts, facts and counts that are lost are made again from the transcript, row by row the same."""
        town = await lived(store, 7)
        clock = Clock(town.now)
        await collector(store, clock).collect()
        await store.contacts.roll_up()
        kept = await everything(store)

        def lose(connection: Any) -> None:
            for table in (facts, contacts, daily, stale_days):
                connection.execute(delete(table))

        await store.database.write(lose)
        assert (await everything(store))["daily"] == []
        assert await collector(store, clock).rebuild() == len(kept["contacts"])

        assert await everything(store) == kept

    async def test_catching_up_for_the_first_time_is_collecting(self, store: Store) -> None:
        """Where nothing was ever collected each conversation is made once; from then on it is known what was read."""
        town = await lived(store, 11)
        clock = Clock(town.now)
        made = await collector(store, clock).catch_up()
        read = (await store.contacts.marks()).positions
        await town.live(6)
        clock.moment = max(town.now, clock() + timedelta(minutes=2))
        await collector(store, clock).catch_up()
        while await store.contacts.roll_up():
            pass
        kept = await everything(store)

        assert 0 < made <= len(kept["contacts"])
        assert 0 < read["transcript.seen"] < (await store.contacts.heads(clock())).positions["transcript.seen"]
        assert await collector(store, clock).rebuild() == 0
        assert await everything(store) == kept

    async def test_a_collector_that_is_killed_loses_and_doubles_nothing(self, store: Store) -> None:
        """Whichever transaction it ends in, the next one makes the same rows of it."""
        town = await lived(store, 3, steps=80, people=9)
        clock = Clock(town.now)
        for dies_at in range(1, 5):
            broken = Dying(store, dies_at)
            with pytest.raises(Killed):
                await Collector(
                    broken, store.cursors, naming(store).service_of, HOURS, ZONE, KEEPS, "w1", clock, at_once=2
                ).collect()
        await collector(store, clock).collect()
        await store.contacts.roll_up()
        kept = await everything(store)

        assert await collector(store, clock).rebuild() == 0
        assert await everything(store) == kept

    async def test_erasures_change_no_figure(self, store: Store) -> None:
        """A citizen who erases everything was a contact all the same; nothing of it leads to them, and a rebuild keeps it."""
        town = await lived(store, 5)
        clock = Clock(town.now)
        subjects = CountedSubjects(store.subjects, store.conversations, collector(store, clock))
        found = await recount.contacts(town)
        # What nobody has collected yet is counted before it goes.
        for address in town.journal.conversations.values():
            await subjects.erase(address, clock())
        await store.contacts.roll_up()

        left = await rows(store, select(contacts.c.conversation_id, contacts.c.position).distinct())
        assert [tuple(row) for row in left] == [(None, None)]
        for first, last in SPANS:
            got = await figures(store, first, last, clock())
            assert {name: got[name] for name in CHECKED} == recount.figures(found, first, last)
        kept = await everything(store)
        await collector(store, clock).rebuild()
        assert await everything(store) == kept

    async def test_an_empty_town_has_figures(self, store: Store) -> None:
        """Nothing is divided by nothing: shares are null, counts are zero, and every day has its line."""
        got = await figures(store, date(2026, 3, 1), date(2026, 3, 31), START)

        assert [card["value"] for card in got["cards"]] == [0, None, None, None]
        assert [card["change"] for card in got["cards"]] == [None] * 4
        assert len(got["series"]["days"]) == 31
        assert {line["contacts"] for line in got["series"]["days"]} == {0}
        assert got["sentence"]["key"] == "empty"
        assert got["trend"]["week"] == {"contacts": 0, "before": 0, "change": None, "mover": None}
        assert all(rows == [] for rows in got["tables"].values())

    async def test_one_contact_is_counted(self, store: Store) -> None:
        """A town's first contact is one, on its day and in its hour by the town's clock."""
        moment = datetime.fromisoformat("2026-03-29T03:30:00+02:00")
        await store.inbox.put(message("m1", Address("web", "anne"), at=moment), "fr", moment)
        await collector(store, Clock(moment)).collect()
        await store.contacts.roll_up()

        got = await figures(store, date(2026, 3, 29), date(2026, 3, 29), moment)

        assert got["series"]["hours"] == [{"weekday": 6, "hour": 3, "contacts": 1}]
        assert got["cards"][1] == {"key": "contained", "value": 1.0, "unit": "share", "before": None, "change": None}
        assert got["sentence"]["key"] == "first"

    async def test_a_span_leaves_out_what_is_not_asked_for(self, store: Store) -> None:
        """Counts of each channel, service and language add up to those of all."""
        town = await lived(store, 11)
        await collector(store, Clock(town.now)).collect()
        await store.contacts.roll_up()
        whole = Span(date(2026, 1, 1), date(2026, 12, 31))
        total = (await store.contacts.counts(whole, "contacts", []))[0].count
        by_channel = Counter[str]()
        for channel in CHANNELS:
            found = await store.contacts.counts(Span(whole.first, whole.last, channel=channel), "contacts", ["channel"])
            by_channel.update({one.key[0]: one.count for one in found})
        services = ("", *SERVICES)
        by_service = [await store.contacts.counts(whole, "contacts", ["service"])]

        assert by_channel.total() == total
        assert sum(one.count for one in by_service[0]) == total
        assert {one.key[0] for one in by_service[0]} <= {*services, *OFFICE.services}
        assert await store.contacts.counts(Span(whole.first, whole.last, language="br"), "contacts", []) == []
        with pytest.raises(StoreError, match="not counted by way"):
            await store.contacts.counts(whole, "contacts", ["way"])

    async def test_a_row_that_becomes_visible_late_is_read(self, store: Store) -> None:
        """Positions of the last minute are read once more; what is older, and idle, is not."""
        await store.inbox.put(message("m1", Address("web", "anne"), at=START), "fr", START)
        ids, marks, more = await store.contacts.touched(Marks(), 10, START)
        again, marks, _ = await store.contacts.touched(marks, 10, START + timedelta(seconds=30))
        once_more, marks, _ = await store.contacts.touched(marks, 10, START + timedelta(seconds=61))
        settled, marks, _ = await store.contacts.touched(marks, 10, START + timedelta(seconds=130))

        assert (len(ids), more, again, once_more, settled) == (1, False, ids, ids, [])

    async def test_a_backlog_is_read_in_pieces(self, store: Store) -> None:
        """However little is read at a time, every conversation is."""
        for number in range(25):
            await store.inbox.put(message(f"m{number}", Address("web", f"p{number}"), at=START), "fr", START)
        marks, more, seen = Marks(), True, set()
        while more:
            ids, marks, more = await store.contacts.touched(marks, 4, START)
            seen |= set(ids)

        assert len(seen) == 25

    async def test_days_of_which_contacts_were_removed_are_left_alone(self, store: Store) -> None:
        """What is older than figures are kept is neither removed nor made again, so that its counts stay."""
        town = await lived(store, 13)
        await collector(store, Clock(town.now)).collect()
        await store.contacts.roll_up()
        kept = await everything(store)

        def age(connection: Any) -> None:
            connection.execute(delete(facts))
            connection.execute(delete(contacts))

        await store.database.write(age)
        later = Clock(town.now + 2 * KEEPS)

        assert await collector(store, later).rebuild() == 0
        assert (await everything(store))["daily"] == kept["daily"]

    async def test_a_finding_is_kept_once_and_dismissed(self, store: Store) -> None:
        """Found again, it is brought up to date; dismissed, it stays away, also when it is found once more."""
        day = date(2026, 3, 20)
        one = Finding("surge", "", day, day, 90, 30, 6)
        assert await store.contacts.find([one, Finding("gap", "carte", day, day, 9, 1, 4)], START) == 2
        longer = Finding("surge", "", day, day + timedelta(days=1), 190, 60, 9, detail="voirie")
        assert await store.contacts.find([longer], START) == 0

        found = await store.contacts.findings(Span(day, day))
        assert [(one.sort, one.seen, one.last_day.day) for one in found] == [("surge", 190, 21), ("gap", 9, 20)]
        await store.contacts.dismiss(found[0].id, START)
        await store.contacts.find([longer], START)
        assert [one.sort for one in await store.contacts.findings(Span(day, day))] == ["gap"]
        every = await store.contacts.findings(Span(day, day), dismissed=True)
        assert [(one.sort, one.detail) for one in every] == [("surge", "voirie"), ("gap", "")]
        with pytest.raises(Missing):
            await store.contacts.dismiss(999, START)

    async def test_times_are_exact(self, store: Store) -> None:
        """The median and the ninetieth are values that somebody waited, whatever their number."""
        moment, day = START, START.date()
        conversation = (await store.conversations.open(Address("web", "anne"), "fr", START)).id
        for count, median, ninetieth in ((1, 1, 1), (2, 1, 2), (10, 5, 9), (11, 6, 10), (101, 51, 91)):
            took = tuple(Fact(What.TAKEN, moment, day, 9, value=value) for value in range(count, 0, -1))
            none = Fact(What.TAKEN, moment, day, 9)
            one = Contact(1, Way.CHAT, "web", "fr", moment, moment, day, 9, facts=(*took, none))
            await store.contacts.replace({conversation: [one]})
            spread = await store.contacts.spread(Span(day, day), What.TAKEN)
            assert (spread.count, spread.median, spread.ninetieth) == (count, median, ninetieth)


class Killed(Exception):
    """The process is gone."""


class Dying:
    """A book whose process is killed before its n-th write."""

    def __init__(self, store: Store, dies_at: int) -> None:
        self._book = store.contacts
        self._left = dies_at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._book, name)

    async def replace(self, *arguments: Any) -> int:
        self._left -= 1
        if self._left <= 0:
            raise Killed
        return await self._book.replace(*arguments)
