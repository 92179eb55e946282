"""Offers of waiting cases to agents: each one UPDATE that names what it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from bot.cases import Case, CaseState, What
from bot.offering import Present
from bot.store import conversations
from bot.store.agents import as_agent
from bot.store.case_order import ORDER, WAITING_CHATS
from bot.store.case_rows import CASES, as_case, note_down
from bot.store.desk_tables import agents, case_events, cases
from bot.store.engine import Database

_BUSY_WITH = or_(
    and_(cases.c.agent_id == agents.c.id, cases.c.live, cases.c.state == CaseState.TAKEN.value),
    and_(cases.c.offered_to == agents.c.id, cases.c.state == CaseState.WAITING.value),
)
_LOAD = (
    select(func.count())
    .select_from(cases)
    .where(cases.c.state != CaseState.CLOSED.value, _BUSY_WITH)
    .correlate(agents)
    .scalar_subquery()
)


class SqlCaseOffers:
    """See `bot.offering.CaseOffers`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def present(self, since: datetime) -> list[Present]:
        """See `CaseOffers.present`."""
        found = select(agents, _LOAD.label("load")).where(_there(since)).order_by(agents.c.login)
        return await self._database.read(
            lambda connection: [Present(as_agent(row), row.load) for row in connection.execute(found)]
        )

    async def waiting(self, limit: int = 200) -> list[Case]:
        """See `CaseOffers.waiting`."""
        found = CASES.where(WAITING_CHATS).order_by(*ORDER).limit(limit)
        return await self._database.read(lambda connection: [as_case(row) for row in connection.execute(found)])

    async def asked(self, case_ids: Sequence[int], since: datetime) -> Mapping[int, frozenset[int]]:
        """See `CaseOffers.asked`."""
        if not case_ids:
            return {}
        whats = [What.OFFERED.value, What.RELEASED.value, What.VANISHED.value]
        found = select(case_events.c.case_id, case_events.c.agent_id).where(
            case_events.c.case_id.in_(case_ids), case_events.c.what.in_(whats), case_events.c.at > since
        )

        def work(connection: Connection) -> Mapping[int, frozenset[int]]:
            by_case: dict[int, set[int]] = {}
            for row in connection.execute(found):
                if row.agent_id is not None:
                    by_case.setdefault(row.case_id, set()).add(row.agent_id)
            return {case_id: frozenset(ids) for case_id, ids in by_case.items()}

        return await self._database.read(work)

    async def offer(self, case_id: int, agent_id: int, capacity: int, seen_since: datetime, now: datetime) -> bool:
        """See `CaseOffers.offer`."""
        free = and_(cases.c.id == case_id, WAITING_CHATS, cases.c.offered_to.is_(None))
        # Not against those who only point at the row, as whoever takes a case does.
        wanted = select(agents.c.id).where(agents.c.id == agent_id, _there(seen_since)).with_for_update(key_share=True)
        load = select(_LOAD).where(agents.c.id == agent_id)

        def work(connection: Connection) -> bool:
            conversation_id = locked(connection, case_id)
            if connection.execute(wanted).first() is None or connection.execute(load).scalar_one() >= capacity:
                return False
            change = update(cases).where(free)
            values = {"offered_to": agent_id, "offered_at": now, "version": cases.c.version + 1}
            if connection.execute(change.values(**values)).rowcount != 1:
                return False
            connection.execute(update(agents).where(agents.c.id == agent_id).values(offered_at=now))
            note_down(connection, case_id, conversation_id, What.OFFERED, now, agent_id)
            return True

        return await self._database.write(work)

    async def pass_on(self, case_id: int, agent_id: int, offered_at: datetime | None, now: datetime) -> bool:
        """See `CaseOffers.pass_on`."""
        theirs = and_(cases.c.id == case_id, cases.c.state == CaseState.WAITING.value, cases.c.offered_to == agent_id)
        if offered_at is not None:
            theirs = and_(theirs, cases.c.offered_at == offered_at)
        values = {
            "offered_to": None,
            "offered_at": None,
            "passes": cases.c.passes + 1,
            "version": cases.c.version + 1,
        }

        def work(connection: Connection) -> bool:
            conversation_id = locked(connection, case_id)
            if connection.execute(update(cases).where(theirs).values(**values)).rowcount != 1:
                return False
            note_down(connection, case_id, conversation_id, What.PASSED, now, agent_id)
            return True

        return await self._database.write(work)


def _there(since: datetime) -> ColumnElement[bool]:
    return and_(~agents.c.disabled, agents.c.available, agents.c.seen_at >= since)


def locked(connection: Connection, case_id: int) -> str | None:
    """The conversation of a case, locked as whatever changes a case locks it."""
    row = connection.execute(select(cases.c.conversation_id).where(cases.c.id == case_id)).first()
    if row is None:
        return None
    conversation_id: str | None = row.conversation_id
    if conversation_id:
        conversations.lock(connection, conversation_id)
    return conversation_id
