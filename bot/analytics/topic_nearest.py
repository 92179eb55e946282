"""What in the knowledge base comes near a question that it could not answer, and whose business that is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.knowledge.articles import expired
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.engine.found import Searcher
from bot.messages import AnswerStatus
from bot.settings import GENERAL_SERVICE
from bot.topics import Near

SHOWN = 4
LEAST_SCORE = 0.02
"""Below that nothing comes near; far below what an answer needs, for here somebody looks."""


def nearest_in(knowledge: KnowledgeBase) -> Callable[[str], Awaitable[Sequence[Near]]]:
    """A search for the town's articles and the State's fiches by their scores, with the service that answers for each."""

    async def find(question: str) -> list[Near]:
        today = knowledge.today()
        found = [
            Near(hit.article.id, hit.article.title, hit.article.service, round(hit.score, 3))
            for hit in await knowledge.search(question, SHOWN)
            if hit.score >= LEAST_SCORE and not expired(hit.article, today)
        ]
        library = await knowledge.library()
        if library is not None:
            for key, title, score in await asyncio.to_thread(_fiches, library.searcher, question):
                found.append(Near(key, title, await _service(knowledge, key), score))
        return sorted(found, key=lambda one: (-one.score, one.id))[:SHOWN]

    return find


def _fiches(searcher: Searcher, question: str) -> list[tuple[str, str, float]]:
    hits = searcher.search(question, SHOWN).hits
    return [(hit.key, hit.title, round(hit.score, 3)) for hit in hits if hit.score >= LEAST_SCORE]


async def _service(knowledge: KnowledgeBase, key: str) -> str:
    about = await knowledge.about(key)
    known = about.status is not AnswerStatus.LOST and about.services
    return about.services[0] if known else GENERAL_SERVICE
