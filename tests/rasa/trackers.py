"""Turns as Rasa writes them, for tests of the tracker store."""

from __future__ import annotations

from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity


def session() -> list[Event]:
    return [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def turn(text: str) -> list[Event]:
    heard = UserUttered(text, {"name": "greet", "confidence": 0.9}, metadata={"message_id": f"id of {text}"})
    said = BotUttered(data={"custom": {"say": "greet"}})
    return [heard, ActionExecuted("utter_greet"), said, ActionExecuted("action_listen")]


async def talk(store: TrackerStore, sender: str, *events: Event) -> DialogueStateTracker:
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    tracker.update_with_events(list(events), store.domain)
    await store.save(tracker)
    return tracker


def texts(tracker: DialogueStateTracker | None) -> list[str | None]:
    return [event.text for event in tracker.events if isinstance(event, UserUttered)] if tracker else []


def dump(tracker: DialogueStateTracker | None) -> dict[str, Any]:
    assert tracker is not None
    state: dict[str, Any] = tracker.current_state(EventVerbosity.ALL)
    return {key: state[key] for key in ("sender_id", "slots", "events", "paused", "latest_message", "active_loop")}
