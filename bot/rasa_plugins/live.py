"""The trackers that a process of Rasa keeps at hand: few, short, and each handed out to one at a time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

from bot.trackers import Mark

MOST_TRACKERS = 1_000
MOST_EVENTS = 20_000
"""Of all trackers together; a message with its ranking of intents takes some ten kilobytes."""
LONGEST_TRACKER = 500
"""Events; a longer one is not kept, but read again."""
IDLE_FOR = timedelta(minutes=10)


class StoredTracker(DialogueStateTracker):
    """A tracker that knows what of it is in the database."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.mark = Mark()
        """What is in the database, earlier events included: what the next write expects."""
        self.written = 0
        """How many of `events`, from the first on, need no writing."""
        self.is_whole = True
        """Whether the last of its events are those of the last positions, one for one."""


@dataclass(frozen=True, slots=True)
class _Kept:
    tracker: StoredTracker
    events: int
    used: float
    """By the monotonic clock."""


class LiveTrackers:
    """The trackers used last, as they were when they were saved."""

    def __init__(self) -> None:
        self._trackers: OrderedDict[str, _Kept] = OrderedDict()
        self._events = 0

    def __len__(self) -> int:
        return len(self._trackers)

    def __contains__(self, sender_id: str) -> bool:
        return sender_id in self._trackers

    def __iter__(self) -> Iterator[tuple[str, Mark]]:
        return iter([(sender_id, kept.tracker.mark) for sender_id, kept in self._trackers.items()])

    @property
    def events(self) -> int:
        """Events of all trackers."""
        return self._events

    def take(self, sender_id: str) -> StoredTracker | None:
        """The tracker of a conversation, which is then kept here no more.

        Whoever takes it changes it. If that comes to nothing it is never put back, and so what was half done is forgotten.
        """
        found = self._trackers.pop(sender_id, None)
        if found is None:
            return None
        self._events -= found.events
        # Somebody may have kept it after it was put here, and gone on with it.
        return found.tracker if len(found.tracker.events) == found.events else None

    def put(self, tracker: StoredTracker) -> None:
        """Keep a tracker all of which is stored; what was used longest ago makes room."""
        self.take(tracker.sender_id)
        if tracker.written > LONGEST_TRACKER:
            return
        self._trackers[tracker.sender_id] = _Kept(tracker, tracker.written, time.monotonic())
        self._events += tracker.written
        while len(self._trackers) > MOST_TRACKERS or self._events > MOST_EVENTS:
            self.take(next(iter(self._trackers)))

    def drop_idle(self) -> None:
        """Forget what was not used for a while."""
        before = time.monotonic() - IDLE_FOR.total_seconds()
        for sender_id, kept in list(self._trackers.items()):
            if kept.used < before:
                self.take(sender_id)

    def clear(self) -> None:
        """Forget all."""
        self._trackers.clear()
        self._events = 0
