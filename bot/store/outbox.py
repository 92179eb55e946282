"""What we said, until a channel took it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, and_, bindparam, select, update

from bot.errors import Missing, StoreError
from bot.messages import Address, Status
from bot.outgoing import Delivered, Due, Undelivered
from bot.store import codec, conversations, fates, leases
from bot.store.base import Prepared
from bot.store.engine import Database
from bot.store.replies import store as store_replies
from bot.store.tables import conversations as conversations_table
from bot.store.tables import outbox

_ANY = (
    leases.claimable(
        outbox,
        outbox.c.id.label("row"),
        outbox.c.conversation_id,
        outbox.c.outgoing,
        outbox.c.key,
        outbox.c.attempts,
        outbox.c.created_at,
        outbox.c.leased_until,
        conversations_table.c.channel,
        conversations_table.c.address_key,
    )
    .join_from(outbox, conversations_table)
    .limit(bindparam("at_most", type_=Integer))
)
_SOME = _ANY.where(conversations_table.c.channel.not_in(bindparam("without", expanding=True)))


class SqlOutbox:
    """See `bot.outgoing.Outbox`."""

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

    async def claim(
        self, worker: str, now: datetime, lease: timedelta, limit: int, without: Collection[str] = ()
    ) -> list[Due]:
        """See `Outbox.claim`."""

        def work(connection: Connection) -> list[Due]:
            due, lapsed = [], []
            wanted = {"now": now, "at_most": limit}
            found = (
                connection.execute(_SOME, {**wanted, "without": list(without)})
                if without
                else connection.execute(_ANY, wanted)
            )
            for row in found.all():
                try:
                    outgoing = replace(codec.outgoing(row.outgoing), key=row.key)
                except StoreError as error:
                    leases.park(connection, outbox, row.row, now, error)
                    continue
                if row.leased_until is not None:
                    lapsed.append(row.row)
                address = Address(row.channel, row.address_key)
                due.append(Due(row.row, row.conversation_id, address, outgoing, row.attempts + 1, row.created_at))
            if lapsed:
                # Whoever held it never said what became of it.
                connection.execute(update(outbox).where(outbox.c.id.in_(lapsed)).values(doubtful=True))
            if due:
                leases.lease(connection, outbox, [one.row for one in due], worker, now + lease)
            return due

        return await self._database.write(work)

    async def sent(self, row: int, now: datetime, provider_id: str | None) -> None:
        """See `Outbox.sent`."""
        await self._change(row, settled_at=now, provider_id=provider_id, error=None)

    async def postpone(self, row: int, until: datetime, error: str, doubtful: bool = False) -> None:
        """See `Outbox.postpone`."""
        await self._change(row, due_at=until, error=error, **({"doubtful": True} if doubtful else {}))

    async def hasten(self, channel: str, now: datetime) -> int:
        """See `Outbox.hasten`."""
        theirs = select(conversations_table.c.id).where(conversations_table.c.channel == channel)
        waits = and_(outbox.c.settled_at.is_(None), outbox.c.worker.is_(None), outbox.c.due_at > now)
        hastened = (
            update(outbox)
            .where(waits, outbox.c.error.is_not(None), outbox.c.conversation_id.in_(theirs))
            .values(due_at=now)
        )
        return await self._database.write(lambda connection: connection.execute(hastened).rowcount)

    async def give_up(self, row: int, now: datetime, error: str) -> None:
        """See `Outbox.give_up`."""
        await self._change(row, settled_at=now, given_up=True, error=error)

    async def release(self, worker: str) -> int:
        """See `Outbox.release`."""

        def work(connection: Connection) -> int:
            held = and_(outbox.c.settled_at.is_(None), outbox.c.worker == worker)
            released = update(outbox).where(held).values(worker=None, leased_until=None, doubtful=True)
            return connection.execute(released).rowcount

        return await self._database.write(work)

    async def waiting(self, now: datetime) -> tuple[int, timedelta]:
        """See `Outbox.waiting`."""
        return await self._database.read(
            lambda connection: leases.waiting(connection, outbox, outbox.c.created_at, now)
        )

    async def report(self, channel: str, status: Status) -> str | None:
        """See `Outbox.report`."""
        return await self._database.write(lambda connection: fates.report(connection, channel, status))

    async def states(self, conversation_id: str) -> dict[str, Delivered]:
        """See `Outbox.states`."""
        return await self._database.read(lambda connection: fates.states(connection, conversation_id))

    async def undelivered(self, limit: int = 500) -> list[Undelivered]:
        """See `Outbox.undelivered`."""
        return await self._database.read(lambda connection: fates.undelivered(connection, limit))

    async def by_channel(self) -> tuple[dict[str, int], dict[str, int]]:
        """See `Outbox.by_channel`."""
        return await self._database.read(fates.by_channel)

    async def again(self, conversation_id: str, prepared: Prepared, now: datetime) -> bool:
        """See `Outbox.again`."""
        return await self._database.write(lambda connection: fates.again(connection, conversation_id, prepared, now))

    async def dismiss(self, conversation_id: str, reply_id: str, now: datetime) -> bool:
        """See `Outbox.dismiss`."""
        seen = (
            update(outbox)
            .where(
                outbox.c.conversation_id == conversation_id,
                outbox.c.reply_id == reply_id,
                outbox.c.given_up,
                outbox.c.dismissed_at.is_(None),
            )
            .values(dismissed_at=now)
        )
        return await self._database.write(lambda connection: connection.execute(seen).rowcount > 0)

    async def _change(self, row: int, **values: Any) -> None:
        """Settled rows stay as they are: what was sent cannot be unsent by a slower worker's news."""

        def work(connection: Connection) -> None:
            connection.execute(
                update(outbox)
                .where(outbox.c.id == row, outbox.c.settled_at.is_(None))
                .values(worker=None, leased_until=None, **values)
            )

        await self._database.write(work)
