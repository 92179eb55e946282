"""What was said, by whom, in order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, Row, bindparam, select

from bot.store import codec
from bot.store.base import CITIZEN, Entry, Offer
from bot.store.engine import Database
from bot.store.tables import offers, transcript

_NEWEST = (
    select(transcript)
    .where(transcript.c.conversation_id == bindparam("conversation_id"), transcript.c.position > bindparam("after"))
    .order_by(transcript.c.position.desc())
    .limit(bindparam("at_most", type_=Integer))
)
_LINE = select(transcript).where(
    transcript.c.conversation_id == bindparam("conversation_id"), transcript.c.ref == bindparam("ref")
)
_OFFER = select(offers).where(
    offers.c.token == bindparam("token"),
    offers.c.conversation_id == bindparam("conversation_id"),
    offers.c.offered_at > bindparam("since", type_=offers.c.offered_at.type),
)


class SqlTranscript:
    """See `bot.store.base.Transcript`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, conversation_id: str, after: int = 0, limit: int = 200) -> list[Entry]:
        """See `Transcript.read`."""

        def work(connection: Connection) -> list[Entry]:
            found = connection.execute(
                _NEWEST, {"conversation_id": conversation_id, "after": after, "at_most": limit}
            ).all()
            return [as_entry(row) for row in reversed(found)]

        return await self._database.read(work)

    async def entry(self, conversation_id: str, ref: str) -> Entry | None:
        """See `Transcript.entry`."""

        def work(connection: Connection) -> Entry | None:
            row = connection.execute(_LINE, {"conversation_id": conversation_id, "ref": ref}).first()
            return as_entry(row) if row else None

        return await self._database.read(work)

    async def offer(self, conversation_id: str, token: str, now: datetime, valid: timedelta) -> Offer | None:
        """See `Transcript.offer`."""

        def work(connection: Connection) -> Offer | None:
            row = connection.execute(
                _OFFER, {"conversation_id": conversation_id, "token": token, "since": now - valid}
            ).first()
            return Offer(row.token, row.title, row.payload) if row else None

        return await self._database.read(work)


def as_entry(row: Row[Any]) -> Entry:
    """A line from a row of the transcript. Raises: StoreError."""
    if row.author == CITIZEN:
        said = codec.words(row.said)
        words = (row.position, row.ref, row.author, said.text, row.at)
        return Entry(*words, attachments=said.attachments, public=said.public)
    reply = codec.reply(row.said)
    return Entry(row.position, row.ref, row.author, reply.text, row.at, reply)
