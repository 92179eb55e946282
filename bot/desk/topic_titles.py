"""What an article or a fiche is called, by its id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.articles import Editions
from bot.errors import Missing
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.library import is_fiche
from bot.store.base import Articles


def titles_of(
    editions: Editions, articles: Articles, knowledge: KnowledgeBase
) -> Callable[[str], Awaitable[str | None]]:
    """The title of what is written at the desk, of what was imported, or of a fiche by its key; None if there is none."""

    async def title(article_id: str) -> str | None:
        if is_fiche(article_id):
            library = await knowledge.library()
            fiche = library.searcher.fiche(article_id) if library else None
            return fiche.title if fiche else None
        try:
            written = await editions.get(article_id)
            if not written.removed:
                return written.draft.title
        except Missing:
            pass
        try:
            return (await articles.get(article_id)).title
        except Missing:
            return None

    return title
