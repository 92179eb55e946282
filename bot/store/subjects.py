"""The rights of those whose data we hold: everything here follows the register in `bot.privacy.retention`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, delete, func, insert, literal_column, select, update

from bot.cases import CaseState
from bot.messages import Address
from bot.privacy.retention import CONVERSATIONS, REGISTER, Kept, Link
from bot.store import codec, replies
from bot.store.base import Erased, Prepared
from bot.store.columns import metadata
from bot.store.conversations import hear
from bot.store.desk_tables import cases
from bot.store.engine import Database
from bot.store.numbers import readable
from bot.store.tables import conversations, events, forgotten, inbox, receipts, tracker_heads

CONVERSATIONS_AT_ONCE = 20
ROWS_AT_ONCE = 500
"""A purge is many short transactions: citizens' messages are written between them."""

AGED_AT_ONCE = 20 * ROWS_AT_ONCE
"""As many are looked for at a time: whoever looks may have to go through all of a table."""

Counts = dict[str, int]

_is_worked_on = (
    select(cases.c.id)
    .where(cases.c.conversation_id == conversations.c.id, cases.c.state != CaseState.CLOSED.value)
    .exists()
)
"""A conversation with an open case: the town still owes its citizen something."""


class SqlSubjects:
    """See `bot.store.base.Subjects`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def erase(
        self, address: Address, now: datetime, farewell: Callable[[Erased], Prepared] | None = None
    ) -> Erased:
        """See `Subjects.erase`."""
        found = (
            select(conversations.c.id)
            .where(conversations.c.channel == address.channel, conversations.c.address_key == address.key)
            .with_for_update()
        )

        def work(connection: Connection) -> Erased:
            ids = list(connection.execute(found).scalars())
            _remember_seen(connection, ids, now)
            rows = _remove(connection, ids, REGISTER)
            erased = Erased(new_receipt(), now, rows)
            connection.execute(insert(receipts).values(number=erased.receipt, at=now, rows=codec.encode(rows)))
            if farewell is not None:
                said = farewell(erased)
                fresh = hear(connection, address, said.reply.language, False, now)
                replies.store(connection, fresh, [said], now)
            return erased

        erased = await self._database.write(work)
        await self._database.scrub()
        return erased

    async def purge(self, now: datetime, retention: dict[str, timedelta]) -> dict[str, int]:
        """See `Subjects.purge`. A setting that is not given removes nothing."""
        total: Counts = {}
        limits = {setting: now - age for setting, age in retention.items()}
        if CONVERSATIONS in limits:
            before = limits[CONVERSATIONS]
            await self._repeat(total, lambda connection: _silent_conversations(connection, before))
            await self._forget_trackers(total, before)
        for kept in REGISTER:
            if kept.setting != CONVERSATIONS and kept.setting in limits:
                await self._age(total, kept, limits[kept.setting])
        # Also after a night without anything to remove: an earlier scrub may have been cut short.
        await self._database.scrub()
        return total

    async def _forget_trackers(self, total: Counts, before: datetime) -> None:
        """Look for them while others write: there are as many first events as there ever were senders."""
        silent = _silent_trackers(before)
        tables = [kept for kept in REGISTER if kept.table in {events.name, tracker_heads.name}]
        while ids := await self._database.read(lambda connection: list(connection.execute(silent).scalars())):
            for start in range(0, len(ids), CONVERSATIONS_AT_ONCE):
                batch = ids[start : start + CONVERSATIONS_AT_ONCE]
                _add(total, await self._database.write(partial(_remove, ids=batch, tables=tables)))

    async def _age(self, total: Counts, kept: Kept, before: datetime) -> None:
        """Remove the old rows of a table. They are looked for while others write: most tables have no index for it."""
        table = metadata.tables[kept.table]
        (key,) = table.primary_key.columns
        old = select(key).where(table.c[kept.since] < before).limit(AGED_AT_ONCE)
        more = True
        while more:
            keys = await self._database.read(lambda connection: list(connection.execute(old).scalars()))
            more = len(keys) == AGED_AT_ONCE
            for start in range(0, len(keys), ROWS_AT_ONCE):
                batch = keys[start : start + ROWS_AT_ONCE]
                _add(
                    total,
                    await self._database.write(partial(_remove_aged, kept=kept, keys=batch, before=before)),
                )

    async def _repeat(self, total: Counts, batch: Callable[[Connection], Counts]) -> None:
        """Run a batch until it finds nothing more, each time in a transaction of its own."""
        while True:
            removed = await self._database.write(batch)
            _add(total, removed)
            if not any(removed.values()):
                return


def _remember_seen(connection: Connection, ids: list[str], now: datetime) -> None:
    """A provider that delivers again what was erased is not believed to bring something new."""
    seen = select(inbox.c.channel, inbox.c.message_id).where(inbox.c.conversation_id.in_(ids))
    names = [
        {"name": codec.seen_name(row.channel, row.message_id), "at": now} for row in connection.execute(seen).all()
    ]
    if names:
        connection.execute(insert(forgotten), names)


def new_receipt() -> str:
    """A receipt number that a person can read aloud, such as R-7K3M-92QX."""
    return f"R-{readable()}"


def _silent_conversations(connection: Connection, before: datetime) -> Counts:
    silent = (
        select(conversations.c.id)
        .where(conversations.c.last_heard_at < before, ~_is_worked_on)
        .order_by(conversations.c.last_heard_at)
        .limit(CONVERSATIONS_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.execute(silent).scalars())
    for kept in REGISTER:
        if kept.link in {Link.CUT, Link.COUNTED}:
            _cut(connection, ids, kept)
    return _remove(connection, ids, (kept for kept in REGISTER if kept.link is Link.REMOVED))


def _silent_trackers(before: datetime) -> Select[tuple[str]]:
    """Trackers that belong to no conversation, such as probes', by the time of their last event."""
    last = events.alias("last")
    return (
        select(events.c.sender_id)
        .where(
            events.c.position == literal_column("0"),
            events.c.at < before,
            ~select(conversations.c.id).where(conversations.c.id == events.c.sender_id).exists(),
            select(func.max(last.c.at)).where(last.c.sender_id == events.c.sender_id).scalar_subquery() < before,
        )
        .limit(ROWS_AT_ONCE)
    )


def _remove_aged(connection: Connection, kept: Kept, keys: list[Any], before: datetime) -> Counts:
    """Remove those of these rows that are as old still, and what belongs to them, however young it is."""
    table = metadata.tables[kept.table]
    (key,) = table.primary_key.columns
    found = select(key).where(key.in_(keys), table.c[kept.since] < before).with_for_update()
    keys = list(connection.execute(found).scalars())
    removed: Counts = {}
    for other in (metadata.tables[one.table] for one in REGISTER if keys and one.table != kept.table):
        for column in (pointing.parent for pointing in other.foreign_keys if pointing.column.table is table):
            _add(removed, {other.name: connection.execute(delete(other).where(column.in_(keys))).rowcount})
    if keys:
        removed[kept.table] = connection.execute(delete(table).where(key.in_(keys))).rowcount
    return removed


def _remove(connection: Connection, ids: list[str], tables: Iterable[Kept]) -> Counts:
    """Remove every row of these conversations; how many by table."""
    removed: Counts = {}
    for kept in tables:
        if kept.link is Link.COUNTED:
            _cut(connection, ids, kept)
        elif ids and kept.owner is not None:
            table = metadata.tables[kept.table]
            removed[kept.table] = connection.execute(delete(table).where(table.c[kept.owner].in_(ids))).rowcount
    return removed


def _cut(connection: Connection, ids: list[str], kept: Kept) -> None:
    """Rows stay, and nothing of them leads to these conversations any more."""
    table = metadata.tables[kept.table]
    if ids and kept.owner is not None:
        for name, owner, moments in kept.moments:
            (key,) = table.primary_key.columns
            _blur(connection, metadata.tables[name], owner, select(key).where(table.c[kept.owner].in_(ids)), moments)
        connection.execute(update(table).where(table.c[kept.owner].in_(ids)).values(dict.fromkeys(kept.identifying)))


def _blur(
    connection: Connection, table: Table, owner: str, owners: Select[tuple[Any]], moments: tuple[str, ...]
) -> None:
    """Leave of the moments of these rows the hour alone."""
    (key,) = table.primary_key.columns
    found = connection.execute(select(key, *(table.c[name] for name in moments)).where(table.c[owner].in_(owners)))
    rows = [
        {"row": row[0], **{f"{name}_": of_hour(moment) for name, moment in zip(moments, row[1:], strict=True)}}
        for row in found
    ]
    if rows:
        values = {name: bindparam(f"{name}_", type_=table.c[name].type) for name in moments}
        connection.execute(update(table).where(key == bindparam("row")).values(values), rows)


def of_hour(moment: datetime) -> datetime:
    """The hour of a moment, without its minutes and seconds."""
    return moment.replace(minute=0, second=0, microsecond=0)


def _add(total: Counts, more: Counts) -> None:
    for table, rows in more.items():
        total[table] = total.get(table, 0) + rows
