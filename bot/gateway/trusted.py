"""One Rasa process as the gateway trusts it: only after it was seen to answer, and to write where we read.

A tracker store that Rasa could not import is silently replaced by one in memory, and Rasa still reports ready. So a
process that has just appeared has to write an event through its own API, and the event has to be in our database, written
under our own lock, before a citizen's message is given to it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog

from bot.breaker import Breaker
from bot.clock import Clock, now
from bot.errors import BotError, RasaSlow, RasaUnreachable
from bot.rasa import Rasa
from bot.trackers import TrackerEvents

log = structlog.get_logger(__name__)

MISSES = 2
PLACES = 10_000
"""Calls at once: the worker bounds them, not we."""
REHEARSED = "bonjour"
"""A text that every model can parse."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a gateway knows of a process: `under_way` counts the calls that it has not answered yet."""

    trusted: bool
    detail: str
    under_way: int


class TrustedProcess:
    """A Rasa process behind its proof."""

    def __init__(self, rasa: Rasa, tracker_events: TrackerEvents, lock: str, clock: Clock = now) -> None:
        self.rasa = rasa
        self.trusted = False
        """Whether it has proved itself and answered its last pings."""
        self.detail = "not asked yet"
        self.missed = 0
        self.under_way = 0
        self._events = tracker_events
        self._lock = lock
        self._clock = clock
        # Of those that are trusted, one that lets messages wait too long is spared for a while.
        self._breaker = Breaker(PLACES)

    @property
    def place(self) -> str:
        """Host and port, for people."""
        return urlsplit(self.rasa.url).netloc

    @property
    def preferred(self) -> bool:
        """Whether it answers messages in time, as far as is known; after a pause one message finds out."""
        return self._breaker.free(self._clock()) > 0

    def standing(self) -> Standing:
        """What is known of it."""
        return Standing(self.trusted, self.detail, self.under_way)

    @contextlib.contextmanager
    def calling(self, talks: bool) -> Iterator[None]:
        """Around one call: who cannot be reached has to prove itself anew.

        `talks` if it says a message: a process that lets messages wait may still be quick to show a tracker.
        """
        self.under_way += 1
        self._breaker.begin()
        try:
            yield
        except RasaUnreachable as error:
            self.trusted = False
            self.detail = str(error)
            raise
        except RasaSlow:
            self._breaker.failed(self._clock(), everyone=False, wished=None)
            raise
        else:
            if talks:
                self._breaker.succeeded(self._clock())
        finally:
            self._breaker.end()
            self.under_way -= 1

    async def look(self) -> None:
        """Ping it, and have it prove itself if it is not trusted."""
        try:
            model = await self.rasa.status()
            if not self.trusted:
                await self._prove()
        except BotError as error:
            self.missed += 1
            # A busy process may miss one ping; whoever talks to it then hears of a fault at once anyway.
            if self.missed >= MISSES or not self.trusted:
                if self.trusted or self.missed == 1:
                    log.warning("core.not_trusted", place=self.place, reason=str(error))
                self.trusted = False
            self.detail = str(error)
        else:
            if not self.trusted:
                log.info("core.trusted", place=self.place, model=model)
            self.missed = 0
            self.trusted = True
            self.detail = f"model {model}"

    async def _prove(self) -> None:
        # A model may load and not run; and the first text takes longer than all others.
        await self.rasa.parse(REHEARSED)
        probe: list[str] = []

        async def read_back(sender_id: str) -> list[dict[str, Any]]:
            probe.append(sender_id)
            events, _ = await self._events.read(sender_id, current_session=False)
            return events

        try:
            await self.rasa.prove(read_back, self._lock)
        finally:
            for sender_id in probe:
                await self._events.remove(sender_id)
