"""The cases of the town: opened, looked at, counted. What agents do with them is in `bot.store.casework`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, insert, or_, select, update

from bot.cases import (
    MAX_SUBJECT_CHARS,
    Case,
    CaseEvent,
    CaseKind,
    CaseState,
    Cause,
    NewCase,
    Opened,
    Queued,
    Seen,
    Slot,
    View,
    What,
)
from bot.errors import Missing, SlotTaken, StoreError
from bot.messages import Address, Location
from bot.store import codec, conversations
from bot.store.desk_tables import agents, bookings, case_events, cases, photos
from bot.store.engine import Database, insert_new
from bot.store.numbers import readable
from bot.store.tables import conversations as conversations_table

WAITS = 20
"""So many last waits say how long the next one may be."""

_APPOINTMENT = (
    select(bookings.c.starts_at)
    .where(bookings.c.case_id == cases.c.id, bookings.c.cancelled_at.is_(None))
    .limit(1)
    .correlate(cases)
    .scalar_subquery()
)
CASES = select(
    cases,
    agents.c.name.label("agent_name"),
    conversations_table.c.channel,
    conversations_table.c.address_key,
    conversations_table.c.language,
    conversations_table.c.spoken,
    _APPOINTMENT.label("appointment_at"),
).select_from(
    cases.outerjoin(agents, cases.c.agent_id == agents.c.id).outerjoin(
        conversations_table, cases.c.conversation_id == conversations_table.c.id
    )
)
EVENTS = select(case_events, agents.c.name.label("agent_name")).select_from(
    case_events.outerjoin(agents, case_events.c.agent_id == agents.c.id)
)
_OPEN = cases.c.state != CaseState.CLOSED.value
_ORDER = (cases.c.urgent.desc(), cases.c.opened_at, cases.c.id)


def new_number() -> str:
    """A number that a person can read aloud, such as D-7K3M-92QX."""
    return f"D-{readable()}"


def read_case(connection: Connection, case_id: int) -> Case:
    """One case, with its photos.

    Raises:
        Missing: there is none.
    """
    row = connection.execute(CASES.where(cases.c.id == case_id)).first()
    if row is None:
        raise Missing(f"there is no case {case_id}")
    shown = select(photos.c.id).where(photos.c.case_id == case_id).order_by(photos.c.at, photos.c.id)
    return as_case(row, tuple(connection.execute(shown).scalars()))


def note_down(
    connection: Connection,
    case_id: int,
    conversation_id: str | None,
    what: What,
    now: datetime,
    agent_id: int | None = None,
    text: str = "",
    ref: str | None = None,
) -> None:
    """Add a line to a case's history."""
    line = {
        "case_id": case_id,
        "conversation_id": conversation_id or None,
        "what": what.value,
        "at": now,
        "agent_id": agent_id,
        "ref": ref,
        "text": text,
    }
    connection.execute(insert(case_events).values(line))


def as_case(row: Row[Any], photo_ids: tuple[str, ...] = ()) -> Case:
    """A case from a row of `CASES`.

    Raises:
        StoreError: it holds something that this version does not know.
    """
    try:
        return Case(
            id=row.id,
            number=row.number,
            conversation_id=row.conversation_id or "",
            address=Address(row.channel, row.address_key) if row.channel else None,
            language=row.language or "fr",
            spoken=row.spoken or "",
            kind=CaseKind(row.kind),
            state=CaseState(row.state),
            service=row.service,
            cause=Cause(row.cause),
            subject=row.subject or "",
            details=codec.texts(row.details) if row.details else {},
            callback=row.callback,
            has_contact=bool(row.contact),
            urgent=row.urgent,
            live=row.live,
            opened_at=row.opened_at,
            due_at=row.due_at,
            taken_at=row.taken_at,
            closed_at=row.closed_at,
            agent_id=row.agent_id,
            agent_name=row.agent_name or "",
            rating=row.rating,
            location=None if row.latitude is None else Location(row.latitude, row.longitude),
            appointment_at=row.appointment_at,
            photos=photo_ids,
            version=row.version,
        )
    except ValueError as error:
        raise StoreError(str(error)) from error


def as_event(row: Row[Any]) -> CaseEvent:
    """A line of a history from a row of `EVENTS`.

    Raises:
        StoreError: it holds something that this version does not know.
    """
    try:
        what = What(row.what)
    except ValueError as error:
        raise StoreError(str(error)) from error
    return CaseEvent(row.position, row.case_id, what, row.at, row.agent_id, row.agent_name or "", row.text)


class CaseBook:
    """The part of `bot.cases.Cases` that opens and looks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, new: NewCase, now: datetime, slot: Slot | None = None, photos: Sequence[str] = ()) -> Opened:
        """See `Cases.open`."""

        def work(connection: Connection) -> Opened:
            if not conversations.lock(connection, new.conversation_id):
                raise Missing(f"there is no conversation {new.conversation_id}")
            key = (cases.c.conversation_id, cases.c.message_id, cases.c.effect)
            same = and_(*(column == value for column, value in zip(key, _key(new), strict=True)))
            known = connection.execute(select(cases.c.id).where(same)).scalar_one_or_none()
            if known is not None:
                return Opened(read_case(connection, known), fresh=False)
            case_id = connection.execute(insert(cases).values(_row(new, now)).returning(cases.c.id)).scalar_one()
            note_down(connection, case_id, new.conversation_id, What.OPENED, now, text=new.cause.value)
            if new.urgent:
                note_down(connection, case_id, new.conversation_id, What.URGENT, now)
            if slot is not None:
                _book(connection, case_id, new, slot)
            _attach(connection, case_id, new.conversation_id, photos)
            return Opened(read_case(connection, case_id), fresh=True)

        return await self._database.write(work)

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
        order = (cases.c.closed_at.desc(), cases.c.id.desc()) if view is View.CLOSED else _ORDER
        return await self._list(CASES.where(_under(view, seen)).order_by(*order).limit(limit))

    async def count(self, seen: Seen) -> dict[View, int]:
        """See `Cases.count`."""
        views = [view for view in View if view is not View.CLOSED]
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
            before = or_(
                cases.c.urgent & (not one.urgent),
                and_(
                    cases.c.urgent == one.urgent,
                    or_(
                        cases.c.opened_at < one.opened_at, and_(cases.c.opened_at == one.opened_at, cases.c.id < one.id)
                    ),
                ),
            )
            same_queue = and_(
                cases.c.service == one.service,
                cases.c.state == CaseState.WAITING.value,
                cases.c.kind == one.kind.value,
                cases.c.callback.is_(False),
            )
            ahead = connection.execute(select(func.count()).select_from(cases).where(same_queue, before)).scalar_one()
            waited = (
                select(cases.c.opened_at, cases.c.taken_at)
                .where(
                    cases.c.service == one.service,
                    cases.c.kind == one.kind.value,
                    cases.c.callback.is_(False),
                    cases.c.taken_at.is_not(None),
                )
                .order_by(cases.c.taken_at.desc())
                .limit(WAITS)
            )
            rows = connection.execute(waited).all()
            return Queued(ahead + 1, tuple(row.taken_at - row.opened_at for row in rows))

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
        "number": new_number(),
        "conversation_id": conversation_id,
        "message_id": message_id,
        "effect": effect,
        "kind": new.kind.value,
        "state": CaseState.WAITING.value,
        "service": new.service,
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
        whose.append(or_(cases.c.service.in_(services), cases.c.agent_id == seen.agent_id))
    match view:
        case View.MINE:
            return and_(_OPEN, cases.c.agent_id == seen.agent_id)
        case View.WAITING:
            whose += [cases.c.state == CaseState.WAITING.value, cases.c.callback.is_(False)]
        case View.CALLBACKS:
            whose += [_OPEN, cases.c.callback.is_(True)]
        case View.CLOSED:
            whose.append(cases.c.state == CaseState.CLOSED.value)
        case View.SERVICES | View.ALL:
            whose.append(_OPEN)
    return and_(*whose)
