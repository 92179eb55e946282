"""The knowledge base's source of truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.errors import Missing, StoreError
from bot.store import codec
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


def _replace(connection: Connection, origin: str, wanted: dict[str, str], now: datetime) -> Imported:
    connection.execute(insert_new(connection.dialect.name, versions.c.name), {"name": KNOWLEDGE, "value": 0})
    # One import at a time: the others wait for this row.
    version = connection.execute(_VERSION.with_for_update()).scalar_one()
    stored = {row.id: row.article for row in connection.execute(_STORED, {"origin": origin})}
    added = [key for key in wanted if key not in stored]
    changed = [key for key in wanted if key in stored and stored[key] != wanted[key]]
    removed = [key for key in stored if key not in wanted]
    if not (added or changed or removed):
        return Imported(0, 0, 0, version)
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
    connection.execute(update(versions).where(versions.c.name == KNOWLEDGE).values(value=version + 1))
    return Imported(len(added), len(changed), len(removed), version + 1)
