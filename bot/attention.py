"""Shows citizens that they were heard, beside the answer and without ever holding it up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot.messages import Message
from bot.tasks import stop
from channels.base import Channel

log = structlog.get_logger(__name__)

WITHIN = timedelta(seconds=5)
AT_ONCE = 64
"""With more under way, a provider is not answering: the next ones are left out."""


class Attention:
    """Marks as read, shows typing, stops a pressed button from spinning: as far as the channel can."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels
        self._running: set[asyncio.Task[None]] = set()

    def show(self, message: Message) -> None:
        """Begin to show it; nothing is known of how that ends."""
        channel = self._channels.get(message.address.channel)
        if channel is None or not message.receipt or len(self._running) >= AT_ONCE:
            return
        task = asyncio.create_task(self._show(channel, message), name="attention.show")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Stop what is under way."""
        await asyncio.gather(*(stop(task) for task in list(self._running)))

    async def _show(self, channel: Channel, message: Message) -> None:
        try:
            await asyncio.wait_for(channel.attend(message), WITHIN.total_seconds())
        except Exception as error:  # noqa: BLE001 - a courtesy: no failure of it has to reach anybody
            log.info("attention.failed", channel=message.address.channel, error=type(error).__name__)
