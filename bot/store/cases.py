"""The cases of the town: opened, looked at, counted. What agents do with them is in `bot.store.casework`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, func, insert, or_, select, update

from bot.cases import (
    MAX_SUBJECT_CHARS,
    Case,
    CaseEvent,
    CaseState,
    NewCase,
    Opened,
    Queued,
    Seen,
    Slot,
    View,
    Waited,
    What,
)
from bot.errors import Missing, SlotTaken
from bot.store import codec, conversations
from bot.store.case_order import CHATS, OPEN, ORDER, WAITING_CHATS, before
from bot.store.case_rows import CASES, EVENTS, as_case, as_event, note_down, read_case
from bot.store.desk_tables import bookings, case_events, cases, photos
from bot.store.engine import Database, insert_new
from bot.store.numbers import new_number
from bot.store.relays import LAST

WAITS = 200
"""So many last waits are looked at for what the next one may be."""

_OPEN = cases.c.state != CaseState.CLOSED.value

_SAME = select(cases.c.id).where(
    cases.c.conversation_id == bindparam("conversation_id"),
    cases.c.message_id == bindparam("message_id"),
    cases.c.effect == bindparam("effect"),
)

_BEGIN = insert(cases).returning(cases.c.id)


def open_case(
    connection: Connection,
    new: NewCase,
    now: datetime,
    slot: Slot | None = None,
    photos: Sequence[str] = (),
) -> Opened:
    """Open a case; see `Cases.open`."""
    if not conversations.lock(connection, new.conversation_id):
        raise Missing(f"there is no conversation {new.conversation_id}")
    known = connection.execute(_SAME, dict(zip(("conversation_id", "message_id", "effect"), _key(new), strict=True)))
    if (same := known.scalar_one_or_none()) is not None:
        return Opened(read_case(connection, same), fresh=False)
    case_id = begin_case(connection, new, now, photos)
    if slot is not None:
        _book(connection, case_id, new, slot)
    return Opened(read_case(connection, case_id), fresh=True)


def begin_case(connection: Connection, new: NewCase, now: datetime, photos: Sequence[str] = ()) -> int:
    """Open a case of a locked conversation that is not there; its id."""
    case_id = int(connection.execute(_BEGIN, _row(new, now)).scalar_one())
    note_down(connection, case_id, new.conversation_id, What.OPENED, now, text=new.cause.value)
    if new.urgent:
        note_down(connection, case_id, new.conversation_id, What.URGENT, now)
    _attach(connection, case_id, new.conversation_id, photos)
    return case_id


class CaseBook:
    """The part of `bot.cases.Cases` that opens and looks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, new: NewCase, now: datetime, slot: Slot | None = None, photos: Sequence[str] = ()) -> Opened:
        """See `Cases.open`."""
        return await self._database.write(lambda connection: open_case(connection, new, now, slot, photos))

    async def get(self, case_id: int) -> Case:
        """See `Cases.get`."""
        return await self._database.read(lambda connection: read_case(connection, case_id))

    async def find(self, conversation_id: str, number: str = "", linked: bool = False) -> list[Case]:
        """See `Cases.find`."""
        whose = conversations.of_person(conversation_id) if linked else [conversation_id]
        found = CASES.where(cases.c.conversation_id.in_(whose)).order_by(cases.c.id.desc())
        if number:
            found = found.where(cases.c.number == number)
        return await self._list(found)

    async def view(self, view: View, seen: Seen, limit: int = 200) -> list[Case]:
        """See `Cases.view`."""
        order = (cases.c.closed_at.desc(), cases.c.id.desc()) if view is View.CLOSED else ORDER
        return await self._list(CASES.where(_under(view, seen)).order_by(*order).limit(limit))

    async def count(self, seen: Seen) -> dict[View, int]:
        """See `Cases.count`."""
        skipped = {View.CLOSED} if seen.services is None else {View.CLOSED, View.UNTAKEN}
        views = [view for view in View if view not in skipped]
        counted = select(*(func.sum(case((_under(view, seen), 1), else_=0)).label(view.value) for view in views))

        def work(connection: Connection) -> dict[View, int]:
            row = connection.execute(counted.select_from(cases).where(_OPEN)).one()
            return {view: int(getattr(row, view.value) or 0) for view in views}

        return await self._database.read(work)

    async def queued(self, case_id: int) -> Queued:
        """See `Cases.queued`."""

        def work(connection: Connection) -> Queued:
            one = read_case(connection, case_id)
            if one.state is not CaseState.WAITING:
                raise Missing(f"the case {case_id} is not waiting")
            same_queue = and_(cases.c.service == one.service, WAITING_CHATS)
            ahead = select(func.count()).select_from(cases).where(same_queue, before(one))
            waited = (
                select(cases.c.opened_at, cases.c.taken_at, cases.c.agent_id)
                .where(cases.c.service == one.service, CHATS, cases.c.taken_at.is_not(None))
                .order_by(cases.c.taken_at.desc())
                .limit(WAITS)
            )
            rows = connection.execute(waited).all()
            earlier = tuple(Waited(row.opened_at, row.taken_at, row.agent_id) for row in rows)
            return Queued(connection.execute(ahead).scalar_one() + 1, earlier, one.service)

        return await self._database.read(work)

    async def history(self, case_id: int) -> list[CaseEvent]:
        """See `Cases.history`."""
        found = EVENTS.where(case_events.c.case_id == case_id).order_by(case_events.c.position)
        return await self._events(found)

    async def changed(self, after: int, limit: int = 500) -> list[CaseEvent]:
        """See `Cases.changed`."""
        found = EVENTS.where(case_events.c.position > after).order_by(case_events.c.position).limit(limit)
        return await self._events(found)

    async def last_position(self) -> int:
        """See `Cases.last_position`."""
        newest = select(func.max(case_events.c.position))
        return await self._database.read(lambda connection: connection.execute(newest).scalar_one() or 0)

    async def _list(self, found: Select[Any]) -> list[Case]:
        return await self._database.read(lambda connection: [as_case(row) for row in connection.execute(found).all()])

    async def _events(self, found: Select[Any]) -> list[CaseEvent]:
        return await self._database.read(lambda connection: [as_event(row) for row in connection.execute(found).all()])


def _key(new: NewCase) -> tuple[str, str, str]:
    return new.conversation_id, new.message_id, new.effect


def _row(new: NewCase, now: datetime) -> dict[str, Any]:
    conversation_id, message_id, effect = _key(new)
    return {
        "number": new.number or new_number(),
        "conversation_id": conversation_id,
        "message_id": message_id,
        "effect": effect,
        "kind": new.kind.value,
        "state": CaseState.WAITING.value,
        "service": new.service,
        "opened_for": new.service,
        "cause": new.cause.value,
        "subject": new.subject[:MAX_SUBJECT_CHARS],
        "details": codec.encode(new.details),
        "contact": new.contact,
        "callback": new.callback,
        "urgent": new.urgent,
        "live": False,
        "opened_at": now,
        "due_at": new.due_at,
        "latitude": new.location.latitude if new.location else None,
        "longitude": new.location.longitude if new.location else None,
        "version": 0,
    }


def _book(connection: Connection, case_id: int, new: NewCase, slot: Slot) -> None:
    """Take the first free place.

    Raises:
        SlotTaken: there is none.
    """
    row = {
        "case_id": case_id,
        "conversation_id": new.conversation_id,
        "service": new.service,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
    }
    for place in range(slot.places):
        new_booking = insert_new(connection.dialect.name, bookings.c.id)
        if connection.execute(new_booking, {**row, "place": place}).first() is not None:
            return
    raise SlotTaken(f"{new.service} has no place at {slot.starts_at:%Y-%m-%d %H:%M}")


def _attach(connection: Connection, case_id: int, conversation_id: str, photo_ids: Sequence[str]) -> None:
    """Give a conversation's own photos to a case; others are passed over."""
    if photo_ids:
        own = and_(photos.c.id.in_(photo_ids), photos.c.conversation_id == conversation_id, photos.c.case_id.is_(None))
        connection.execute(update(photos).where(own).values(case_id=case_id))


def _under(view: View, seen: Seen) -> ColumnElement[bool]:
    """The cases under a tab for an agent."""
    services = seen.own if view is View.SERVICES else seen.services
    whose: list[ColumnElement[bool]] = []
    if services is not None:
        own = or_(cases.c.agent_id == seen.agent_id, cases.c.offered_to == seen.agent_id)
        whose.append(or_(cases.c.service.in_(services), own))
    match view:
        case View.MINE:
            return and_(_OPEN, cases.c.agent_id == seen.agent_id)
        case View.WAITING:
            whose += [cases.c.state == CaseState.WAITING.value, cases.c.callback.is_(False)]
        case View.CALLBACKS:
            whose += [_OPEN, cases.c.callback.is_(True)]
        case View.UNTAKEN:
            whose += [cases.c.state == CaseState.WAITING.value, OPEN, LAST.in_([What.UNTAKEN.value])]
        case View.CLOSED:
            whose.append(cases.c.state == CaseState.CLOSED.value)
        case View.SERVICES | View.ALL:
            whose.append(_OPEN)
    return and_(*whose)
