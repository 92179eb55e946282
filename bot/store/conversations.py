"""Who speaks with us."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, TextClause, bindparam, func, or_, select, text, update

from bot.errors import Missing, Stale, StoreError
from bot.messages import Address, Mode, Thread
from bot.store import codec
from bot.store.base import Conversation
from bot.store.engine import Database, insert_new
from bot.store.tables import conversations

ID_BYTES = 16
ID = re.compile(rf"c[0-9a-f]{{{2 * ID_BYTES}}}")
"""What our ids look like; Rasa's own tools make up others (`rasa shell`: 32 hexadecimal digits)."""

COLUMNS = (
    conversations.c.id.label("conversation_id"),
    conversations.c.channel,
    conversations.c.address_key,
    conversations.c.mode,
    conversations.c.language,
    conversations.c.created_at,
    conversations.c.last_heard_at,
    conversations.c.untold_after,
    conversations.c.thread,
    conversations.c.person,
    conversations.c.spoken,
)

_BY_ADDRESS = select(*COLUMNS).where(
    conversations.c.channel == bindparam("channel"), conversations.c.address_key == bindparam("address_key")
)
_BY_ID = select(*COLUMNS).where(conversations.c.id == bindparam("id"))
_LOCK = select(conversations.c.id).where(conversations.c.id == bindparam("id")).with_for_update()
_LOCK_SOME = (
    select(conversations.c.id)
    .where(conversations.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(conversations.c.id)
    .with_for_update()
)


def conversation(row: Row[Any]) -> Conversation:
    """A conversation from a row that holds `COLUMNS`.

    Raises:
        StoreError: it is in a mode that this version does not know.
    """
    try:
        mode = Mode(row.mode)
    except ValueError as error:
        raise StoreError(str(error)) from error
    return Conversation(
        id=row.conversation_id,
        address=Address(row.channel, row.address_key),
        mode=mode,
        language=row.language,
        created_at=row.created_at,
        last_heard_at=row.last_heard_at,
        untold_after=row.untold_after,
        thread=codec.thread(row.thread) if row.thread else None,
        person=row.person,
        spoken=row.spoken or "",
    )


FRESH = ("id", "channel", "address_key", "mode", "language", "created_at", "last_heard_at", "thread")
"""The columns of a conversation that begins."""


def fresh(address: Address, language: str, now: datetime, thread: Thread | None) -> dict[str, Any]:
    """The values of `FRESH`."""
    return _fresh(address, language, now) | {"thread": codec.encode(thread) if thread else None}


def changed(keep_language: bool, thread: Thread | None) -> tuple[str, ...]:
    """What a message changes of a conversation that goes on."""
    return ("last_heard_at", *(() if keep_language else ("language",)), *(("thread",) if thread else ()))


def news(names: tuple[str, ...]) -> str:
    """`SET …` of those columns, in an upsert."""
    return ", ".join(f"{name} = excluded.{name}" for name in names)


@cache
def _hear(names: tuple[str, ...]) -> TextClause:
    """As text, since SQLAlchemy would compile its own upsert anew each time (`bot.store.engine.insert_new`)."""
    values = ", ".join(f":{name}" for name in FRESH)
    return text(
        f"INSERT INTO conversations ({', '.join(FRESH)}) VALUES ({values}) "  # noqa: S608 - names of our own columns
        f"ON CONFLICT (channel, address_key) DO UPDATE SET {news(names)} RETURNING id"
    ).bindparams(*(bindparam(name, type_=conversations.c[name].type) for name in FRESH))


def hear(
    connection: Connection,
    address: Address,
    language: str,
    keep_language: bool,
    now: datetime,
    thread: Thread | None = None,
) -> str:
    """The id of an address's conversation, made if new, now the last heard; its row is locked until the commit."""
    heard = _hear(changed(keep_language, thread))
    return str(connection.execute(heard, fresh(address, language, now, thread)).scalar_one())


def lock(connection: Connection, conversation_id: str) -> bool:
    """Keep other writers out of a conversation until the commit; False if there is none.

    Whoever writes rows of a conversation locks it first: that makes row numbers grow in the order of the commits,
    so that no reader with a cursor ever jumps over a row, and it makes deadlocks impossible.
    """
    return connection.execute(_LOCK, {"id": conversation_id}).first() is not None


def lock_some(connection: Connection, conversation_ids: Iterable[str]) -> frozenset[str]:
    """As `lock`, several in one order, so that two who do so never wait for each other crosswise; those that are there."""
    ids = sorted(set(conversation_ids))
    return frozenset(connection.execute(_LOCK_SOME, {"ids": ids}).scalars()) if ids else frozenset()


def of_person(conversation_id: str) -> Select[tuple[str]]:
    """The ids of a conversation and of those that its citizen linked with it."""
    person = select(conversations.c.person).where(conversations.c.id == conversation_id).scalar_subquery()
    return select(conversations.c.id).where(
        or_(conversations.c.id == conversation_id, conversations.c.person == person)
    )


def erased(connection: Connection, conversation_id: str) -> bool:
    """Whether an id of ours has no conversation any more; while it has one, nobody erases it before the commit.

    Whoever writes about a conversation from outside of it, as Rasa does, asks this first: an answer that is still
    being worked on when its citizen erases everything must not write their words again.
    """
    return ID.fullmatch(conversation_id) is not None and not lock(connection, conversation_id)


class SqlConversations:
    """See `bot.store.base.Conversations`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, address: Address, language: str, now: datetime) -> Conversation:
        """See `Conversations.open`."""
        found = await self.find(address)
        if found is not None:
            return found

        def work(connection: Connection) -> Conversation:
            new = insert_new(connection.dialect.name, conversations.c.id)
            connection.execute(new, _fresh(address, language, now))
            return conversation(connection.execute(_BY_ADDRESS, _key(address)).one())

        return await self._database.write(work)

    async def find(self, address: Address) -> Conversation | None:
        """See `Conversations.find`."""

        def work(connection: Connection) -> Conversation | None:
            row = connection.execute(_BY_ADDRESS, _key(address)).first()
            return conversation(row) if row else None

        return await self._database.read(work)

    async def get(self, conversation_id: str) -> Conversation:
        """See `Conversations.get`."""

        def work(connection: Connection) -> Conversation:
            row = connection.execute(_BY_ID, {"id": conversation_id}).first()
            if row is None:
                raise Missing(f"there is no conversation {conversation_id}")
            return conversation(row)

        return await self._database.read(work)

    async def switch(self, conversation_id: str, was: Mode, to: Mode) -> None:
        """See `Conversations.switch`."""

        def work(connection: Connection) -> None:
            switched = connection.execute(
                update(conversations)
                .where(conversations.c.id == conversation_id, conversations.c.mode == was.value)
                .values(mode=to.value)
            )
            if switched.rowcount != 1:
                raise Stale(f"the conversation {conversation_id} is not with the {was.value}")

        await self._database.write(work)

    async def speak(self, conversation_id: str, language: str) -> None:
        """See `Conversations.speak`."""
        spoken = update(conversations).where(conversations.c.id == conversation_id).values(language=language)
        await self._database.write(lambda connection: connection.execute(spoken))

    async def heard_in(self, conversation_id: str, language: str) -> None:
        """See `Conversations.heard_in`."""
        heard = update(conversations).where(conversations.c.id == conversation_id).values(spoken=language)
        await self._database.write(lambda connection: connection.execute(heard))

    async def told(self, conversation_id: str, was: int) -> None:
        """See `Conversations.told`."""
        known = (
            update(conversations)
            .where(
                conversations.c.id == conversation_id,
                conversations.c.untold_after == was,
                conversations.c.mode == Mode.BOT.value,
            )
            .values(untold_after=None)
        )
        await self._database.write(lambda connection: connection.execute(known))

    async def count(self) -> int:
        """See `Conversations.count`."""
        return await self._database.read(
            lambda connection: connection.execute(select(func.count()).select_from(conversations)).scalar_one()
        )


def _fresh(address: Address, language: str, now: datetime) -> dict[str, Any]:
    return {
        "id": f"c{secrets.token_hex(ID_BYTES)}",
        **_key(address),
        "mode": Mode.BOT.value,
        "language": language,
        "created_at": now,
        "last_heard_at": now,
    }


def _key(address: Address) -> dict[str, str]:
    return {"channel": address.channel, "address_key": address.key}
