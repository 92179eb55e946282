"""Weekly samples of answers, and how they were rated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.errors import Missing
from bot.lessons import Answered, NewSample, Rating, Sample
from bot.messages import AnswerStatus, Author
from bot.store import codec, conversations
from bot.store.engine import Database
from bot.store.lesson_tables import samples
from bot.store.tables import transcript

_IS_ANSWER = transcript.c.said.contains(f'"status":"{AnswerStatus.ANSWERED.value}"', autoescape=True)
"""What few lines are that are read for it; their JSON is looked at afterwards."""


class SqlSamples:
    """See `bot.lessons.Samples`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answers(self, since: datetime, until: datetime, after: int, limit: int) -> list[Answered]:
        """See `Samples.answers`. Lines that are no answers with an article of their own have an empty `article`."""
        found = (
            select(transcript.c.position, transcript.c.conversation_id, transcript.c.ref, transcript.c.said)
            .where(
                transcript.c.position > after,
                transcript.c.at >= since,
                transcript.c.at < until,
                transcript.c.author == Author.BOT.value,
                _IS_ANSWER,
            )
            .order_by(transcript.c.position)
            .limit(limit)
        )

        def work(connection: Connection) -> list[Answered]:
            return [
                Answered(row.position, row.conversation_id, row.ref, _article(row.said))
                for row in connection.execute(found)
            ]

        return await self._database.read(work)

    async def draw(self, week: date, new: Sequence[NewSample], now: datetime) -> int:
        """See `Samples.draw`."""
        any_of_it = select(samples.c.id).where(samples.c.week == week).limit(1)

        def work(connection: Connection) -> int:
            if connection.execute(any_of_it).first() is not None:
                return 0
            kept = 0
            there = conversations.lock_some(connection, [one.conversation_id for one in new])
            for one in new:
                # Whoever was erased since is not drawn.
                if one.conversation_id not in there:
                    continue
                row = {
                    "week": week,
                    "conversation_id": one.conversation_id,
                    "question_ref": one.question_ref,
                    "answer_ref": one.answer_ref,
                    "article": one.article,
                    "service": one.service,
                    "stratum": one.stratum,
                    "drawn_at": now,
                    "rating": Rating.NONE.value,
                }
                kept += connection.execute(insert(samples).values(row)).rowcount
            return kept

        return await self._database.write(work)

    async def drawn(self, week: date) -> bool:
        """See `Samples.drawn`."""
        one = select(samples.c.id).where(samples.c.week == week).limit(1)
        return await self._database.read(lambda connection: connection.execute(one).first() is not None)

    async def of(self, weeks: Sequence[date]) -> list[Sample]:
        """See `Samples.of`."""
        found = select(samples).where(samples.c.week.in_(weeks)).order_by(samples.c.week, samples.c.id)
        return await self._database.read(lambda connection: [_sample(row) for row in connection.execute(found)])

    async def weeks(self, limit: int) -> list[date]:
        """See `Samples.weeks`."""
        found = select(samples.c.week).group_by(samples.c.week).order_by(samples.c.week.desc()).limit(limit)
        return await self._database.read(lambda connection: list(connection.execute(found).scalars()))

    async def get(self, sample_id: int) -> Sample:
        """See `Samples.get`."""
        return await self._database.read(lambda connection: _sample(_one(connection, sample_id)))

    async def rate(self, sample_id: int, rating: Rating, agent_id: int, now: datetime) -> Sample:
        """See `Samples.rate`."""
        given = rating is not Rating.NONE
        values = {
            "rating": rating.value,
            "agent_id": agent_id if given else None,
            "rated_at": now if given else None,
        }
        change = update(samples).where(samples.c.id == sample_id).values(values)

        def work(connection: Connection) -> Sample:
            connection.execute(change)
            return _sample(_one(connection, sample_id))

        return await self._database.write(work)


def _one(connection: Connection, sample_id: int) -> Row[Any]:
    row = connection.execute(select(samples).where(samples.c.id == sample_id)).first()
    if row is None:
        raise Missing(f"there is no sample {sample_id}")
    return row


def _article(said: str) -> str:
    reply = codec.reply(said)
    if reply.status is not AnswerStatus.ANSWERED:
        return ""
    return next((source.article for source in reply.sources if source.article), "")


def _sample(row: Row[Any]) -> Sample:
    return Sample(
        row.id,
        row.week,
        row.conversation_id or "",
        row.question_ref or "",
        row.answer_ref or "",
        row.article,
        row.service,
        row.stratum,
        Rating(row.rating),
    )
