"""The town's articles and the State's fiches side by side, and what is said of a fiche wherever it is named. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.fiches import AUDIENCES, Fiche
from bot.knowledge import answer as town
from bot.knowledge.answer import Answer
from bot.knowledge.articles import Passage, expired
from bot.knowledge.engine.found import Searcher
from bot.knowledge.index import Index
from bot.knowledge.talk import Talk
from bot.messages import AnswerStatus, Source
from bot.settings import GENERAL_SERVICE, Office

PUBLISHER = "service-public.fr"
"""Named with every answer, as the licence of the fiches asks (Licence Ouverte 2.0), beside title and date."""


@dataclass(frozen=True, slots=True)
class Library:
    """The town's articles and the State's fiches, as one question sees them."""

    index: Index
    searcher: Searcher
    office: Office
    today: date
    local: Mapping[str, int] = field(default_factory=dict)
    """By the id of a fiche, the place of the town's article that adds to it."""

    @classmethod
    def of(cls, index: Index, searcher: Searcher, office: Office, today: date) -> Library:
        """With the town's additions that are still valid."""
        local = {
            article.fiche.rpartition(":")[2]: place
            for place, article in enumerate(index.articles)
            if article.fiche and not expired(article, today)
        }
        return cls(index, searcher, office, today, local)


def is_fiche(article_id: str) -> bool:
    """Whether an id is a fiche's key; articles of a town have no colon in theirs."""
    return ":" in article_id


def source(fiche: Fiche) -> Source:
    """Where a citizen reads on, with what the licence wants said."""
    return Source(fiche.title, fiche.url, PUBLISHER, fiche.modified.isoformat() if fiche.modified else "")


def choose(library: Library, keys: Sequence[str], question: str, talk: Talk) -> Answer:
    """Titles of fiches to choose from; what leads nowhere is left out."""
    found = [fiche for key in keys if (fiche := library.searcher.fiche(key)) is not None]
    return Answer(
        AnswerStatus.CHOOSE,
        tuple(Passage(fiche.key, 0, (), fiche.description) for fiche in found),
        question,
        tuple(source(fiche) for fiche in found),
        (GENERAL_SERVICE,) * len(found),
        talk=talk.go(question=question),
    )


def linked(library: Library, fiche: Fiche, target: str) -> str:
    """The key of a fiche that another one names by its id: of its own audience, else of the other one."""
    keys = [f"{fiche.audience}:{target}", *(f"{audience}:{target}" for audience in AUDIENCES)]
    return next((key for key in keys if library.searcher.fiche(key) is not None), keys[0])


def sources(library: Library, fiche: Fiche) -> tuple[Source, ...]:
    """What an answer from a fiche rests on: the fiche, and the town's article whose words stand before it."""
    place = library.local.get(fiche.id)
    if place is None:
        return (source(fiche),)
    article = library.index.articles[place]
    return source(fiche), replace(town.source(library.office, article), article=article.id)


def local(library: Library, fiche: Fiche) -> str:
    """What the town says of a fiche: the introduction of its own article; "" where it says nothing."""
    place = library.local.get(fiche.id)
    return library.index.passages[place][0].text if place is not None else ""
