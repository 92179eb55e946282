"""Rasa's events, in order, one row each; written by compare-and-set on how many there are and when the last one was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import structlog
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, literal_column, select, text, tuple_
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.errors import Stale, StoreError
from bot.store import codec, conversations
from bot.store.engine import Database
from bot.store.tables import events, tracker_heads
from bot.trackers import Head, Mark, Tail

log = structlog.get_logger(__name__)

MARKS_AT_ONCE = 500
"""Senders in one statement; PostgreSQL and SQLite take more."""

_LAST = (
    select(events.c.position, events.c.at)
    .where(events.c.sender_id == bindparam("sender_id"))
    .order_by(events.c.position.desc())
    .limit(1)
)
# The type is written out, not bound: only then do the engines see that the partial index fits.
_SESSION = select(func.coalesce(func.max(events.c.position), 0)).where(
    events.c.sender_id == bindparam("sender_id"), events.c.type == literal_column("'session_started'")
)
_FROM = (
    select(events.c.position, events.c.at, events.c.event)
    .where(events.c.sender_id == bindparam("sender_id"), events.c.position >= bindparam("first"))
    .order_by(events.c.position)
)
_HEAD = select(tracker_heads.c.position, tracker_heads.c.head).where(
    tracker_heads.c.sender_id == bindparam("sender_id")
)
# As text, since SQLAlchemy would compile its own upsert anew each time (`bot.store.engine.insert_new`).
_KEEP_HEAD = text(
    "INSERT INTO tracker_heads (sender_id, position, head) VALUES (:sender_id, :position, :head) "
    "ON CONFLICT (sender_id) DO UPDATE SET position = excluded.position, head = excluded.head"
)
_ENDS = (
    select(events.c.sender_id, func.max(events.c.position).label("position"))
    .where(events.c.sender_id.in_(bindparam("sender_ids", expanding=True)))
    .group_by(events.c.sender_id)
    .subquery()
)
_MARKS = select(events.c.sender_id, events.c.position, events.c.at).where(
    tuple_(events.c.sender_id, events.c.position).in_(select(_ENDS.c.sender_id, _ENDS.c.position))
)


class SqlTrackerEvents:
    """See `bot.trackers.TrackerEvents`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(
        self,
        sender_id: str,
        events: Sequence[dict[str, Any]],
        expected: int,
        after: datetime | None = None,
        head: Head | None = None,
    ) -> Mark:
        """See `TrackerEvents.append`."""
        rows = _rows(sender_id, events, expected)
        carried = (
            {"sender_id": sender_id, "position": head.position, "head": codec.encode(head.events)} if head else None
        )

        def work(connection: Connection) -> None:
            _append(connection, sender_id, rows, expected, after)
            if carried is not None:
                connection.execute(_KEEP_HEAD, carried)

        await self._database.write(work)
        return Mark(expected + len(rows), rows[-1]["at"] if rows else after)

    async def replace(self, sender_id: str, events: Sequence[dict[str, Any]]) -> Mark:
        """See `TrackerEvents.replace`."""
        rows = _rows(sender_id, events, 0)
        if rows:
            # Whoever holds the tracker as it was has to see that it is another, even if it is as long and ends alike.
            rows[-1]["at"] = clock.now()

        def work(connection: Connection) -> None:
            _remove(connection, sender_id)
            _append(connection, sender_id, rows, 0, None)

        await self._database.write(work)
        return Mark(len(rows), rows[-1]["at"]) if rows else Mark()

    async def read(self, sender_id: str, current_session: bool) -> tuple[list[dict[str, Any]], int]:
        """See `TrackerEvents.read`."""

        def work(connection: Connection) -> tuple[list[dict[str, Any]], int]:
            first = connection.execute(_SESSION, {"sender_id": sender_id}).scalar_one() if current_session else 0
            rows = connection.execute(_FROM, {"sender_id": sender_id, "first": first}).all()
            return [_event(row.event) for row in rows], rows[-1].position + 1 if rows else 0

        return await self._database.read(work)

    async def load(self, sender_id: str) -> Tail | None:
        """See `TrackerEvents.load`."""

        def work(connection: Connection) -> Tail | None:
            first = connection.execute(_SESSION, {"sender_id": sender_id}).scalar_one()
            kept = connection.execute(_HEAD, {"sender_id": sender_id}).first()
            head = _head(kept.head) if kept is not None and kept.position > first else None
            for carried, begin in ((head, kept.position if kept is not None else 0), ([], first)):
                if carried is None:
                    continue
                rows = connection.execute(_FROM, {"sender_id": sender_id, "first": begin}).all()
                # Behind a head there is always something, unless somebody removed rows by hand.
                if rows:
                    events = [_event(row.event) for row in rows]
                    is_whole = rows[-1].position - begin + 1 == len(rows) and all(events)
                    return Tail(carried, events, _mark(rows[-1]), is_whole)
            return None

        return await self._database.read(work)

    async def follow(self, sender_id: str, mark: Mark) -> tuple[list[dict[str, Any]], Mark] | None:
        """See `TrackerEvents.follow`."""

        def work(connection: Connection) -> tuple[list[dict[str, Any]], Mark] | None:
            rows = connection.execute(_FROM, {"sender_id": sender_id, "first": mark.stored - 1}).all()
            if not rows or _mark(rows[0]) != mark:
                return None
            return [_event(row.event) for row in rows[1:]], _mark(rows[-1])

        return await self._database.read(work)

    async def marks(self, sender_ids: Sequence[str]) -> dict[str, Mark]:
        """See `TrackerEvents.marks`."""

        def work(connection: Connection) -> dict[str, Mark]:
            found: dict[str, Mark] = {}
            for first in range(0, len(sender_ids), MARKS_AT_ONCE):
                some = list(sender_ids[first : first + MARKS_AT_ONCE])
                found |= {row.sender_id: _mark(row) for row in connection.execute(_MARKS, {"sender_ids": some})}
            return found

        return await self._database.read(work)

    async def remove(self, sender_id: str) -> int:
        """See `TrackerEvents.remove`."""
        return await self._database.write(lambda connection: _remove(connection, sender_id))

    async def senders(self) -> list[str]:
        """See `TrackerEvents.senders`."""
        # Not those that have a first row: it may be the one that is missing.
        each = select(events.c.sender_id).distinct().order_by(events.c.sender_id)
        return await self._database.read(lambda connection: list(connection.execute(each).scalars()))


def _remove(connection: Connection, sender_id: str) -> int:
    connection.execute(delete(tracker_heads).where(tracker_heads.c.sender_id == sender_id))
    return connection.execute(delete(events).where(events.c.sender_id == sender_id)).rowcount


def _rows(sender_id: str, events: Sequence[dict[str, Any]], first: int) -> list[dict[str, Any]]:
    return [
        {
            "sender_id": sender_id,
            "position": first + index,
            "type": str(event.get("event", "")),
            "at": _moment(event),
            "event": codec.encode(event),
        }
        for index, event in enumerate(events)
    ]


def _append(
    connection: Connection, sender_id: str, rows: list[dict[str, Any]], expected: int, after: datetime | None
) -> None:
    if conversations.erased(connection, sender_id):
        raise Stale(f"the conversation {sender_id} was erased")
    last = connection.execute(_LAST, {"sender_id": sender_id}).first()
    stored = _mark(last) if last is not None else Mark()
    if stored.stored != expected or (after is not None and stored.at != after):
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


def _mark(row: Row[Any]) -> Mark:
    return Mark(row.position + 1, row.at)


def _event(text: str) -> dict[str, Any]:
    """A stored event; empty if it is damaged, for one row must not cost the conversation."""
    try:
        return codec.event(text)
    except StoreError:
        log.warning("tracker.row_damaged", size_bytes=len(text))
        return {}


def _head(text: str) -> list[dict[str, Any]] | None:
    """A stored head; None if it is damaged: then the session is read from its beginning."""
    try:
        return codec.events(text)
    except StoreError:
        log.warning("tracker.head_damaged", size_bytes=len(text))
        return None


def _moment(event: dict[str, Any]) -> datetime:
    """When an event happened, by its own `timestamp` (seconds since 1970), else now."""
    try:
        return datetime.fromtimestamp(float(event["timestamp"]), timezone.utc)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return clock.now()
