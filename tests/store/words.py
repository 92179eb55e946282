"""Short ways to say what the store tests say often."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import sqlalchemy

from bot.messages import Address, Button, Message, Outgoing, Reply
from bot.store.base import Claimed, Offer, Prepared
from bot.store.sql import Store

START = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)
LEASE = timedelta(seconds=30)
ANNE = Address("web", "anne")
BRUNO = Address("web", "bruno")


def after(seconds: float = 0, days: float = 0) -> datetime:
    """A moment after the start."""
    return START + timedelta(seconds=seconds, days=days)


def message(name: str, address: Address = ANNE, text: str = "bonjour", at: datetime = START) -> Message:
    return Message(name, address, text, at)


def prepared(name: str, parts: int = 1, choices: tuple[str, ...] = (), text: str = "Voici.") -> Prepared:
    """A reply of so many provider messages, with choices whose tokens are `token-<choice>`."""
    reply = Reply(name, text, buttons=tuple(Button(choice.title(), f"/{choice}") for choice in choices))
    offers = tuple(Offer(f"token-{choice}", choice.title(), f"/{choice}") for choice in choices)
    return Prepared(reply, offers, tuple(Outgoing({"text": text, "part": part}) for part in range(parts)))


async def put(store: Store, name: str, address: Address = ANNE, text: str = "bonjour", at: datetime = START) -> bool:
    return await store.inbox.put(message(name, address, text, at), "fr", at)


async def claimed(store: Store, worker: str = "w1", at: datetime = START) -> Claimed:
    """The next message, of which there has to be one."""
    claim = await store.inbox.claim(worker, at, LEASE)
    assert claim is not None
    return claim


async def rewrite(store: Store, table: str, column: str, was: str, to: str, where: str = "true") -> None:
    """Replace a piece of a stored value, past everything that would refuse it."""
    statement = sqlalchemy.text(f"UPDATE {table} SET {column} = replace({column}, :was, :to) WHERE {where}")
    await store.database.write(lambda connection: connection.execute(statement, {"was": was, "to": to}))


async def conversation_of(store: Store, address: Address = ANNE) -> str:
    return (await store.conversations.open(address, "fr", START)).id
