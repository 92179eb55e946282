"""Looking something up oneself: the town's articles and the State's fiches as one short list of pages."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.knowledge.articles import Passage, expired
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.engine.found import Found, Searcher
from bot.knowledge.index import Index
from bot.knowledge.library import PUBLISHER
from bot.knowledge.search import Hit
from bot.settings import Office
from bot.store.base import Article
from bot.text.french import STOP_WORDS, fold, tokens, words
from bot.text.normalise import normalise

MAX_CHARS = 200
"""What is read of what somebody types into a search field."""
SNIPPET_CHARS = 220
KEPT = 1024
"""Answers kept: what is typed letter by letter is asked again and again."""
OUT_OF_SCOPE = 0.15
"""Below this the fiches are about something else; a list may show what an answer may not say."""
SHORTEST = 2
ALWAYS = 3
"""So many fiches are shown however unlikely each of them is."""
LEAST_LIKELY = 0.003
"""A fiche that answers in fewer than three of a thousand cases is no result."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a snippet; `is_hit` says that it is one of the words that were asked for."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """A page that may answer."""

    title: str
    url: str
    """A path on the town's site, with the place of the passage where the page has one."""
    snippet: tuple[Piece, ...]
    where: str
    """The chapter, and the case in which the passage is true; "" where it is true for everybody."""
    source: str
    """Who says it."""
    updated: date | None = None


class Lookup(Protocol):
    """What a search field asks."""

    async def find(self, text: str, limit: int) -> list[Result]:
        """The pages that fit best, the best first; none for a text without a word to search for.

        Raises:
            StoreError: nothing was ever read and it cannot be now.
        """


class Shelves:
    """The town's own pages first where they surely answer or their title is being typed, then everything by its score."""

    def __init__(self, base: KnowledgeBase, office: Office) -> None:
        self._base = base
        self._office = office
        self._titles: tuple[Index | None, Sequence[Sequence[str]]] = (None, ())
        self._kept: OrderedDict[tuple[str, int, int, int, date], list[Result]] = OrderedDict()

    async def find(self, text: str, limit: int) -> list[Result]:
        """See `Lookup.find`."""
        text = normalise(text[: MAX_CHARS * 2], MAX_CHARS)
        if len(text) < SHORTEST:
            return []
        index, library, today = await self._base.index(), await self._base.library(), self._base.today()
        searcher = library.searcher if library else None
        key = (fold(text), limit, index.version, searcher.version if searcher else 0, today)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        hits = [hit for hit in await self._base.search(text, limit * 2) if not expired(hit.article, today)]
        typed = _typed(text)
        begun = [
            (article, index.passages[place][0])
            for place, (article, title) in enumerate(zip(index.articles, self._titles_of(index), strict=True))
            if _begun(typed, title) and not expired(article, today)
        ]
        found = await asyncio.to_thread(self._of_fiches, searcher, text, limit) if searcher else []
        results = self._merged(text, hits, begun, found)[:limit]
        self._kept[key] = results
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return results

    def _titles_of(self, index: Index) -> Sequence[Sequence[str]]:
        """The words of every title, in the order of the articles; cut once, a town's site may have thousands."""
        if self._titles[0] is not index:
            self._titles = index, [tokens(article.title) for article in index.articles]
        return self._titles[1]

    def _merged(
        self,
        text: str,
        hits: Sequence[Hit],
        begun: Sequence[tuple[Article, Passage]],
        fiches: Sequence[tuple[float, Result]],
    ) -> list[Result]:
        knowledge, office = self._office.knowledge, self._office.town.office
        best = {hit.article.id: hit for hit in hits}
        first = [
            (best[article.id].score, _of_article(article, best[article.id].passage, text, office))
            if article.id in best
            else (0.0, _of_article(article, passage, text, office))
            for article, passage in begun
        ]
        likely = [hit for hit in hits if hit.score >= knowledge.choose_threshold]
        scored = [(hit.score, _of_article(hit.article, hit.passage, text, office)) for hit in likely]
        sure = [one for one in scored if one[0] >= knowledge.answer_threshold]
        rest = sorted([*(one for one in scored if one not in sure), *fiches], key=_by_score)
        every = [*sorted(first, key=_by_score), *sure, *rest]
        return list({result.url: result for _, result in reversed(every)}.values())[::-1]

    def _of_fiches(self, searcher: Searcher, text: str, limit: int) -> list[tuple[float, Result]]:
        findings = searcher.search(text, limit)
        if findings.in_scope < OUT_OF_SCOPE:
            return []
        return [(hit.score, _of_fiche(searcher, hit, text)) for hit in worth_showing(findings.hits)]


def worth_showing(hits: Sequence[Found]) -> list[Found]:
    """The likeliest, and of what follows whatever may answer at all: a long list of the rest is read by somebody."""
    return [hit for rank, hit in enumerate(hits) if rank < ALWAYS or hit.score >= LEAST_LIKELY]


def fiche_url(key: str) -> str:
    """The page of a fiche on the town's site, by its key."""
    audience, _, fiche_id = key.partition(":")
    return f"/fiches/{audience}/{fiche_id}"


def pieces(text: str, question: str) -> tuple[Piece, ...]:
    """A text cut where the question's words stand in it, in whatever form."""
    starts = tuple(_root(word) for word in words(question))
    cut: list[Piece] = []
    at = 0
    for word in _WORD.finditer(text):
        if starts and fold(word[0]).startswith(starts):
            cut += [Piece(text[at : word.start()]), Piece(word[0], is_hit=True)]
            at = word.end()
    return tuple(piece for piece in (*cut, Piece(text[at:])) if piece.text)


def shortened(text: str, question: str, chars: int = SNIPPET_CHARS) -> str:
    """As much of a text as a list shows, from its start or from the sentence before the first word that was asked for."""
    text = " ".join(text.split())
    if len(text) <= chars:
        return text
    starts = tuple(_root(word) for word in words(question))
    first = next((one.start() for one in _WORD.finditer(text) if starts and fold(one[0]).startswith(starts)), 0)
    begin = 0 if first < chars * 0.7 else max(text.rfind(". ", 0, first) + 2, first - chars // 2)
    if begin and text[begin - 1] != " ":
        begin = text.find(" ", begin) + 1
    shown = text[begin : begin + chars]
    if begin + chars < len(text):
        shown = shown[: shown.rfind(" ")].rstrip(" ,;:.-") + " …"
    return f"… {shown}" if begin else shown


def _root(word: str) -> str:
    return word if len(word) <= 5 else word[: max(5, len(word) - 2)]


def _typed(text: str) -> list[str]:
    """The words by which a title may be being typed; none where the last one has only begun."""
    typed = [word for word in tokens(text) if word not in STOP_WORDS or len(word) > 3]
    return typed if typed and len(typed[-1]) >= SHORTEST else []


def _begun(typed: Sequence[str], title: Sequence[str]) -> bool:
    """Whether a title is being typed: each word of it begins one of the title's."""
    return bool(typed) and all(any(one.startswith(word) for one in title) for word in typed)


def _by_score(scored: tuple[float, Result]) -> tuple[float, str]:
    return (-scored[0], fold(scored[1].title))


def _of_article(article: Article, passage: Passage, text: str, office: str) -> Result:
    return Result(
        article.title,
        f"/articles/{article.id}",
        pieces(shortened(passage.text, text), text),
        " › ".join(passage.headings),
        office,
        article.updated,
    )


def _of_fiche(searcher: Searcher, hit: Found, text: str) -> Result:
    fiche, outline = searcher.fiche(hit.key), searcher.outline(hit.key)
    leaf = outline.leaves[hit.leaf] if outline and hit.leaf < len(outline.leaves) else None
    words_shown = (leaf.text if leaf else "") or (fiche.description if fiche else "")
    if fiche and fiche.guide:
        # Its description is its editors' name for it; its answers say whom it is for.
        said = (fiche.guide.question, *(fork.title for fork in fiche.guide.forks))
        words_shown = " · ".join(one for one in said if one)
    anchor = f"#cas-{leaf.path[-1][0]}-{leaf.path[-1][1]}" if leaf and leaf.path else ""
    return Result(
        hit.title,
        fiche_url(hit.key) + anchor,
        pieces(shortened(words_shown.removeprefix("- "), text), text),
        " › ".join(leaf.headings) if leaf else "",
        PUBLISHER,
        fiche.modified if fiche else None,
    )
