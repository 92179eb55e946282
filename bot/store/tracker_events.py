"""Rasa's events, in order, one row each; written by compare-and-set on how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, literal_column, select
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.errors import Stale
from bot.store import codec, conversations
from bot.store.engine import Database
from bot.store.tables import events

_COUNT = select(func.coalesce(func.max(events.c.position) + 1, 0)).where(events.c.sender_id == bindparam("sender_id"))
# The type is written out, not bound: only then do the engines see that the partial index fits.
_SESSION = select(func.coalesce(func.max(events.c.position), 0)).where(
    events.c.sender_id == bindparam("sender_id"), events.c.type == literal_column("'session_started'")
)
_FROM = (
    select(events.c.position, events.c.event)
    .where(events.c.sender_id == bindparam("sender_id"), events.c.position >= bindparam("first"))
    .order_by(events.c.position)
)


class SqlTrackerEvents:
    """See `bot.store.base.TrackerEvents`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, sender_id: str, events: Sequence[dict[str, Any]], expected: int) -> None:
        """See `TrackerEvents.append`."""
        rows = [
            {
                "sender_id": sender_id,
                "position": expected + index,
                "type": str(event.get("event", "")),
                "at": _moment(event),
                "event": codec.encode(event),
            }
            for index, event in enumerate(events)
        ]
        await self._database.write(lambda connection: _append(connection, sender_id, rows, expected))

    async def read(self, sender_id: str, current_session: bool) -> tuple[list[dict[str, Any]], int]:
        """See `TrackerEvents.read`."""

        def work(connection: Connection) -> tuple[list[dict[str, Any]], int]:
            first = connection.execute(_SESSION, {"sender_id": sender_id}).scalar_one() if current_session else 0
            rows = connection.execute(_FROM, {"sender_id": sender_id, "first": first}).all()
            return [codec.event(row.event) for row in rows], rows[-1].position + 1 if rows else 0

        return await self._database.read(work)

    async def remove(self, sender_id: str) -> int:
        """See `TrackerEvents.remove`."""
        return await self._database.write(
            lambda connection: connection.execute(delete(events).where(events.c.sender_id == sender_id)).rowcount
        )

    async def senders(self) -> list[str]:
        """See `TrackerEvents.senders`."""
        first = select(events.c.sender_id).where(events.c.position == literal_column("0")).order_by(events.c.sender_id)
        return await self._database.read(lambda connection: list(connection.execute(first).scalars()))


def _append(connection: Connection, sender_id: str, rows: list[dict[str, Any]], expected: int) -> None:
    if conversations.erased(connection, sender_id):
        raise Stale(f"the conversation {sender_id} was erased")
    stored = connection.execute(_COUNT, {"sender_id": sender_id}).scalar_one()
    if stored != expected:
        raise _changed(sender_id, expected)
    if not rows:
        return
    try:
        connection.execute(insert(events), rows)
    except IntegrityError as error:
        # PostgreSQL: somebody else committed the same positions between our count and our rows.
        raise _changed(sender_id, expected) from error


def _changed(sender_id: str, expected: int) -> Stale:
    return Stale(f"the tracker {sender_id} has no longer {expected} events")


def _moment(event: dict[str, Any]) -> datetime:
    """When an event happened, by its own `timestamp` (seconds since 1970), else now."""
    try:
        return datetime.fromtimestamp(float(event["timestamp"]), timezone.utc)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return clock.now()
