"""Rows of cases and of their histories, read and written down in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from bot.cases import (
    Case,
    CaseEvent,
    CaseKind,
    CaseState,
    Cause,
    Offered,
    What,
)
from bot.errors import Missing, StoreError
from bot.messages import Address, Location
from bot.store import codec
from bot.store.desk_tables import agents, bookings, case_events, cases, photos
from bot.store.tables import conversations as conversations_table

_APPOINTMENT = (
    select(bookings.c.starts_at)
    .where(bookings.c.case_id == cases.c.id, bookings.c.cancelled_at.is_(None))
    .limit(1)
    .correlate(cases)
    .scalar_subquery()
)
_ASKED = agents.alias("asked")
CASES = select(
    cases,
    agents.c.name.label("agent_name"),
    _ASKED.c.name.label("asked_name"),
    conversations_table.c.channel,
    conversations_table.c.address_key,
    conversations_table.c.language,
    conversations_table.c.spoken,
    _APPOINTMENT.label("appointment_at"),
).select_from(
    cases.outerjoin(agents, cases.c.agent_id == agents.c.id)
    .outerjoin(_ASKED, cases.c.offered_to == _ASKED.c.id)
    .outerjoin(conversations_table, cases.c.conversation_id == conversations_table.c.id)
)
EVENTS = select(case_events, agents.c.name.label("agent_name")).select_from(
    case_events.outerjoin(agents, case_events.c.agent_id == agents.c.id)
)
# Built once: building a statement costs as much as running it.
_ONE = CASES.where(cases.c.id == bindparam("case_id"))
_OF = CASES.where(cases.c.conversation_id == bindparam("conversation_id")).order_by(cases.c.id.desc())
_ANY_OF = select(cases.c.id).where(cases.c.conversation_id == bindparam("conversation_id")).limit(1)
_SHOWN = select(photos.c.id).where(photos.c.case_id == bindparam("case_id")).order_by(photos.c.at, photos.c.id)


def read_case(connection: Connection, case_id: int) -> Case:
    """One case, with its photos.

    Raises:
        Missing: there is none.
    """
    row = connection.execute(_ONE, {"case_id": case_id}).first()
    if row is None:
        raise Missing(f"there is no case {case_id}")
    return as_case(row, tuple(connection.execute(_SHOWN, {"case_id": case_id}).scalars()))


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
    connection.execute(insert(case_events), line)


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
            offered=_offered(row),
            passes=row.passes,
        )
    except ValueError as error:
        raise StoreError(str(error)) from error


def _offered(row: Row[Any]) -> Offered | None:
    if row.offered_to is None or row.offered_at is None or row.asked_name is None:
        return None
    return Offered(row.offered_to, row.asked_name, row.offered_at)


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


def of_conversation(connection: Connection, conversation_id: str) -> list[Case]:
    """The cases of one conversation, the newest first, without their photos."""
    own = {"conversation_id": conversation_id}
    if connection.execute(_ANY_OF, own).first() is None:
        return []
    return [as_case(row) for row in connection.execute(_OF, own).all()]
