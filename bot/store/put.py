"""A message into PostgreSQL in one statement: what SQLite does in four that cost no way."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Connection, TextClause, bindparam, text
from sqlalchemy.exc import DBAPIError

from bot.messages import Message
from bot.store import codec, conversations
from bot.store.base import CITIZEN
from bot.store.tables import conversations as conversations_table
from bot.store.tables import forgotten, inbox, transcript

DIVISION_BY_ZERO = "22012"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""
_LINE = """, line AS (
    INSERT INTO transcript (conversation_id, ref, author, said, at)
    SELECT conversation_id, :message_id, :author, :said, :at FROM stored
    ON CONFLICT DO NOTHING
)"""


class Raced(Exception):
    """Another process stored the same message first: undo."""


def store(
    connection: Connection, message: Message, stored: str, language: str, now: datetime, is_written: bool
) -> bool:
    """Store a message, its conversation if new, and its line; False if it was stored before.

    Raises:
        Raced: it was stored in this very moment; nothing of this is.
    """
    fresh = conversations.fresh(message.address, language, now, message.thread)
    changed = conversations.changed(message.language_hint is None, message.thread)
    name = codec.seen_name(message.address.channel, message.id)
    values = {**fresh, "message_id": message.id, "message": stored, "now": now, "name": name}
    if is_written:
        values |= {"author": CITIZEN, "said": codec.said(message), "at": message.sent_at}
    try:
        return connection.execute(_put(changed, is_written), values).first() is not None
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == DIVISION_BY_ZERO:
            raise Raced from error
        raise


@cache
def _put(changed: tuple[str, ...], is_written: bool) -> TextClause:
    """The parts run in the order in which they need each other: the conversation is locked before a row has its number.

    A message that is known, or was erased, makes no conversation, and no row comes back. One that becomes known while we wait for the
    conversation makes none in the inbox: zero of one is no number, and PostgreSQL undoes all of it.
    """
    columns = ", ".join(conversations.FRESH)
    typed = [bindparam(name, type_=conversations_table.c[name].type) for name in conversations.FRESH]
    typed += [bindparam(name, type_=inbox.c[name].type) for name in ("message_id", "message")]
    typed += [bindparam("now", type_=inbox.c.due_at.type), bindparam("name", type_=forgotten.c.name.type)]
    if is_written:
        typed += [bindparam(name, type_=transcript.c[name].type) for name in ("author", "said", "at")]
    return text(
        f"""
WITH conversation AS (
    INSERT INTO conversations ({columns})
    SELECT {", ".join(f":{name}" for name in conversations.FRESH)}
    WHERE NOT EXISTS (SELECT FROM inbox WHERE channel = :channel AND message_id = :message_id)
        AND NOT EXISTS (SELECT FROM forgotten WHERE name = :name)
    ON CONFLICT (channel, address_key) DO UPDATE SET {conversations.news(changed)}
    RETURNING id
), stored AS (
    INSERT INTO inbox (conversation_id, channel, message_id, message, received_at, due_at, attempts)
    SELECT id, :channel, :message_id, :message, :now, :now, 0 FROM conversation
    ON CONFLICT DO NOTHING
    RETURNING conversation_id
){_LINE if is_written else ""}
SELECT 1 / (SELECT count(*) FROM stored) FROM conversation
"""  # noqa: S608 - names of our own columns
    ).bindparams(*typed)
