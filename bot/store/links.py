"""Linked conversations, the cursors of pulling channels, and spent nonces."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, text, update

from bot.errors import Missing, Stale
from bot.linking import VALID, Answered, Outcome
from bot.messages import Address
from bot.store import conversations
from bot.store.engine import Database, insert_new
from bot.store.numbers import LETTERS, readable
from bot.store.tables import conversations as conversations_table
from bot.store.tables import cursors, links, nonces

SWEEP_EVERY = timedelta(minutes=1)


class SqlLinks:
    """See `bot.linking.Links`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, conversation_id: str, now: datetime) -> str:
        """See `Links.begin`."""
        return await self._database.write(lambda connection: _begin(connection, conversation_id, None, now))

    async def answer(self, conversation_id: str, code: str, now: datetime) -> Answered:
        """See `Links.answer`."""

        def work(connection: Connection) -> Answered:
            row = connection.execute(select(links).where(links.c.code_hash == _hash(code))).first()
            if row is None or row.at < now - VALID:
                return Answered(Outcome.UNKNOWN)
            if row.conversation_id == conversation_id:
                return Answered(Outcome.OWN)
            other = connection.execute(
                select(conversations_table).where(conversations_table.c.id == row.conversation_id)
            ).one()
            address = Address(other.channel, other.address_key)
            if row.answers is None:
                connection.execute(delete(links).where(links.c.code_hash == row.code_hash))
                code_back = _begin(connection, conversation_id, row.conversation_id, now)
                return Answered(Outcome.SECOND, code_back, address)
            if row.answers != conversation_id:
                return Answered(Outcome.UNKNOWN)
            _join(connection, conversation_id, row.conversation_id)
            return Answered(Outcome.LINKED, other=address)

        return await self._database.write(work)

    async def others(self, conversation_id: str) -> list[Address]:
        """See `Links.others`."""
        mine = select(conversations_table.c.person).where(conversations_table.c.id == conversation_id)
        found = select(conversations_table.c.channel, conversations_table.c.address_key).where(
            conversations_table.c.person == mine.scalar_subquery(), conversations_table.c.id != conversation_id
        )
        return await self._database.read(
            lambda connection: [Address(row.channel, row.address_key) for row in connection.execute(found)]
        )

    async def cut(self, conversation_id: str) -> bool:
        """See `Links.cut`."""
        alone = (
            update(conversations_table)
            .where(conversations_table.c.id == conversation_id, conversations_table.c.person.is_not(None))
            .values(person=None)
        )
        return await self._database.write(lambda connection: connection.execute(alone).rowcount > 0)


class SqlCursors:
    """See `bot.linking.Cursors`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hold(self, channel: str, holder: str, now: datetime, lease: timedelta) -> bool:
        """See `Cursors.hold`."""
        free = or_(cursors.c.holder.is_(None), cursors.c.holder == holder, cursors.c.held_until <= now)

        def work(connection: Connection) -> bool:
            new = insert_new(connection.dialect.name, cursors.c.channel)
            connection.execute(new, {"channel": channel, "value": ""})
            mine = update(cursors).where(cursors.c.channel == channel, free)
            return connection.execute(mine.values(holder=holder, held_until=now + lease)).rowcount == 1

        return await self._database.write(work)

    async def let_go(self, channel: str, holder: str) -> None:
        """See `Cursors.let_go`."""
        mine = update(cursors).where(cursors.c.channel == channel, cursors.c.holder == holder)
        await self._database.write(lambda connection: connection.execute(mine.values(holder=None, held_until=None)))

    async def read(self, channel: str) -> str:
        """See `Cursors.read`."""
        found = select(cursors.c.value).where(cursors.c.channel == channel)
        return await self._database.read(lambda connection: connection.execute(found).scalar_one_or_none() or "")

    async def write(self, channel: str, holder: str, value: str) -> None:
        """See `Cursors.write`."""
        mine = update(cursors).where(cursors.c.channel == channel, cursors.c.holder == holder).values(value=value)

        def work(connection: Connection) -> None:
            if connection.execute(mine).rowcount != 1:
                raise Stale(f"{holder} does not pull {channel} any more")

        await self._database.write(work)

    async def held(self, prefix: str, now: datetime) -> dict[str, str]:
        """See `Cursors.held`."""
        found = select(cursors.c.channel, cursors.c.value).where(
            cursors.c.channel.startswith(prefix, autoescape=True), cursors.c.held_until > now
        )
        return await self._database.read(
            lambda connection: {row.channel: row.value for row in connection.execute(found)}
        )

    async def drop(self, channel: str, holder: str) -> None:
        """See `Cursors.drop`."""
        gone = delete(cursors).where(cursors.c.channel == channel, cursors.c.holder == holder)
        await self._database.write(lambda connection: connection.execute(gone))


_SPEND = text(
    "INSERT INTO nonces (nonce, at) VALUES (:nonce, :now) "
    "ON CONFLICT (nonce) DO UPDATE SET at = excluded.at WHERE nonces.at < :since RETURNING nonce"
).bindparams(*(bindparam(name, type_=nonces.c.at.type) for name in ("now", "since")))


class SqlNonces:
    """See `bot.linking.Nonces`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._swept: datetime | None = None

    async def spend(self, nonce: str, now: datetime, valid: timedelta) -> bool:
        """See `Nonces.spend`. Those that are over are taken away now and then: each request would pay for it."""
        sweeps = self._swept is None or not timedelta() <= now - self._swept < SWEEP_EVERY

        def work(connection: Connection) -> bool:
            if sweeps:
                connection.execute(delete(nonces).where(nonces.c.at < now - valid))
            spent = {"nonce": nonce, "now": now, "since": now - valid}
            return connection.execute(_SPEND, spent).first() is not None

        fresh = await self._database.write(work)
        if sweeps:
            self._swept = now
        return fresh


def _begin(connection: Connection, conversation_id: str, answers: str | None, now: datetime) -> str:
    if not conversations.lock(connection, conversation_id):
        raise Missing(f"there is no conversation {conversation_id}")
    code = readable()
    gone = or_(links.c.conversation_id == conversation_id, links.c.at < now - VALID)
    connection.execute(delete(links).where(gone))
    row = {"code_hash": _hash(code), "conversation_id": conversation_id, "answers": answers, "at": now}
    connection.execute(insert(links).values(row))
    return code


def _join(connection: Connection, one: str, other: str) -> None:
    """All that either was linked with is one person from now on."""
    both = select(conversations_table.c.person).where(conversations_table.c.id.in_([one, other]))
    known = [person for (person,) in connection.execute(both.with_for_update()) if person]
    person = secrets.token_urlsafe(16)
    theirs = or_(conversations_table.c.id.in_([one, other]), conversations_table.c.person.in_(known))
    connection.execute(update(conversations_table).where(theirs).values(person=person))
    connection.execute(delete(links).where(links.c.conversation_id.in_([one, other])))


def _hash(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter in LETTERS)
    return hashlib.sha256(plain.encode()).hexdigest()
