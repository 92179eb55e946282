"""Whether answers helped."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot.store import conversations
from bot.store.engine import Database, insert_new
from bot.store.tables import ratings


class SqlRatings:
    """See `bot.store.base.Ratings`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(
        self, message_id: str, conversation_id: str, article_id: str, helpful: bool, now: datetime
    ) -> bool:
        """See `Ratings.record`."""

        def work(connection: Connection) -> bool:
            if conversations.erased(connection, conversation_id):
                return False
            rating = {
                "message_id": message_id,
                "conversation_id": conversation_id,
                "article_id": article_id,
                "helpful": helpful,
                "at": now,
            }
            new = insert_new(connection.dialect.name, ratings.c.id)
            return connection.execute(new, rating).first() is not None

        return await self._database.write(work)
