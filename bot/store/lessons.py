"""Messages that agents judge: found in transcript and tracker, kept with what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, and_, bindparam, case, func, or_, select, update

from bot.errors import Missing
from bot.lessons import Decision, Lesson, NewLesson, Talk, Understood, Why, Written
from bot.store import conversations, listening
from bot.store.engine import Database, insert_new
from bot.store.lesson_tables import lessons
from bot.store.tables import conversations as conversations_table
from bot.store.tables import events, ratings, transcript
from bot.store.transcript import as_entry

TEACHING = (Decision.RIGHT.value, Decision.INTENT.value, Decision.ARTICLE.value)
WAITING, EXPORTED, CHANGED = "waiting", "exported", "changed"
"""Counts beside those of the decisions."""
_WRITTEN = or_(lessons.c.written_act != "", lessons.c.written_page != "")
_OUTDATED = and_(_WRITTEN, lessons.c.exported_at.is_(None))


class SqlLessons:
    """See `bot.lessons.Lessons`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def talks(self, since: datetime, until: datetime, after: str, limit: int) -> list[Talk]:
        """See `Lessons.talks`."""
        heard = (
            select(conversations_table.c.id, conversations_table.c.language, conversations_table.c.spoken)
            .where(conversations_table.c.last_heard_at >= since, conversations_table.c.id > after)
            .order_by(conversations_table.c.id)
            .limit(limit)
        )

        def work(connection: Connection) -> list[Talk]:
            rows = connection.execute(heard).all()
            ids = [row.id for row in rows]
            said: dict[str, list[Any]] = {key: [] for key in ids}
            for line in connection.execute(_lines(ids, since, until)):
                said[line.conversation_id].append(as_entry(line))
            known: dict[str, list[Any]] = {key: [] for key in ids}
            for event in connection.execute(_heard(ids, since, until)):
                known[event.sender_id].append(event)
            useless: dict[str, dict[str, str]] = {key: {} for key in ids}
            for rating in connection.execute(_useless(ids, since)):
                useless[rating.conversation_id][rating.message_id] = rating.article_id
            return [
                Talk(row.id, row.spoken or row.language, said[row.id], _understood(known[row.id]), useless[row.id])
                for row in rows
            ]

        return await self._database.read(work)

    async def add(self, new: Sequence[NewLesson]) -> int:
        """See `Lessons.add`."""

        def work(connection: Connection) -> int:
            kept = 0
            fresh = insert_new(connection.dialect.name, lessons.c.id)
            there = conversations.lock_some(connection, [one.conversation_id for one in new])
            for one in new:
                if one.conversation_id not in there:
                    continue
                row = {
                    "conversation_id": one.conversation_id,
                    "ref": one.ref,
                    "text": one.text,
                    "language": one.language,
                    "intent": one.intent,
                    "confidence": one.confidence,
                    "article": one.article,
                    "meant": one.meant,
                    "why": one.why.value,
                    "times": one.times,
                    "at": one.at,
                    "decision": Decision.NONE.value,
                    "value": "",
                }
                kept += connection.execute(fresh, row).first() is not None
            return kept

        return await self._database.write(work)

    async def count(self, since: datetime, until: datetime) -> int:
        """See `Lessons.count`."""
        many = select(func.count()).select_from(lessons).where(lessons.c.at >= since, lessons.c.at < until)
        return await self._database.read(lambda connection: connection.execute(many).scalar_one())

    async def texts(self, limit: int) -> list[str]:
        """See `Lessons.texts`."""
        found = select(lessons.c.text).order_by(lessons.c.id.desc()).limit(limit)
        return await self._database.read(lambda connection: list(connection.execute(found).scalars()))

    async def get(self, lesson_id: int) -> Lesson:
        """See `Lessons.get`."""
        return await self._database.read(lambda connection: _lesson(_one(connection, lesson_id)))

    async def waiting(self, limit: int) -> list[Lesson]:
        """See `Lessons.waiting`."""
        # A night keeps a day's lessons in the order in which they should be looked at.
        found = (
            select(lessons)
            .where(lessons.c.decision == Decision.NONE.value)
            .order_by(case((_WRITTEN, 0), else_=1), func.date(lessons.c.at).desc(), lessons.c.id)
            .limit(limit)
        )
        return await self._database.read(lambda connection: [_lesson(row) for row in connection.execute(found)])

    async def counts(self) -> Mapping[str, int]:
        """See `Lessons.counts`."""
        is_exported = case((lessons.c.exported_at.is_not(None), 1), else_=0)
        is_changed = case((_OUTDATED, 1), else_=0)
        each = select(
            lessons.c.decision,
            func.count().label("many"),
            func.sum(is_exported).label(EXPORTED),
            func.sum(is_changed).label(CHANGED),
        )

        def work(connection: Connection) -> Mapping[str, int]:
            rows = connection.execute(each.group_by(lessons.c.decision)).all()
            found = {row.decision or WAITING: int(row.many) for row in rows}
            names = (WAITING, *(one.value for one in Decision if one.value))
            summed = {name: sum(int(getattr(row, name)) for row in rows) for name in (EXPORTED, CHANGED)}
            return {**{name: found.get(name, 0) for name in names}, **summed}

        return await self._database.read(work)

    async def decide(self, lesson_id: int, decision: Decision, value: str, agent_id: int, now: datetime) -> Lesson:
        """See `Lessons.decide`."""
        given = decision is not Decision.NONE
        values = {
            "decision": decision.value,
            "value": value if given else "",
            "agent_id": agent_id if given else None,
            "decided_at": now if given else None,
            "exported_at": None,
        }
        other = or_(lessons.c.decision != decision.value, lessons.c.value != values["value"])
        # The same decision once more changes nothing of what was exported.
        change = update(lessons).where(lessons.c.id == lesson_id, or_(lessons.c.exported_at.is_(None), other))

        def work(connection: Connection) -> Lesson:
            connection.execute(change.values(values))
            return _lesson(_one(connection, lesson_id))

        return await self._database.write(work)

    async def to_export(self, limit: int) -> list[Lesson]:
        """See `Lessons.to_export`."""
        fresh = and_(lessons.c.decision.in_(TEACHING), lessons.c.exported_at.is_(None), ~_WRITTEN)
        return await self._several(fresh, limit, lessons.c.decided_at, lessons.c.id)

    async def to_withdraw(self, limit: int) -> list[Lesson]:
        """See `Lessons.to_withdraw`."""
        return await self._several(_OUTDATED, limit, lessons.c.id)

    async def lately_exported(self, limit: int) -> list[Lesson]:
        """See `Lessons.lately_exported`."""
        there = lessons.c.exported_at.is_not(None)
        return await self._several(there, limit, lessons.c.exported_at.desc(), lessons.c.id.desc())

    async def exported(self, written: Sequence[Written], now: datetime) -> int:
        """See `Lessons.exported`."""
        act: BindParameter[str] = bindparam("act")
        page: BindParameter[str] = bindparam("page")
        # What was known then may have been taken out since, and be written for it now.
        may = or_(lessons.c.exported_at.is_(None), and_(~_WRITTEN, or_(act != "", page != "")))
        change = update(lessons).where(lessons.c.id == bindparam("lesson"), may)

        def work(connection: Connection) -> int:
            rows = ({"lesson": one.lesson_id, "act": one.act, "page": one.page} for one in written)
            values = change.values(exported_at=now, written_act=act, written_page=page)
            return sum(connection.execute(values, row).rowcount for row in rows)

        return await self._database.write(work)

    async def withdrawn(self, left: Sequence[Written]) -> None:
        """See `Lessons.withdrawn`."""
        change = update(lessons).where(lessons.c.id == bindparam("lesson"), lessons.c.exported_at.is_(None))
        values = change.values(written_act=bindparam("act"), written_page=bindparam("page"))

        def work(connection: Connection) -> None:
            for one in left:
                connection.execute(values, {"lesson": one.lesson_id, "act": one.act, "page": one.page})

        await self._database.write(work)

    async def _several(self, which: ColumnElement[bool], limit: int, *order: Any) -> list[Lesson]:
        found = select(lessons).where(which).order_by(*order).limit(limit)
        return await self._database.read(lambda connection: [_lesson(row) for row in connection.execute(found)])


def _lines(ids: Sequence[str], since: datetime, until: datetime) -> Any:
    return (
        select(transcript)
        .where(transcript.c.conversation_id.in_(ids), transcript.c.at >= since, transcript.c.at < until)
        .order_by(transcript.c.position)
    )


def _heard(ids: Sequence[str], since: datetime, until: datetime) -> Any:
    """What citizens said as the core has it, and every form that was opened or left, whenever that was."""
    said = and_(events.c.type == listening.USER, events.c.at >= since, events.c.at < until)
    return (
        select(events.c.sender_id, events.c.type, events.c.event)
        .where(events.c.sender_id.in_(ids), or_(said, events.c.type.in_(listening.TURNS)))
        .order_by(events.c.sender_id, events.c.position)
    )


def _useless(ids: Sequence[str], since: datetime) -> Any:
    return select(ratings.c.conversation_id, ratings.c.message_id, ratings.c.article_id).where(
        ratings.c.conversation_id.in_(ids), ~ratings.c.helpful, ratings.c.at >= since
    )


def _understood(rows: Iterable[Row[Any]]) -> dict[str, Understood]:
    return dict(listening.understood((row.type, row.event) for row in rows))


def _one(connection: Connection, lesson_id: int) -> Row[Any]:
    row = connection.execute(select(lessons).where(lessons.c.id == lesson_id)).first()
    if row is None:
        raise Missing(f"there is no lesson {lesson_id}")
    return row


def _lesson(row: Row[Any]) -> Lesson:
    return Lesson(
        row.id,
        row.text,
        row.language,
        row.intent,
        row.confidence,
        row.article,
        row.meant,
        Why(row.why),
        row.times,
        row.at,
        Decision(row.decision),
        row.value,
        row.decided_at,
        row.exported_at,
        row.written_act,
        row.written_page,
    )
