"""What inbox and outbox have in common: rows that one worker at a time may hold, in order within a conversation.

A row is claimable when it is unsettled, due, leased to nobody (any more), and the oldest unsettled one of its
conversation. Both tables have the columns `conversation_id due_at worker leased_until attempts settled_at error`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, Select, Table, Update, bindparam, exists, func, or_, select, update

log = structlog.get_logger(__name__)

PARKED_FOR = timedelta(minutes=10)
"""A row that cannot be read is looked at again after that: the process may be older than the one that wrote it."""


def claimable(table: Table, *columns: ColumnElement[Any]) -> Select[Any]:
    """The claimable rows at `:now`, the longest due first, locked for us; rows that others hold locked are passed over."""
    older = table.alias("older")
    overtakes = exists().where(
        older.c.conversation_id == table.c.conversation_id,
        older.c.settled_at.is_(None),
        older.c.id < table.c.id,
    )
    now = bindparam("now", type_=table.c.due_at.type)
    return (
        select(*columns)
        .where(
            table.c.settled_at.is_(None),
            table.c.due_at <= now,
            or_(table.c.leased_until.is_(None), table.c.leased_until <= now),
            ~overtakes,
        )
        .order_by(table.c.due_at, table.c.id)
        .with_for_update(of=table, skip_locked=True)
    )


def lease(connection: Connection, table: Table, rows: list[int], worker: str, until: datetime) -> None:
    """Give locked rows to a worker; this counts as an attempt."""
    connection.execute(_lease(table), {"rows": rows, "holder": worker, "until": until})


@cache
def _lease(table: Table) -> Update:
    return (
        update(table)
        .where(table.c.id.in_(bindparam("rows", expanding=True)))
        .values(worker=bindparam("holder"), leased_until=bindparam("until"), attempts=table.c.attempts + 1)
    )


def park(connection: Connection, table: Table, row: int, now: datetime, error: Exception) -> None:
    """Put off a row that cannot be read, and with it the rest of its conversation: nothing of it is lost."""
    log.error("store.row_parked", table=table.name, row=row, error=str(error))
    connection.execute(
        update(table).where(table.c.id == row).values(due_at=now + PARKED_FOR, error=f"cannot be read: {error}")
    )


def release(connection: Connection, table: Table, worker: str) -> int:
    """Take back all that a worker holds; how many rows. Its attempts count: they may have had effects."""
    released = connection.execute(
        update(table)
        .where(table.c.settled_at.is_(None), table.c.worker == worker)
        .values(worker=None, leased_until=None)
    )
    return released.rowcount


def waiting(connection: Connection, table: Table, since: ColumnElement[Any], now: datetime) -> tuple[int, timedelta]:
    """How many rows are unsettled and the age of the oldest."""
    count, oldest = connection.execute(
        select(func.count(), func.min(since)).select_from(table).where(table.c.settled_at.is_(None))
    ).one()
    return count, max(now - oldest, timedelta()) if oldest else timedelta()
