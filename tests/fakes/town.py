"""The town's pages over a few articles and fiches, as the gateway serves them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aiohttp import web

from bot.clock import Clock, now
from bot.errors import Missing
from bot.gateway.fiche_pages import FichePages
from bot.gateway.pages import PAGE, Pages
from bot.gateway.searching import Searching
from bot.gateway.visiting import Visiting
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.engine.found import Searcher
from bot.knowledge.following import FollowedFiches
from bot.knowledge.lookup import Shelves
from bot.settings import Office
from bot.store.base import Article, Imported
from channels.web.throttle import Throttle
from tests.fakes.fiches import FICHE, GUIDE, OTHER, FewFiches
from tests.fakes.searcher import PlainSearcher
from tests.fakes.visits import FewVisits

OWN = Article(
    "etang",
    "Pêcher à l’étang de Pontavel",
    "vie_associative",
    "L'étang est ouvert du 1er mars au 30 novembre.\n\n## Où acheter la carte\n\nAu tabac de la place.",
    fiche="F90001",
)
PLENTY = 1_000_000


class FewArticles:
    """A base of few articles."""

    def __init__(self, *articles: Article) -> None:
        self._articles = {article.id: article for article in articles}

    async def get(self, article_id: str) -> Article:
        """See `Articles.get`."""
        try:
            return self._articles[article_id]
        except KeyError as error:
            raise Missing(article_id) from error

    async def all(self) -> list[Article]:
        """See `Articles.all`."""
        return list(self._articles.values())

    async def version(self) -> int:
        """See `Articles.version`."""
        return 1

    async def replace(self, origin: str, articles: Sequence[Article], now: datetime) -> Imported:
        """See `Articles.replace`."""
        raise NotImplementedError


class TownOfFew:
    """Pages, search, fiches and counts."""

    def __init__(
        self,
        office: Office,
        articles: FewArticles,
        fiches: FewFiches | None = None,
        searches_per_minute: int = PLENTY,
        clock: Clock = now,
    ) -> None:
        stored = fiches or FewFiches(FICHE, OTHER, GUIDE)
        self.visits = FewVisits()

        async def opening(version: int) -> Searcher:
            return PlainSearcher(*await stored.all(), version=version)

        async def exists(page: str) -> bool:
            if not PAGE.fullmatch(page):
                return False
            kind, _, rest = page.partition(":")
            try:
                await (stored.get(rest) if kind == "fiche" else articles.get(rest))
            except Missing:
                return False
            return True

        self.base = KnowledgeBase(articles, office, clock, fiches=FollowedFiches(stored, opening))
        self._stored = stored
        self.visiting = Visiting(self.visits, exists, Throttle(2), _peer, office.zone, clock)
        self.pages = Pages(
            office,
            articles,
            clock=clock,
            searching=Searching(Shelves(self.base, office), Throttle(searches_per_minute), _peer),
            visiting=self.visiting,
            has_fiches=self.has_fiches,
        )
        self.fiches = FichePages(self.pages, stored, articles, office, self.visiting)

    async def has_fiches(self) -> bool:
        """Whether there are any fiches."""
        return await self._stored.version() > 0

    def routes(self) -> list[web.AbstractRouteDef]:
        """Every page."""
        return [*self.pages.routes(), *self.fiches.routes()]


def _peer(request: web.Request) -> str:
    return request.remote or ""
