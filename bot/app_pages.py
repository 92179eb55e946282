"""The wiring of the town's pages: search, fiches, and counts of what comes of reading them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.errors import Missing, StoreError
from bot.gateway.fiche_pages import FichePages
from bot.gateway.pages import PAGE, FormLink, Pages
from bot.gateway.searching import Searching
from bot.gateway.visiting import Visiting
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.lookup import Shelves
from bot.settings import Office
from bot.store.sql import Store
from channels.web.throttle import Throttle

SEARCHES_PER_MINUTE = 1200
"""Of one network address: a school shares one, and whoever types asks three times a second."""
OPINIONS_PER_MINUTE = 2
"""Of one address about one page."""


@dataclass(frozen=True, slots=True)
class TownPages:
    """The pages, ready to be served."""

    pages: Pages
    visiting: Visiting
    fiches: FichePages

    @property
    def routes(self) -> list[web.AbstractRouteDef]:
        """What `make_app` does not know of."""
        return self.fiches.routes()

    @property
    def jobs(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What runs for as long as the gateway does, by name."""
        return {"visits.run": self.visiting.run()}


def build_pages(
    office: Office,
    store: Store,
    knowledge: KnowledgeBase,
    peer_of: Callable[[web.Request], str],
    photos_per_message: int,
    forms: Sequence[FormLink] = (),
    searches_per_minute: int = SEARCHES_PER_MINUTE,
) -> TownPages:
    """The pages of a town.

    Raises:
        ConfigurationError: they have not been built.
    """

    async def exists(page: str) -> bool:
        if not PAGE.fullmatch(page):
            return False
        kind, _, rest = page.partition(":")
        try:
            await (store.fiches.get(rest) if kind == "fiche" else store.articles.get(rest))
        except Missing:
            return False
        return True

    visiting = Visiting(store.visits, exists, Throttle(OPINIONS_PER_MINUTE), peer_of, office.zone)
    searching = Searching(Shelves(knowledge, office), Throttle(searches_per_minute), peer_of)

    async def has_fiches() -> bool:
        try:
            return await store.fiches.version() > 0
        except StoreError:
            # The home page is there without the database too.
            return False

    pages = Pages(
        office,
        store.articles,
        photos_per_message=photos_per_message,
        searching=searching,
        visiting=visiting,
        has_fiches=has_fiches,
        forms=forms,
    )
    fiches = FichePages(pages, store.fiches, store.articles, office, visiting)
    return TownPages(pages, visiting, fiches)
