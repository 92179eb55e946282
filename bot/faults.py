"""What does not work of a channel just now while the rest does: told by the process that sees it, known to all.

Each process writes what it sees under a lease of its own, so that a process that is gone is soon heard of no more. A
database that takes nothing (its disk is full) is a fault too: what a process sees itself it also knows without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
import structlog

from bot.bus import DESK, Bus
from bot.clock import Clock, now
from bot.errors import BotError, Stale
from bot.linking import Cursors
from bot.tasks import repeat

log = structlog.get_logger(__name__)

PREFIX = "faults."
"""Before the name of a process: the place among the cursors where its faults stand."""
LEASE = timedelta(seconds=30)
LOOK_EVERY = timedelta(seconds=2)
MAX_FAULTS = 200
MAX_CHARS = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """What a process sees: of which channel, of which of its mailboxes or servers ("" for all of it), and why, in English."""

    channel: str
    place: str
    why: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and since when anybody knows of it."""

    channel: str
    place: str
    why: str
    since: datetime


class Told(Protocol):
    """Where the faults of all processes stand."""

    @property
    def standing(self) -> Sequence[Fault]:
        """What is wrong now, by channel and place."""


_stored = msgspec.json.Decoder(tuple[Fault, ...])


class Faults:
    """Gathers the faults of this process, and knows those of all."""

    def __init__(
        self, look: Callable[[], Iterable[Seen]], cursors: Cursors, holder: str, bus: Bus, clock: Clock = now
    ) -> None:
        """`look` is what `/ready` asks as well; `holder` names this process."""
        self._look = look
        self._cursors = cursors
        self._holder = holder
        self._bus = bus
        self._clock = clock
        self._own: tuple[Fault, ...] = ()
        self._others: tuple[Fault, ...] = ()
        self._written: tuple[Fault, ...] | None = None
        """None until the first look: a process of the same name may have left something."""
        self._renew_at: datetime | None = None
        self._standing: tuple[Fault, ...] = ()

    @property
    def standing(self) -> Sequence[Fault]:
        """See `Told.standing`."""
        return self._standing

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        try:
            await repeat(self.look, LOOK_EVERY, log, "faults.failed")
        finally:
            await self._leave()

    async def look(self) -> None:
        """See what is wrong here, say so, and hear of the others; the desk is woken if anything is new."""
        moment = self._clock()
        try:
            held = await self._cursors.held(PREFIX, moment)
            mine = _read(held.pop(PREFIX + self._holder, "[]"))
            self._others = tuple(one for name in sorted(held) for one in _read(held[name]))
        except BotError:
            # What was heard last holds until something else is heard.
            log.warning("faults.not_heard")
            mine = ()
        since: dict[tuple[str, str], datetime] = {}
        # Who has known the longest says since when; a process that was begun anew goes on.
        for known in (*self._standing, *self._others, *mine):
            key = known.channel, known.place
            since[key] = min(known.since, since.get(key, moment))
        seen = {(one.channel, one.place): one for one in self._look()}
        self._own = tuple(
            Fault(*key, one.why[:MAX_CHARS], since.get(key, moment)) for key, one in sorted(seen.items())[:MAX_FAULTS]
        )
        try:
            await self._tell(moment)
        except BotError:
            log.warning("faults.not_told")
        elsewhere = {
            (one.channel, one.place): replace(one, since=since[one.channel, one.place]) for one in self._others
        }
        first = elsewhere | {(one.channel, one.place): one for one in self._own}
        found = tuple(first[key] for key in sorted(first))
        if found != self._standing:
            self._standing = found
            await self._bus.publish(DESK)

    async def _tell(self, moment: datetime) -> None:
        """Raises: StoreError."""
        due = self._own and (self._renew_at is None or moment >= self._renew_at)
        if self._own == self._written and not due:
            return
        place = PREFIX + self._holder
        if not self._own:
            await self._cursors.drop(place, self._holder)
            self._written, self._renew_at = (), None
            return
        if not await self._cursors.hold(place, self._holder, moment, LEASE):
            raise Stale(f"another process is called {self._holder}")
        await self._cursors.write(place, self._holder, msgspec.json.encode(self._own).decode())
        self._written, self._renew_at = self._own, moment + LEASE / 3

    async def _leave(self) -> None:
        if self._written:
            try:
                await self._cursors.drop(PREFIX + self._holder, self._holder)
            except BotError:
                log.warning("faults.not_dropped")


def _read(value: str) -> Sequence[Fault]:
    """What a process, maybe of another version, has written."""
    try:
        return _stored.decode(value)[:MAX_FAULTS]
    except msgspec.MsgspecError:
        return ()
