"""What we said, until a channel took it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, update

from bot.errors import Missing, StoreError
from bot.messages import Address
from bot.store import codec, conversations, leases
from bot.store.base import Due, Prepared
from bot.store.engine import Database
from bot.store.replies import store as store_replies
from bot.store.tables import conversations as conversations_table
from bot.store.tables import outbox

_DUE = (
    leases.claimable(
        outbox,
        outbox.c.id.label("row"),
        outbox.c.conversation_id,
        outbox.c.outgoing,
        outbox.c.attempts,
        outbox.c.created_at,
        conversations_table.c.channel,
        conversations_table.c.address_key,
    )
    .join_from(outbox, conversations_table)
    .limit(bindparam("at_most", type_=Integer))
)


class SqlOutbox:
    """See `bot.store.base.Outbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, conversation_id: str, replies: Sequence[Prepared], now: datetime) -> int:
        """See `Outbox.add`.

        Raises:
            Missing: there is no such conversation (any more).
        """

        def work(connection: Connection) -> int:
            if not conversations.lock(connection, conversation_id):
                raise Missing(f"there is no conversation {conversation_id}")
            return store_replies(connection, conversation_id, replies, now)

        return await self._database.write(work)

    async def claim(self, worker: str, now: datetime, lease: timedelta, limit: int) -> list[Due]:
        """See `Outbox.claim`."""

        def work(connection: Connection) -> list[Due]:
            due = []
            for row in connection.execute(_DUE, {"now": now, "at_most": limit}).all():
                try:
                    outgoing = codec.outgoing(row.outgoing)
                except StoreError as error:
                    leases.park(connection, outbox, row.row, now, error)
                    continue
                address = Address(row.channel, row.address_key)
                due.append(Due(row.row, row.conversation_id, address, outgoing, row.attempts + 1, row.created_at))
            if due:
                leases.lease(connection, outbox, [one.row for one in due], worker, now + lease)
            return due

        return await self._database.write(work)

    async def sent(self, row: int, now: datetime, provider_id: str | None) -> None:
        """See `Outbox.sent`."""
        await self._change(row, settled_at=now, provider_id=provider_id, error=None)

    async def postpone(self, row: int, until: datetime, error: str) -> None:
        """See `Outbox.postpone`."""
        await self._change(row, due_at=until, error=error)

    async def give_up(self, row: int, now: datetime, error: str) -> None:
        """See `Outbox.give_up`."""
        await self._change(row, settled_at=now, given_up=True, error=error)

    async def release(self, worker: str) -> int:
        """See `Outbox.release`."""
        return await self._database.write(lambda connection: leases.release(connection, outbox, worker))

    async def waiting(self, now: datetime) -> tuple[int, timedelta]:
        """See `Outbox.waiting`."""
        return await self._database.read(
            lambda connection: leases.waiting(connection, outbox, outbox.c.created_at, now)
        )

    async def _change(self, row: int, **values: Any) -> None:
        """Settled rows stay as they are: what was sent cannot be unsent by a slower worker's news."""

        def work(connection: Connection) -> None:
            connection.execute(
                update(outbox)
                .where(outbox.c.id == row, outbox.c.settled_at.is_(None))
                .values(worker=None, leased_until=None, **values)
            )

        await self._database.write(work)
