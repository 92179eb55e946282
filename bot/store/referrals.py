"""What is passed on to others: every step is one UPDATE that names the states it leaves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.cases import CaseState, What
from bot.errors import CaseClosed, CaseTaken, Missing, Stale
from bot.referrals import AGAIN, TO_PASS, NewReferral, Referral, State, Step
from bot.store import conversations
from bot.store.case_rows import note_down, read_case
from bot.store.desk_tables import agents, cases
from bot.store.engine import Database
from bot.store.referral_tables import referrals

_ALL = select(referrals, agents.c.name.label("agent_name")).select_from(
    referrals.outerjoin(agents, referrals.c.agent_id == agents.c.id)
)
LAPSED_AT_ONCE = 200


class SqlReferrals:
    """See `bot.referrals.Referrals`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, new: NewReferral, now: datetime) -> Referral:
        """See `Referrals.ask`."""

        def work(connection: Connection) -> Referral:
            _locked(connection, new.case_id)
            case = read_case(connection, new.case_id)
            if case.state is CaseState.CLOSED:
                raise CaseClosed(f"the case {case.number} is closed")
            if case.agent_id != new.agent_id:
                raise CaseTaken(f"the case {case.number} is not this agent's", by=case.agent_name)
            if not case.conversation_id:
                raise Missing(f"the conversation of the case {case.number} is gone")
            values = {
                "name": new.name,
                "email": new.email,
                "text": new.text,
                "closes": new.closes,
                "agent_id": new.agent_id,
                "state": State.ASKED.value,
                "asked_at": now,
                "answered_at": None,
            }
            known = select(referrals.c.id).where(referrals.c.case_id == case.id, referrals.c.body == new.body)
            found = connection.execute(known.with_for_update()).scalar_one_or_none()
            if found is None:
                key = {"case_id": case.id, "conversation_id": case.conversation_id, "body": new.body}
                fresh = insert(referrals).values(**key, **values).returning(referrals.c.id)
                found = int(connection.execute(fresh).scalar_one())
            elif not _switch(connection, found, AGAIN, values):
                raise Stale(f"the body {new.body} was asked about for the case {case.number}")
            return _noted(connection, found, Step.ASKED, now, new.agent_id)

        return await self._database.write(work)

    async def get(self, referral_id: int) -> Referral:
        """See `Referrals.get`."""
        return await self._database.read(lambda connection: _read(connection, referral_id))

    async def of_case(self, case_id: int) -> list[Referral]:
        """See `Referrals.of_case`."""
        own = _ALL.where(referrals.c.case_id == case_id).order_by(referrals.c.id)
        return await self._database.read(lambda connection: [_referral(row) for row in connection.execute(own)])

    async def answer(
        self, referral_id: int, given: bool, now: datetime, agent_id: int | None = None
    ) -> Referral | None:
        """See `Referrals.answer`."""
        state = State.GIVEN if given else State.REFUSED
        heard = (Step.GIVEN if given else Step.REFUSED) if agent_id is None else (Step.NOTED if given else Step.DENIED)
        values = {"state": state.value, "answered_at": now}
        return await self._step(referral_id, {State.ASKED}, values, heard, now, agent_id)

    async def withdraw(self, referral_id: int, agent_id: int, now: datetime) -> Referral | None:
        """See `Referrals.withdraw`."""
        before = {State.ASKED, *TO_PASS}
        return await self._step(referral_id, before, {"state": State.WITHDRAWN.value}, Step.WITHDRAWN, now, agent_id)

    async def due(self, limit: int = 200) -> list[Referral]:
        """See `Referrals.due`."""
        waiting = _ALL.where(referrals.c.state == State.GIVEN.value, referrals.c.email != "")
        first = waiting.order_by(referrals.c.answered_at, referrals.c.id).limit(limit)
        return await self._database.read(lambda connection: [_referral(row) for row in connection.execute(first)])

    async def sent(self, referral_id: int, now: datetime, agent_id: int | None = None) -> Referral | None:
        """See `Referrals.sent`."""

        def work(connection: Connection) -> Referral | None:
            if not _switch(connection, referral_id, TO_PASS, {"state": State.SENT.value, "sent_at": now}):
                return None
            found = _read(connection, referral_id)
            by = found.agent_id if agent_id is None else agent_id
            note_down(connection, found.case_id, found.conversation_id, What.PASSED_ON, now, by, found.body)
            return found

        return await self._database.write(work)

    async def failed(self, referral_id: int, now: datetime) -> Referral | None:
        """See `Referrals.failed`."""
        return await self._step(referral_id, {State.GIVEN}, {"state": State.FAILED.value}, Step.FAILED, now, None)

    async def lapse(self, before: datetime, now: datetime) -> int:
        """See `Referrals.lapse`."""
        old = (
            select(referrals.c.id)
            .where(referrals.c.state == State.ASKED.value, referrals.c.asked_at < before)
            .order_by(referrals.c.id)
            .limit(LAPSED_AT_ONCE)
        )
        ids = await self._database.read(lambda connection: list(connection.execute(old).scalars()))
        gone = [
            await self._step(one, {State.ASKED}, {"state": State.LAPSED.value}, Step.LAPSED, now, None) for one in ids
        ]
        return sum(one is not None for one in gone)

    async def _step(
        self,
        referral_id: int,
        before: Iterable[State],
        values: dict[str, Any],
        step: Step,
        now: datetime,
        agent_id: int | None,
    ) -> Referral | None:
        def work(connection: Connection) -> Referral | None:
            if not _switch(connection, referral_id, before, values):
                return None
            return _noted(connection, referral_id, step, now, agent_id)

        return await self._database.write(work)


def _locked(connection: Connection, case_id: int) -> None:
    """Lock a case's conversation, as whatever changes a case does: nobody asks twice at once, or takes it meanwhile."""
    owner = connection.execute(select(cases.c.conversation_id).where(cases.c.id == case_id)).scalar_one_or_none()
    if owner:
        conversations.lock(connection, owner)


def _switch(connection: Connection, referral_id: int, before: Iterable[State], values: dict[str, Any]) -> bool:
    states = [state.value for state in before]
    known = update(referrals).where(referrals.c.id == referral_id, referrals.c.state.in_(states))
    return bool(connection.execute(known.values(values)).rowcount)


def _noted(connection: Connection, referral_id: int, step: Step, now: datetime, agent_id: int | None) -> Referral:
    found = _read(connection, referral_id)
    text = f"{step.value}:{found.name}"
    note_down(connection, found.case_id, found.conversation_id, What.REFERRAL, now, agent_id, text)
    return found


def _read(connection: Connection, referral_id: int) -> Referral:
    row = connection.execute(_ALL.where(referrals.c.id == referral_id)).first()
    if row is None:
        raise Missing(f"there is no referral {referral_id}")
    return _referral(row)


def _referral(row: Row[Any]) -> Referral:
    return Referral(
        id=row.id,
        case_id=row.case_id,
        conversation_id=row.conversation_id,
        body=row.body,
        name=row.name or row.body,
        email=row.email,
        text=row.text,
        closes=row.closes,
        state=State(row.state),
        agent_id=row.agent_id,
        agent_name=row.agent_name or "",
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        sent_at=row.sent_at,
    )
