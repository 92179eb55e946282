"""Passages of the knowledge base that may answer a citizen, for the agent to insert with their source."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.knowledge.answer import source
from bot.knowledge.articles import expired
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.engine.found import Searcher
from bot.knowledge.library import source as source_of
from bot.knowledge.lookup import OUT_OF_SCOPE, shortened
from bot.messages import Source
from bot.settings import GENERAL_SERVICE, Office
from bot.store.base import CITIZEN, Entry
from bot.text.typography import typeset

SUGGESTIONS = 4
LAST_LINES = 2
"""So many of the citizen's last lines are looked up, if they say something."""
LEAST_WORDS = 3
"""A shorter line (« oui merci ») says nothing to look up."""
LEAST_SCORE = 0.1
MAX_CHARS = 400
MAX_TITLE_CHARS = 250
"""Of a source's name with its case: a reply takes no longer one."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A passage that may answer; `score` in [0, 1]."""

    article_id: str
    title: str
    text: str
    source: Source
    service: str
    score: float


async def find(knowledge: KnowledgeBase, office: Office, words: str) -> list[Suggestion]:
    """What the town's articles and the State's fiches say to words, the likeliest first; expired articles are left out.

    Raises:
        StoreError: the articles cannot be read.
    """
    words = words.strip()[:MAX_CHARS]
    if not words:
        return []
    hits = await knowledge.search(words, SUGGESTIONS * 2)
    today = knowledge.today()
    shown = [hit for hit in hits if hit.score >= LEAST_SCORE and not expired(hit.article, today)][:SUGGESTIONS]
    library = await knowledge.library()
    found = [
        Suggestion(
            article_id=hit.article.id,
            title=hit.article.title,
            text=typeset(hit.passage.text),
            source=source(office, hit.article),
            service=hit.article.service,
            score=round(hit.score, 3),
        )
        for hit in shown
    ]
    if library is not None:
        # The search over the fiches is arithmetic: others are answered meanwhile.
        found += await asyncio.to_thread(_of_fiches, library.searcher, words)
    # Of two that are as likely the town's own comes first.
    return sorted(found, key=lambda one: -one.score)[:SUGGESTIONS]


def _of_fiches(searcher: Searcher, words: str) -> list[Suggestion]:
    findings = searcher.search(words, SUGGESTIONS)
    if findings.in_scope < OUT_OF_SCOPE:
        return []
    found = []
    for hit in findings.hits:
        fiche, cut = searcher.fiche(hit.key), searcher.outline(hit.key)
        if hit.score < LEAST_SCORE or fiche is None or cut is None or hit.leaf >= len(cut.leaves):
            continue
        leaf = cut.leaves[hit.leaf]
        # What is true in one case only is inserted with its case in the source's name.
        title = typeset(shortened(" – ".join((fiche.title, *leaf.headings)), "", MAX_TITLE_CHARS))
        found.append(
            Suggestion(
                article_id=hit.key,
                title=title,
                text=typeset(leaf.text),
                source=replace(source_of(fiche), title=title),
                service=GENERAL_SERVICE,
                score=round(hit.score, 3),
            )
        )
    return found


def asked(lines: Sequence[Entry], subject: str) -> str:
    """What to look up for a conversation: the citizen's last lines that say something, else the case's subject."""
    said = [line.text for line in lines if line.author == CITIZEN and len(line.text.split()) >= LEAST_WORDS]
    return " ".join(said[-LAST_LINES:]) or subject
