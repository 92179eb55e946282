"""The conversation core as the gateway trusts it: only after it was seen to write where we read.

A tracker store that Rasa could not import is silently replaced by one in memory, and Rasa still reports ready. So a
core that has just appeared has to write an event through its own API, and the event has to be in our database, written
under our own lock, before a citizen's message is given to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import aiohttp
import structlog

from bot.errors import BotError, RasaError, RasaSilent, RasaUnreachable
from bot.messages import Message, Turn
from bot.rasa import Rasa
from bot.store.base import Conversation, Entry
from bot.trackers import TrackerEvents

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=3)
LOOK_AGAIN = timedelta(milliseconds=500)
PING_PATIENCE = timedelta(seconds=3)
GRACE = timedelta(seconds=3)
"""How long messages wait for a core that has just gone, or not come yet; after that they fail at once."""
MISSES = 2
WELL_FOR = timedelta(seconds=10)
"""Only a core that was well that long is blamed for its silence: one that has just got up may have missed the question."""


class TrustedCore:
    """Rasa behind its proof; see `bot.conversation.Core`."""

    def __init__(
        self, rasa: Rasa, tracker_events: TrackerEvents, http: aiohttp.ClientSession, actions_url: str, lock: str
    ) -> None:
        """`lock` is the one of `bot.rasa_events` under which Rasa has to write."""
        self._rasa = rasa
        self._lock = lock
        self._events = tracker_events
        self._http = http
        self._actions_url = actions_url
        self._trusted = False
        self._able = asyncio.Event()
        self._unable_since = time.monotonic()
        self._doubt = asyncio.Event()
        self._missed = 0
        self.detail = "not asked yet"
        self.actions_detail = "not asked yet"
        self._actions_well = False
        self._well_since: float | None = None

    @property
    def trusted(self) -> bool:
        """Whether the core has proved itself and answered its last ping."""
        return self._trusted

    @property
    def actions_well(self) -> bool:
        """Whether the action server answered its last ping."""
        return self._actions_well

    async def talk(self, conversation: Conversation, message: Message, payload: str | None) -> Turn:
        """See `Core.talk`. Not said at all while the action server is known to be down: Rasa would only note it."""
        await self._wait()
        with self._doubted():
            try:
                return await self._rasa.talk(conversation, message, payload)
            except RasaSilent:
                # How a dead action server looks; the next try waits until it is back.
                self._actions_well = self._actions_well and await self._actions_answer_ping()
                self._weigh()
                raise

    async def replay(self, conversation: Conversation, message: Message) -> Turn | None:
        """See `Core.replay`."""
        await self._wait()
        with self._doubted():
            return await self._rasa.replay(conversation, message)

    async def remember(self, conversation: Conversation, entries: Sequence[Entry]) -> None:
        """See `Core.remember`."""
        await self._wait()
        with self._doubted():
            await self._rasa.remember(conversation.id, entries)

    async def well(self) -> bool:
        """See `Core.well`."""
        await self._look()
        since = self._well_since
        return since is not None and time.monotonic() - since >= WELL_FOR.total_seconds()

    async def watch(self) -> None:
        """Ping and prove until cancelled."""
        while True:
            try:
                await self._look()
            except Exception:
                log.exception("core.watch_failed")
            calm = self.trusted and self._actions_well
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._doubt.wait(), (LOOK_EVERY if calm else LOOK_AGAIN).total_seconds())
            if self._doubt.is_set():
                self._doubt.clear()
                await asyncio.sleep(LOOK_AGAIN.total_seconds())

    @contextlib.contextmanager
    def _doubted(self) -> Iterator[None]:
        """A core that does not answer a message is looked at soon; one that cannot be reached proves itself anew."""
        try:
            yield
        except RasaError as error:
            if isinstance(error, RasaUnreachable):
                self.detail = str(error)
                self._trusted = False
                self._weigh()
            self._doubt.set()
            raise

    def _weigh(self) -> None:
        """Conclude from what was seen whether messages can be answered, and since when all is well."""
        able = self._trusted and self._actions_well
        if able:
            self._able.set()
        elif self._able.is_set():
            self._able.clear()
            self._unable_since = time.monotonic()
        if not able or self._missed:
            self._well_since = None
        elif self._well_since is None:
            self._well_since = time.monotonic()

    async def _wait(self) -> None:
        patience = self._unable_since + GRACE.total_seconds() - time.monotonic()
        if not self._able.is_set():
            try:
                await asyncio.wait_for(self._able.wait(), max(0.0, patience))
            except asyncio.TimeoutError:
                raise RasaUnreachable(self.detail if not self._trusted else self.actions_detail) from None

    async def _look(self) -> None:
        self._actions_well = await self._ping_actions()
        try:
            model = await self._rasa.status()
            if not self.trusted:
                await self._prove()
        except BotError as error:
            self._missed += 1
            # A busy core may miss one ping; whoever talks to it then hears of a fault at once anyway.
            if self._missed >= MISSES or not self.trusted:
                if self.trusted or self._missed == 1:
                    log.warning("core.not_trusted", reason=str(error))
                self._trusted = False
            self.detail = str(error)
        else:
            if not self.trusted:
                log.info("core.trusted", model=model)
            self._missed = 0
            self._trusted = True
            self.detail = f"model {model}"
        self._weigh()

    async def _prove(self) -> None:
        probe: list[str] = []

        async def read_back(sender_id: str) -> list[dict[str, Any]]:
            probe.append(sender_id)
            events, _ = await self._events.read(sender_id, current_session=False)
            return events

        try:
            await self._rasa.prove(read_back, self._lock)
        finally:
            for sender_id in probe:
                await self._events.remove(sender_id)

    async def _ping_actions(self) -> bool:
        if not await self._actions_answer_ping():
            return False
        if not self._actions_well:
            try:
                await self._rasa.rehearse(self._actions_url)
            except RasaError as error:
                self.actions_detail = f"answers its ping, but not a question: {error}"
                return False
        return True

    async def _actions_answer_ping(self) -> bool:
        timeout = aiohttp.ClientTimeout(total=PING_PATIENCE.total_seconds())
        try:
            async with self._http.get(f"{self._actions_url}/health", timeout=timeout) as response:
                self.actions_detail = f"answers {response.status}"
                return response.status == 200
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            self.actions_detail = f"does not answer ({type(error).__name__})"
            return False
