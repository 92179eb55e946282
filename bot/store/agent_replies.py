"""What agents say: kept for the moments in which it can be taken back, then on its way like any reply."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select

from bot.cases import CaseState, Pending
from bot.errors import CaseClosed, CaseTaken, Missing
from bot.store import codec, conversations
from bot.store.base import Prepared
from bot.store.desk_tables import agents, cases, pending
from bot.store.engine import Database, insert_new
from bot.store.replies import store as store_replies

_PENDING = select(pending, agents.c.name.label("agent_name")).join(agents, pending.c.agent_id == agents.c.id)


class AgentReplies:
    """The part of `bot.cases.Cases` that says what agents say."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def say_soon(self, pending_reply: Pending, now: datetime) -> Pending:
        """See `Cases.say_soon`."""

        def work(connection: Connection) -> Pending:
            conversations.lock(connection, pending_reply.conversation_id)
            whose = select(cases.c.state, cases.c.agent_id, cases.c.live).where(cases.c.id == pending_reply.case_id)
            case = connection.execute(whose).first()
            if case is None:
                raise Missing(f"there is no case {pending_reply.case_id}")
            if case.state == CaseState.CLOSED.value:
                raise CaseClosed(f"the case {pending_reply.case_id} is closed")
            if not case.live or case.agent_id != pending_reply.agent_id:
                raise CaseTaken(f"the conversation of the case {pending_reply.case_id} is not this agent's")
            new = insert_new(connection.dialect.name, pending.c.id)
            connection.execute(new, _row(pending_reply))
            stored = _PENDING.where(
                pending.c.case_id == pending_reply.case_id, pending.c.reply_id == pending_reply.reply_id
            )
            return _read(connection.execute(stored).one())

        return await self._database.write(work)

    async def take_back(self, case_id: int, reply_id: str, agent_id: int) -> Pending | None:
        """See `Cases.take_back`."""

        def work(connection: Connection) -> Pending | None:
            this = (pending.c.case_id == case_id) & (pending.c.reply_id == reply_id)
            own = _PENDING.where(this, pending.c.agent_id == agent_id)
            row = connection.execute(own).first()
            if row is None:
                return None
            conversations.lock(connection, row.conversation_id)
            gone = connection.execute(delete(pending).where(pending.c.id == row.id))
            return _read(row) if gone.rowcount else None

        return await self._database.write(work)

    async def leaving(self, now: datetime, limit: int = 50) -> list[Pending]:
        """See `Cases.leaving`."""
        return await self._replies(_PENDING.where(pending.c.leaves_at <= now).order_by(pending.c.id).limit(limit))

    async def pending(self, case_id: int) -> list[Pending]:
        """See `Cases.pending`."""
        return await self._replies(_PENDING.where(pending.c.case_id == case_id).order_by(pending.c.id))

    async def send(self, pending_reply: Pending, prepared: Prepared, now: datetime) -> bool:
        """See `Cases.send`."""

        def work(connection: Connection) -> bool:
            if not conversations.lock(connection, pending_reply.conversation_id):
                return False
            this = (pending.c.case_id == pending_reply.case_id) & (pending.c.reply_id == pending_reply.reply_id)
            if not connection.execute(delete(pending).where(this)).rowcount:
                return False
            store_replies(connection, pending_reply.conversation_id, [prepared], now)
            return True

        return await self._database.write(work)

    async def _replies(self, found: Select[Any]) -> list[Pending]:
        return await self._database.read(lambda connection: [_read(row) for row in connection.execute(found).all()])


def _row(reply: Pending) -> dict[str, Any]:
    return {
        "reply_id": reply.reply_id,
        "case_id": reply.case_id,
        "conversation_id": reply.conversation_id,
        "agent_id": reply.agent_id,
        "text": reply.text,
        "sources": codec.encode(reply.sources),
        "leaves_at": reply.leaves_at,
    }


def _read(row: Row[Any]) -> Pending:
    return Pending(
        reply_id=row.reply_id,
        case_id=row.case_id,
        conversation_id=row.conversation_id,
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        text=row.text,
        sources=codec.sources(row.sources),
        leaves_at=row.leaves_at,
    )
