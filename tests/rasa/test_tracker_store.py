"""Rasa's trackers in our database, through Rasa's own classes."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore, check_if_tracker_store_async
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, Restarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig, read_endpoint_config

from bot.errors import ConfigurationError, Stale
from bot.rasa_plugins.tracker_store import GuichetTrackerStore
from bot.store.sql import Store
from tests.rasa.conftest import ROOT
from tests.rasa.trackers import dump, session, talk, texts, turn

pytestmark = pytest.mark.rasa


async def test_what_was_saved_comes_back(store: GuichetTrackerStore, other: GuichetTrackerStore) -> None:
    """Another process rebuilds the same tracker, event by event and slot by slot."""
    await talk(store, "c1", *session(), *turn("bonjour"), SlotSet("answered_article", "piscine"), SlotSet("lost", 2.0))
    saved = await talk(store, "c1", *turn("encore"))
    read = await other.retrieve("c1")

    assert dump(read) == dump(saved)
    assert read is not None
    assert (read.get_slot("answered_article"), read.get_slot("lost")) == ("piscine", 2.0)


async def test_an_unknown_conversation_is_none(store: GuichetTrackerStore) -> None:
    """Rasa then makes an empty one, which is no row."""
    created = await store.get_or_create_tracker("c1", append_action_listen=False)

    assert (await store.retrieve("c1"), list(created.events), await store.keys()) == (None, [], [])


async def test_the_same_tracker_is_saved_again_and_again(store: GuichetTrackerStore, database: Store) -> None:
    """Only what is new is written, and saving nothing new writes nothing."""
    tracker = await talk(store, "c1", *session())
    for text in ("un", "deux"):
        tracker.update_with_events(turn(text), store.domain)
        await store.save(tracker)
        await store.save(tracker)
    rows, stored = await database.tracker_events.read("c1", current_session=False)

    assert stored == len(rows) == 3 + 2 * 4


async def test_a_session_is_what_rasa_goes_on_with(store: GuichetTrackerStore) -> None:
    """The current session alone is retrieved, the full tracker has all, and writing goes on behind both."""
    await talk(store, "c1", *session(), *turn("avant"), *session(), SlotSet("lost", 1.0), *turn("après"))
    current = await store.retrieve("c1")
    await talk(store, "c1", *turn("encore"))

    assert texts(current) == ["après"]
    assert current is not None
    assert current.get_slot("lost") == 1.0
    assert texts(await store.retrieve("c1")) == ["après", "encore"]
    assert texts(await store.retrieve_full_tracker("c1")) == ["avant", "après", "encore"]


async def test_a_full_tracker_can_be_written_too(store: GuichetTrackerStore) -> None:
    """Rasa appends to whichever it was given."""
    await talk(store, "c1", *session(), *turn("avant"), *session())
    full = await store.get_or_create_full_tracker("c1")
    full.update_with_events(turn("après"), store.domain)
    await store.save(full)

    assert texts(await store.retrieve_full_tracker("c1")) == ["avant", "après"]


async def test_a_restart_forgets_without_losing(store: GuichetTrackerStore) -> None:
    """After /restart slots are empty and nothing is said; the events stay."""
    await talk(store, "c1", *session(), SlotSet("lost", 1.0), *turn("bonjour"), Restarted())
    read = await store.retrieve("c1")

    assert read is not None
    assert (read.get_slot("lost"), read.applied_events(), texts(read)) == (None, [], ["bonjour"])


async def test_replacing_events_replaces_them(store: GuichetTrackerStore) -> None:
    """PUT …/tracker/events gives a tracker that did not come from here: what was stored goes."""
    await talk(store, "c1", *session(), *turn("ancien"), *turn("vieux"))
    put = DialogueStateTracker.from_dict("c1", [event.as_dict() for event in turn("nouveau")], store.domain.slots)
    await store.save(put)
    await talk(store, "c1", *turn("suite"))

    assert texts(await store.retrieve_full_tracker("c1")) == ["nouveau", "suite"]


async def test_a_stale_writer_overwrites_nothing(store: GuichetTrackerStore, other: GuichetTrackerStore) -> None:
    """Two processes read the same tracker; the one that saves second is told and the row of the first stays."""
    await talk(store, "c1", *session())
    late = await other.get_or_create_tracker("c1")
    await talk(store, "c1", *turn("premier"))
    late.update_with_events(turn("second"), other.domain)
    with pytest.raises(Stale):
        await other.save(late)

    assert texts(await store.retrieve("c1")) == ["premier"]


async def test_two_conversations_do_not_mix(store: GuichetTrackerStore) -> None:
    """Also when they are written at the same time."""
    await asyncio.gather(*(talk(store, f"c{n}", *session(), *turn(f"moi {n}")) for n in range(8)))

    assert sorted(await store.keys()) == [f"c{n}" for n in range(8)]
    assert [texts(await store.retrieve(f"c{n}")) for n in range(8)] == [[f"moi {n}"] for n in range(8)]


@pytest.mark.parametrize(
    "hole",
    [
        {"event": "of_a_later_rasa", "timestamp": 1.0},
        {"event": "topic"},
        {"event": 7},
        {"no": "event"},
        {"event": "slot"},
        {"event": "user", "parse_data": "none", "text": 3},
    ],
)
async def test_what_cannot_be_read_is_left_out(
    store: GuichetTrackerStore, database: Store, hole: dict[str, Any]
) -> None:
    """A row that this Rasa does not know costs neither the conversation nor the next write."""
    await talk(store, "c1", *session(), *turn("avant"))
    await database.tracker_events.append("c1", [hole], expected=7)
    await talk(store, "c1", *turn("après"))
    read = await store.retrieve_full_tracker("c1")

    assert texts(read) == ["avant", "après"]
    assert (await database.tracker_events.read("c1", current_session=False))[1] == 7 + 1 + 4


async def test_an_erased_conversation_begins_anew(store: GuichetTrackerStore, database: Store) -> None:
    """What a process still has in hand is not written behind an erasure."""
    tracker = await talk(store, "c1", *session())
    await database.tracker_events.remove("c1")
    tracker.update_with_events(turn("trop tard"), store.domain)
    with pytest.raises(Stale):
        await store.save(tracker)

    assert await store.retrieve("c1") is None
    assert len(store.live) == 0


async def test_nothing_is_opened_before_it_is_needed(tmp_path: Path, domain: Domain) -> None:
    """Rasa builds the store before its event loop runs, and may never use it."""
    store = GuichetTrackerStore(domain, host=f"sqlite:///{tmp_path / 'none' / 'guichet.db'}")
    await store.close()

    assert os.listdir(tmp_path) == []
    with pytest.raises(ConfigurationError):
        await store.keys()


class Ear(EventBroker):  # type: ignore[misc]
    """A broker that keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []

    def publish(self, event: dict[str, Any]) -> None:
        self.heard.append(event)


async def test_a_broker_hears_each_event_once(url: str, domain: Domain) -> None:
    """Rasa's event brokers work with it."""
    ear = Ear()
    store = GuichetTrackerStore(domain, ear, host=url)
    await talk(store, "c1", *session())
    await talk(store, "c1", *turn("bonjour"))
    await store.close()

    assert [event["event"] for event in ear.heard] == [
        *("action", "session_started", "action"),
        *("user", "action", "bot", "action"),
    ]


def test_rasa_finds_it_and_takes_it_for_asynchronous(domain: Domain) -> None:
    """The name in endpoints.yml is right, and Rasa does not wrap it."""
    named = read_endpoint_config(str(ROOT / "endpoints.yml"), "tracker_store")
    made = TrackerStore.create(named, domain)

    assert isinstance(named, EndpointConfig)
    assert isinstance(made, GuichetTrackerStore)
    assert check_if_tracker_store_async(made)


async def test_a_loop_that_is_gone_is_left(store: GuichetTrackerStore, other: GuichetTrackerStore) -> None:
    """A form that an update renamed while a citizen was in it: else none of their messages could be answered any more."""
    asks = SlotSet("requested_slot", "handoff_contact")
    await talk(store, "c1", *session(), *turn("bonjour"), ActiveLoop("form_of_before"), asks)
    await talk(store, "c2", *session(), *turn("bonjour"), ActiveLoop("handoff_form"), asks)
    warm, cold, known = await store.retrieve("c1"), await other.retrieve("c1"), await store.retrieve("c2")

    for tracker in (warm, cold):
        assert tracker is not None
        assert (tracker.active_loop, tracker.get_slot("requested_slot")) == (None, None)
    assert known is not None
    assert (known.active_loop_name, known.get_slot("requested_slot")) == ("handoff_form", "handoff_contact")
    await talk(store, "c1", *turn("encore"))
    assert dump(await other.retrieve("c1")) == dump(await store.retrieve("c1"))
