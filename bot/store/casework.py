"""What agents do with cases: every switch is one UPDATE that names the state it leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from bot.cases import Case, CaseEvent, CaseKind, CaseState, What
from bot.errors import CaseClosed, CaseTaken, Missing, Stale
from bot.letters import CHANNELS as BY_LETTER
from bot.messages import Message, Mode
from bot.store import codec, conversations
from bot.store.case_rows import EVENTS, as_event, note_down, read_case
from bot.store.desk_tables import agents, bookings, case_events, cases, pending
from bot.store.engine import Database, insert_new
from bot.store.tables import conversations as conversations_table
from bot.store.tables import inbox, transcript

T = TypeVar("T")

_NO_OFFER: dict[str, Any] = {"offered_to": None, "offered_at": None}


class Casework:
    """The part of `bot.cases.Cases` that changes a case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, case_id: int, agent_id: int, now: datetime) -> Case:
        """See `Cases.take`."""

        def work(connection: Connection, case: Case) -> Case:
            if case.state is CaseState.TAKEN and case.agent_id == agent_id:
                return case
            if case.state is not CaseState.WAITING:
                raise _refused(case)
            _change(connection, case, state=CaseState.TAKEN.value, agent_id=agent_id, taken_at=now, **_NO_OFFER)
            note_down(connection, case.id, case.conversation_id, What.TAKEN, now, agent_id)
            if case.kind is CaseKind.QUESTION and not case.callback:
                _go_live(connection, read_case(connection, case.id))
            return read_case(connection, case.id)

        return await self._on(case_id, work)

    async def join(self, case_id: int, agent_id: int, now: datetime) -> Case:
        """See `Cases.join`."""

        def work(connection: Connection, case: Case) -> Case:
            _require_own(case, agent_id)
            if not case.live:
                _go_live(connection, case)
                note_down(connection, case.id, case.conversation_id, What.CHANGED, now, agent_id, "live")
            return read_case(connection, case.id)

        return await self._on(case_id, work)

    async def release(self, case_id: int, agent_id: int, now: datetime, reason: str = "") -> Case:
        """See `Cases.release`."""

        def work(connection: Connection, case: Case) -> Case:
            _require_own(case, agent_id)
            _back_to_queue(connection, case)
            note_down(connection, case.id, case.conversation_id, What.RELEASED, now, agent_id, reason)
            return read_case(connection, case.id)

        return await self._on(case_id, work)

    async def transfer(
        self, case_id: int, agent_id: int, service: str, note: str, now: datetime, due_at: datetime | None = None
    ) -> Case:
        """See `Cases.transfer`."""

        def work(connection: Connection, case: Case) -> Case:
            _require_free_or_own(case, agent_id)
            _back_to_queue(connection, case, service=service, due_at=due_at)
            note_down(connection, case.id, case.conversation_id, What.TRANSFERRED, now, agent_id, service)
            if note:
                note_down(connection, case.id, case.conversation_id, What.NOTE, now, agent_id, note)
            return read_case(connection, case.id)

        return await self._on(case_id, work)

    async def close(
        self, case_id: int, agent_id: int, now: datetime, farewell: Message | None = None, cancels: bool = False
    ) -> Case:
        """See `Cases.close`."""

        def work(connection: Connection, case: Case) -> Case:
            _require_free_or_own(case, agent_id)
            if connection.execute(select(pending.c.id).where(pending.c.case_id == case.id).limit(1)).first():
                raise Stale(f"a reply of the case {case.number} has not left yet")
            if case.live:
                _switch(connection, case.conversation_id, Mode.AGENT, Mode.BOT)
                if farewell is not None:
                    put_unsaid(connection, case.conversation_id, farewell, now)
            closed = {"state": CaseState.CLOSED.value, "closed_at": now, "live": False, "agent_id": agent_id}
            _change(connection, case, **closed, **_NO_OFFER)
            if cancels and _cancel(connection, case, now):
                note_down(connection, case.id, case.conversation_id, What.CANCELLED, now, agent_id)
            note_down(connection, case.id, case.conversation_id, What.CLOSED, now, agent_id)
            return read_case(connection, case.id)

        return await self._on(case_id, work)

    async def withdraw(self, case_id: int, conversation_id: str, now: datetime) -> bool:
        """See `Cases.withdraw`."""

        def work(connection: Connection, case: Case) -> bool:
            if case.conversation_id != conversation_id or case.state is not CaseState.WAITING:
                return False
            _change(connection, case, state=CaseState.CLOSED.value, closed_at=now, **_NO_OFFER)
            _cancel(connection, case, now)
            note_down(connection, case.id, case.conversation_id, What.WITHDRAWN, now)
            return True

        try:
            return await self._on(case_id, work)
        except Missing:
            return False

    async def mark_urgent(self, conversation_id: str, now: datetime) -> list[int]:
        """See `Cases.mark_urgent`."""
        return await self._database.write(lambda connection: mark_urgent(connection, conversation_id, now))

    async def set_urgent(self, case_id: int, agent_id: int, urgent: bool, now: datetime) -> Case:
        """See `Cases.set_urgent`."""

        def work(connection: Connection, case: Case) -> Case:
            if case.state is CaseState.CLOSED:
                raise _refused(case)
            if case.urgent != urgent:
                _change(connection, case, urgent=urgent)
                said = "" if urgent else "no"
                note_down(connection, case.id, case.conversation_id, What.URGENT, now, agent_id, said)
            return read_case(connection, case.id)

        return await self._on(case_id, work)

    async def note(self, case_id: int, agent_id: int, note_id: str, text: str, now: datetime) -> CaseEvent:
        """See `Cases.note`."""

        def work(connection: Connection, case: Case) -> CaseEvent:
            known = EVENTS.where(case_events.c.case_id == case.id, case_events.c.ref == note_id)
            row = connection.execute(known).first()
            if row is None:
                note_down(connection, case.id, case.conversation_id, What.NOTE, now, agent_id, text, note_id)
                row = connection.execute(known).one()
            return as_event(row)

        return await self._on(case_id, work)

    async def reveal(self, case_id: int, agent_id: int, now: datetime) -> str:
        """See `Cases.reveal`."""

        def work(connection: Connection, case: Case) -> str:
            contact = connection.execute(select(cases.c.contact).where(cases.c.id == case.id)).scalar_one()
            if contact:
                note_down(connection, case.id, case.conversation_id, What.REVEALED, now, agent_id)
            return contact or ""

        return await self._on(case_id, work)

    async def rate(self, case_id: int, conversation_id: str, rating: int, now: datetime) -> bool:
        """See `Cases.rate`."""

        def work(connection: Connection, case: Case) -> bool:
            if case.conversation_id != conversation_id:
                return False
            if case.rating != rating:
                _change(connection, case, rating=rating)
                note_down(connection, case.id, conversation_id, What.RATED, now, text=str(rating))
            return True

        try:
            return await self._on(case_id, work)
        except Missing:
            return False

    async def vanished(self, before: datetime, now: datetime) -> list[Case]:
        """See `Cases.vanished`."""
        gone = (
            select(cases.c.id)
            .join(agents, cases.c.agent_id == agents.c.id)
            .join(conversations_table, cases.c.conversation_id == conversations_table.c.id)
            # Nobody waits at a screen for the answer to a letter: it stays with who took it.
            .where(conversations_table.c.channel.not_in(sorted(BY_LETTER)))
            .where(cases.c.live, cases.c.state == CaseState.TAKEN.value, cases.c.taken_at < before)
            .where(or_(agents.c.seen_at.is_(None), agents.c.seen_at < before))
        )

        def back(connection: Connection, case: Case) -> Case | None:
            seen = select(agents.c.seen_at).where(agents.c.id == case.agent_id)
            seen_at = connection.execute(seen).scalar_one_or_none()
            if not case.live or (seen_at is not None and seen_at >= before):
                return None
            _back_to_queue(connection, case)
            note_down(connection, case.id, case.conversation_id, What.VANISHED, now, case.agent_id)
            return read_case(connection, case.id)

        ids = await self._database.read(lambda connection: list(connection.execute(gone).scalars()))
        released = [await self._on(case_id, back) for case_id in ids]
        return [case for case in released if case is not None]

    async def _on(self, case_id: int, work: Callable[[Connection, Case], T]) -> T:
        """Run work on a case whose conversation is locked, so that nobody else changes either of them meanwhile.

        Raises:
            Missing: there is no such case.
        """

        def locked(connection: Connection) -> T:
            owner = connection.execute(select(cases.c.conversation_id).where(cases.c.id == case_id)).first()
            if owner is None:
                raise Missing(f"there is no case {case_id}")
            if owner.conversation_id:
                conversations.lock(connection, owner.conversation_id)
            # One whose conversation is gone is locked itself.
            connection.execute(select(cases.c.id).where(cases.c.id == case_id).with_for_update())
            return work(connection, read_case(connection, case_id))

        return await self._database.write(locked)


def mark_urgent(connection: Connection, conversation_id: str, now: datetime) -> list[int]:
    """See `Cases.mark_urgent`; the conversation is locked."""
    is_open: ColumnElement[bool] = and_(
        cases.c.conversation_id == conversation_id, cases.c.state != CaseState.CLOSED.value
    )
    rows = connection.execute(select(cases.c.id, cases.c.urgent).where(is_open)).all()
    for row in rows:
        if not row.urgent:
            connection.execute(
                update(cases).where(cases.c.id == row.id).values(urgent=True, version=cases.c.version + 1)
            )
            note_down(connection, row.id, conversation_id, What.URGENT, now)
    return [row.id for row in rows]


def _cancel(connection: Connection, case: Case, now: datetime) -> bool:
    """Free the time of a case's appointment; whether there was one."""
    booked = update(bookings).where(bookings.c.case_id == case.id, bookings.c.cancelled_at.is_(None))
    return connection.execute(booked.values(cancelled_at=now)).rowcount > 0


def _change(connection: Connection, case: Case, **values: Any) -> None:
    connection.execute(update(cases).where(cases.c.id == case.id).values(version=case.version + 1, **values))


def _refused(case: Case) -> CaseTaken | CaseClosed:
    if case.state is CaseState.CLOSED:
        return CaseClosed(f"the case {case.number} is closed")
    return CaseTaken(f"the case {case.number} is with {case.agent_name or 'nobody'}", by=case.agent_name)


def _require_own(case: Case, agent_id: int) -> None:
    if case.state is not CaseState.TAKEN or case.agent_id != agent_id:
        raise _refused(case)


def _require_free_or_own(case: Case, agent_id: int) -> None:
    if case.state is not CaseState.WAITING:
        _require_own(case, agent_id)


def _go_live(connection: Connection, case: Case) -> None:
    """The conversation is the agent's from now on, and what is said from now on is not told to the core as it is said.

    Raises:
        CaseTaken: it is another agent's.
    """
    owner = connection.execute(
        select(agents.c.name)
        .join(cases, cases.c.agent_id == agents.c.id)
        .where(cases.c.conversation_id == case.conversation_id, cases.c.live)
    ).first()
    if owner is not None:
        raise CaseTaken(f"the conversation of the case {case.number} is with {owner.name}", by=owner.name)
    _switch(connection, case.conversation_id, Mode.BOT, Mode.AGENT)
    keep_untold(connection, case.conversation_id)
    _change(connection, case, live=True)


def keep_untold(connection: Connection, conversation_id: str) -> None:
    """Remember from where on the transcript holds what the core was not told; an earlier place stays."""
    newest = select(func.coalesce(func.max(transcript.c.position), 0)).where(
        transcript.c.conversation_id == conversation_id
    )
    connection.execute(
        update(conversations_table)
        .where(conversations_table.c.id == conversation_id, conversations_table.c.untold_after.is_(None))
        .values(untold_after=newest.scalar_subquery())
    )


def _back_to_queue(connection: Connection, case: Case, **values: Any) -> None:
    if case.live:
        _switch(connection, case.conversation_id, Mode.AGENT, Mode.BOT)
    waiting = {"state": CaseState.WAITING.value, "agent_id": None, "taken_at": None, "live": False}
    _change(connection, case, **waiting, **_NO_OFFER, passes=0, **values)


def _switch(connection: Connection, conversation_id: str, was: Mode, to: Mode) -> None:
    switched = connection.execute(
        update(conversations_table)
        .where(conversations_table.c.id == conversation_id, conversations_table.c.mode == was.value)
        .values(mode=to.value)
    )
    if switched.rowcount != 1:
        raise Stale(f"the conversation {conversation_id} is not with the {was.value}")


def put_unsaid(connection: Connection, conversation_id: str, message: Message, now: datetime) -> None:
    """A message that no citizen said, into the inbox; once."""
    row = {
        "conversation_id": conversation_id,
        "channel": message.address.channel,
        "message_id": message.id,
        "message": codec.encode(message),
        "received_at": now,
        "due_at": now,
        "attempts": 0,
        "settled_at": None,
    }
    connection.execute(insert_new(connection.dialect.name, inbox.c.id), row)
