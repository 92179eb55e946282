"""From the outbox to the channels: in order, again when a provider is down, and given up loudly."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot import metrics
from bot.bus import OUTBOX, Bus
from bot.clock import Clock, now
from bot.errors import SendFailed, SendRefused, StoreError
from bot.outgoing import Due, Outbox
from bot.tasks import drain
from channels.base import Channel

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
SEND_PATIENCE = timedelta(seconds=20)
GIVE_UP_AFTER = timedelta(hours=24)
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=10)
LOOK_EVERY = timedelta(seconds=1)
AT_ONCE = 32


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
        free = AT_ONCE - len(self._running)
        if not free:
            return 0
        try:
            claimed = await self._outbox.claim(self._worker, self._clock(), LEASE, free)
        except Exception:
            log.exception("delivery.claim_failed")
            return 0
        for due in claimed:
            task = asyncio.create_task(self._work(due), name=f"delivery.send.{due.row}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(claimed)

    async def _work(self, due: Due) -> None:
        try:
            await self._deliver(due)
        except Exception:
            # It is not settled: it is sent again when its lease has run out.
            log.exception("delivery.failed", conversation=due.conversation_id)
        finally:
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
            await self._give_up(due, str(error))
        except (SendFailed, asyncio.TimeoutError) as error:
            await self._postpone(due, error)
        except StoreError:
            raise
        except Exception as error:
            # A channel's bug must not hold up the other citizens: it is retried like a provider's fault.
            log.exception("delivery.channel_broken", channel=due.address.channel)
            await self._postpone(due, error)
        else:
            await self._outbox.sent(due.row, self._clock(), receipt.provider_id)

    async def _postpone(self, due: Due, error: BaseException) -> None:
        moment = self._clock()
        if moment - due.created_at > GIVE_UP_AFTER:
            await self._give_up(due, f"given up after {due.attempts} attempts: {error}")
            return
        wished = error.retry_after if isinstance(error, SendFailed) else None
        wait = wished or min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(due.attempts - 1, 12)) * random.uniform(0.5, 1.5)
        await self._outbox.postpone(due.row, moment + wait, f"{type(error).__name__}: {error}"[:500])
        log.warning("delivery.postponed", conversation=due.conversation_id, attempts=due.attempts)

    async def _give_up(self, due: Due, reason: str) -> None:
        await self._outbox.give_up(due.row, self._clock(), reason[:500])
        metrics.GIVEN_UP.labels(due.address.channel).inc()
        log.error("delivery.given_up", conversation=due.conversation_id, channel=due.address.channel)
