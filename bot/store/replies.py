"""Replies on their way into the transcript, the offers and the outbox, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, insert

from bot.messages import Button, Reply
from bot.store import codec
from bot.store.base import Prepared
from bot.store.engine import insert_new
from bot.store.tables import offers, outbox, transcript


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
            connection.execute(
                insert(outbox),
                [
                    {
                        "conversation_id": conversation_id,
                        "reply_id": reply.id,
                        "part": part,
                        "outgoing": codec.encode(outgoing),
                        "created_at": now,
                        "due_at": now,
                        "attempts": 0,
                        "given_up": False,
                    }
                    for part, outgoing in enumerate(prepared.outgoing)
                ],
            )
    return new


def _shown(prepared: Prepared) -> Reply:
    """The reply as channels may show it: tokens instead of payloads, no button that was not offered."""
    pairs = zip(prepared.reply.buttons, prepared.offers, strict=False)
    return replace(prepared.reply, buttons=tuple(Button(button.title, offer.token) for button, offer in pairs))
