"""Erasures and purges that are counted first: no figure depends on how soon somebody erased what they said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.analytics.collector import Collector
from bot.messages import Address
from bot.store.base import Conversations, Erased, Prepared, Subjects

log = structlog.get_logger(__name__)


class CountedSubjects:
    """See `bot.store.base.Subjects`. A count that fails keeps nobody from their right."""

    def __init__(self, subjects: Subjects, conversations: Conversations, collector: Collector) -> None:
        self._subjects = subjects
        self._conversations = conversations
        self._collector = collector

    async def erase(
        self, address: Address, now: datetime, farewell: Callable[[Erased], Prepared] | None = None
    ) -> Erased:
        """See `Subjects.erase`."""
        try:
            conversation = await self._conversations.find(address)
            if conversation is not None:
                await self._collector.gather([conversation.id])
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a count, what is to go goes
            log.warning("analytics.erased_uncounted", error=type(error).__name__)
        return await self._subjects.erase(address, now, farewell)

    async def purge(self, now: datetime, retention: dict[str, timedelta]) -> dict[str, int]:
        """See `Subjects.purge`."""
        try:
            await self._collector.collect()
        except Exception as error:  # noqa: BLE001 - as above
            log.warning("analytics.purged_uncounted", error=type(error).__name__)
        return await self._subjects.purge(now, retention)
