"""The articles that are written at the desk, on one database; see `bot.articles.Editions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timezone

from sqlalchemy import Connection, Row, Select, and_, case, func, insert, select, update

from bot.articles import DESK, ArticleTaken, Did, Draft, Edition, Overtaken, Use, Written, drafted
from bot.errors import Missing
from bot.store import codec
from bot.store.article_tables import editions, uses, written
from bot.store.articles import lock, put_out, take_in
from bot.store.desk_tables import agents
from bot.store.engine import Database, insert_new
from bot.store.tables import articles, ratings

Change = Callable[[Connection, Written], Written]

_NEWEST = editions.alias("newest")
_SHOWN = editions.alias("shown")
_WRITTEN = (
    select(
        written.c.id,
        written.c.version,
        written.c.removed,
        _NEWEST.c.draft,
        _NEWEST.c.at,
        agents.c.name,
        _SHOWN.c.draft.label("published"),
    )
    .join(_NEWEST, and_(_NEWEST.c.article_id == written.c.id, _NEWEST.c.number == written.c.version))
    .outerjoin(agents, agents.c.id == _NEWEST.c.agent_id)
    .outerjoin(_SHOWN, and_(_SHOWN.c.article_id == written.c.id, _SHOWN.c.number == written.c.published))
)


class SqlEditions:
    """See `bot.articles.Editions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, article_id: str, draft: Draft, agent_id: int, now: datetime, made_of: str = "") -> Written:
        """See `Editions.create`."""

        def work(connection: Connection) -> Written:
            if made_of:
                known = connection.execute(
                    select(written.c.id).where(written.c.made_of == made_of)
                ).scalar_one_or_none()
                if known is not None:
                    return _read(connection, known)
            if connection.execute(select(articles.c.id).where(articles.c.id == article_id)).first() is not None:
                raise ArticleTaken(f"there is an article {article_id}")
            row = {"id": article_id, "version": 1, "removed": False, "made_of": made_of or None}
            if connection.execute(insert_new(connection.dialect.name, written.c.id), row).first() is None:
                raise ArticleTaken(f"there is an article {article_id}, or one made of the same")
            _add(connection, article_id, 1, Did.CREATED, draft, agent_id, now)
            return _read(connection, article_id)

        return await self._database.write(work)

    async def take_over(self, article_id: str, agent_id: int, review_on: date, now: datetime) -> Written:
        """See `Editions.take_over`."""
        brought = select(articles.c.article).where(articles.c.id == article_id)

        def work(connection: Connection) -> Written:
            # No import meanwhile.
            lock(connection)
            text = connection.execute(brought).scalar_one_or_none()
            if text is None:
                raise Missing(f"there is no article {article_id}")
            article = codec.article(text)
            if article.origin == DESK:
                return _read(connection, article_id)
            row = {"id": article_id, "version": 0, "removed": False}
            connection.execute(insert_new(connection.dialect.name, written.c.id), row)
            was = connection.execute(select(written.c.version).where(written.c.id == article_id)).scalar_one()
            _add(connection, article_id, was + 1, Did.TAKEN_OVER, drafted(article, review_on), agent_id, now)
            _set(connection, article_id, version=was + 1, published=was + 1, removed=False)
            take_in(connection, replace(article, origin=DESK), now)
            return _read(connection, article_id)

        return await self._database.write(work)

    async def save(self, article_id: str, version: int, draft: Draft, agent_id: int, now: datetime) -> Written:
        """See `Editions.save`."""

        def change(connection: Connection, was: Written) -> Written:
            if was.draft == draft:
                return was
            return _step(connection, was, Did.SAVED, draft, agent_id, now)

        return await self._change(article_id, version, change)

    async def publish(self, article_id: str, version: int, agent_id: int, today: date, now: datetime) -> Written:
        """See `Editions.publish`."""

        def change(connection: Connection, was: Written) -> Written:
            new = _step(connection, was, Did.PUBLISHED, was.draft, agent_id, now)
            _set(connection, article_id, published=new.version)
            take_in(connection, was.draft.article(article_id, today), now)
            return _read(connection, article_id)

        return await self._change(article_id, version, change)

    async def unpublish(self, article_id: str, version: int, agent_id: int, now: datetime) -> Written:
        """See `Editions.unpublish`."""

        def change(connection: Connection, was: Written) -> Written:
            _step(connection, was, Did.UNPUBLISHED, was.draft, agent_id, now)
            return _withdraw(connection, article_id)

        return await self._change(article_id, version, change)

    async def restore(self, article_id: str, version: int, number: int, agent_id: int, now: datetime) -> Written:
        """See `Editions.restore`."""
        wanted = select(editions.c.draft).where(editions.c.article_id == article_id, editions.c.number == number)

        def change(connection: Connection, was: Written) -> Written:
            text = connection.execute(wanted).scalar_one_or_none()
            if text is None:
                raise Missing(f"the article {article_id} has no edition {number}")
            if was.removed:
                # What an importer has brought under this id meanwhile stays its own.
                if connection.execute(select(articles.c.id).where(articles.c.id == article_id)).first() is not None:
                    raise ArticleTaken(f"there is an article {article_id} by now")
                _set(connection, article_id, removed=False)
            return _step(connection, was, Did.RESTORED, codec.draft(text), agent_id, now)

        return await self._change(article_id, version, change, removed=True)

    async def remove(self, article_id: str, version: int, agent_id: int, now: datetime) -> Written:
        """See `Editions.remove`."""

        def change(connection: Connection, was: Written) -> Written:
            _step(connection, was, Did.REMOVED, was.draft, agent_id, now)
            _set(connection, article_id, removed=True)
            return _withdraw(connection, article_id)

        return await self._change(article_id, version, change)

    async def get(self, article_id: str) -> Written:
        """See `Editions.get`."""
        return await self._database.read(lambda connection: _read(connection, article_id))

    async def all(self) -> list[Written]:
        """See `Editions.all`."""
        every = _WRITTEN.where(written.c.removed.is_(False)).order_by(written.c.id)

        def work(connection: Connection) -> list[Written]:
            names = _names(connection)
            return [_written(row, names) for row in connection.execute(every)]

        return await self._database.read(work)

    async def history(self, article_id: str, limit: int = 200) -> list[Edition]:
        """See `Editions.history`."""
        newest = (
            select(editions, agents.c.name)
            .outerjoin(agents, agents.c.id == editions.c.agent_id)
            .where(editions.c.article_id == article_id)
            .order_by(editions.c.number.desc())
            .limit(limit)
        )

        def work(connection: Connection) -> list[Edition]:
            return [
                Edition(row.number, Did(row.did), row.at, row.name or "", codec.draft(row.draft))
                for row in connection.execute(newest)
            ]

        return await self._database.read(work)

    async def uses(self, since: date | None = None) -> Mapping[str, Use]:
        """See `Editions.uses`."""
        answered: Select[tuple[str, int]] = select(uses.c.article_id, func.sum(uses.c.answers)).group_by(
            uses.c.article_id
        )
        helped = func.sum(case((ratings.c.helpful, 1), else_=0))
        rated = select(ratings.c.article_id, func.count(), helped).group_by(ratings.c.article_id)
        if since is not None:
            answered = answered.where(uses.c.day >= since)
            rated = rated.where(ratings.c.at >= datetime.combine(since, time.min, timezone.utc))

        def work(connection: Connection) -> Mapping[str, Use]:
            counted = {row[0]: Use(int(row[1])) for row in connection.execute(answered)}
            for article_id, count, good in connection.execute(rated):
                # An article that was rated was shown, also before uses were counted.
                answers = max(counted.get(article_id, Use()).answers, count)
                counted[article_id] = Use(answers, count, int(good or 0))
            return counted

        return await self._database.read(work)

    async def _change(self, article_id: str, version: int, change: Change, removed: bool = False) -> Written:
        locked = select(written.c.id).where(written.c.id == article_id).with_for_update()

        def work(connection: Connection) -> Written:
            connection.execute(locked)
            was = _read(connection, article_id)
            if was.removed and not removed:
                raise Missing(f"the article {article_id} was removed")
            if was.version != version:
                raise Overtaken(f"the article {article_id} is at edition {was.version}", was.changed_by)
            return change(connection, was)

        return await self._database.write(work)


def _step(connection: Connection, was: Written, did: Did, draft: Draft, agent_id: int, now: datetime) -> Written:
    number = was.version + 1
    _add(connection, was.id, number, did, draft, agent_id, now)
    _set(connection, was.id, version=number)
    return _read(connection, was.id)


def _withdraw(connection: Connection, article_id: str) -> Written:
    _set(connection, article_id, published=None)
    put_out(connection, article_id)
    return _read(connection, article_id)


def _add(
    connection: Connection, article_id: str, number: int, did: Did, draft: Draft, agent_id: int, now: datetime
) -> None:
    row = {"article_id": article_id, "number": number, "did": did.value, "draft": codec.encode(draft)}
    connection.execute(insert(editions), {**row, "at": now, "agent_id": agent_id})


def _set(connection: Connection, article_id: str, **values: object) -> None:
    connection.execute(update(written).where(written.c.id == article_id).values(**values))


def _read(connection: Connection, article_id: str) -> Written:
    row = connection.execute(_WRITTEN.where(written.c.id == article_id)).first()
    if row is None:
        raise Missing(f"no article {article_id} is written at the desk")
    return _written(row, _names(connection))


def _names(connection: Connection) -> dict[int, str]:
    return {row.id: row.name for row in connection.execute(select(agents.c.id, agents.c.name))}


def _written(row: Row[tuple[object, ...]], names: Mapping[int, str]) -> Written:
    draft = codec.draft(row.draft)
    return Written(
        id=row.id,
        version=row.version,
        draft=draft,
        published=codec.draft(row.published) if row.published else None,
        changed_at=row.at,
        changed_by=row.name or "",
        owner_name=names.get(draft.owner, "") if draft.owner is not None else "",
        removed=row.removed,
    )
