"""What the articles and services of a town are called, and which service an article is of."""

from __future__ import annotations

from bot.analytics.events import ServiceOf
from bot.analytics.report import Names
from bot.feeds import Fiches
from bot.settings import Office
from bot.store.base import Articles


class Naming:
    """Read once for each version of the articles and of the fiches."""

    def __init__(self, articles: Articles, fiches: Fiches, office: Office) -> None:
        self._articles = articles
        self._fiches = fiches
        self._services = {code: service.name for code, service in office.services.items()}
        self._version = self._fiche_version = -1
        self._of: dict[str, str] = {}
        self._titles: dict[str, str] = {}
        self._fiche_titles: dict[str, str] = {}

    async def service_of(self) -> ServiceOf:
        """The service of each article as it is now; "" for a fiche, which is of no service, and for one that is gone.

        Raises:
            StoreError: not now.
        """
        await self._read()
        known = self._of
        return lambda article: known.get(article, "")

    async def names(self) -> Names:
        """The names of services and of topics.

        Raises:
            StoreError: not now.
        """
        await self._read()
        version = await self._fiches.version()
        if version != self._fiche_version:
            self._fiche_titles = {f"{head.audience}:{head.id}": head.title for head in await self._fiches.heads()}
            self._fiche_version = version
        return Names(self._services, {**self._fiche_titles, **self._titles})

    async def _read(self) -> None:
        version = await self._articles.version()
        if version != self._version:
            every = await self._articles.all()
            self._of = {article.id: article.service for article in every}
            self._titles = {article.id: article.title for article in every}
            self._version = version
