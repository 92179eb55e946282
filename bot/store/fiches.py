"""The State's fiches: compressed JSON by audience and id, with the checksum of the file that each was read from."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.errors import Missing, StoreError
from bot.feeds import Change, Feed, keyed
from bot.fiches import Fiche, Head
from bot.store.base import Imported
from bot.store.engine import Database, insert_new
from bot.store.tables import feeds, fiches, versions

FICHES = "fiches"
MAX_HOPS = 10
"""Redirections of redirections; a circle is given up after as many."""

_VERSION = select(versions.c.value).where(versions.c.name == FICHES)
_STORED = select(fiches.c.id, fiches.c.sum).where(fiches.c.audience == bindparam("audience"))
_ONE = select(fiches.c.fiche).where(fiches.c.audience == bindparam("audience"), fiches.c.id == bindparam("id"))
_ROW = (fiches.c.audience == bindparam("of"), fiches.c.id == bindparam("with_id"))

_EVERY = select(fiches.c.fiche).order_by(fiches.c.audience, fiches.c.id)

_decoder = msgspec.json.Decoder(Fiche)
_heads = msgspec.json.Decoder(Head)

T = TypeVar("T")


class SqlFiches:
    """See `bot.feeds.Feeds`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def replace(
        self,
        audience: str,
        fiches: Sequence[Fiche],
        sums: Mapping[str, str],
        redirections: Mapping[str, str],
        now: datetime,
    ) -> Imported:
        """See `Fiches.replace`."""
        return await self.switch([Change(audience, fiches, sums, redirections)], now)

    async def switch(self, changes: Sequence[Change], now: datetime, renewed: bool = False) -> Imported:
        """See `Feeds.switch`."""
        packed = [(change, _packed(change)) for change in changes]
        return await self._database.write(lambda connection: _switch(connection, packed, now, renewed))

    async def feed(self, audience: str) -> Feed | None:
        """See `Fiches.feed`."""

        def work(connection: Connection) -> Feed | None:
            known = connection.execute(select(feeds).where(feeds.c.audience == audience)).one_or_none()
            if known is None:
                return None
            sums = {row.id: row.sum for row in connection.execute(_STORED, {"audience": audience})}
            return Feed(audience, known.imported_at, sums, known.stamp)

        return await self._database.read(work)

    async def all(self, audience: str | None = None) -> list[Fiche]:
        """See `Fiches.all`."""
        return await self._every(_decoder, audience)

    async def heads(self) -> list[Head]:
        """See `Fiches.heads`."""
        return await self._every(_heads)

    async def _every(self, decoder: msgspec.json.Decoder[T], audience: str | None = None) -> list[T]:
        asked = _EVERY if audience is None else _EVERY.where(fiches.c.audience == audience)
        rows = await self._database.read(lambda connection: list(connection.execute(asked).scalars()))
        # Beyond the transaction and the event loop: unpacking some thousands takes longer than reading them.
        return await asyncio.to_thread(lambda: [_unpacked(row, decoder) for row in rows])

    async def get(self, key: str) -> Fiche:
        """See `Fiches.get`."""

        def work(connection: Connection) -> bytes:
            led: dict[str, str] | None = None
            wanted = key
            for _ in range(MAX_HOPS):
                audience, _, page = wanted.partition(":")
                row = connection.execute(_ONE, {"audience": audience, "id": page}).scalar_one_or_none()
                if row is not None:
                    return bytes(row)
                led = led if led is not None else _redirections(connection)
                if wanted not in led:
                    break
                wanted = led[wanted]
            raise Missing(f"there is no fiche {key}")

        return _unpacked(await self._database.read(work), _decoder)

    async def redirections(self) -> dict[str, str]:
        """See `Fiches.redirections`."""
        return await self._database.read(_redirections)

    async def version(self) -> int:
        """See `Fiches.version`."""
        return await self._database.read(lambda connection: connection.execute(_VERSION).scalar_one_or_none() or 0)


def _packed(change: Change) -> dict[str, bytes]:
    """The fiches of a change by id, as they are stored.

    Raises:
        StoreError: one is of another audience, twice there, or without a checksum.
    """
    packed: dict[str, bytes] = {}
    for fiche in change.fiches:
        if fiche.audience != change.audience or fiche.id not in change.sums:
            raise StoreError(f"the fiche {fiche.key} is not one of the feed {change.audience}")
        if fiche.id in packed:
            raise StoreError(f"two fiches have the key {fiche.key}")
        packed[fiche.id] = zlib.compress(msgspec.json.encode(fiche))
    return packed


def _unpacked(row: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(zlib.decompress(row))
    except (zlib.error, msgspec.DecodeError) as error:
        raise StoreError("a stored fiche cannot be read: import the fiches again with --force") from error


def _switch(
    connection: Connection, packed: list[tuple[Change, dict[str, bytes]]], now: datetime, renewed: bool
) -> Imported:
    connection.execute(insert_new(connection.dialect.name, versions.c.name), {"name": FICHES, "value": 0})
    # One import at a time: the others wait for this row.
    version = connection.execute(_VERSION.with_for_update()).scalar_one()
    added, changed, removed, other = 0, 0, 0, renewed and version > 0
    for change, rows in packed:
        counts = _replace(connection, change, rows)
        added, changed, removed = added + counts[0], changed + counts[1], removed + counts[2]
        other |= _note(connection, change, now)
    if added or changed or removed or other:
        version += 1
        connection.execute(update(versions).where(versions.c.name == FICHES).values(value=version))
    return Imported(added, changed, removed, version)


def _replace(connection: Connection, change: Change, rows: dict[str, bytes]) -> tuple[int, int, int]:
    audience = change.audience
    stored = {row.id: row.sum for row in connection.execute(_STORED, {"audience": audience})}
    lost = [page for page in change.sums if page not in stored and page not in rows]
    if lost:
        raise StoreError(f"{len(lost)} ids of the feed {audience} have no fiche, {lost[0]} is one")
    stale = [page for page, known in change.sums.items() if page not in rows and stored[page] != known]
    if stale:
        raise StoreError(
            f"{len(stale)} fiches of the feed {audience} have changed and are not given, {stale[0]} is one"
        )
    added = [page for page in rows if page not in stored]
    changed = [page for page in rows if page in stored and stored[page] != change.sums[page]]
    removed = [page for page in stored if page not in change.sums]
    _delete(connection, audience, removed)
    if added:
        connection.execute(
            insert(fiches),
            [{"audience": audience, "id": page, "sum": change.sums[page], "fiche": rows[page]} for page in added],
        )
    rewritten = [page for page in rows if page in stored]
    if rewritten:
        connection.execute(
            update(fiches).where(*_ROW).values(sum=bindparam("new_sum"), fiche=bindparam("new_fiche")),
            [
                {"of": audience, "with_id": page, "new_sum": change.sums[page], "new_fiche": rows[page]}
                for page in rewritten
            ],
        )
    return len(added), len(changed), len(removed)


def _delete(connection: Connection, audience: str, pages: Iterable[str]) -> None:
    gone = [{"of": audience, "with_id": page} for page in pages]
    if gone:
        connection.execute(delete(fiches).where(*_ROW), gone)


def _note(connection: Connection, change: Change, now: datetime) -> bool:
    """Write down what is known of the feed; whether other redirections hold now."""
    redirections = msgspec.json.encode(dict(sorted(change.redirections.items()))).decode()
    mine = feeds.c.audience == change.audience
    before = connection.execute(select(feeds.c.redirections).where(mine)).scalar_one_or_none()
    values = {"imported_at": now, "redirections": redirections, "stamp": change.stamp}
    if before is None:
        connection.execute(insert(feeds).values(audience=change.audience, **values))
    else:
        connection.execute(update(feeds).where(mine).values(**values))
    return before is not None and before != redirections


def _redirections(connection: Connection) -> dict[str, str]:
    stored = set(connection.execute(select(fiches.c.audience + ":" + fiches.c.id)).scalars())
    rows = connection.execute(select(feeds.c.audience, feeds.c.redirections))
    return keyed({row.audience: msgspec.json.decode(row.redirections, type=dict[str, str]) for row in rows}, stored)
