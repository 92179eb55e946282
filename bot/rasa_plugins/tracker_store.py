"""Rasa's trackers in our database: an extension point of Rasa's own, named in endpoints.yml.

Rasa's `SQLTrackerStore` does not start with SQLAlchemy 2, and reads a conversation's rows again to count what is new.
Here each tracker knows how many of its events are stored and only the rest is appended, by compare-and-set.

Rasa puts every store behind its `FailSafeTrackerStore`: when `save` raises, it logs that and the answer goes out all
the same; the events of that turn are then missing here. `bot.rasa.Rasa.prove` finds a store that never writes.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from bot import settings
from bot.rasa_plugins import patches, whole_turns
from bot.store.base import TrackerEvents
from bot.store.sql import Store, open_store

log = structlog.get_logger(__name__)


class StoredTracker(DialogueStateTracker):
    """A tracker that knows what of it is in the database."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.stored = 0
        """Rows in the database, those of earlier sessions included: what the next write expects."""
        self.written = 0
        """How many of `events`, from the first on, are among them."""


class GuichetTrackerStore(TrackerStore):
    """Keeps trackers as rows of events. Belongs to the event loop that uses it first."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        **options: Any,
    ) -> None:
        """`host` is the `url` of endpoints.yml: the database, if not the one that our settings name.

        Nothing is opened before the first use: `rasa train` and `rasa test` need no database.
        """
        super().__init__(domain, event_broker, **options)
        # Here, for this is what every Rasa of ours loads.
        patches.install()
        whole_turns.install()
        self._url = host
        self._store: Store | None = None
        self._opening = asyncio.Lock()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new of a tracker that came from here; any other tracker replaces what is stored.

        Raises:
            Stale: another process wrote this conversation meanwhile.
            StoreError: the database does not answer.
            ConfigurationError: it cannot be opened.
        """
        if isinstance(tracker, StoredTracker):
            await self._append(tracker)
        else:
            # `PUT /conversations/<id>/tracker/events`. Two transactions: whoever reads between them sees no tracker.
            events = await self._events()
            await events.remove(tracker.sender_id)
            await events.append(tracker.sender_id, [event.as_dict() for event in tracker.events], expected=0)
            await self._publish(tracker.sender_id, list(tracker.events))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The current session: everything since the last `session_started`.

        Raises:
            StoreError: the database does not answer.
            ConfigurationError: it cannot be opened.
        """
        return await self._read(sender_id, current_session=True)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All sessions. Raises: see `retrieve`."""
        return await self._read(conversation_id, current_session=False)

    async def keys(self) -> Iterable[str]:
        """All sender ids. Raises: see `retrieve`."""
        return await (await self._events()).senders()

    async def close(self) -> None:
        """Let go of the database; Rasa itself never does."""
        store, self._store = self._store, None
        if store is not None:
            await store.close()

    def init_tracker(self, sender_id: str) -> StoredTracker:
        """An empty tracker. It keeps every event: what it dropped could not be stored."""
        return StoredTracker(sender_id, self.domain.slots)

    async def _append(self, tracker: StoredTracker) -> None:
        new = list(itertools.islice(tracker.events, tracker.written, None))
        if not new:
            return
        events = await self._events()
        await events.append(tracker.sender_id, [event.as_dict() for event in new], expected=tracker.stored)
        tracker.stored += len(new)
        tracker.written += len(new)
        await self._publish(tracker.sender_id, new)

    async def _publish(self, sender_id: str, events: list[Event]) -> None:
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, events, sender_id)

    async def _read(self, sender_id: str, current_session: bool) -> StoredTracker | None:
        rows, stored = await (await self._events()).read(sender_id, current_session)
        if not stored:
            return None
        tracker = self.init_tracker(sender_id)
        for row in rows:
            event = revive(row)
            if event is not None:
                tracker.update(event)
        tracker.stored, tracker.written = stored, len(tracker.events)
        return tracker

    async def _events(self) -> TrackerEvents:
        """The table, opened at first use; a failure is tried again at the next."""
        async with self._opening:
            if self._store is None:
                self._store = await open_store(self._url or settings.load().database_url)
        return self._store.tracker_events


def revive(row: Mapping[str, Any]) -> Event | None:
    """The event of a stored row; None, with a line in the log, for what this Rasa does not know or cannot read."""
    kind = row.get("event")
    known = _event_types().get(kind) if isinstance(kind, str) else None
    try:
        event = known._from_parameters(row) if known else None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        log.warning("tracker.event_skipped", type=kind, error=type(error).__name__)
        return None
    if event is None:
        log.warning("tracker.event_skipped", type=kind, error="unknown")
    return event


@functools.lru_cache(maxsize=1)
def _event_types() -> dict[str, type[Event]]:
    """Rasa's event classes by name. Rasa searches its class tree anew for each event, a quarter of a tracker's cost."""
    types: dict[str, type[Event]] = {}
    for one in all_subclasses(Event):
        types.setdefault(one.type_name, one)
    return types
