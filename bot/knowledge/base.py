"""The knowledge base of one process: the database's articles, indexed in memory and followed as they change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import structlog

from bot.clock import Clock, now
from bot.errors import StoreError
from bot.knowledge import answer as answers
from bot.knowledge import lexicon
from bot.knowledge.answer import Answer
from bot.knowledge.index import Index
from bot.knowledge.search import Hit, search
from bot.settings import Office
from bot.store.base import Article, Articles

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=1)
"""How often, at most, a question asks the database whether the articles changed."""


def build(articles: Sequence[Article], office: Office, version: int = 0) -> Index:
    """An index as this town searches it; takes a second or so, for a thread of its own."""
    return Index(articles, office.services, [office.town.name], lexicon.french(), version)


class KnowledgeBase:
    """Answers from an index that is replaced whole when the articles change; searches go on meanwhile.

    Belongs to one event loop.
    """

    def __init__(
        self, articles: Articles, office: Office, clock: Clock = now, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self._articles = articles
        self._office = office
        self._clock = clock
        self._elapsed = elapsed
        self._index: Index | None = None
        self._looked_at: float | None = None
        self._building: asyncio.Task[Index] | None = None

    async def ask(self, question: str, previous: str | None = None) -> Answer:
        """Answer a citizen's own words; `previous` is the article that was answered just before.

        Raises:
            StoreError: the articles have never been read and cannot be now.
        """
        return answers.answer(await self.index(), self._office, question, self.today(), previous)

    async def about(self, article_id: str, question: str = "") -> Answer:
        """Answer with an article that is settled: chosen by the citizen, or answered before.

        Raises:
            StoreError: see `ask`.
        """
        return answers.about(await self.index(), self._office, article_id, question, self.today())

    async def search(self, question: str, limit: int) -> list[Hit]:
        """The likeliest articles with their scores.

        Raises:
            StoreError: see `ask`.
        """
        return search(await self.index(), question, limit)

    async def index(self) -> Index:
        """The index to search now. A newer one is built in a thread and taken when it is ready.

        Raises:
            StoreError: see `ask`.
        """
        if self._building is not None and self._building.done():
            self._take(self._building)
        if self._index is None:
            # The first questions wait together for the first index.
            building = self._building or self._start()
            try:
                self._index = await asyncio.shield(building)
            finally:
                if building.done() and self._building is building:
                    self._building = None
        elif self._building is None and self._due():
            await self._look(self._index.version)
        return self._index

    async def close(self) -> None:
        """Stop following; a build that is under way is abandoned."""
        if self._building is not None:
            self._building.cancel()
            await asyncio.gather(self._building, return_exceptions=True)
            self._building = None

    def _due(self) -> bool:
        return self._looked_at is None or self._elapsed() - self._looked_at >= LOOK_EVERY.total_seconds()

    async def _look(self, built: int) -> None:
        self._looked_at = self._elapsed()
        try:
            version = await self._articles.version()
        except StoreError as error:
            # What was read stays true enough to be answered from.
            log.warning("knowledge.not_followed", error=type(error).__name__)
            return
        if version != built and self._building is None:
            self._start()

    def _start(self) -> asyncio.Task[Index]:
        self._looked_at = self._elapsed()
        self._building = asyncio.create_task(self._build(), name="knowledge.build")
        return self._building

    def _take(self, building: asyncio.Task[Index]) -> None:
        self._building = None
        if building.cancelled():
            return
        if error := building.exception():
            log.warning("knowledge.not_followed", error=type(error).__name__)
            return
        self._index = building.result()

    async def _build(self) -> Index:
        started = self._elapsed()
        # The version first: what changes while the articles are read is seen by the next look.
        version = await self._articles.version()
        articles = await self._articles.all()
        index = await asyncio.to_thread(build, articles, self._office, version)
        took_ms = round((self._elapsed() - started) * 1000)
        log.info("knowledge.indexed", articles=len(articles), version=version, took_ms=took_ms)
        return index

    def today(self) -> date:
        """The day in the town."""
        return self._clock().astimezone(self._office.zone).date()
