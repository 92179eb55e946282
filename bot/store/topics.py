"""Groups of what could not be answered, on one database; see `bot.topics.Topics`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, func, insert, or_, select, text, update

from bot.errors import Missing, StoreError
from bot.messages import AnswerStatus, Author
from bot.store import codec
from bot.store.desk_tables import agents
from bot.store.engine import Database
from bot.store.tables import ratings, transcript
from bot.store.topic_tables import topic_days, topic_lines, topics
from bot.store.transcript import as_entry
from bot.topics import (
    WINDOW,
    Assigned,
    Course,
    Decision,
    Example,
    Group,
    Heard,
    Line,
    Near,
    RatedBy,
    Swept,
    Topic,
    Why,
)

STRETCH = 50_000
"""Lines of the transcript that are looked through at once."""
MAX_LINES = 400
"""Of one conversation, the newest: nobody asks more in two months, and a robot may."""
DECIDED_KEPT = timedelta(days=400)

_STATUSES = (AnswerStatus.LOST, AnswerStatus.OUT_OF_SCOPE, AnswerStatus.UNAVAILABLE)
_near = msgspec.json.Decoder(tuple[Near, ...])
_weights = msgspec.json.Decoder(dict[str, float])
_ASSIGN = text(
    "INSERT INTO topic_lines (conversation_id, ref, topic_id, why, at) "
    "SELECT conversation_id, ref, :topic_id, :why, :at FROM transcript "
    "WHERE conversation_id = :conversation_id AND ref = :ref "
    "ON CONFLICT (conversation_id, ref) DO UPDATE SET topic_id = excluded.topic_id, why = excluded.why"
).bindparams(bindparam("at", type_=topic_lines.c.at.type), bindparam("topic_id", type_=topic_lines.c.topic_id.type))


class SqlTopics:
    """See `bot.topics.Topics`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sweep(self, since: datetime, after: int = 0) -> Swept:
        """See `Topics.sweep`."""
        # Replies are JSON without blanks, in which a quotation mark of a text has a backslash before it.
        met = or_(*(transcript.c.said.contains(f'"status":"{status.value}"', autoescape=True) for status in _STATUSES))

        def work(connection: Connection) -> Swept:
            last = connection.execute(select(func.max(transcript.c.position))).scalar_one() or 0
            if after >= last:
                return Swept((), None)
            found = (
                select(transcript.c.conversation_id)
                .distinct()
                .where(
                    transcript.c.position > after,
                    transcript.c.position <= after + STRETCH,
                    transcript.c.author == Author.BOT.value,
                    transcript.c.at >= since,
                    met,
                )
            )
            ids = sorted(connection.execute(found).scalars())
            return Swept(ids, after + STRETCH if after + STRETCH < last else None)

        return await self._database.read(work)

    async def rated_useless(self, since: datetime) -> list[str]:
        """See `Topics.rated_useless`."""
        found = (
            select(ratings.c.conversation_id)
            .distinct()
            .where(ratings.c.at >= since, ratings.c.helpful.is_(False), ratings.c.conversation_id.is_not(None))
        )
        return await self._database.read(lambda connection: sorted(connection.execute(found).scalars()))

    async def heard(self, conversation_ids: Sequence[str]) -> list[Heard]:
        """See `Topics.heard`."""
        said = (
            select(transcript)
            .where(transcript.c.conversation_id.in_(conversation_ids))
            .order_by(transcript.c.conversation_id, transcript.c.position)
        )
        rated = (
            select(ratings)
            .where(ratings.c.conversation_id.in_(conversation_ids), ratings.c.message_id.is_not(None))
            .order_by(ratings.c.at, ratings.c.id)
        )

        def work(connection: Connection) -> list[Heard]:
            given: dict[str, list[RatedBy]] = defaultdict(list)
            for row in connection.execute(rated):
                given[row.conversation_id].append(RatedBy(row.message_id, row.article_id, row.helpful, row.at))
            rows = groupby(connection.execute(said), key=lambda row: row.conversation_id)
            return [Heard(name, [as_entry(row) for row in list(of)[-MAX_LINES:]], given[name]) for name, of in rows]

        return await self._database.read(work) if conversation_ids else []

    async def all(self) -> list[Topic]:
        """See `Topics.all`."""
        return await self._database.read(lambda connection: _topics(connection, _kept().order_by(topics.c.id)))

    async def get(self, topic_id: int) -> Topic:
        """See `Topics.get`."""
        found = await self._database.read(
            lambda connection: _topics(connection, _kept().where(topics.c.id == topic_id), topic_id)
        )
        if not found:
            raise Missing(f"there is no group {topic_id}")
        return found[0]

    async def lines(self) -> dict[Line, Assigned]:
        """See `Topics.lines`."""

        def work(connection: Connection) -> dict[Line, Assigned]:
            return {
                (row.conversation_id, row.ref): Assigned(
                    (row.conversation_id, row.ref), row.topic_id, Why(row.why), row.at
                )
                for row in connection.execute(select(topic_lines))
            }

        return await self._database.read(work)

    async def keep(self, groups: Sequence[Group], window: tuple[date, date]) -> list[int]:
        """See `Topics.keep`."""
        first, last = window

        def work(connection: Connection) -> list[int]:
            connection.execute(delete(topic_days).where(topic_days.c.day.between(first, last)))
            ids = [_keep(connection, group, last) for group in groups]
            counted = [
                {"topic_id": topic_id, "day": day, "count": count}
                for topic_id, group in zip(ids, groups, strict=True)
                for day, count in group.days.items()
            ]
            if counted:
                connection.execute(insert(topic_days), counted)
            _forget(connection, last)
            return ids

        return await self._database.write(work)

    async def assign(self, lines: Sequence[Assigned], gone: Sequence[Line] = ()) -> None:
        """See `Topics.assign`."""
        rows = [
            {
                "conversation_id": one.line[0],
                "ref": one.line[1],
                "topic_id": one.topic_id,
                "why": one.why.value,
                "at": one.at,
            }
            for one in lines
        ]
        out = delete(topic_lines).where(
            topic_lines.c.conversation_id == bindparam("whose"), topic_lines.c.ref == bindparam("line")
        )

        def work(connection: Connection) -> None:
            if gone:
                connection.execute(out, [{"whose": whose, "line": line} for whose, line in gone])
            if rows:
                connection.execute(_ASSIGN, rows)

        if rows or gone:
            await self._database.write(work)

    async def examples(self, topic_id: int, limit: int = 50) -> list[Example]:
        """See `Topics.examples`."""
        found = (
            select(topic_lines, transcript.c.said)
            .join(
                transcript,
                and_(
                    transcript.c.conversation_id == topic_lines.c.conversation_id,
                    transcript.c.ref == topic_lines.c.ref,
                ),
            )
            .where(topic_lines.c.topic_id == topic_id)
            .order_by(topic_lines.c.at.desc(), topic_lines.c.conversation_id, topic_lines.c.ref)
            .limit(limit)
        )

        def work(connection: Connection) -> list[Example]:
            return [
                Example((row.conversation_id, row.ref), codec.words(row.said).text, Why(row.why), row.at)
                for row in connection.execute(found)
            ]

        return await self._database.read(work)

    async def decide(
        self,
        topic_id: int,
        decision: Decision,
        decided_for: str,
        agent_id: int,
        weekly_before: int,
        now: datetime,
    ) -> None:
        """See `Topics.decide`."""
        is_open = decision is Decision.OPEN
        values = {
            "decision": decision.value,
            "decided_for": "" if is_open else decided_for,
            "decided_at": None if is_open else now,
            "agent_id": None if is_open else agent_id,
            "weekly_before": None if is_open else weekly_before,
        }

        def work(connection: Connection) -> None:
            if not connection.execute(update(topics).where(topics.c.id == topic_id).values(values)).rowcount:
                raise Missing(f"there is no group {topic_id}")

        await self._database.write(work)


def _kept() -> Select[Any]:
    asked = select(func.count()).where(topic_lines.c.topic_id == topics.c.id).correlate(topics).scalar_subquery()
    return select(topics, agents.c.name, asked.label("asked")).outerjoin(agents, agents.c.id == topics.c.agent_id)


def _topics(connection: Connection, found: Select[Any], topic_id: int | None = None) -> list[Topic]:
    counted = select(topic_days.c.topic_id, topic_days.c.day, topic_days.c.count.label("asked")).order_by(
        topic_days.c.day
    )
    if topic_id is not None:
        counted = counted.where(topic_days.c.topic_id == topic_id)
    days: dict[int, dict[date, int]] = defaultdict(dict)
    for row in connection.execute(counted):
        days[row.topic_id][row.day] = row.asked
    return [_topic(row, days[row.id]) for row in connection.execute(found)]


def _topic(row: Row[Any], days: Mapping[date, int]) -> Topic:
    try:
        nearest, weights = _near.decode(row.nearest), _weights.decode(row.weights)
    except msgspec.DecodeError as error:
        raise StoreError(f"the group {row.id} cannot be read: {error}") from error
    return Topic(
        id=row.id,
        words=codec.names(row.words),
        weights=weights,
        service=row.service,
        nearest=nearest,
        first_day=row.first_day,
        last_day=row.last_day,
        course=Course(row.course),
        decision=Decision(row.decision),
        decided_for=row.decided_for,
        decided_at=row.decided_at,
        decided_by=row.name or "",
        weekly_before=row.weekly_before,
        days=days,
        asked=row.asked,
    )


def _keep(connection: Connection, group: Group, today: date) -> int:
    first, last = min(group.days, default=today), max(group.days, default=today)
    values: dict[str, Any] = {
        "words": codec.encode(group.words),
        "weights": codec.encode(group.weights),
        "service": group.service,
        "nearest": codec.encode(group.nearest),
        "course": group.course.value,
    }
    if group.id is not None:
        was = connection.execute(select(topics.c.first_day, topics.c.last_day).where(topics.c.id == group.id)).first()
        if was is not None:
            values |= {"first_day": min(was.first_day, first), "last_day": last if group.days else was.last_day}
            connection.execute(update(topics).where(topics.c.id == group.id).values(values))
            return group.id
    values |= {"first_day": first, "last_day": last, "decision": Decision.OPEN.value, "decided_for": ""}
    made: int = connection.execute(insert(topics).values(values).returning(topics.c.id)).scalar_one()
    return made


def _forget(connection: Connection, today: date) -> None:
    is_open = topics.c.decision == Decision.OPEN.value
    over = select(topics.c.id).where(
        or_(
            and_(is_open, topics.c.last_day < today - WINDOW),
            and_(~is_open, topics.c.last_day < today - DECIDED_KEPT, topics.c.decided_at.is_not(None)),
        )
    )
    gone = list(connection.execute(over).scalars())
    for table, column in (
        (topic_lines, topic_lines.c.topic_id),
        (topic_days, topic_days.c.topic_id),
        (topics, topics.c.id),
    ):
        if gone:
            connection.execute(delete(table).where(column.in_(gone)))
    connection.execute(delete(topic_days).where(topic_days.c.day < today - DECIDED_KEPT))
