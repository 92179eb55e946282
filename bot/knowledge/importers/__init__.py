"""Where articles come from; each importer reads its source whole and says what it could not take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.articles import DESK
from bot.store.base import Article, Articles, Imported


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one file is not taken: one sentence for whoever wrote the file."""

    place: str
    """The file, relative to the folder that is imported."""
    sentence: str
    article_id: str = ""
    """Which article the file would have been, "" if its name does not say."""
    kept: bool = False
    """Whether the article's former version stays in the base."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an importer found."""

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did; `imported` is None when the base was left as it was."""

    imported: Imported | None
    articles: int
    problems: tuple[Problem, ...] = ()

    @property
    def held(self) -> tuple[str, ...]:
        """Articles that were left alone: they are written at the desk now."""
        return self.imported.held if self.imported else ()


async def store(articles: Articles, origin: str, reading: Reading, now: datetime) -> Report:
    """Make a reading the base's articles of an origin, in one transaction.

    A file that cannot be read any more keeps its former article: one slip of the pen must not take an answer from
    citizens. An article under the id of one that came from elsewhere is a problem and costs no other. A reading without
    a single article changes nothing: it is an empty folder by mistake.

    Raises:
        StoreError: the base is as it was.
    """
    everything = await articles.all()
    # What the desk has taken over is told apart by the storage.
    elsewhere = {article.id: article.origin for article in everything if article.origin not in (origin, DESK)}
    taken = [article for article in reading.articles if article.id not in elsewhere]
    problems = [
        *reading.problems,
        *(
            Problem(article.id, f"is the id of an article that came from {elsewhere[article.id]}; give it another")
            for article in reading.articles
            if article.id in elsewhere
        ),
    ]
    if not taken:
        return Report(None, 0, tuple(problems))
    broken = {problem.article_id for problem in problems if problem.article_id} - {article.id for article in taken}
    stored = [article for article in everything if article.origin == origin and article.id in broken]
    kept = {article.id for article in stored}
    imported = await articles.replace(origin, [*taken, *stored], now)
    return Report(imported, len(taken), _marked(problems, kept))


def _marked(problems: Sequence[Problem], kept: set[str]) -> tuple[Problem, ...]:
    return tuple(
        Problem(problem.place, problem.sentence, problem.article_id, problem.article_id in kept) for problem in problems
    )
