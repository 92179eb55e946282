"""What is learnt once a night from the day's contacts: a list of steps, one process at a time, each on its own.

The day on which they were last done stands with the lease, so that a gateway which was down at night makes up for it;
so does what failed, which is tried again a few times that night by whichever gateway looks first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.analytics.night_state import NAME, NightState, encoded, last_state
from bot.clock import Clock, now
from bot.contacts import ContactBook
from bot.errors import Stale, StoreError
from bot.linking import Cursors

log = structlog.get_logger(__name__)

AT = time(3, 30)
"""In the town's zone; on a day that has it twice, the first of the two."""
LOOK_EVERY = timedelta(minutes=5)
LEASE = timedelta(minutes=15)
RENEW_EVERY = timedelta(minutes=5)

Told = Callable[[str, timedelta, "Exception | None"], None]
"""Hears of a step: its name, how long it took, and why it failed if it did."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is done at night."""

    name: str
    do: Callable[[], Awaitable[None]]
    needs: tuple[str, ...] = ()
    """Steps whose work it reads: where one of them was done late, it is done again."""


def counting(book: ContactBook) -> Step:
    """The first step: days that changed are counted."""

    async def do() -> None:
        while await book.roll_up():
            pass

    return Step("roll_up", do)


def logged(step: str, took: timedelta, error: Exception | None) -> None:
    """See `Told`."""
    if error is not None:
        log.error("analytics.step_failed", step=step, exc_info=error)
    else:
        log.info("analytics.step", step=step, duration_ms=int(took.total_seconds() * 1000))


class Night:
    """Does the steps of a night, in their order; one that fails does not keep the others from being done."""

    def __init__(
        self,
        cursors: Cursors,
        steps: Sequence[Step],
        zone: ZoneInfo,
        holder: str,
        clock: Clock = now,
        renew_every: timedelta = RENEW_EVERY,
    ) -> None:
        self._cursors = cursors
        self._steps = steps
        self._zone = zone
        self._holder = holder
        self._clock = clock
        self._renew_every = renew_every

    async def run(self) -> None:
        """Look now and then whether a night is due, until cancelled; not while the gateway starts, when citizens wait."""
        while True:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            try:
                await self.look()
            except Exception:
                log.exception("analytics.night_failed")

    async def look(self) -> bool:
        """Do the night's steps, or those that failed, if that is due and nobody else does; whether something was done here.

        Raises:
            StoreError: not now.
        """
        night = last_night(self._clock(), self._zone)
        if not self._is_due(await self.state(), night):
            return False
        if not await self._cursors.hold(NAME, self._holder, self._clock(), LEASE):
            return False
        try:
            # Somebody may have done it between the two.
            state = await self.state()
            if not self._is_due(state, night):
                return False
            failed = await self.do(only=state.failed if state.is_of(night) else None)
            await self._write(state.tried(night, failed, self._clock()))
        except Stale:
            log.warning("analytics.night_overtaken", night=night.isoformat())
            return False
        finally:
            await self._cursors.let_go(NAME, self._holder)
        return True

    async def state(self) -> NightState:
        """What is known of the last night.

        Raises:
            StoreError: not now.
        """
        return await last_state(self._cursors)

    async def note(self, done: Collection[str]) -> None:
        """Somebody has done these steps outside the night: they have not failed any more. For who holds the lease.

        Raises:
            Stale: somebody else holds it.
            StoreError: not now.
        """
        state = await self.state()
        if state.failed.keys() & set(done):
            await self._write(state.without(done))

    async def do(self, told: Told = logged, only: Collection[str] | None = None) -> dict[str, str]:
        """Do every step now, or `only` these and those that read their work, and keep the lease meanwhile.

        `told` hears of each how it went. Those that failed, each with the class of its error.
        """
        wanted = {step.name for step in self._steps} if only is None else set(only)
        failed: dict[str, str] = {}
        keeping = asyncio.create_task(self._keep(), name="analytics.night.lease")
        try:
            for step in self._steps:
                if step.name not in wanted and not wanted.intersection(step.needs):
                    continue
                wanted.add(step.name)
                began = self._clock()
                try:
                    await step.do()
                except Exception as error:  # noqa: BLE001 - one step does not keep the others from being done
                    failed[step.name] = type(error).__name__
                    told(step.name, self._clock() - began, error)
                else:
                    told(step.name, self._clock() - began, None)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        return failed

    def _is_due(self, state: NightState, night: date) -> bool:
        return state.is_due(self._clock()) if state.is_of(night) else True

    async def _write(self, state: NightState) -> None:
        await self._cursors.write(NAME, self._holder, encoded(state))

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._renew_every.total_seconds())
            try:
                await self._cursors.hold(NAME, self._holder, self._clock(), LEASE)
            except StoreError as error:
                # The lease is good for two more tries.
                log.warning("analytics.lease_not_renewed", error=str(error))


def last_night(moment: datetime, zone: ZoneInfo) -> date:
    """The day of the town whose night was last due at a moment."""
    local = moment.astimezone(zone)
    begins = datetime.combine(local.date(), AT, zone)
    return local.date() if local >= begins else local.date() - timedelta(days=1)
