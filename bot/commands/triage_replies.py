"""The replies that `guichet triage FILE` suggests: from the town's database, or its folders before there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from bot.commands.knowledge_store import opened as open_database
from bot.errors import Missing, StoreError
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.following import FollowedFiches
from bot.knowledge.importers import markdown
from bot.knowledge.opening import OpenedFiches
from bot.mailroom import Label, Told
from bot.readings import Suggested
from bot.settings import Settings
from bot.store.base import Article, Imported
from bot.text import wording
from bot.triage.acknowledge import answering
from bot.triage.draft import Drafts
from bot.triage.measures import Read


class Pages:
    """The town's articles as they stand in its folder."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = {article.id: article for article in articles}

    async def replace(self, origin: str, articles: Sequence[Article], now: datetime) -> Imported:
        """Raises: StoreError."""
        raise StoreError("articles of a folder are changed in the folder")

    async def all(self) -> list[Article]:
        """See `Articles.all`."""
        return sorted(self._articles.values(), key=lambda article: article.id)

    async def get(self, article_id: str) -> Article:
        """See `Articles.get`."""
        try:
            return self._articles[article_id]
        except KeyError as error:
            raise Missing(f"there is no article {article_id}") from error

    async def version(self) -> int:
        """See `Articles.version`."""
        return 1


class NoChoices:
    """Where no agent has chosen anything yet."""

    async def labels(self, what: Told, limit: int = 20_000) -> list[Label]:
        """See `Letters.labels`."""
        return []


async def first_replies(settings: Settings, found: Sequence[Read]) -> list[Suggested | None]:
    """The best reply to each letter; None for a machine's.

    Raises:
        ConfigurationError: the templates, the pages or the database are wrong.
    """
    async with _drafts(settings) as drafts:
        return [next(iter(await drafts.suggest(one.letter, one.reading, 1)), None) for one in found]


@asynccontextmanager
async def _drafts(settings: Settings) -> AsyncIterator[Drafts]:
    office, words = settings.office, wording.load(settings.office)
    path = settings.sqlite_path
    if path is not None and not path.is_file():
        pages = Pages(markdown.read(settings.root / office.knowledge.folder, office.services).articles)
        knowledge = KnowledgeBase(pages, office)
        yield answering(settings.root, office, words, knowledge, NoChoices())[0]
        return
    async with open_database(settings) as store:
        fiches = FollowedFiches(store.fiches, OpenedFiches(store.fiches, settings.data, settings.root))
        knowledge = KnowledgeBase(store.articles, office, fiches=fiches)
        try:
            yield answering(settings.root, office, words, knowledge, store.letters)[0]
        finally:
            await knowledge.close()


def reply_shown(reply: Suggested | None) -> dict[str, Any] | None:
    """A reply as `--json` prints it."""
    if reply is None:
        return None
    sources = [{"title": one.title, "url": one.url, "publisher": one.publisher} for one in reply.sources]
    return {"text": reply.text, "sources": sources}
