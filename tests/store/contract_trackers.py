"""The contract of the core's events: written by compare-and-set, followed by those who keep them at hand."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from bot.errors import Stale
from bot.store import tables
from bot.store.sql import Store
from bot.trackers import Head, Mark, Tail
from tests.store.words import START, after


def event(kind: str, seconds: float, **fields: object) -> dict[str, object]:
    return {"event": kind, "timestamp": START.timestamp() + seconds, **fields}


class TrackersContract:
    async def test_events_are_appended_behind_what_was_expected(self, store: Store) -> None:
        """A writer that does not know the newest events is refused and stores nothing."""
        await store.tracker_events.append("s1", [event("session_started", 0), event("slot", 1, name="a")], 0)
        with pytest.raises(Stale):
            await store.tracker_events.append("s1", [event("user", 2)], 0)
        with pytest.raises(Stale):
            await store.tracker_events.append("s1", [event("user", 2)], 3)
        await store.tracker_events.append("s1", [event("user", 2, text="où ? \x00")], 2)
        events, count = await store.tracker_events.read("s1", current_session=False)

        assert [one["event"] for one in events] == ["session_started", "slot", "user"]
        assert (events[2], count) == (event("user", 2, text="où ? \x00"), 3)

    async def test_of_two_writers_of_a_tracker_one_wins(self, store: Store) -> None:
        """Eight processes that read the same tracker: one adds its events, seven learn that it changed."""
        outcomes = await asyncio.gather(
            *(store.tracker_events.append("s1", [event("user", i), event("bot", i)], 0) for i in range(8)),
            return_exceptions=True,
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Mark"] + ["Stale"] * 7
        assert (await store.tracker_events.read("s1", current_session=False))[1] == 2

    async def test_what_was_added_behind_a_mark_is_followed(self, store: Store) -> None:
        """Nothing, or what another process wrote; a mark that stands for something else is refused, by the writer too."""
        events = store.tracker_events
        first = await events.append("s1", [event("session_started", 0), event("user", 1)], 0)
        nothing = await events.follow("s1", first)
        second = await events.append("s1", [event("bot", 2)], first.stored, first.at)
        added = await events.follow("s1", first)
        elsewhere = replace(first, at=after(77))
        with pytest.raises(Stale):
            await events.append("s1", [event("bot", 3)], second.stored, elsewhere.at)

        assert nothing == ([], first)
        assert added == ([event("bot", 2)], second)
        assert await events.load("s1") == Tail(
            [], [event("session_started", 0), event("user", 1), event("bot", 2)], second, True
        )
        assert await events.follow("s1", elsewhere) is None
        assert await events.follow("s1", replace(second, stored=9)) is None
        assert await events.marks(["s1", "nobody"]) == {"s1": second}
        assert await events.marks([f"s{number}" for number in range(1200)]) == {"s1": second}

    async def test_a_tracker_that_is_replaced_is_another(self, store: Store) -> None:
        """Also when it is as long, and ends with the same event, as the one before it; nobody sees it empty meanwhile."""
        events = store.tracker_events
        before = await events.append("s1", [event("user", 1, text="avant"), event("bot", 2)], 0)
        new = await events.replace("s1", [event("user", 1, text="après"), event("bot", 2)])

        assert await events.follow("s1", before) is None
        assert await events.follow("s1", new) == ([], new)
        assert [one.get("text") for one in (await events.read("s1", current_session=False))[0]] == ["après", None]
        assert await events.replace("s1", []) == Mark()
        assert await events.read("s1", current_session=False) == ([], 0)

    async def test_a_head_stands_for_what_was_before(self, store: Store) -> None:
        """It is stored with the events that it comes with, is read until another session begins, and goes with its tracker."""
        events = store.tracker_events
        first = [event("session_started", 0), event("slot", 1, name="a", value=1), event("user", 2), event("user", 3)]
        mark = await events.append("s1", first, 0, None, Head(3, [event("slot", 2, name="a", value=1)]))
        with pytest.raises(Stale):
            await events.append("s1", [event("user", 4)], 9, None, Head(0, []))
        short = await events.load("s1")
        whole = await events.read("s1", current_session=True)
        mark = await events.append("s1", [event("session_started", 5), event("user", 6)], 4, mark.at)
        session = await events.load("s1")
        mark = await events.append("s1", [event("user", 7), event("user", 8)], 6, mark.at, Head(7, [event("slot", 7)]))
        await events.replace("s1", [event("user", 9)])
        put = await events.load("s1")

        assert short == Tail([event("slot", 2, name="a", value=1)], [event("user", 3)], Mark(4, after(3)), True)
        assert whole == (first, 4)
        assert session == Tail([], [event("session_started", 5), event("user", 6)], Mark(6, after(6)), True)
        assert put is not None
        assert (put.head, put.events) == ([], [event("user", 9)])
        assert await events.load("nobody") is None

    async def test_a_head_without_its_tail_is_left_alone(self, store: Store) -> None:
        """If it is damaged, or what is behind it is gone, the session is read from its beginning."""
        events = store.tracker_events
        await events.append("s1", [event("user", 1), event("user", 2)], 0, None, Head(1, [event("slot", 1)]))

        def change(connection: Connection, **values: object) -> None:
            connection.execute(tables.tracker_heads.update().values(**values))

        await store.database.write(lambda connection: change(connection, head="{"))
        damaged = await events.load("s1")
        await store.database.write(lambda connection: change(connection, head="[]", position=7))
        beyond = await events.load("s1")
        await events.remove("s1")
        await events.append("s1", [event("user", 1)], 0)
        again = await events.load("s1")

        assert damaged == beyond == Tail([], [event("user", 1), event("user", 2)], Mark(2, after(2)), True)
        assert again == Tail([], [event("user", 1)], Mark(1, after(1)), True)

    async def test_a_damaged_row_costs_itself(self, store: Store) -> None:
        """It is read as an empty event; a missing one leaves a hole, and both are counted."""
        await store.tracker_events.append("s1", [event("user", number) for number in range(5)], 0)

        def damage(connection: Connection) -> None:
            for position, row in ((1, "{"), (2, "[1, 2]")):
                connection.execute(tables.events.update().where(tables.events.c.position == position).values(event=row))
            connection.execute(tables.events.delete().where(tables.events.c.position == 3))

        await store.database.write(damage)
        events, count = await store.tracker_events.read("s1", current_session=False)
        tail = await store.tracker_events.load("s1")

        assert ([one.get("event") for one in events], count) == (["user", None, None, "user"], 5)
        assert tail == Tail([], events, Mark(5, after(4)), False)

    async def test_the_current_session_starts_at_its_last_start(self, store: Store) -> None:
        """Older sessions are counted and not read; without any start everything is the session."""
        await store.tracker_events.append("s1", [event("session_started", 0), event("user", 1)], 0)
        await store.tracker_events.append("s1", [event("session_started", 90), event("user", 91)], 2)
        await store.tracker_events.append("s2", [event("user", 5)], 0)
        session, count = await store.tracker_events.read("s1", current_session=True)

        assert ([one["timestamp"] for one in session], count) == ([after(90).timestamp(), after(91).timestamp()], 4)
        assert (await store.tracker_events.read("s2", current_session=True))[1] == 1
        assert await store.tracker_events.read("nobody", current_session=True) == ([], 0)

    async def test_a_tracker_is_removed_and_begins_anew(self, store: Store) -> None:
        """Removing tells how many events there were; the next append starts from nothing."""
        await store.tracker_events.append("s1", [event("user", 1), event("bot", 2)], 0)
        await store.tracker_events.append("s2", [event("user", 1)], 0)
        assert await store.tracker_events.senders() == ["s1", "s2"]
        assert await store.tracker_events.remove("s1") == 2
        await store.tracker_events.append("s1", [event("user", 3)], 0)

        assert (await store.tracker_events.read("s1", current_session=False))[1] == 1
