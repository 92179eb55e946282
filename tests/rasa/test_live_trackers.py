"""What a process of Rasa keeps at hand: bounded, never half done, never older than the database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Restarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import Connection

from bot.errors import Stale, StoreError
from bot.messages import Address
from bot.rasa_plugins import live, tracker_store, whole_turns
from bot.rasa_plugins.live import LiveTrackers, StoredTracker
from bot.rasa_plugins.tail import LONGEST
from bot.rasa_plugins.tracker_store import GuichetTrackerStore
from bot.store import tables
from bot.store.sql import Store
from tests.rasa.conftest import NOW
from tests.rasa.trackers import dump, session, talk, texts, turn

pytestmark = pytest.mark.rasa


async def long(store: GuichetTrackerStore, turns: int, sender: str = "c1") -> None:
    await talk(store, sender, *session(), SlotSet("answered_article", "piscine"))
    for number in range(turns):
        await talk(store, sender, *turn(f"message {number}"))


async def test_a_long_conversation_is_short_at_hand_and_whole_in_the_database(
    store: GuichetTrackerStore, other: GuichetTrackerStore
) -> None:
    """Two hundred turns: few events, the slots, the last message; and everything for whoever asks for the full tracker."""
    await long(store, 200)
    warm, cold, full = await store.retrieve("c1"), await other.retrieve("c1"), await store.retrieve_full_tracker("c1")
    expected = [f"message {number}" for number in range(200)]

    for tracker in (warm, cold):
        assert tracker is not None
        assert len(tracker.events) <= LONGEST + len(turn(""))
        assert tracker.get_slot("answered_article") == "piscine"
        assert texts(tracker) == expected[-len(texts(tracker)) :]
        assert len(texts(tracker)) >= 6
    assert texts(full) == expected
    assert full is not None
    assert {**dump(full), "events": 0} == {**dump(warm), "events": 0}


async def test_what_is_read_does_not_grow(store: GuichetTrackerStore, database: Store) -> None:
    """Of two hundred turns a process that starts reads the end, behind events that stand for what was before."""
    await long(store, 200)
    tail = await database.tracker_events.load("c1")

    assert tail is not None
    assert 0 < len(tail.head) < 10
    assert len(tail.events) <= LONGEST
    assert tail.mark.stored == 4 + 200 * 4


async def test_what_another_process_added_is_seen(store: GuichetTrackerStore, other: GuichetTrackerStore) -> None:
    """Both have the conversation at hand; each reads only what is new to it, and writes behind it."""
    await long(store, 30)
    for number in range(6):
        await talk((store, other)[number % 2], "c1", *turn(f"encore {number}"), SlotSet("lost", float(number)))
    read = await store.retrieve("c1")

    assert read is not None
    assert (texts(read)[-6:], read.get_slot("lost")) == ([f"encore {number}" for number in range(6)], 5.0)
    assert len(texts(await store.retrieve_full_tracker("c1"))) == 36


async def test_a_put_on_a_live_conversation_is_seen(
    store: GuichetTrackerStore, other: GuichetTrackerStore, database: Store, domain: Domain
) -> None:
    """Also if what is put is as long and ends as what was there; whoever is in the middle of a turn is refused."""
    await talk(store, "c1", *session(), *turn("avant"))
    working = await other.retrieve("c1")
    assert working is not None
    await talk(store, "c1", SlotSet("lost", 1.0))
    rows, _ = await database.tracker_events.read("c1", current_session=False)
    put = [{**row, "text": "après"} if row["event"] == "user" else row for row in rows]
    await talk(other, "c1", SlotSet("lost", 1.0))
    held = await other.retrieve("c1")
    assert held is not None
    await store.save(DialogueStateTracker.from_dict("c1", [*put, rows[-1]], domain.slots))
    held.update_with_events(turn("trop tard"), domain)
    with pytest.raises(Stale):
        await other.save(held)

    assert texts(await other.retrieve("c1")) == texts(await store.retrieve("c1")) == ["après"]


async def test_what_a_failed_turn_did_is_forgotten(store: GuichetTrackerStore) -> None:
    """Events and slots of a turn that was never saved are in no later one."""
    await talk(store, "c1", *session(), *turn("un"))
    lost = await store.retrieve("c1")
    assert lost is not None
    lost.update_with_events([*turn("perdu"), SlotSet("lost", 1.0)], store.domain)
    again = await store.retrieve("c1")

    assert again is not None
    assert (texts(again), again.get_slot("lost")) == (["un"], None)


async def test_what_somebody_goes_on_with_is_not_given_to_others(store: GuichetTrackerStore) -> None:
    """A tracker that was saved, kept and changed again is not what is stored."""
    kept = await talk(store, "c1", *session(), *turn("un"))
    kept.update_with_events([SlotSet("lost", 1.0)], store.domain)
    read = await store.retrieve("c1")

    assert read is not None
    assert (read is kept, read.get_slot("lost")) == (False, None)


async def test_a_restart_is_carried_over(store: GuichetTrackerStore) -> None:
    """What was before it has no effect, however long it was."""
    await long(store, 40)
    await talk(store, "c1", ActionExecuted("action_restart"), Restarted(), *session(), *turn("neuf"))
    read = await store.retrieve("c1")

    assert read is not None
    assert (texts(read), read.get_slot("answered_article")) == (["neuf"], None)


async def test_an_erased_conversation_leaves_every_process(
    store: GuichetTrackerStore, other: GuichetTrackerStore, database: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asks for it any more; its words go from memory all the same, and soon."""
    monkeypatch.setattr(tracker_store, "SWEEP_EVERY", timedelta(milliseconds=20))
    conversation = (await database.conversations.open(Address("web", "anne"), "fr", NOW)).id
    for process in (store, other):
        await talk(process, conversation, *turn("je suis anne"))
        await talk(process, "somebody else", *turn("bonjour"))
    await database.subjects.erase(Address("web", "anne"), NOW)
    for _ in range(500):
        if conversation not in store.live and conversation not in other.live:
            break
        await asyncio.sleep(0.01)

    assert (conversation in store.live, conversation in other.live) == (False, False)
    assert "somebody else" in other.live
    assert await other.retrieve(conversation) is None


async def test_what_is_not_used_goes(store: GuichetTrackerStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a citizen stays in memory for long after the last message."""
    await talk(store, "c1", *turn("bonjour"))
    monkeypatch.setattr(live, "IDLE_FOR", timedelta(0))
    await store.sweep()

    assert (len(store.live), store.live.events) == (0, 0)


async def test_a_database_that_is_away_is_no_reason_to_remember(store: GuichetTrackerStore, url: str) -> None:
    """Whether somebody erased a conversation meanwhile cannot be known."""
    await talk(store, "c1", *turn("bonjour"))
    assert store._store is not None
    await store._store.close()
    await store.sweep()

    assert len(store.live) == 0


def stored(sender: str, events: int) -> StoredTracker:
    tracker = StoredTracker(sender, [])
    for _ in range(events):
        tracker.update(ActionExecuted("action_listen"))
    tracker.written = events
    return tracker


def test_the_trackers_at_hand_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """In number, and in events of all together; what was used longest ago goes first, and giants never stay."""
    monkeypatch.setattr(live, "MOST_TRACKERS", 3)
    monkeypatch.setattr(live, "MOST_EVENTS", 50)
    monkeypatch.setattr(live, "LONGEST_TRACKER", 40)
    trackers = LiveTrackers()
    for number in range(4):
        trackers.put(stored(f"c{number}", 10))
    by_number = [sender for sender, _ in trackers]
    trackers.put(stored("c4", 35))
    by_events = [sender for sender, _ in trackers]
    trackers.put(stored("c4", 41))

    assert (by_number, by_events) == (["c1", "c2", "c3"], ["c3", "c4"])
    assert ([sender for sender, _ in trackers], trackers.events) == (["c3"], 10)


async def test_another_domain_has_other_slots(store: GuichetTrackerStore) -> None:
    """Trackers at hand go with the domain that they were made for."""
    await talk(store, "c1", *turn("bonjour"), SlotSet("lost", 1.0))
    store.domain = Domain.empty()
    read = await store.retrieve("c1")

    assert read is not None
    assert ("lost" in read.slots, texts(read)) == (False, ["bonjour"])


async def test_an_event_table_with_holes(
    store: GuichetTrackerStore, other: GuichetTrackerStore, database: Store
) -> None:
    """Rows that are gone, damaged, or of no sense cost themselves; the conversation goes on behind them."""
    await talk(store, "c1", *session(), *turn("un"), *turn("deux"), *turn("trois"))

    def damage(connection: Connection) -> None:
        for position, row in (
            (3, "{"),
            (4, '{"event": "slot"}'),
            (7, '{"event": "user", "text": {"a": 1}, "x": "' + "\\u0000" + '"}'),
        ):
            connection.execute(tables.events.update().where(tables.events.c.position == position).values(event=row))
        connection.execute(tables.events.delete().where(tables.events.c.position.in_([0, 5, 6])))

    await database.database.write(damage)
    await talk(other, "c1", *turn("quatre"))
    await talk(store, "c1", *turn("cinq"))

    assert texts(await other.retrieve("c1"))[-3:] == ["trois", "quatre", "cinq"]
    assert texts(await store.retrieve_full_tracker("c1"))[-3:] == ["trois", "quatre", "cinq"]
    assert await store.keys() == ["c1"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "😀😀👩‍👩‍👧‍👦",
            "مرحبا، أريد جواز سفر",
            "bonjour مرحبا привіт 你好",
            "\u200b\u200d\ufeff",
            "\u202eruojnob",
            "é" * 4000,
        ),
        *("\ud800", "a\x00b", "\u2028\u2029", "'; DROP TABLE events; --", "{" * 4000),
    ],
)
async def test_any_text_comes_back(store: GuichetTrackerStore, other: GuichetTrackerStore, text: str) -> None:
    """From memory and from the database, under its own sender; a lone surrogate, which no database takes, is replaced."""
    whole, sender = text.replace("\ud800", "\ufffd"), text.replace("\ud800", "")[:50] + "é"
    await talk(store, sender, *session(), *turn(text))

    assert texts(await other.retrieve(sender)) == [whole]
    assert texts(await store.retrieve(sender)) == [text]
    assert await other.keys() == [sender]


async def test_fifty_messages_at_once_are_fifty_turns(store: GuichetTrackerStore, other: GuichetTrackerStore) -> None:
    """Two processes without a common lock: whoever comes too late is told and says it again; nothing is lost or doubled."""
    await talk(store, "c1", *session())

    async def say(number: int) -> None:
        while True:
            try:
                await talk((store, other)[number % 2], "c1", *turn(f"m{number}"))
            except Stale:
                await asyncio.sleep(0)
            else:
                return

    await asyncio.wait_for(asyncio.gather(*(say(number) for number in range(50))), 60)
    ends = [texts(await process.retrieve("c1")) for process in (store, other)]
    full = texts(await store.retrieve_full_tracker("c1"))

    assert sorted(full, key=str) == sorted(f"m{number}" for number in range(50))
    assert [full[-len(end) :] for end in ends] == ends


async def test_two_processes_begin_a_conversation(store: GuichetTrackerStore, other: GuichetTrackerStore) -> None:
    """Behind Rasa's safety net, where both find nothing yet: the second is told, and takes nothing of the first away."""
    whole_turns.install()
    first, second = [await FailSafeTrackerStore(one).get_or_create_tracker("c1", None, False) for one in (store, other)]
    first.update_with_events([*session(), *turn("premier")], store.domain)
    second.update_with_events([*session(), *turn("second")], other.domain)
    await FailSafeTrackerStore(store).save(first)
    late = await FailSafeTrackerStore(other).get_or_create_tracker("c2", None, False)
    late.sender_id = "c1"
    await FailSafeTrackerStore(other).save(late)
    with pytest.raises(Stale):
        await FailSafeTrackerStore(other).save(second)

    assert texts(await other.retrieve_full_tracker("c1")) == ["premier"]
    assert "c1" in store.live


async def test_rasas_own_safety_net_does_not_swallow(store: GuichetTrackerStore, other: GuichetTrackerStore) -> None:
    """What cannot be stored is not answered, and a tracker that cannot be read is not an empty one; danger alone is."""
    whole_turns.install()
    net = FailSafeTrackerStore(store)
    await talk(store, "c1", *session())
    late = await net.get_or_create_tracker("c1")
    danger = await net.get_or_create_tracker("c1")
    await talk(other, "c1", *turn("premier"))
    late.update_with_events(turn("second"), store.domain)
    with pytest.raises(Stale):
        await net.save(late)
    danger.update(UserUttered("au feu", {"name": "emergency", "confidence": 1.0}))
    await net.save(danger)
    assert store._store is not None
    await store._store.close()
    with pytest.raises(StoreError):
        await net.retrieve_full_tracker("c1")

    assert texts(await other.retrieve_full_tracker("c1")) == ["premier"]
    assert net._fallback_tracker_store is None
