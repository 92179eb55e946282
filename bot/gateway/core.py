"""The conversation core as the gateway sees it: one Rasa process or several, each trusted for itself.

A conversation is always answered by the same process as long as that one is trusted, so that two never work on one
conversation at the same time and each finds in its memory what it has just done. When a process goes, its conversations
go to the others, and come back with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TypeVar

import aiohttp
import structlog

from bot.errors import RasaError, RasaGone, RasaSilent, RasaSlow, RasaUnreachable
from bot.gateway.trusted import Standing, TrustedProcess
from bot.messages import Message, Turn
from bot.rasa import Rasa
from bot.rasa_routing import order
from bot.store.base import Conversation, Entry
from bot.trackers import TrackerEvents

log = structlog.get_logger(__name__)
T = TypeVar("T")

LOOK_EVERY = timedelta(seconds=3)
LOOK_AGAIN = timedelta(milliseconds=500)
PING_PATIENCE = timedelta(seconds=3)
GRACE = timedelta(seconds=3)
"""How long messages wait for a core that has just gone, or not come yet; after that they fail at once."""
MOST_AVOIDED = 1000
WELL_FOR = timedelta(seconds=10)
"""Only a core that was well that long is blamed for its silence: one that has just got up may have missed the question."""


class TrustedCore:
    """Rasa processes behind their proofs; see `bot.conversation.Core`."""

    def __init__(
        self,
        connect: Callable[[str], Rasa],
        urls: Iterable[str],
        tracker_events: TrackerEvents,
        http: aiohttp.ClientSession,
        actions_url: str,
        lock: str,
    ) -> None:
        """`connect` makes the client of an address; `lock` is the one of `bot.rasa_events` under which Rasa has to write."""
        self._lock = lock
        self._connect = connect
        self._events = tracker_events
        self._http = http
        self._actions_url = actions_url
        self._processes: dict[str, TrustedProcess] = {}
        self._leaving: dict[str, TrustedProcess] = {}
        """Those that get no new call, and still owe us an answer."""
        self._avoided: dict[str, str] = {}
        """The address that let a conversation's message wait too long, until another has answered it."""
        self._able = asyncio.Event()
        self._unable_since = time.monotonic()
        self._doubt = asyncio.Event()
        self.actions_detail = "not asked yet"
        self._actions_well = False
        self._well_since: float | None = None
        self.route(urls)

    @property
    def trusted(self) -> bool:
        """Whether a process has proved itself and answered its last ping."""
        return any(process.trusted for process in self._processes.values())

    @property
    def detail(self) -> str:
        """What is known of each process, for people."""
        if len(self._processes) == 1:
            return next(iter(self._processes.values())).detail
        return "; ".join(f"{process.place}: {process.detail}" for process in self._processes.values())

    @property
    def actions_well(self) -> bool:
        """Whether the action server answered its last ping."""
        return self._actions_well

    def route(self, urls: Iterable[str]) -> dict[str, Standing]:
        """From now on messages go to these addresses, each once it is trusted; what is known of each.

        An address that is none of them any more gets no new call, and is told of until it has answered what it owes.
        """
        wanted = dict.fromkeys(urls)
        for url in [url for url in self._processes if url not in wanted]:
            self._leaving[url] = self._processes.pop(url)
        for url in wanted:
            if url not in self._processes:
                known = self._leaving.pop(url, None)
                self._processes[url] = known or TrustedProcess(self._connect(url), self._events, self._lock)
                self._doubt.set()
        self._leaving = {url: process for url, process in self._leaving.items() if process.under_way}
        self._weigh()
        return {url: process.standing() for url, process in {**self._processes, **self._leaving}.items()}

    async def talk(self, conversation: Conversation, message: Message, payload: str | None) -> Turn:
        """See `Core.talk`. Not said at all while the action server is known to be down: Rasa would only note it."""

        async def say(rasa: Rasa) -> Turn:
            return await rasa.talk(conversation, message, payload)

        async def say_again(rasa: Rasa) -> Turn:
            # The process that has gone may have stored its answer.
            return await rasa.replay(conversation, message) or await rasa.talk(conversation, message, payload)

        try:
            return await self._ask(conversation.id, say, say_again, talks=True)
        except RasaSilent:
            # How a dead action server looks; the next try waits until it is back.
            self._actions_well = self._actions_well and await self._actions_answer_ping()
            self._weigh()
            raise

    async def replay(self, conversation: Conversation, message: Message) -> Turn | None:
        """See `Core.replay`."""

        async def ask(rasa: Rasa) -> Turn | None:
            return await rasa.replay(conversation, message)

        return await self._ask(conversation.id, ask, ask)

    async def remember(self, conversation: Conversation, entries: Sequence[Entry]) -> None:
        """See `Core.remember`."""

        async def tell(rasa: Rasa) -> None:
            await rasa.remember(conversation.id, entries)

        await self._ask(conversation.id, tell, tell)

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
            calm = self._actions_well and all(process.trusted for process in self._processes.values())
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._doubt.wait(), (LOOK_EVERY if calm else LOOK_AGAIN).total_seconds())
            if self._doubt.is_set():
                self._doubt.clear()
                await asyncio.sleep(LOOK_AGAIN.total_seconds())

    async def _ask(
        self,
        key: str,
        ask: Callable[[Rasa], Awaitable[T]],
        again: Callable[[Rasa], Awaitable[T]],
        talks: bool = False,
    ) -> T:
        """Ask the process of a conversation; where that one has gone meanwhile, ask the next one `again`, once."""
        await self._wait()
        process = self._choose(key)
        if process is None:
            raise RasaUnreachable(self.detail)
        try:
            with self._doubted(process, talks):
                said = await ask(process.rasa)
        except RasaGone:
            other = self._choose(key)
            if other is None:
                raise
            log.info("core.moved", conversation=key, gone=process.place, to=other.place)
            with self._doubted(other, talks):
                said = await again(other.rasa)
        except RasaSlow:
            # The next try is another's.
            self._avoided[key] = process.rasa.url
            if len(self._avoided) > MOST_AVOIDED:
                del self._avoided[next(iter(self._avoided))]
            raise
        if talks:
            self._avoided.pop(key, None)
        return said

    def _choose(self, key: str) -> TrustedProcess | None:
        trusted = [url for url, process in self._processes.items() if process.trusted]
        preferred = [url for url in trusted if self._processes[url].preferred and url != self._avoided.get(key)]
        # All are slow: then the conversation stays where it is.
        ordered = order(key, preferred or trusted)
        return self._processes[ordered[0]] if ordered else None

    @contextlib.contextmanager
    def _doubted(self, process: TrustedProcess, talks: bool) -> Iterator[None]:
        """A process that does not answer a message is looked at soon."""
        try:
            with process.calling(talks):
                yield
        except RasaError:
            self._weigh()
            self._doubt.set()
            raise

    def _weigh(self) -> None:
        """Conclude from what was seen whether messages can be answered, and since when all is well."""
        able = self.trusted and self._actions_well
        if able:
            self._able.set()
        elif self._able.is_set():
            self._able.clear()
            self._unable_since = time.monotonic()
        if not able or not any(one.trusted and not one.missed for one in self._processes.values()):
            self._well_since = None
        elif self._well_since is None:
            self._well_since = time.monotonic()

    async def _wait(self) -> None:
        patience = self._unable_since + GRACE.total_seconds() - time.monotonic()
        if not self._able.is_set():
            try:
                await asyncio.wait_for(self._able.wait(), max(0.0, patience))
            except asyncio.TimeoutError:
                raise RasaUnreachable(self.detail if not self.trusted else self.actions_detail) from None

    async def _look(self) -> None:
        self._actions_well = await self._ping_actions()
        looks = (self._look_at(process) for process in list(self._processes.values()))
        for failed in await asyncio.gather(*looks, return_exceptions=True):
            if failed is not None:
                raise failed

    async def _look_at(self, process: TrustedProcess) -> None:
        await process.look()
        # At once: messages do not wait for the look at the others.
        self._weigh()

    async def _ping_actions(self) -> bool:
        if not await self._actions_answer_ping():
            return False
        if not self._actions_well:
            try:
                await next(iter(self._processes.values())).rasa.rehearse(self._actions_url)
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
