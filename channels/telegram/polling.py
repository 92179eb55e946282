"""Fetching updates: for towns whose server Telegram cannot call.

python-telegram-bot's own `Updater` is not used: it puts a batch into a queue in memory and confirms it with its next
request, before anybody has stored it, so that whatever is in the queue when the process dies is lost. Here an update is
confirmed only after `deliver` has returned.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from telegram.error import Conflict, TelegramError

from bot.errors import RequestRejected, SendFailed
from bot.messages import Message
from channels.base import Deliver, Event
from channels.telegram.client import Client, Unreadable, translated
from channels.telegram.payloads import UPDATES

MAX_WAIT_SECONDS = 60.0
Pause = Callable[[float], Awaitable[object]]

log = structlog.get_logger()


class Poller:
    """One round of questions after another, until cancelled."""

    def __init__(
        self, client: Client, read: Callable[[dict[str, Any]], Sequence[Event]], pause: Pause = asyncio.sleep
    ) -> None:
        self._client = client
        self._read = read
        self._pause = pause
        # The offset goes out only in the request that follows a delivery, and is forgotten once that succeeded: what is
        # unconfirmed stands at Telegram, not here. One that is kept can lie above all that comes later: after a week of
        # silence the ids begin anew at random (https://core.telegram.org/bots/api#update).
        self._offset: int | None = None

    async def run(self, deliver: Deliver) -> None:
        """Fetch, deliver, confirm.

        Raises:
            SendFailed: somebody else fetches the same messages.
        """
        unhooked = False
        failures = 0
        while True:
            wait = None
            try:
                if not unhooked:
                    # While a webhook is set, there are no updates to fetch; those that wait there stay.
                    await self._client.delete_webhook(drop_pending_updates=False)
                    unhooked = True
                await self._round(deliver)
                failures = 0
                continue
            except Conflict as error:
                raise translated(error) from error
            except TelegramError as error:
                meant = translated(error)
                wait = meant.retry_after if isinstance(meant, SendFailed) else None
                log.warning("telegram.not_fetched", reason=str(meant))
            except Exception as error:  # noqa: BLE001 - the loop outlives a store that is away; it is asked again
                log.warning("telegram.not_stored", raised=type(error).__name__)
            failures += 1
            await self._pause(wait.total_seconds() if wait else _backoff(failures))

    async def _round(self, deliver: Deliver) -> None:
        updates = await self._client.updates(self._offset, UPDATES)
        confirmed, self._offset = self._offset, None
        for update in sorted(updates, key=lambda one: int(one["update_id"])):
            for event in self._events(update):
                if isinstance(event, Message):
                    await deliver(event)
                else:
                    log.debug("telegram.skipped", reason=getattr(event, "reason", ""))
            self._offset = update["update_id"] + 1
        if self._offset is not None and self._offset == confirmed:
            raise Unreadable("the updates that were confirmed came again")

    def _events(self, update: dict[str, Any]) -> Sequence[Event]:
        try:
            return self._read(update)
        except RequestRejected:
            return ()


def _backoff(failures: int) -> float:
    """Seconds to wait after so many failures in a row, spread so that not all who were cut off come back at once."""
    return float(min(MAX_WAIT_SECONDS, 2.0 ** min(failures - 1, 6)) * random.uniform(0.5, 1.0))
