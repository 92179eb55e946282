"""What every contact was, counted by day, on one database; see `bot.contacts.ContactBook`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    Table,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    not_,
    select,
    text,
    true,
    update,
)

from bot.analytics.counters import Count
from bot.cases import CaseState
from bot.contacts import Backlog, Compared, Contact, Counted, Finding, Marks, Span, Spread, Way, What
from bot.errors import Missing, StoreError
from bot.letters import CHANNELS
from bot.store.contact_history import ContactSources
from bot.store.contact_rows import keep_marks, mark_stale, replace_contacts
from bot.store.contact_tables import contacts, daily, daily_sums, facts, findings, read_marks, stale_days
from bot.store.desk_tables import cases
from bot.store.tables import conversations

_KEYS = ("hour", "channel", "language", "service", "topic", "detail")
_COLUMNS = ("day", *_KEYS, "what", "count", "total")
_DAY = bindparam("of_day", type_=daily.c.day.type)

_CHAT = contacts.c.way == Way.CHAT.value
_WITH_CASE = contacts.c.cause != ""
_CONTAINED = and_(_CHAT, not_(_WITH_CASE))
_WHICH: Mapping[Count, ColumnElement[bool]] = {
    Count.CONTACTS: true(),
    Count.CHATS: _CHAT,
    Count.CONTAINED: _CONTAINED,
    Count.CHATS_RATED: and_(_CONTAINED, contacts.c.helpful.is_not(None)),
    Count.HELPED: and_(_CONTAINED, contacts.c.helpful.is_(True), contacts.c.returned.is_(False)),
    Count.UNANSWERED: and_(contacts.c.lost > 0, contacts.c.answered == 0),
    Count.WITH_CASE: _WITH_CASE,
}
_FIND = text(
    """
INSERT INTO findings (sort, subject, first_day, last_day, seen, expected, strength, detail, found_at)
VALUES (:sort, :subject, :first_day, :last_day, :seen, :expected, :strength, :detail, :found_at)
ON CONFLICT (sort, subject, first_day) DO UPDATE SET last_day = excluded.last_day, seen = excluded.seen,
    expected = excluded.expected, strength = excluded.strength, detail = excluded.detail
"""
).bindparams(*(bindparam(name, type_=findings.c[name].type) for name in ("first_day", "last_day", "found_at")))


class SqlContacts(ContactSources):
    """See `ContactBook`."""

    async def marks(self) -> Marks:
        """See `ContactBook.marks`."""
        found = select(read_marks)
        return Marks(
            await self._database.read(
                lambda connection: {row.source: row.position for row in connection.execute(found)}
            )
        )

    async def replace(
        self, contacts: Mapping[str, Sequence[Contact]], marks: Marks | None = None, since: date | None = None
    ) -> int:
        """See `ContactBook.replace`."""

        def work(connection: Connection) -> int:
            changed = replace_contacts(connection, contacts, since)
            if marks is not None:
                keep_marks(connection, marks.positions)
            return changed

        return await self._database.write(work)

    async def roll_up(self, limit: int = 400) -> int:
        """See `ContactBook.roll_up`."""
        stale = select(stale_days.c.day).order_by(stale_days.c.day.desc()).limit(limit)
        days = await self._database.read(lambda connection: list(connection.execute(stale).scalars()))
        for day in days:
            await self._database.write(partial(_roll_up, day=day))
        return len(days)

    async def stale(self, first: date, last: date) -> int:
        """See `ContactBook.stale`."""
        found = select(func.count()).select_from(stale_days).where(stale_days.c.day.between(first, last))
        return await self._database.read(lambda connection: int(connection.execute(found).scalar_one()))

    async def begun(self) -> date | None:
        """See `ContactBook.begun`."""
        own = and_(daily_sums.c.what == Count.CONTACTS.value, daily_sums.c.by == "")
        found = select(daily_sums.c.day).where(own).order_by(daily_sums.c.day).limit(1)
        return await self._database.read(lambda connection: connection.execute(found).scalar_one_or_none())

    async def counts(self, span: Span, what: str, by: Sequence[str]) -> list[Counted]:
        """See `ContactBook.counts`.

        Raises:
            StoreError: there is no such column to count by.
        """
        if unknown := set(by) - {"day", *_KEYS}:
            raise StoreError(f"contacts are not counted by {', '.join(sorted(unknown))}")
        table, which, columns = _source(span, what, [name for name in by if name != "day"])
        keys = [table.c.day if name == "day" else columns[name] for name in by]
        count, total = func.sum(table.c.count), func.sum(table.c.total)
        found = select(*keys, count.label("counted"), total.label("summed")).where(
            which, table.c.day.between(span.first, span.last)
        )
        if keys:
            found = found.group_by(*keys)

        def work(connection: Connection) -> list[Counted]:
            rows = [row for row in connection.execute(found).all() if row.counted is not None]
            read = [Counted(tuple(map(_key, by, row)), int(row.counted), int(row.summed)) for row in rows]
            # Sorted here: databases sort text by rules of their own.
            return sorted(read, key=lambda one: (-one.count, one.key))

        return await self._database.read(work)

    async def compare(self, span: Span, runs: Sequence[tuple[date, date]], what: str, by: str = "") -> list[Compared]:
        """See `ContactBook.compare`."""
        if not runs or by not in {"", *_KEYS}:
            raise StoreError(f"contacts are not compared by {by or 'nothing'}")
        table, which, columns = _source(span, what, [by] if by else [])
        key = columns[by] if by else literal("")
        sums = [func.sum(case((table.c.day.between(first, last), table.c.count), else_=0)) for first, last in runs]
        ever = table.c.day.between(min(first for first, _ in runs), max(last for _, last in runs))
        found = select(key, *sums).where(which, ever)
        if by:
            found = found.group_by(key)

        def work(connection: Connection) -> list[Compared]:
            rows = [row for row in connection.execute(found).all() if row[1] is not None]
            return sorted(
                (Compared(_key(by, row[0]), tuple(map(int, row[1:]))) for row in rows), key=lambda one: one.key
            )

        return await self._database.read(work)

    async def spread(self, span: Span, what: What) -> Spread:
        """See `ContactBook.spread`."""
        within = and_(_within(facts, span), facts.c.day.between(span.first, span.last))
        own = and_(within, facts.c.what == what.value, facts.c.value.is_not(None))
        ranked = (
            select(
                facts.c.value,
                func.row_number().over(order_by=facts.c.value).label("rank"),
                func.count().over().label("of"),
            )
            .where(own)
            .subquery()
        )
        # The smallest whole number that is not below p * n, without a fraction that could be off.
        median, ninetieth = (ranked.c.of + 1) // 2, (9 * ranked.c.of + 9) // 10
        found = select(
            func.max(ranked.c.of).label("of"),
            func.max(case((ranked.c.rank == median, ranked.c.value))).label("median"),
            func.max(case((ranked.c.rank == ninetieth, ranked.c.value))).label("ninetieth"),
        )

        def work(connection: Connection) -> Spread:
            row = connection.execute(found).one()
            return Spread(row.of, int(row.median), int(row.ninetieth)) if row.of else Spread(0)

        return await self._database.read(work)

    async def backlog(self, now: datetime, span: Span) -> list[Backlog]:
        """See `ContactBook.backlog`."""
        # In which a citizen was surely heard to write, as a contact's language is.
        language = func.coalesce(func.nullif(conversations.c.spoken, ""), conversations.c.language)
        wanted = ((conversations.c.channel, span.channel), (cases.c.service, span.service), (language, span.language))
        late = func.sum(case((cases.c.due_at < now, 1), else_=0))
        found = (
            select(cases.c.service, func.count().label("open"), late.label("late"), func.min(cases.c.opened_at))
            .join(conversations, cases.c.conversation_id == conversations.c.id)
            .where(cases.c.state != CaseState.CLOSED.value, conversations.c.channel.in_(sorted(CHANNELS)))
            .where(*(column == value for column, value in wanted if value))
            .group_by(cases.c.service)
        )

        def work(connection: Connection) -> list[Backlog]:
            rows = [
                Backlog(service, opened, int(too_late), max(now - oldest, timedelta()))
                for service, opened, too_late, oldest in connection.execute(found).all()
            ]
            return sorted(rows, key=lambda one: (-one.open, one.service))

        return await self._database.read(work)

    async def find(self, findings: Sequence[Finding], now: datetime) -> int:
        """See `ContactBook.find`."""
        return await self._database.write(lambda connection: _find(connection, findings, now))

    async def findings(self, span: Span, dismissed: bool = False) -> list[Finding]:
        """See `ContactBook.findings`."""
        found = (
            select(findings)
            .where(true() if dismissed else findings.c.dismissed_at.is_(None))
            .where(findings.c.last_day >= span.first, findings.c.first_day <= span.last)
            .order_by(findings.c.strength.desc(), findings.c.id)
        )

        def work(connection: Connection) -> list[Finding]:
            return [
                Finding(
                    *(row.sort, row.subject, row.first_day, row.last_day, row.seen, row.expected, row.strength),
                    id=row.id,
                    detail=row.detail,
                )
                for row in connection.execute(found)
            ]

        return await self._database.read(work)

    async def dismiss(self, finding_id: int, now: datetime) -> None:
        """See `ContactBook.dismiss`."""
        own = findings.c.id == finding_id

        def work(connection: Connection) -> None:
            if connection.execute(select(findings.c.id).where(own)).first() is None:
                raise Missing(f"there is no finding {finding_id}")
            open_one = update(findings).where(own, findings.c.dismissed_at.is_(None))
            connection.execute(open_one.values(dismissed_at=now))

        await self._database.write(work)

    async def make_stale(self, first: date, last: date) -> None:
        """Let every day on which something is or was counted be counted anew."""
        some = select(contacts.c.day).union(select(facts.c.day), select(daily.c.day)).subquery()
        found = select(some.c.day).where(some.c.day.between(first, last))
        await self._database.write(lambda connection: mark_stale(connection, connection.execute(found).scalars().all()))


def _key(name: str, value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:02}" if isinstance(value, int) else str(value)


def _source(
    span: Span, what: str, by: Sequence[str]
) -> tuple[Table, ColumnElement[bool], Mapping[str, ColumnElement[Any]]]:
    """The smallest table that has counts by these columns, the rows of it, and the columns by their names."""
    if len(by) > 1 or span.channel or span.service or span.language:
        return daily, and_(_within(daily, span), daily.c.what == what), dict(daily.c.items())
    of = by[0] if by else ""
    return daily_sums, and_(daily_sums.c.what == what, daily_sums.c.by == of), {of: daily_sums.c.key}


def _within(table: Any, span: Span) -> ColumnElement[bool]:
    """Rows of what a span does not leave out."""
    wanted = {"channel": span.channel, "service": span.service, "language": span.language}
    own = [table.c[name] == value for name, value in wanted.items() if value]
    return and_(true(), *own)


def _roll_up(connection: Connection, day: date) -> None:
    """Count one day. Who writes contacts of it meanwhile waits, or is waited for: then the day is counted with them."""
    of_day = {"of_day": day}
    # First of all, and alone: what is counted below is seen behind the lock that this takes.
    if not connection.execute(delete(stale_days).where(stale_days.c.day == _DAY), of_day).rowcount:
        # Somebody else has counted it since it was looked up: two who count one day at once would count it twice.
        return
    connection.execute(delete(daily).where(daily.c.day == _DAY), of_day)
    connection.execute(delete(daily_sums).where(daily_sums.c.day == _DAY), of_day)
    for statement in _COUNTING:
        connection.execute(statement, of_day)


def _counting() -> list[Any]:
    keys = [contacts.c.day, contacts.c.hour]
    keys += [contacts.c[name] for name in ("channel", "language", "service", "topic")]
    own = [facts.c.day, *(facts.c[name] for name in _KEYS), facts.c.what]
    total = func.coalesce(func.sum(facts.c.value), 0)
    counted = [
        select(*keys, literal("").label("detail"), literal(what.value).label("what"), func.count(), literal(0))
        .where(contacts.c.day == _DAY, which)
        .group_by(*keys)
        for what, which in _WHICH.items()
    ]
    counted.append(select(*own, func.count(), total).where(facts.c.day == _DAY).group_by(*own))
    return [insert(daily).from_select(list(_COLUMNS), one) for one in counted] + [_summing(of) for of in ("", *_KEYS)]


def _summing(of: str) -> Any:
    """The counts of a day by one column alone, from those by all of them."""
    key: ColumnElement[Any] = literal("") if not of else daily.c[of]
    if of == "hour":
        # In two digits on both engines.
        key = func.substr(cast(100 + daily.c.hour, String), 2, 2)
    count, total = func.sum(daily.c.count), func.sum(daily.c.total)
    named = [daily.c.what, literal(of), daily.c.day, key.label("named"), count, total]
    keys = [daily.c.what, daily.c.day, *([daily.c[of]] if of else [])]
    summed = select(*named).where(daily.c.day == _DAY).group_by(*keys)
    return insert(daily_sums).from_select(["what", "by", "day", "key", "count", "total"], summed)


_COUNTING = _counting()


def _find(connection: Connection, found: Sequence[Finding], now: datetime) -> int:
    new = 0
    for one in found:
        same = and_(
            findings.c.sort == one.sort, findings.c.subject == one.subject, findings.c.first_day == one.first_day
        )
        new += connection.execute(select(findings.c.id).where(same)).first() is None
        values = {name: getattr(one, name) for name in ("sort", "subject", "first_day", "last_day")}
        values |= {name: getattr(one, name) for name in ("seen", "expected", "strength", "detail")}
        connection.execute(_FIND, {**values, "found_at": now})
    return new
