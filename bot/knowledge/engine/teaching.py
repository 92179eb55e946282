"""A base asked its own questions: what its signals spread, its reranker, its gate, and how good all of it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.knowledge.engine.arrays import Arrays
from bot.knowledge.engine.features import FEATURES, Candidates, candidates
from bot.knowledge.engine.gate import HITS, RIGHT, SCOPE, Gate, Logistic, fitted, right_signs, scope_signs, shifted
from bot.knowledge.engine.pairs import Lesson, Pair, mixtures
from bot.knowledge.engine.postings import Floats
from bot.knowledge.engine.query import Query, Reader
from bot.knowledge.engine.ranking import Ranking, learn, spread

SAMPLE = 300
"""Questions from which the signals' spread is taken."""
MIXTURES = 200
MIN_HELD_BACK = 40
"""With fewer questions to judge by, the gate is the one that ships with the project."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what was found."""

    query: Query
    found: Candidates
    fused: Floats
    strengths: Floats


@dataclass(frozen=True, slots=True)
class Taught:
    """What a base has learnt from itself."""

    ranking: Ranking
    gate: Gate
    quality: dict[str, float]
    """On the questions held back: hit@k by origin, and the share of strangers that the gate lets in."""


def taught(
    arrays: Arrays, reader: Reader, lesson: Lesson, outside: Sequence[str], advance: Callable[[float], None]
) -> Taught:
    """Learn from a lesson, whose documents `arrays` are of. `advance` hears the share done, in [0, 1]."""
    pairs = lesson.pairs
    queries = [reader.read(pair.question) for pair in pairs]
    plain = Ranking(_spread(arrays, queries))
    found = []
    for number, query in enumerate(queries):
        found.append(candidates(arrays, query, plain.spread))
        if number % 100 == 0:
            advance(0.7 * number / len(queries))
    teaching = [place for place, pair in enumerate(pairs) if not pair.held_back]
    model = learn([found[place] for place in teaching], [pairs[place].gold for place in teaching], plain)
    advance(0.9)
    ranking = Ranking(plain.spread, model)
    judged = [(pair, _asked(ranking, query, one)) for pair, query, one in zip(pairs, queries, found, strict=True)
              if pair.held_back and len(one.places)]  # fmt: skip
    strangers = [*outside, *mixtures(lesson.documents, MIXTURES)]
    read = [reader.read(question) for question in strangers]
    foreign = [_asked(ranking, query, candidates(arrays, query, plain.spread)) for query in read]
    gate, let_in = _gate(judged, [asked for asked in foreign if len(asked.found.places)], len(strangers))
    return Taught(ranking, gate, {**_quality(judged), **let_in})


def _spread(arrays: Arrays, queries: Sequence[Query]) -> Floats:
    step = max(1, len(queries) // SAMPLE)
    sample = queries[::step]
    equal = np.ones(len(FEATURES), np.float32)
    for _ in range(2):
        # Twice: the candidates depend on it.
        equal = spread([candidates(arrays, query, equal) for query in sample], len(FEATURES))
    return equal


def _asked(ranking: Ranking, query: Query, found: Candidates) -> Asked:
    return Asked(query, found, ranking.fused(found.signals), ranking.strengths(found))


def _gate(
    judged: Sequence[tuple[Pair, Asked]], foreign: Sequence[Asked], strangers: int
) -> tuple[Gate, dict[str, float]]:
    if len(judged) < MIN_HELD_BACK or not foreign:
        return plain_gate(), {}
    inside = _scope_rows([asked for _, asked in judged])
    outside = _scope_rows(foreign)
    values = np.vstack([inside, outside])
    labels = np.arange(len(values)) < len(inside)
    # The threshold comes from questions that the weights have not seen: each half is judged by the other's.
    halves = np.arange(len(values)) % 2 == 0
    logits = np.empty(len(values))
    for half in (halves, ~halves):
        model = fitted(values[half], labels[half])
        logits[~half] = [model.logit(row) for row in values[~half]]
    scope = shifted(fitted(values, labels), list(logits[labels]))
    threshold = float(np.quantile(logits[labels], 0.05))
    let_in = float((logits[~labels] > threshold).sum() / strangers)
    return Gate(scope, _right(scope, judged, foreign)), {"false_accept": round(let_in, 4)}


def _right(scope: Logistic, judged: Sequence[tuple[Pair, Asked]], foreign: Sequence[Asked]) -> Logistic:
    rows, labels = [], []
    for gold, asked in [*((pair.gold, asked) for pair, asked in judged), *((frozenset[int](), one) for one in foreign)]:
        order = np.argsort(-asked.strengths, kind="stable")[: HITS + 1]
        logit = scope.logit(scope_signs(asked.query, asked.found, asked.fused, asked.strengths))
        rows.append(right_signs(logit, asked.found, asked.fused, asked.strengths, order)[:HITS])
        labels += [int(asked.found.places[place]) in gold for place in order[:HITS]]
    values = np.vstack(rows)
    right = np.array(labels)
    if right.all() or not right.any():
        return plain_gate().right
    return fitted(values, right, np.ones(len(values), np.float32))


def plain_gate() -> Gate:
    """What a base goes by that is too small to judge itself."""
    scope = dict.fromkeys(SCOPE, 0.0) | {"most covered": 6.0, "most way_fit": 2.0, "unknown": -3.0}
    right = dict.fromkeys(RIGHT, 0.0) | {"scope": 0.7, "rank": -1.2, "behind": -0.4, "way_fit": 1.5}
    return Gate(
        Logistic([0.0] * len(SCOPE), [1.0] * len(SCOPE), list(scope.values()), -3.0),
        Logistic([0.0] * len(RIGHT), [1.0] * len(RIGHT), list(right.values()), -0.5),
    )


def _scope_rows(asked: Sequence[Asked]) -> Floats:
    return np.vstack([scope_signs(one.query, one.found, one.fused, one.strengths) for one in asked])


def _quality(judged: Sequence[tuple[Pair, Asked]]) -> dict[str, float]:
    found: dict[str, list[int]] = {}
    for pair, asked in judged:
        order = asked.found.places[np.argsort(-asked.strengths, kind="stable")]
        right = np.flatnonzero(np.isin(order, list(pair.gold)))
        found.setdefault(pair.origin.value, []).append(int(right[0]) if len(right) else 10**6)
    return {
        f"{origin} hit@{depth}": round(float(np.mean(np.array(ranks) < depth)), 4)
        for origin, ranks in sorted(found.items())
        for depth in (1, 3, 5)
    } | {f"{origin} n": float(len(ranks)) for origin, ranks in sorted(found.items())}
