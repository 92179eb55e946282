"""The knowledge base of one process: the database's articles and fiches, indexed and followed as they change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import structlog

from bot.clock import Clock, now
from bot.errors import StoreError
from bot.knowledge import answer as answers
from bot.knowledge import dialogue, english, lexicon, telling
from bot.knowledge.answer import Answer
from bot.knowledge.articles import expired
from bot.knowledge.competences import Competences, told_of
from bot.knowledge.following import FollowedFiches
from bot.knowledge.guiding import At
from bot.knowledge.index import Index
from bot.knowledge.leaves import Path
from bot.knowledge.library import Library, is_fiche
from bot.knowledge.search import Hit, search
from bot.knowledge.talk import Talk
from bot.messages import AnswerStatus
from bot.settings import Office
from bot.store.base import Article, Articles
from bot.text.french import words
from bot.text.normalise import MAX_CHARS

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=1)
"""How often, at most, a question asks the database whether the articles changed."""
FOLLOW_EVERY = timedelta(seconds=5)
NEWS_WITHIN = timedelta(seconds=2)
"""So long the question that finds them changed waits to be answered from the new ones; the others go on meanwhile."""

UNKNOWN = frozenset({AnswerStatus.LOST, AnswerStatus.OUT_OF_SCOPE})
BESIDE = frozenset({AnswerStatus.ANSWERED, AnswerStatus.CHOOSE})
"""What may be answered and be another office's matter all the same: both are said."""
PLAIN_WORDS = 2
"""A question of so many words that exist is understood; one word alone may mean anything."""


def build(articles: Sequence[Article], office: Office, version: int = 0) -> Index:
    """An index as this town searches it; takes a second or so, for a thread of its own."""
    return Index(articles, office.services, [office.town.name], lexicon.french(), version)


class KnowledgeBase:
    """Answers from an index that is replaced whole when the articles change; searches go on meanwhile.

    Belongs to one event loop.
    """

    def __init__(
        self,
        articles: Articles,
        office: Office,
        clock: Clock = now,
        elapsed: Callable[[], float] = time.monotonic,
        fiches: FollowedFiches | None = None,
        news_within: timedelta = NEWS_WITHIN,
    ) -> None:
        self._articles = articles
        self._news_within = news_within
        self._office = office
        self._clock = clock
        self._elapsed = elapsed
        self._fiches = fiches
        self._competences: Competences | None = None
        self._index: Index | None = None
        self._looked_at: float | None = None
        self._building: asyncio.Task[Index] | None = None

    async def ask(self, question: str, previous: str | None = None, talk: Talk | None = None) -> Answer:
        """Answer a citizen's own words; `previous` is the article or fiche that was answered just before.

        `talk` is what the answer before left to be remembered; without fiches it takes no part.

        Raises:
            StoreError: the articles have never been read and cannot be now.
        """
        if meant := english.french(question[:MAX_CHARS]):
            return replace(await self._with_door(meant, await self._ask(meant, previous, talk)), english=True)
        return await self._with_door(question, await self._ask(question, previous, talk))

    async def _with_door(self, question: str, found: Answer) -> Answer:
        """Who is competent, where it is somebody else: nobody knows the answer, or the town's own pages do not name them."""
        if found.status not in UNKNOWN | BESIDE or found.beside is not None or found.options:
            return found
        if self._competences is None:
            self._competences = await asyncio.to_thread(Competences, self._office)
        door = self._competences.find(question)
        shown = found.passages[:1] if found.status is AnswerStatus.ANSWERED else ()
        if door is None or told_of(door, (one.text for one in shown)):
            return found
        return replace(found, door=door, status=AnswerStatus.OUT_OF_SCOPE if found.status in UNKNOWN else found.status)

    async def _ask(self, question: str, previous: str | None, talk: Talk | None) -> Answer:
        library = await self.library()
        if library is None:
            found = answers.answer(await self.index(), self._office, question, self.today(), previous)
            return replace(found, status=AnswerStatus.OUT_OF_SCOPE) if _is_plain(found) else found
        return dialogue.answer(library, question, previous, talk or Talk())

    async def reply(self, words: str, talk: Talk) -> Answer | None:
        """What words answer to the case, step or public that was asked; None if nothing was, or they do not.

        Raises:
            StoreError: see `ask`.
        """
        library = await self.library() if talk.waiting else None
        return None if library is None else dialogue.reply(library, words, talk)

    async def about(self, article_id: str, question: str = "", talk: Talk | None = None) -> Answer:
        """Answer with an article or fiche that is settled: chosen by the citizen, or answered before.

        Raises:
            StoreError: see `ask`.
        """
        if not is_fiche(article_id):
            found = answers.about(await self.index(), self._office, article_id, question, self.today())
            return found if talk is None else replace(found, talk=talk.go(fiche="", known=(), mark=0))
        library = await self.library()
        if library is None:
            return Answer(AnswerStatus.LOST, question=question)
        return telling.tell(library, article_id, question, talk or Talk())

    async def case(self, key: str, known: Path, mark: int, question: str, talk: Talk) -> Answer:
        """Answer a question from a fiche in the cases that were pressed.

        Raises:
            StoreError: see `ask`.
        """
        library = await self.library()
        return _gone(talk) if library is None else telling.case(library, key, dict(known), mark, question, talk)

    async def cases(self, key: str, question: str, talk: Talk, page: int = 0) -> Answer:
        """Ask which case of a fiche it is, from the first choice on, or show more of the options that were asked.

        Raises:
            StoreError: see `ask`.
        """
        library = await self.library()
        return _gone(talk) if library is None else telling.ask(library, key, talk, question, page)

    async def more(self, key: str, known: Path, mark: int, first: int, further: int, talk: Talk) -> Answer:
        """The passages of a fiche behind the `further` ones that were shown since leaf `first`; none where that was all.

        Raises:
            StoreError: see `ask`.
        """
        library = await self.library()
        if library is None:
            return _gone(talk)
        return telling.read_on(library, key, dict(known), mark, first, further, talk)

    async def guide(self, key: str, at: At, talk: Talk, page: int = 0) -> Answer:
        """A step of a guided search, or what it ends at.

        Raises:
            StoreError: see `ask`.
        """
        library = await self.library()
        return _gone(talk) if library is None else telling.guide(library, key, at, talk, page)

    async def back(self, key: str, at: At, talk: Talk) -> Answer:
        """The step of a guided search before this one.

        Raises:
            StoreError: see `ask`.
        """
        library = await self.library()
        return _gone(talk) if library is None else telling.back(library, key, at, talk)

    async def take(self, key: str, at: At, place: int, talk: Talk) -> Answer:
        """What one of the answers of a step of a guided search leads to.

        Raises:
            StoreError: see `ask`.
        """
        library = await self.library()
        return _gone(talk) if library is None else telling.take(library, key, at, place, talk)

    async def public(self, name: str, question: str, talk: Talk) -> Answer:
        """Answer a question for one of the publics.

        Raises:
            StoreError: see `ask`.
        """
        library = await self.library()
        return _gone(talk) if library is None else dialogue.public(library, name, question, talk)

    async def title(self, article_id: str) -> str:
        """The title of an article or fiche that may be chosen; "" if there is none, or it is out of date.

        Raises:
            StoreError: see `ask`.
        """
        if is_fiche(article_id):
            library = await self.library()
            fiche = library.searcher.fiche(article_id) if library is not None else None
            return fiche.title if fiche is not None else ""
        index = await self.index()
        place = index.place(article_id)
        return "" if place is None or expired(index.articles[place], self.today()) else index.articles[place].title

    async def library(self) -> Library | None:
        """The articles and the fiches together; None where there are no fiches, or none that are ready.

        Raises:
            StoreError: see `ask`.
        """
        searcher = await self._fiches.searcher() if self._fiches is not None else None
        if searcher is None:
            return None
        return Library.of(await self.index(), searcher, self._office, self.today())

    async def search(self, question: str, limit: int) -> list[Hit]:
        """The likeliest articles with their scores.

        Raises:
            StoreError: see `ask`.
        """
        return search(await self.index(), question, limit)

    async def index(self) -> Index:
        """The index to search now. A newer one is built in a thread and taken when it is ready.

        Who asks first after a change is often its author, who looks whether it is there: that question waits a moment.

        Raises:
            StoreError: see `ask`.
        """
        if self._index is not None and self._building is None and self._due():
            await self._look(self._index.version)
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
        return self._index

    async def follow(self, every: timedelta = FOLLOW_EVERY) -> None:
        """Read what there is before anybody asks, and what is new when nobody does, until cancelled."""
        while True:
            try:
                await self.index()
                await self.library()
            except StoreError as error:
                log.warning("knowledge.not_followed", error=type(error).__name__)
            await asyncio.sleep(every.total_seconds())

    async def close(self) -> None:
        """Stop following; a build that is under way is abandoned."""
        if self._fiches is not None:
            await self._fiches.close()
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
            await asyncio.wait({self._start()}, timeout=self._news_within.total_seconds())

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


def _is_plain(found: Answer) -> bool:
    """Whether what was not found was said in words that exist: then saying it another way does not help."""
    existing = [word for word in words(found.question) if word in lexicon.french()]
    return found.status is AnswerStatus.LOST and len(existing) >= PLAIN_WORDS


def _gone(talk: Talk) -> Answer:
    """What a button of the fiches means when they are not there any more."""
    return Answer(AnswerStatus.LOST, talk=talk.go())
