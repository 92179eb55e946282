"""What figures are made of: what has happened since, and the whole history of a conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

import structlog
from sqlalchemy import Column, Connection, Integer, Row, Select, Table, bindparam, func, select

from bot.cases import Case, CaseEvent, CaseState
from bot.contacts import History, Marks, Opening, PassedOn, Rated, Received
from bot.errors import StoreError
from bot.readings import Suggested
from bot.store import codec
from bot.store.base import Entry
from bot.store.case_rows import CASES, EVENTS, as_case, as_event
from bot.store.conversations import COLUMNS, conversation
from bot.store.desk_tables import case_events, cases
from bot.store.engine import Database
from bot.store.letter_tables import letters
from bot.store.referral_tables import referrals
from bot.store.tables import conversations, ratings, transcript
from bot.store.transcript import as_entry

log = structlog.get_logger(__name__)

T = TypeVar("T")

SETTLE = timedelta(minutes=1)
"""A row that nobody could see so long after a later one will never be seen: every transaction is shorter by far."""
SAFETY = 500
"""As many positions are read once more where a backlog is read in pieces."""
FIRST = datetime(2000, 1, 1, tzinfo=timezone.utc)
TEMPLATE = "."
"""Stands in the id of a template and of no article: what is before it is its service."""
OWN_PAGE = "/articles/"
SEEN, LOOKED, DUE = ".seen", "looked", "due"

_SOURCES: dict[str, tuple[Table, Column[Any]]] = {
    "transcript": (transcript, transcript.c.position),
    "case_events": (case_events, case_events.c.position),
    "ratings": (ratings, ratings.c.id),
    "letters": (letters, letters.c.id),
}
_BEHIND: dict[str, Select[Any]] = {
    name: select(column.label("position"), table.c.conversation_id)
    .where(column > bindparam("settled"))
    .order_by(column)
    .limit(bindparam("at_most", type_=Integer))
    for name, (table, column) in _SOURCES.items()
}
_LATE = select(cases.c.conversation_id).where(
    cases.c.state != CaseState.CLOSED.value,
    cases.c.due_at > bindparam("after", type_=cases.c.due_at.type),
    cases.c.due_at <= bindparam("until", type_=cases.c.due_at.type),
)
_JUST_SENT = select(referrals.c.conversation_id).where(
    referrals.c.sent_at > bindparam("after", type_=referrals.c.sent_at.type)
)
_NEXT = (
    select(conversations.c.id)
    .where(conversations.c.id > bindparam("after"))
    .order_by(conversations.c.id)
    .limit(bindparam("at_most", type_=Integer))
)


def _of(found: Select[Any], column: Column[Any], *order: Column[Any]) -> Select[Any]:
    return found.where(column.in_(bindparam("ids", expanding=True))).order_by(*order)


_CONVERSATIONS = _of(select(*COLUMNS), conversations.c.id, conversations.c.id)
_LINES = _of(select(transcript), transcript.c.conversation_id, transcript.c.position)
_CASES = _of(CASES, cases.c.conversation_id, cases.c.id)
_OPENINGS = _of(
    select(cases.c.id, cases.c.message_id, cases.c.opened_for, cases.c.service), cases.c.conversation_id, cases.c.id
)
_EVENTS = _of(
    EVENTS.add_columns(case_events.c.conversation_id.label("owner")),
    case_events.c.conversation_id,
    case_events.c.position,
)
_RATINGS = _of(select(ratings), ratings.c.conversation_id, ratings.c.id)
_LETTERS = _of(select(letters), letters.c.conversation_id, letters.c.id)
_SENT = _of(select(referrals), referrals.c.conversation_id, referrals.c.id).where(referrals.c.sent_at.is_not(None))


class ContactSources:
    """The part of `ContactBook` that reads what contacts are made of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def touched(self, marks: Marks, limit: int, now: datetime) -> tuple[list[str], Marks, bool]:
        """See `ContactBook.touched`.

        Of each source two marks are kept: up to where it is settled, and how far it was seen. What was seen is settled when
        it was looked at again a minute later; until then it is read once more.
        """
        moment = int(now.timestamp())
        was, positions = marks.positions, dict(marks.positions)
        # A clock that was put back has no say in it.
        settles = abs(moment - was.get(LOOKED, 0)) >= SETTLE.total_seconds()

        def work(connection: Connection) -> tuple[list[str], Marks, bool]:
            ids: set[str] = set()
            more = False
            for name, behind in _BEHIND.items():
                settled, seen = was.get(name, 0), was.get(name + SEEN, 0)
                rows = connection.execute(behind, {"settled": settled, "at_most": limit}).all()
                ids.update(row.conversation_id for row in rows if row.conversation_id)
                last = rows[-1].position if rows else settled
                if len(rows) == limit:
                    more = True
                    positions[name] = max(last - SAFETY, rows[len(rows) // 2].position)
                elif settles:
                    positions[name] = max(settled, min(seen, last))
                if settles:
                    positions[name + SEEN] = max(seen, last)
            after = max(datetime.fromtimestamp(min(was.get(DUE, 0), moment), timezone.utc), FIRST)
            ids.update(one for one in connection.execute(_LATE, {"after": after, "until": now}).scalars() if one)
            ids.update(connection.execute(_JUST_SENT, {"after": after - 2 * SETTLE}).scalars())
            positions[DUE] = moment
            if settles:
                positions[LOOKED] = moment
            return sorted(ids), Marks(positions), more

        return await self._database.read(work)

    async def heads(self, now: datetime) -> Marks:
        """See `ContactBook.heads`."""

        def work(connection: Connection) -> Marks:
            positions = {DUE: int(now.timestamp())}
            for name, (_, column) in _SOURCES.items():
                head = connection.execute(select(func.max(column))).scalar_one() or 0
                positions |= {name: max(head - SAFETY, 0), name + SEEN: head}
            return Marks(positions)

        return await self._database.read(work)

    async def conversations(self, after: str, limit: int) -> list[str]:
        """See `ContactBook.conversations`."""
        asked = {"after": after, "at_most": limit}
        return await self._database.read(lambda connection: list(connection.execute(_NEXT, asked).scalars()))

    async def history(self, conversation_ids: Sequence[str]) -> list[History]:
        """See `ContactBook.history`. One that cannot be read is left out, and told in the log."""
        if not conversation_ids:
            return []
        own = {"ids": list(conversation_ids)}

        def work(connection: Connection) -> list[History]:
            found = connection.execute(_CONVERSATIONS, own).all()
            rows = {
                name: _by_owner(connection.execute(statement, own).all(), owner)
                for name, (statement, owner) in _PARTS.items()
            }
            read: list[History] = []
            for one in found:
                try:
                    read.append(
                        _history(one, {name: owned.get(one.conversation_id, []) for name, owned in rows.items()})
                    )
                except StoreError as error:
                    log.error("contacts.history_unreadable", conversation=one.conversation_id, error=str(error))
            return read

        return await self._database.read(work)


_PARTS: dict[str, tuple[Select[Any], str]] = {
    "lines": (_LINES, "conversation_id"),
    "cases": (_CASES, "conversation_id"),
    "openings": (_OPENINGS.add_columns(cases.c.conversation_id), "conversation_id"),
    "events": (_EVENTS, "owner"),
    "ratings": (_RATINGS, "conversation_id"),
    "letters": (_LETTERS, "conversation_id"),
    "sent": (_SENT, "conversation_id"),
}


def _by_owner(rows: Sequence[Row[Any]], owner: str) -> dict[str, list[Row[Any]]]:
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[getattr(row, owner)].append(row)
    return found


def _history(one: Row[Any], rows: dict[str, list[Row[Any]]]) -> History:
    def each(name: str, read: Callable[[Row[Any]], T]) -> tuple[T, ...]:
        return tuple(read(row) for row in rows[name])

    lines: tuple[Entry, ...] = each("lines", as_entry)
    own_cases: tuple[Case, ...] = each("cases", as_case)
    events: tuple[CaseEvent, ...] = each("events", as_event)
    return History(
        conversation=conversation(one),
        lines=lines,
        cases=own_cases,
        events=events,
        ratings=each("ratings", lambda row: Rated(row.article_id, row.helpful, row.at)),
        letters=each("letters", _received),
        openings={row.id: Opening(row.message_id or "", row.opened_for or row.service) for row in rows["openings"]},
        passed_on=each("sent", lambda row: PassedOn(row.case_id, row.body, row.sent_at)),
    )


def _topic(suggested: Sequence[Suggested]) -> str:
    """The article that the first suggestion rests on: the one it is made of, or the one that its template goes with."""
    if not suggested:
        return ""
    first = suggested[0]
    if TEMPLATE not in first.id:
        return first.id
    articles = (one.article or one.url.partition(OWN_PAGE)[2] for one in first.sources)
    return next((article for article in articles if article), "")


def _received(row: Row[Any]) -> Received:
    reading = codec.reading(row.reading)
    return Received(
        ref=row.message_id,
        kind=reading.kind.value,
        service=row.service,
        topic=_topic(codec.suggested(row.suggested)),
        is_form=bool(codec.letter(row.letter).form),
        is_aside=row.case_id is None,
        at=row.at,
    )
