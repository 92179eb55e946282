"""From the outbox to the channels: in order, again when a provider is down, and given up loudly."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot import metrics
from bot.breaker import Breaker
from bot.bus import DESK, OUTBOX, Bus
from bot.clock import Clock, now
from bot.errors import SendFailed, SendRefused, SendUnsure, StoreError
from bot.messages import Receipt
from bot.outgoing import Due, Outbox
from bot.tasks import drain
from channels.base import Channel

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
SEND_PATIENCE = timedelta(seconds=20)
GIVE_UP_AFTER = timedelta(hours=24)
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=10)
UNSURE_WAIT = timedelta(seconds=5)
"""After an attempt without an answer: the provider may still tell that it has the message."""
NOTE_EVERY = timedelta(milliseconds=500)
LOOK_EVERY = timedelta(seconds=1)
AT_ONCE = 16
"""Of one channel: a provider that hangs holds up nobody on another one."""
SWITCHED_OFF = ""
"""Where the messages of channels that are switched off are counted."""


class Delivery:
    """Sends what is due until it is cancelled."""

    def __init__(
        self, outbox: Outbox, channels: Mapping[str, Channel], bus: Bus, worker: str, clock: Clock = now
    ) -> None:
        self._outbox = outbox
        self._channels = channels
        self._bus = bus
        self._worker = worker
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()
        self._breakers = {name: Breaker(AT_ONCE) for name in (*channels, SWITCHED_OFF)}

    async def run(self) -> None:
        """Send, and wait for more. A slow send holds up its own conversation alone."""
        while True:
            if not await self._start():
                await self._bus.wait(OUTBOX, LOOK_EVERY)

    async def drain(self, patience: timedelta) -> None:
        """Let running sends end and be settled, then give back what is left."""
        await drain(self._running, patience)
        await self.release()

    async def release(self) -> None:
        """Give back what was claimed and not sent."""
        await self._outbox.release(self._worker)

    async def _start(self) -> int:
        """Begin to send what is due, as far as there are places; how many messages that is."""
        moment = self._clock()
        free = {name: breaker.free(moment) for name, breaker in self._breakers.items()}
        full = [name for name, places in free.items() if not places]
        # No more than the channel with the fewest places can take: whose messages are due is not known before.
        limit = min((places for places in free.values() if places), default=0)
        if not limit:
            return 0
        try:
            claimed = await self._outbox.claim(self._worker, moment, LEASE, limit, full)
        except Exception:
            log.exception("delivery.claim_failed")
            return 0
        for due in claimed:
            self._breaker(due).begin()
            task = asyncio.create_task(self._work(due), name=f"delivery.send.{due.row}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(claimed)

    def _breaker(self, due: Due) -> Breaker:
        return self._breakers.get(due.address.channel) or self._breakers[SWITCHED_OFF]

    async def _work(self, due: Due) -> None:
        try:
            await self._deliver(due)
        except Exception:
            # It is not settled: it is sent again when its lease has run out.
            log.exception("delivery.failed", conversation=due.conversation_id)
        finally:
            self._breaker(due).end()
            # The next message of this conversation can be claimed from now on.
            await self._bus.publish(OUTBOX)

    async def _deliver(self, due: Due) -> None:
        channel = self._channels.get(due.address.channel)
        try:
            if channel is None:
                raise SendRefused(f"the channel {due.address.channel} is switched off")
            receipt = await asyncio.wait_for(
                channel.send(due.address, due.outgoing), timeout=SEND_PATIENCE.total_seconds()
            )
        except SendRefused as error:
            await self._recovered(due)
            await self._give_up(due, str(error))
        except SendFailed as error:
            await self._postpone(due, error)
        except asyncio.TimeoutError:
            await self._postpone(due, SendUnsure("no answer in time"))
        except StoreError:
            raise
        except Exception as error:
            # A channel's bug must not hold up the other citizens: it is retried like a provider's fault.
            log.exception("delivery.channel_broken", channel=due.address.channel)
            # Its words are for nobody: they may hold a token, or what the citizen reads.
            await self._postpone(due, SendUnsure(type(error).__name__))
        else:
            # First of all: until it is noted, a crash would send it again.
            await self._note(due, receipt)
            await self._recovered(due)
            metrics.SENT.labels(due.address.channel).inc()

    async def _note(self, due: Due, receipt: Receipt) -> None:
        """Note down that a message was taken, for as long as its claim may hold.

        Raises:
            StoreError: the database is away for longer; the message is sent again.
        """
        tries = LEASE // NOTE_EVERY
        while True:
            tries -= 1
            try:
                await self._outbox.sent(due.row, self._clock(), receipt.provider_id)
            except StoreError:
                if not tries:
                    raise
                log.exception("delivery.not_noted", conversation=due.conversation_id)
                await asyncio.sleep(NOTE_EVERY.total_seconds())
            else:
                return

    async def _recovered(self, due: Due) -> None:
        """A provider that answers again gets at once what has waited for it, in order."""
        if self._breaker(due).succeeded(self._clock()):
            log.info("delivery.channel_well", channel=due.address.channel)
            await self._outbox.hasten(due.address.channel, self._clock())

    async def _postpone(self, due: Due, error: SendFailed) -> None:
        moment = self._clock()
        breaker = self._breaker(due)
        was_closed = breaker.is_closed
        breaker.failed(moment, error.everyone, error.retry_after)
        if was_closed and not breaker.is_closed:
            log.error("delivery.channel_failing", channel=due.address.channel, reason=str(error)[:200])
        if moment - due.created_at > GIVE_UP_AFTER:
            await self._give_up(due, f"given up after {due.attempts} attempts: {error}")
            return
        doubtful = isinstance(error, SendUnsure)
        if error.retry_after is not None:
            # All who were told the same wait would come back in the same moment.
            wait = error.retry_after * random.uniform(1.0, 1.1)
        else:
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(due.attempts - 1, 12)) * random.uniform(0.5, 1.5)
        if doubtful:
            wait = max(wait, UNSURE_WAIT)
        await self._outbox.postpone(due.row, moment + wait, f"{type(error).__name__}: {error}"[:500], doubtful)
        log.warning("delivery.postponed", conversation=due.conversation_id, attempts=due.attempts, doubtful=doubtful)

    async def _give_up(self, due: Due, reason: str) -> None:
        await self._outbox.give_up(due.row, self._clock(), reason[:500])
        metrics.GIVEN_UP.labels(due.address.channel).inc()
        log.error("delivery.given_up", conversation=due.conversation_id, channel=due.address.channel)
        # The desk shows it.
        await self._bus.publish(DESK)
