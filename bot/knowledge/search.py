"""Which articles answer a question, how surely, and with which of their passages.

Every field's BM25 is divided by the question's mass, which puts all fields on one scale, and fields are fused by their
plain mean: weights learnt from some hundred questions would fit those questions and no others. What is learnt is only
how a rank becomes a probability: a logistic on six features that a person can check (docs/knowledge.md,
`python -m tests.knowledge.fit`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from bot.knowledge import aspects
from bot.knowledge.articles import Passage
from bot.knowledge.index import Index, Query
from bot.store.base import Article
from bot.text.normalise import normalise

BIAS = -6.92
COEFFICIENTS = {
    "strength": 2.18,
    "coverage": 2.51,
    "core": 1.75,
    "unknown": -0.24,
    "lead": 1.29,
    "words": 2.29,
}
"""The logistic's coefficients, in the order of `Features`."""

PASSAGE_BODY = 0.5
PASSAGE_ASPECT = 1.0
FIRST_PASSAGE = 0.25
"""The introduction sums an article up: it wins when nothing speaks for another passage."""


@dataclass(frozen=True, slots=True)
class Features:
    """Why an article is believed to answer."""

    strength: float
    """The mean of its fields' BM25 over the question's mass, about [0, 2]."""
    coverage: float
    """Share of the question's mass found in the article."""
    core: float
    """Share found in its title and keywords."""
    unknown: float
    """Share that no article has."""
    lead: float
    """How far it is before the next article, as a share of its own strength; negative when it is behind."""
    words: float
    """Words that carry the question, as log(1 + n)."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that may answer."""

    article: Article
    score: float
    """How likely it answers, in [0, 1]; falls with the rank."""
    features: Features
    _best: Callable[[], Passage] = field(repr=False, compare=False)

    @property
    def passage(self) -> Passage:
        """Its passage that answers best: found when it is first asked for, as most hits are never shown."""
        return self._best()


def search(index: Index, question: str, limit: int = 5) -> list[Hit]:
    """The articles that share anything with a question, the likeliest first."""
    question = normalise(question)
    # A letter is looked up for its suggestions and, a moment later, for its acknowledgement.
    known: tuple[int, list[Hit]] | None = index.asked.get(question)
    if known is not None and known[0] >= limit:
        return known[1][:limit]
    hits = _search(index, question, limit)
    index.asked.put(question, (limit, hits))
    return list(hits)


def _search(index: Index, question: str, limit: int) -> list[Hit]:
    """What stands at a rank depends on nothing behind it."""
    query = index.read(question)
    if not any(term.known for term in query.terms):
        return []
    strengths = fused(index, query)
    ranking = sorted((place for place, strength in enumerate(strengths) if strength > 0), key=lambda p: -strengths[p])
    hits: list[Hit] = []
    ceiling = 1.0
    for rank, place in enumerate(ranking[:limit]):
        rival = strengths[ranking[1 if rank == 0 else 0]] if len(ranking) > 1 else 0.0
        features = _features(index, query, place, strengths[place], rival)
        # A rank that is lower is never surer.
        ceiling = min(ceiling, probability(features))
        best = cache(partial(best_passage, index, query, question, place))
        hits.append(Hit(index.articles[place], ceiling, features, best))
    return hits


def fused(index: Index, query: Query) -> list[float]:
    """The strength of every article by place: the mean of its fields' scores."""
    strengths: list[float] = index.strengths(query).tolist()
    return strengths


def probability(features: Features) -> float:
    """The calibrated score of features, in [0, 1]."""
    logit = BIAS + sum(weight * getattr(features, name) for name, weight in COEFFICIENTS.items())
    return 1 / (1 + math.exp(-logit))


def best_passage(index: Index, query: Query, question: str, place: int) -> Passage:
    """The passage of an article that answers this question: by its words beside the subject, and the side it asks for.

    « Retrait de la carte » has the subject in its heading and answers « refaire ma carte » no better for it.
    """
    pieces: Sequence[Passage] = index.passages[place]
    if len(pieces) == 1:
        return pieces[0]
    scores = index.passage_scores(index.beside_subject(query, place), query.mass, place)
    asked = aspects.asked(question)

    def worth(passage: Passage) -> float:
        return (
            scores["heading"].get(passage.number, 0.0)
            + PASSAGE_BODY * scores["body"].get(passage.number, 0.0)
            + PASSAGE_ASPECT * aspects.fit(asked, passage.headings, passage.text)
            + (FIRST_PASSAGE if passage.number == 0 else 0.0)
        )

    return max(pieces, key=worth)


def _features(index: Index, query: Query, place: int, strength: float, rival: float) -> Features:
    coverage, core = index.coverage(query, place)
    mass = query.mass or 1.0
    return Features(
        strength=strength,
        coverage=coverage,
        core=core,
        unknown=sum(term.weight * (1 - term.known) for term in query.terms) / mass,
        lead=max(-1.0, (strength - rival) / strength) if strength else -1.0,
        words=math.log1p(len(query.terms)),
    )
