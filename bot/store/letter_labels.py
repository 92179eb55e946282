"""What agents decided about letters, and how many lie where; the part of `bot.mailroom.Letters` that the desk looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, select, update

from bot.cases import CaseState
from bot.errors import Missing
from bot.mailroom import Label, Shelf, Told
from bot.store import conversations
from bot.store.base import CITIZEN
from bot.store.desk_tables import cases
from bot.store.engine import Database
from bot.store.letter_tables import labels, letters
from bot.store.tables import transcript


class LetterLabels:
    """Labels and shelves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, label: Label, agent_id: int) -> None:
        """See `Letters.note`."""
        decided = {"value": label.value, "edited": label.edited, "agent_id": agent_id, "at": label.at}
        # `was` and the words stay those of the letter, however often an agent changes their mind.
        again = update(labels).where(labels.c.letter_id == label.letter_id, labels.c.what == label.what.value)

        def work(connection: Connection) -> None:
            whose = select(letters.c.conversation_id).where(letters.c.id == label.letter_id)
            conversation_id = connection.execute(whose).scalar_one_or_none()
            if conversation_id is None or not conversations.lock(connection, conversation_id):
                raise Missing(f"there is no letter {label.letter_id}")
            if connection.execute(again.values(decided)).rowcount:
                return
            fresh = {
                "conversation_id": conversation_id,
                "letter_id": label.letter_id,
                "what": label.what.value,
                "was": label.was,
                "subject": label.subject,
                "text": label.text,
            }
            connection.execute(insert(labels).values(**fresh, **decided))

        await self._database.write(work)

    async def forget(self, letter_id: int, what: Told) -> bool:
        """See `Letters.forget`."""
        gone = delete(labels).where(labels.c.letter_id == letter_id, labels.c.what == what.value)
        return await self._database.write(lambda connection: connection.execute(gone).rowcount > 0)

    async def labels(self, what: Told, limit: int = 20_000) -> list[Label]:
        """See `Letters.labels`."""
        found = (
            select(labels)
            .where(labels.c.what == what.value)
            .order_by(labels.c.at.desc(), labels.c.id.desc())
            .limit(limit)
        )

        def work(connection: Connection) -> list[Label]:
            return [
                Label(row.letter_id or 0, what, row.was, row.value, row.edited, row.subject, row.text, row.at)
                for row in connection.execute(found)
            ]

        return await self._database.read(work)

    async def decided(self, letter_ids: Sequence[int]) -> dict[int, Mapping[Told, str]]:
        """See `Letters.decided`."""
        found = select(labels.c.letter_id, labels.c.what, labels.c.value).where(labels.c.letter_id.in_(letter_ids))

        def work(connection: Connection) -> dict[int, Mapping[Told, str]]:
            decided: dict[int, dict[Told, str]] = {}
            for row in connection.execute(found):
                decided.setdefault(row.letter_id, {})[Told(row.what)] = row.value
            return dict(decided)

        return await self._database.read(work) if letter_ids else {}

    async def heard(self, conversation_ids: Sequence[str]) -> dict[str, datetime]:
        """See `Letters.heard`."""
        last = (
            select(func.max(transcript.c.position))
            .where(transcript.c.conversation_id.in_(conversation_ids))
            .group_by(transcript.c.conversation_id)
        )
        line = and_(letters.c.conversation_id == transcript.c.conversation_id, letters.c.message_id == transcript.c.ref)
        # A mail says itself when it was sent; what counts is when it came.
        found = (
            select(transcript.c.conversation_id, func.coalesce(letters.c.at, transcript.c.at).label("at"))
            .outerjoin(letters, line)
            .where(transcript.c.position.in_(last), transcript.c.author == CITIZEN)
        )

        def work(connection: Connection) -> dict[str, datetime]:
            return {row.conversation_id: row.at for row in connection.execute(found)}

        return await self._database.read(work) if conversation_ids else {}

    async def shelves(self, now: datetime) -> list[Shelf]:
        """See `Letters.shelves`."""

        def many(condition: Any) -> Any:
            return func.sum(case((condition, 1), else_=0))

        lettered = select(letters.c.id).where(letters.c.case_id == cases.c.id).exists()
        counted = (
            select(
                cases.c.service,
                many(cases.c.state == CaseState.WAITING.value).label("waiting"),
                many(cases.c.state == CaseState.TAKEN.value).label("taken"),
                many(cases.c.due_at < now).label("late"),
                many(cases.c.urgent).label("high"),
                func.min(cases.c.opened_at).label("oldest"),
            )
            .where(cases.c.state != CaseState.CLOSED.value, lettered)
            .group_by(cases.c.service)
        )

        def work(connection: Connection) -> list[Shelf]:
            return [
                Shelf(row.service, int(row.waiting), int(row.taken), int(row.late), int(row.high), row.oldest)
                for row in connection.execute(counted)
            ]

        return await self._database.read(work)
