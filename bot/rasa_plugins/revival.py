"""Rasa's events from stored rows: each class is looked up once, and what cannot be read is left out."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

log = structlog.get_logger(__name__)

UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)
"""How Rasa's events say that they cannot be made of something, or not be applied."""


def revive(row: Mapping[str, Any]) -> Event | None:
    """The event of a stored row; None, with a line in the log, for what this Rasa does not know or cannot read."""
    kind = row.get("event")
    known = _event_types().get(kind) if isinstance(kind, str) else None
    try:
        event = known._from_parameters(row) if known else None
    except UNREADABLE as error:
        log.warning("tracker.event_skipped", type=kind, error=type(error).__name__)
        return None
    if event is None:
        log.warning("tracker.event_skipped", type=kind, error="unknown")
    return event


def replay(tracker: DialogueStateTracker, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add stored rows to a tracker, as far as they can be read; how many cannot."""
    skipped = 0
    for row in rows:
        event = revive(row)
        if event is None:
            skipped += 1
            continue
        tracker.events.append(event)
        try:
            event.apply_to(tracker)
        except UNREADABLE as error:
            log.warning("tracker.event_skipped", type=event.type_name, error=type(error).__name__)
            tracker.events.pop()
            skipped += 1
    return skipped


@functools.lru_cache(maxsize=1)
def _event_types() -> dict[str, type[Event]]:
    """Rasa's event classes by name. Rasa searches its class tree anew for each event, a quarter of a tracker's cost."""
    types: dict[str, type[Event]] = {}
    for one in all_subclasses(Event):
        types.setdefault(one.type_name, one)
    return types
