"""Rows of contacts and of what happened in them: read, and replaced where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, text

from bot.contacts import Contact, Fact, Way, What
from bot.store import conversations
from bot.store.contact_tables import contacts, facts, read_marks, stale_days

_CONTACTS = select(contacts).where(contacts.c.conversation_id.in_(bindparam("ids", expanding=True)))
_FACTS = (
    select(facts)
    .join(contacts, facts.c.contact_id == contacts.c.id)
    .where(contacts.c.conversation_id.in_(bindparam("ids", expanding=True)))
    .order_by(facts.c.id)
)
# A row that is there already is written again: that locks it, so that a day which is being counted right now is
# counted with what is written here, or stays stale.
_STALE = text(
    "INSERT INTO stale_days (day) VALUES (:day) ON CONFLICT (day) DO UPDATE SET day = excluded.day"
).bindparams(bindparam("day", type_=stale_days.c.day.type))
_MARK = text(
    "INSERT INTO read_marks (source, position) VALUES (:source, :position) "
    "ON CONFLICT (source) DO UPDATE SET position = excluded.position"
).bindparams(bindparam("position", type_=read_marks.c.position.type))

# The numbers come back in the order of the rows.
_NEW = insert(contacts).returning(contacts.c.id, sort_by_parameter_order=True)
_OWN: tuple[str, ...] = (
    "position",
    "started_at",
    "ended_at",
    "day",
    "hour",
    "service",
    "topic",
    "questions",
    "answered",
    "lost",
)
_OWN += ("cause", "helpful", "returned", "channel", "language")


def replace_contacts(connection: Connection, wanted: Mapping[str, Sequence[Contact]], since: date | None) -> int:
    """See `ContactBook.replace`; how many contacts were written or removed."""
    ids = sorted(conversations.lock_some(connection, wanted))
    if not ids:
        return 0
    stored = _stored(connection, ids)
    gone: list[int] = []
    fresh: list[tuple[str, Contact]] = []
    days: set[date] = set()
    for conversation_id in ids:
        was = stored.get(conversation_id, {})
        now = {one.position: one for one in wanted[conversation_id]}
        for position in sorted(was.keys() | now.keys()):
            row, old = was.get(position, (0, None))
            new = now.get(position)
            if _same(old, new) or _is_before(since, old, new):
                continue
            if old is not None:
                gone.append(row)
                days |= _days(old)
            if new is not None:
                fresh.append((conversation_id, new))
                days |= _days(new)
    if gone:
        connection.execute(delete(facts).where(facts.c.contact_id.in_(gone)))
        connection.execute(delete(contacts).where(contacts.c.id.in_(gone)))
    _write(connection, fresh)
    mark_stale(connection, days)
    return max(len(gone), len(fresh))


def mark_stale(connection: Connection, days: Iterable[date]) -> None:
    """These days are to be counted anew."""
    if rows := [{"day": day} for day in sorted(days)]:
        connection.execute(_STALE, rows)


def keep_marks(connection: Connection, positions: Mapping[str, int]) -> None:
    """Write down how far the sources were read."""
    if rows := [{"source": source, "position": position} for source, position in sorted(positions.items())]:
        connection.execute(_MARK, rows)


def _stored(connection: Connection, ids: Collection[str]) -> dict[str, dict[int, tuple[int, Contact]]]:
    """By conversation and position: the row's id, and the contact."""
    own: defaultdict[int, list[Fact]] = defaultdict(list)
    for row in connection.execute(_FACTS, {"ids": list(ids)}):
        fact = Fact(What(row.what), row.at, row.day, row.hour, row.service, row.topic, row.detail, row.value)
        own[row.contact_id].append(fact)
    found: defaultdict[str, dict[int, tuple[int, Contact]]] = defaultdict(dict)
    for row in connection.execute(_CONTACTS, {"ids": list(ids)}):
        values = {name: getattr(row, name) for name in _OWN}
        found[row.conversation_id][row.position] = row.id, Contact(way=Way(row.way), facts=tuple(own[row.id]), **values)
    return found


def _same(old: Contact | None, new: Contact | None) -> bool:
    """Whether they are one; the order of facts says nothing."""
    if old is None or new is None:
        return old is new
    if len(old.facts) != len(new.facts) or replace(old, facts=()) != replace(new, facts=()):
        return False
    return sorted(map(_key, old.facts)) == sorted(map(_key, new.facts))


def _key(fact: Fact) -> tuple[Any, ...]:
    value = -1 if fact.value is None else fact.value
    return fact.what.value, fact.at, fact.day, fact.hour, fact.service, fact.topic, fact.detail, value


def _is_before(since: date | None, *found: Contact | None) -> bool:
    return since is not None and any(one is not None and one.day < since for one in found)


def _days(contact: Contact) -> set[date]:
    return {contact.day, *(fact.day for fact in contact.facts)}


def _write(connection: Connection, fresh: Sequence[tuple[str, Contact]]) -> None:
    if not fresh:
        return
    own = [
        {
            "conversation_id": conversation_id,
            "way": contact.way.value,
            **{name: getattr(contact, name) for name in _OWN},
        }
        for conversation_id, contact in fresh
    ]
    rows = [
        {
            "contact_id": contact_id,
            "what": fact.what.value,
            "at": fact.at,
            "day": fact.day,
            "hour": fact.hour,
            "channel": contact.channel,
            "language": contact.language,
            "service": fact.service,
            "topic": fact.topic,
            "detail": fact.detail,
            "value": fact.value,
        }
        for contact_id, (_, contact) in zip(connection.execute(_NEW, own).scalars().all(), fresh, strict=True)
        for fact in contact.facts
    ]
    if rows:
        connection.execute(insert(facts), rows)
