"""Replies on their way into the transcript, the offers and the outbox, in the caller's transaction."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Date, bindparam, insert, text

from bot.messages import Author, Button, Outgoing, Reply, Source
from bot.store import codec
from bot.store.base import Prepared
from bot.store.engine import insert_new
from bot.store.tables import offers, outbox, transcript

KEY_CHARS = 40
"""Of what providers are told as our key; no one of them takes fewer."""
_PAGE = re.compile(r"/articles/([a-z0-9][a-z0-9_-]{0,79})")
_USED = text(
    "INSERT INTO article_uses (article_id, day, answers) VALUES (:article_id, :day, 1) "
    "ON CONFLICT (article_id, day) DO UPDATE SET answers = article_uses.answers + 1"
).bindparams(bindparam("day", type_=Date))


def store(connection: Connection, conversation_id: str, replies: Sequence[Prepared], now: datetime) -> int:
    """Store replies of a locked conversation; how many were new. Those whose id is known are left out whole."""
    new_line = insert_new(connection.dialect.name, transcript.c.position)
    new = 0
    for prepared in replies:
        reply = prepared.reply
        line = {
            "conversation_id": conversation_id,
            "ref": reply.id,
            "author": reply.author.value,
            "said": codec.encode(_shown(prepared)),
            "at": now,
        }
        if connection.execute(new_line, line).first() is None:
            continue
        new += 1
        _count(connection, reply, now)
        if prepared.offers:
            connection.execute(
                insert(offers),
                [
                    {
                        "token": offer.token,
                        "conversation_id": conversation_id,
                        "title": offer.title,
                        "payload": offer.payload,
                        "offered_at": now,
                    }
                    for offer in prepared.offers
                ],
            )
        if prepared.outgoing:
            rows = [outbox_row(conversation_id, reply.id, part, one, now) for part, one in enumerate(prepared.outgoing)]
            connection.execute(insert(outbox), rows)
    return new


def _count(connection: Connection, reply: Reply, now: datetime) -> None:
    """One use more, this day (UTC), of every article that a reply answers with. Says nothing of whom it answers."""
    for article_id in sorted({one for one in (_article(source, reply.author) for source in reply.sources) if one}):
        connection.execute(_USED, {"article_id": article_id, "day": now.date()})


def _article(source: Source, author: Author) -> str:
    """What an agent inserts has only its page."""
    page = _PAGE.fullmatch(source.url) if author is Author.AGENT else None
    return page[1] if page else source.article


def outbox_row(conversation_id: str, reply_id: str, part: int, outgoing: Outgoing, now: datetime) -> dict[str, Any]:
    """A provider message that waits to be sent. Its key says nothing to whom it is told."""
    name = f"{conversation_id}:{reply_id}:{part}"
    return {
        "conversation_id": conversation_id,
        "reply_id": reply_id,
        "part": part,
        "outgoing": codec.encode(outgoing),
        "key": hashlib.sha256(name.encode()).hexdigest()[:KEY_CHARS],
        "created_at": now,
        "due_at": now,
        "attempts": 0,
        "given_up": False,
        "doubtful": False,
    }


def _shown(prepared: Prepared) -> Reply:
    """The reply as channels may show it: tokens instead of payloads, no button that was not offered."""
    pairs = zip(prepared.reply.buttons, prepared.offers, strict=False)
    return replace(prepared.reply, buttons=tuple(Button(button.title, offer.token) for button, offer in pairs))
