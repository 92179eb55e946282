"""Rasa's trackers in our database: an extension point of Rasa's own, named in endpoints.yml.

Rasa's `SQLTrackerStore` does not start with SQLAlchemy 2, and every stock store reads and rebuilds the whole conversation
for each message. Here a message costs one read, which asks whether anything was added behind what this process has at
hand, and one transaction that adds what is new, by compare-and-set. What Rasa works on is the end of the conversation
(`bot.rasa_plugins.tail`); the whole of it is in the database, and what `retrieve_full_tracker` gives.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import structlog
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot import settings
from bot.errors import BotError
from bot.rasa import PROBE_PREFIX
from bot.rasa_events import LOCKED_BY
from bot.rasa_plugins import lock_store, patches, whole_turns
from bot.rasa_plugins.live import LiveTrackers, StoredTracker
from bot.rasa_plugins.revival import replay
from bot.rasa_plugins.tail import replayed, shortened
from bot.store.sql import Store, open_store
from bot.trackers import Head, Mark, TrackerEvents

log = structlog.get_logger(__name__)

SWEEP_EVERY = timedelta(seconds=10)
"""What a citizen erased is in no process's memory after that."""


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
        self.live = LiveTrackers()
        super().__init__(domain, event_broker, **options)
        # Here, for this is what every Rasa of ours loads.
        patches.install()
        whole_turns.install()
        self._url = host
        self._store: Store | None = None
        self._opening = asyncio.Lock()
        self._sweeper: asyncio.TimerHandle | None = None
        self._sweeping: asyncio.Task[None] | None = None

    @property
    def domain(self) -> Domain:
        """The domain whose slots trackers have."""
        return self._domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        # Trackers at hand have the slots of the old one.
        self.live.clear()
        self._domain = domain or Domain.empty()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new of a tracker that came from here; any other tracker replaces what is stored.

        Raises:
            Stale: another process wrote this conversation meanwhile, or it was erased.
            StoreError: the database does not answer.
            ConfigurationError: it cannot be opened.
        """
        if isinstance(tracker, StoredTracker):
            await self._append(tracker)
        else:
            # `PUT /conversations/<id>/tracker/events`.
            self.live.take(tracker.sender_id)
            rows = self._rows(tracker.sender_id, tracker.events)
            await (await self._events()).replace(tracker.sender_id, rows)
            await self._publish(tracker.sender_id, tracker.events)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The end of the current session, with the state that the session has led to.

        A loop that the domain does not know any more is left: no action could be run in it, so no message be answered.

        Raises:
            StoreError: the database does not answer.
            ConfigurationError: it cannot be opened.
        """
        tracker = await self._retrieve(sender_id)
        loop = tracker.active_loop_name if tracker is not None else None
        if tracker is not None and loop is not None and loop not in self.domain.action_names_or_texts:
            log.warning("tracker.loop_left", error="unknown")
            replayed(tracker, [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)])
        return tracker

    async def _retrieve(self, sender_id: str) -> StoredTracker | None:
        events = await self._events()
        kept = self.live.take(sender_id)
        if kept is not None:
            added = await events.follow(sender_id, kept.mark)
            if added is not None:
                rows, mark = added
                self._replay(kept, rows, mark)
                return self._short(kept)[0] if rows else kept
        found = await events.load(sender_id)
        if found is None:
            return None
        tracker = self.init_tracker(sender_id)
        replay(tracker, found.head)
        tracker.is_whole = found.is_whole
        self._replay(tracker, found.events, found.mark)
        return self._short(tracker)[0]

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All sessions, whole. Raises: see `retrieve`."""
        rows, stored = await (await self._events()).read(conversation_id, current_session=False)
        if not stored:
            return None
        tracker = self.init_tracker(conversation_id)
        self._replay(tracker, rows, Mark(stored))
        return tracker

    async def exists(self, conversation_id: str) -> bool:
        """Whether anything is stored of a conversation. Raises: see `retrieve`."""
        return bool(await (await self._events()).marks([conversation_id]))

    async def keys(self) -> Iterable[str]:
        """All sender ids. Raises: see `retrieve`."""
        return await (await self._events()).senders()

    async def close(self) -> None:
        """Let go of the database; Rasa itself never does."""
        self.live.clear()
        if self._sweeper is not None:
            self._sweeper.cancel()
        if self._sweeping is not None:
            await asyncio.wait({self._sweeping})
        store, self._store = self._store, None
        if store is not None:
            await store.close()

    def init_tracker(self, sender_id: str) -> StoredTracker:
        """An empty tracker. It keeps every event: what it dropped could not be stored."""
        return StoredTracker(sender_id, self.domain.slots)

    async def _append(self, tracker: StoredTracker) -> None:
        new = list(itertools.islice(tracker.events, tracker.written, None))
        if not new:
            # It may have been changed all the same, by what is no event: it is not kept.
            return
        events = await self._events()
        rows = self._rows(tracker.sender_id, new)
        stored = tracker.mark.stored + len(new)
        short, head = self._short(tracker)
        carried = Head(stored - (len(short.events) - len(head)), self._rows("", head)) if head else None
        mark = await events.append(tracker.sender_id, rows, tracker.mark.stored, tracker.mark.at, carried)
        for one in (tracker, short):
            one.mark, one.written = mark, len(one.events)
        await self._publish(tracker.sender_id, new)
        self.live.put(short)
        self._sweep_later()

    def _rows(self, sender_id: str, events: Iterable[Event]) -> list[dict[str, Any]]:
        rows = [event.as_dict() for event in events]
        if sender_id.startswith(PROBE_PREFIX):
            # See `bot.rasa.Rasa.prove`: a row that shows this can only have been written under our own lock.
            for row in rows:
                row["metadata"] = {**(row.get("metadata") or {}), LOCKED_BY: lock_store.held_by(sender_id)}
        return rows

    async def _publish(self, sender_id: str, events: Iterable[Event]) -> None:
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, list(events), sender_id)

    @staticmethod
    def _replay(tracker: StoredTracker, rows: list[dict[str, Any]], mark: Mark) -> None:
        """Add rows that were read up to a mark."""
        gone = mark.stored - tracker.mark.stored - len(rows) if tracker.mark.stored else 0
        skipped = replay(tracker, rows)
        tracker.is_whole = tracker.is_whole and not gone and not skipped
        tracker.mark, tracker.written = mark, len(tracker.events)

    def _short(self, tracker: StoredTracker) -> tuple[StoredTracker, list[Event]]:
        """A tracker, cut if it is too long, and what stands for its past; whoever holds the long one may go on with it.

        Nothing stands for it where the rows of what is left cannot be told by their number.
        """
        few = shortened(list(tracker.events), lambda: self.init_tracker(tracker.sender_id))
        if few is None:
            return tracker, []
        short = replayed(self.init_tracker(tracker.sender_id), few.events)
        short.mark, short.written, short.is_whole = tracker.mark, len(short.events), tracker.is_whole
        short.model_id, short.assistant_id = tracker.model_id, tracker.assistant_id
        return short, few.head if tracker.is_whole else []

    def _sweep_later(self) -> None:
        if self._sweeper is None and len(self.live):
            loop = asyncio.get_running_loop()
            self._sweeper = loop.call_later(SWEEP_EVERY.total_seconds(), self._sweep_now)

    def _sweep_now(self) -> None:
        self._sweeping = asyncio.ensure_future(self.sweep())

    async def sweep(self) -> None:
        """Forget trackers at hand that were erased, or changed, or not used for long; again as long as there are any."""
        self._sweeper = None
        self.live.drop_idle()
        kept: dict[str, Mark] = dict(self.live)
        try:
            marks = await (await self._events()).marks(list(kept))
        except BotError as error:
            # Whether they were erased cannot be known.
            log.warning("tracker.sweep_failed", error=type(error).__name__)
            marks = {}
        for sender_id, mark in self.live:
            if kept.get(sender_id) == mark and marks.get(sender_id) != mark:
                self.live.take(sender_id)
        self._sweep_later()

    async def _events(self) -> TrackerEvents:
        """The table, opened at first use; a failure is tried again at the next."""
        if self._store is None:
            async with self._opening:
                if self._store is None:
                    # The gateway's commit that settles the message flushes these as well (docs/adr/0032).
                    self._store = await open_store(self._url or settings.load().database_url, flushes=False)
        return self._store.tracker_events
