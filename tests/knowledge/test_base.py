import asyncio
import time
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.knowledge.base import KnowledgeBase
from bot.messages import AnswerStatus
from bot.store.base import Article, Imported
from bot.store.sql import Store
from tests.databases import opened
from tests.knowledge import small


class Seconds:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Unsteady:
    """The database's articles behind a line that can be cut; counts what is asked."""

    def __init__(self, store: Store) -> None:
        self._articles = store.articles
        self.broken = False
        self.looks = 0
        self.reads = 0

    async def replace(self, origin: str, articles: object, now: datetime) -> Imported:
        return await self._articles.replace(origin, list(articles), now)  # type: ignore[call-overload, no-any-return]

    async def get(self, article_id: str) -> Article:
        return await self._articles.get(article_id)

    async def version(self) -> int:
        self.looks += 1
        if self.broken:
            raise StoreError("the database does not answer")
        return await self._articles.version()

    async def all(self) -> list[Article]:
        if self.broken:
            raise StoreError("the database does not answer")
        self.reads += 1
        return await self._articles.all()


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Unsteady]:
    async with opened(tmp_path) as made:
        await made.articles.replace("markdown", small.articles(), small.NOON)
        yield Unsteady(made)


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
async def base(line: Unsteady, seconds: Seconds) -> AsyncIterator[KnowledgeBase]:
    opened = KnowledgeBase(line, small.OFFICE, lambda: small.NOON, seconds)
    yield opened
    await opened.close()


async def changed(base: KnowledgeBase, version: int) -> None:
    """Wait until the base answers from a version."""
    until = time.monotonic() + 20
    while (await base.index()).version != version:
        assert time.monotonic() < until, "the new articles were never taken"
        await asyncio.sleep(0.01)


async def test_the_first_questions_build_one_index(base: KnowledgeBase) -> None:
    """Questions that come together at the start wait for the same index."""
    answers = await asyncio.gather(*(base.ask("horaires de la piscine") for _ in range(5)))
    indexes = {id(await base.index()) for _ in range(5)}

    assert {answer.status for answer in answers} == {AnswerStatus.ANSWERED}
    assert len(indexes) == 1


async def test_the_first_question_after_a_change_is_answered_from_it(
    base: KnowledgeBase, line: Unsteady, seconds: Seconds
) -> None:
    """An agent who publishes and asks once is answered from what was published, however quiet it was before."""
    await base.ask("passeport")
    only = [article for article in small.articles() if article.id == "cantine"]
    await line.replace("markdown", only, small.NOON)
    seconds.now += 2

    assert (await base.ask("passeport")).status is AnswerStatus.LOST


async def test_an_import_is_followed(line: Unsteady, seconds: Seconds) -> None:
    """A running process answers from new articles, without a restart; from the old ones where indexing takes long."""
    base = KnowledgeBase(line, small.OFFICE, lambda: small.NOON, seconds, news_within=timedelta(0))
    await base.ask("passeport")
    only = [article for article in small.articles() if article.id == "cantine"]
    imported = await line.replace("markdown", only, small.NOON)
    seconds.now += 2

    assert (await base.ask("passeport")).status is AnswerStatus.ANSWERED
    await changed(base, imported.version)
    assert (await base.ask("passeport")).status is AnswerStatus.LOST
    await base.close()


async def test_the_database_is_asked_once_a_second_at_most(
    base: KnowledgeBase, line: Unsteady, seconds: Seconds
) -> None:
    """A thousand questions a second are one look at the version."""
    await base.index()
    looks = line.looks
    for _ in range(50):
        await base.ask("piscine")
    within = line.looks - looks
    seconds.now += 1
    for _ in range(50):
        await base.ask("piscine")

    assert (within, line.looks - looks) == (0, 1)


async def test_a_lost_database_leaves_what_was_read(base: KnowledgeBase, line: Unsteady, seconds: Seconds) -> None:
    """Once read, the articles go on answering while the database is away, and are followed again when it is back."""
    await base.ask("piscine")
    imported = await line.replace("markdown", [small.articles()[0]], small.NOON)
    line.broken = True
    seconds.now += 2
    away = await base.ask("horaires de la piscine")
    line.broken = False
    seconds.now += 2
    await changed(base, imported.version)

    assert away.status is AnswerStatus.ANSWERED


async def test_a_database_that_is_away_at_the_start(base: KnowledgeBase, line: Unsteady) -> None:
    """Nothing can be answered then, and that is said; the next question tries again."""
    line.broken = True
    for _ in range(2):
        with pytest.raises(StoreError):
            await base.ask("piscine")
    line.broken = False

    assert (await base.ask("horaires de la piscine")).status is AnswerStatus.ANSWERED


async def test_the_day_is_the_towns(line: Unsteady) -> None:
    """Ten in the evening of the 31st in UTC is midnight past in France: the article that ends then has expired."""
    moments = (datetime(2026, 8, 31, 21, 59, tzinfo=timezone.utc), datetime(2026, 8, 31, 22, 1, tzinfo=timezone.utc))
    assert next(a for a in small.articles() if a.id == "fete-ete").valid_until == date(2026, 8, 31)
    statuses = []
    for moment in moments:
        base = KnowledgeBase(line, small.OFFICE, lambda moment=moment: moment)  # type: ignore[misc]
        statuses.append((await base.about("fete-ete")).status)
        await base.close()

    assert statuses == [AnswerStatus.ANSWERED, AnswerStatus.EXPIRED]


async def test_what_there_is_is_read_before_anybody_asks(base: KnowledgeBase, line: Unsteady) -> None:
    """The first question of a day finds the index there; a database that is away at the start is tried again."""
    line.broken = True
    following = asyncio.create_task(base.follow(every=timedelta(milliseconds=10)))
    until = time.monotonic() + 20
    while line.reads < 1:
        assert time.monotonic() < until, "nobody read the articles"
        line.broken = line.looks < 3
        await asyncio.sleep(0.01)
    answer = await base.ask("horaires de la piscine")
    following.cancel()

    assert answer.status is AnswerStatus.ANSWERED
    assert line.reads == 1


async def test_closing_while_an_index_is_built(line: Unsteady) -> None:
    """A process that stops at its first question stops."""
    base = KnowledgeBase(line, small.OFFICE)
    asking = asyncio.create_task(base.ask("piscine"))
    await asyncio.sleep(0)
    await base.close()
    with pytest.raises(asyncio.CancelledError):
        await asking
