"""What became of what was sent, in the caller's transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from bot.messages import Address, Fate, Status
from bot.outgoing import Delivered, Undelivered
from bot.store import conversations
from bot.store.base import Prepared
from bot.store.replies import KEY_CHARS, outbox_row
from bot.store.tables import conversations as conversations_table
from bot.store.tables import outbox

WAITING, SENT, FAILED = "waiting", "sent", "failed"
STEPS = (WAITING, SENT, Fate.DELIVERED.value, Fate.READ.value)
"""How far a part has come, in order."""
BEFORE: dict[Fate, tuple[str | None, ...]] = {
    Fate.DELIVERED: (None,),
    Fate.READ: (None, Fate.DELIVERED.value),
}
"""The fates that another one replaces: news may come out of order."""


def report(connection: Connection, channel: str, status: Status) -> str | None:
    """See `Outbox.report`."""
    if status.provider_id is None and status.key is None:
        return _all_until(connection, channel, status)
    row = _find(connection, channel, status)
    if row is None:
        return None
    if status.fate is Fate.FAILED and not _fails(row, status):
        return str(row.conversation_id)
    values: dict[str, Any] = {}
    if row.settled_at is None:
        # The receipt was lost and this is it: whoever holds the row will find it settled.
        values = {"settled_at": status.at, "worker": None, "leased_until": None, "error": None}
        # Of one attempt there is one: whether it arrived is known now.
        values |= {"doubtful": False} if row.attempts <= 1 else {}
    if status.provider_id and row.provider_id is None:
        values["provider_id"] = status.provider_id
    if status.fate is Fate.FAILED:
        values |= {"given_up": True, "error": status.reason[:500]}
    elif row.fate in BEFORE.get(status.fate, ()):
        values["fate"] = status.fate.value
        if row.given_up:
            # It has arrived all the same: nobody is to send it again.
            values |= {"given_up": False, "error": None}
    if values:
        connection.execute(update(outbox).where(outbox.c.id == row.id).values(values))
    return str(row.conversation_id)


def _fails(row: Row[Any], status: Status) -> bool:
    """Whether the news that something failed are about this attempt: others of the same key failed before it."""
    if row.fate is not None:
        return False
    if row.provider_id is not None and status.provider_id is not None:
        return bool(row.provider_id == status.provider_id)
    # Providers tell whole seconds.
    return bool(status.at + timedelta(seconds=1) > row.created_at)


def states(connection: Connection, conversation_id: str) -> dict[str, Delivered]:
    """See `Outbox.states`."""
    found: dict[str, Delivered] = {}
    rows = select(outbox).where(outbox.c.conversation_id == conversation_id).order_by(outbox.c.id)
    for row in connection.execute(rows):
        one = Delivered(_state(row), (row.error or "") if row.settled_at is None or row.given_up else "", row.doubtful)
        other = found.get(row.reply_id)
        found[row.reply_id] = one if other is None else _least(other, one)
    return found


def undelivered(connection: Connection, limit: int) -> list[Undelivered]:
    """See `Outbox.undelivered`."""
    rows = (
        select(outbox, conversations_table.c.channel, conversations_table.c.address_key)
        .join(conversations_table, outbox.c.conversation_id == conversations_table.c.id)
        .where(outbox.c.given_up, outbox.c.dismissed_at.is_(None))
        .order_by(outbox.c.settled_at.desc(), outbox.c.id.desc())
        .limit(limit)
    )
    found: dict[tuple[str, str], Undelivered] = {}
    for row in connection.execute(rows):
        one = Undelivered(
            row.conversation_id,
            row.reply_id,
            Address(row.channel, row.address_key),
            row.settled_at,
            row.error or "",
            row.doubtful,
        )
        found.setdefault((one.conversation_id, one.reply_id), one)
    return list(found.values())


def by_channel(connection: Connection) -> tuple[dict[str, int], dict[str, int]]:
    """See `Outbox.by_channel`."""
    counted = (
        select(conversations_table.c.channel, func.count())
        .join(outbox, outbox.c.conversation_id == conversations_table.c.id)
        .group_by(conversations_table.c.channel)
    )
    waiting = connection.execute(counted.where(outbox.c.settled_at.is_(None)))
    failed = connection.execute(counted.where(outbox.c.given_up, outbox.c.dismissed_at.is_(None)))
    return {row[0]: row[1] for row in waiting}, {row[0]: row[1] for row in failed}


def again(connection: Connection, conversation_id: str, prepared: Prepared, now: datetime) -> bool:
    """See `Outbox.again`."""
    if not conversations.lock(connection, conversation_id):
        return False
    reply = prepared.reply.id
    mine = (outbox.c.conversation_id == conversation_id, outbox.c.reply_id == reply)
    rows = connection.execute(select(outbox).where(*mine)).all()
    if not any(row.given_up for row in rows):
        return False
    same = len(rows) == len(prepared.outgoing)
    if not same and any(row.worker is not None for row in rows):
        # One of them is on its way, and would be again.
        return False
    parts = [row.part for row in rows if row.given_up] if same else list(range(len(prepared.outgoing)))
    doubtful = {row.part for row in rows if row.doubtful}
    gone = delete(outbox).where(*mine)
    connection.execute(gone.where(outbox.c.part.in_(parts)) if same else gone)
    for part in parts:
        row = outbox_row(conversation_id, reply, part, prepared.outgoing[part], now)
        if not same:
            # A provider that knows the old key would take the new words for the old ones.
            row["key"] = secrets.token_hex(KEY_CHARS // 2)
        connection.execute(insert(outbox).values({**row, "doubtful": part in doubtful}))
    return True


def _all_until(connection: Connection, channel: str, status: Status) -> str | None:
    """A reader has seen everything up to a moment."""
    address = status.address
    if address is None or status.fate not in BEFORE:
        return None
    found = select(conversations_table.c.id).where(
        conversations_table.c.channel == channel, conversations_table.c.address_key == address.key
    )
    conversation_id = connection.execute(found).scalar_one_or_none()
    if conversation_id is None:
        return None
    seen = update(outbox).where(
        outbox.c.conversation_id == conversation_id,
        outbox.c.settled_at <= status.at,
        ~outbox.c.given_up,
        outbox.c.fate.is_(None) | outbox.c.fate.in_([one for one in BEFORE[status.fate] if one]),
    )
    connection.execute(seen.values(fate=status.fate.value))
    return str(conversation_id)


def _find(connection: Connection, channel: str, status: Status) -> Row[Any] | None:
    wanted = (
        select(outbox)
        .join(conversations_table, outbox.c.conversation_id == conversations_table.c.id)
        .where(conversations_table.c.channel == channel)
        .order_by(outbox.c.id.desc())
        .limit(1)
        # Whoever claims it, or tells of it, in this moment is waited for: each looks at what the one before has left.
        .with_for_update(of=outbox)
    )
    for column, value in ((outbox.c.key, status.key), (outbox.c.provider_id, status.provider_id)):
        if value and (row := connection.execute(wanted.where(column == value)).first()) is not None:
            return row
    return None


def _state(row: Row[Any]) -> str:
    if row.settled_at is None:
        return WAITING
    if row.given_up:
        return FAILED
    return row.fate or SENT


def _least(one: Delivered, other: Delivered) -> Delivered:
    ranked: Sequence[str] = (FAILED, *STEPS)
    worst = min((one, other), key=lambda part: ranked.index(part.state))
    return Delivered(worst.state, worst.reason, one.doubtful or other.doubtful)
