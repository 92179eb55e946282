"""The knowledge base's source of truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.errors import Missing, StoreError
from bot.store import codec
from bot.store.article_tables import written
from bot.store.base import Article, Imported
from bot.store.engine import Database, insert_new
from bot.store.tables import articles, versions

KNOWLEDGE = "knowledge"

_VERSION = select(versions.c.value).where(versions.c.name == KNOWLEDGE)
_STORED = select(articles.c.id, articles.c.article).where(articles.c.origin == bindparam("origin"))


class SqlArticles:
    """See `bot.store.base.Articles`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def replace(self, origin: str, articles: Sequence[Article], now: datetime) -> Imported:
        """See `Articles.replace`.

        Raises:
            StoreError: two articles have one id, or an id belongs to another origin; nothing is changed.
        """
        wanted: dict[str, str] = {}
        for article in articles:
            if article.id in wanted:
                raise StoreError(f"two articles have the id {article.id}")
            wanted[article.id] = codec.encode(replace(article, origin=origin))
        return await self._database.write(lambda connection: _replace(connection, origin, wanted, now))

    async def all(self) -> list[Article]:
        """See `Articles.all`."""
        every = select(articles.c.article).order_by(articles.c.id)
        return await self._database.read(
            lambda connection: [codec.article(text) for text in connection.execute(every).scalars()]
        )

    async def get(self, article_id: str) -> Article:
        """See `Articles.get`."""
        one = select(articles.c.article).where(articles.c.id == article_id)

        def work(connection: Connection) -> Article:
            text = connection.execute(one).scalar_one_or_none()
            if text is None:
                raise Missing(f"there is no article {article_id}")
            return codec.article(text)

        return await self._database.read(work)

    async def version(self) -> int:
        """See `Articles.version`."""
        return await self._database.read(lambda connection: connection.execute(_VERSION).scalar_one_or_none() or 0)


def take_in(connection: Connection, article: Article, now: datetime) -> None:
    """Answer from one article from now on, in the caller's transaction; the base's version grows."""
    values = {"origin": article.origin, "article": codec.encode(article), "changed_at": now}
    version = lock(connection)
    known = connection.execute(update(articles).where(articles.c.id == article.id).values(**values))
    if not known.rowcount:
        connection.execute(insert(articles), {"id": article.id, **values})
    _grow(connection, version)


def put_out(connection: Connection, article_id: str) -> None:
    """Answer from it no more, in the caller's transaction; the base's version grows if anybody was."""
    version = lock(connection)
    if connection.execute(delete(articles).where(articles.c.id == article_id)).rowcount:
        _grow(connection, version)


def lock(connection: Connection) -> int:
    """The version before a change. One change at a time: the others wait for this row."""
    connection.execute(insert_new(connection.dialect.name, versions.c.name), {"name": KNOWLEDGE, "value": 0})
    version: int = connection.execute(_VERSION.with_for_update()).scalar_one()
    return version


def _grow(connection: Connection, version: int) -> None:
    connection.execute(update(versions).where(versions.c.name == KNOWLEDGE).values(value=version + 1))


def _replace(connection: Connection, origin: str, wanted: dict[str, str], now: datetime) -> Imported:
    version = lock(connection)
    # What is written at the desk is the desk's, published or not.
    at_desk = set(connection.execute(select(written.c.id).where(written.c.removed.is_(False))).scalars())
    held = tuple(key for key in wanted if key in at_desk)
    wanted = {key: article for key, article in wanted.items() if key not in at_desk}
    stored = {row.id: row.article for row in connection.execute(_STORED, {"origin": origin})}
    added = [key for key in wanted if key not in stored]
    changed = [key for key in wanted if key in stored and stored[key] != wanted[key]]
    removed = [key for key in stored if key not in wanted]
    if not (added or changed or removed):
        return Imported(0, 0, 0, version, held)
    for key in added:
        taken = connection.execute(select(articles.c.origin).where(articles.c.id == key)).scalar_one_or_none()
        if taken is not None:
            raise StoreError(f"the article {key} belongs to {taken} already")
    if added:
        connection.execute(
            insert(articles),
            [{"id": key, "origin": origin, "article": wanted[key], "changed_at": now} for key in added],
        )
    for key in changed:
        connection.execute(update(articles).where(articles.c.id == key).values(article=wanted[key], changed_at=now))
    for key in removed:
        connection.execute(delete(articles).where(articles.c.id == key))
    _grow(connection, version)
    return Imported(len(added), len(changed), len(removed), version + 1, held)
