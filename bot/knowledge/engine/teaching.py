"""A base asked its own questions: what its signals spread, its reranker, its gate, and how good all of it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.knowledge.engine.arrays import Arrays
from bot.knowledge.engine.features import FEATURES, Candidates, surveyed
from bot.knowledge.engine.gate import (
    ACCEPTED,
    HITS,
    RIGHT,
    SCOPE,
    Gate,
    Logistic,
    fitted,
    right_signs,
    scope_signs,
    shifted,
)
from bot.knowledge.engine.manner import Manner
from bot.knowledge.engine.manner import learnt as learnt_manner
from bot.knowledge.engine.matter import MAX_OWN, pieces
from bot.knowledge.engine.matter import learnt as learnt_matter
from bot.knowledge.engine.matter import nothing as no_matter
from bot.knowledge.engine.pairs import Lesson, Pair
from bot.knowledge.engine.postings import Floats
from bot.knowledge.engine.query import Query, Reader
from bot.knowledge.engine.ranking import Ranking, learn, spread
from bot.text.french import tokens

FOLDS = 5
SAMPLE = 300
"""Questions from which the signals' spread is taken."""
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
    for number, one in enumerate(surveyed(arrays, queries, plain.spread)):
        found.append(one)
        if number % 100 == 0:
            advance(0.7 * number / len(queries))
    teaching = [place for place, pair in enumerate(pairs) if not pair.held_back]
    model = learn([found[place] for place in teaching], [pairs[place].gold for place in teaching], plain)
    advance(0.9)
    ranking = Ranking(plain.spread, model)
    judged = [(pair, _asked(ranking, query, one)) for pair, query, one in zip(pairs, queries, found, strict=True)
              if pair.held_back and len(one.places)]  # fmt: skip
    strange = [reader.read(text) for text in outside]
    foreign = [
        _asked(ranking, query, one) for query, one in zip(strange, surveyed(arrays, strange, plain.spread), strict=True)
    ]
    known = [queries[place] for place in teaching]
    others = [tokens(text) for text in lesson.said]
    gate, let_in = _gate(known, others, judged, foreign)
    return Taught(ranking, gate, {**_quality(judged), **let_in})


def _spread(arrays: Arrays, queries: Sequence[Query]) -> Floats:
    step = max(1, len(queries) // SAMPLE)
    sample = queries[::step]
    equal = np.ones(len(FEATURES), np.float32)
    for _ in range(2):
        # Twice: the candidates depend on it.
        equal = spread(list(surveyed(arrays, sample, equal)), len(FEATURES))
    return equal


def _asked(ranking: Ranking, query: Query, found: Candidates) -> Asked:
    return Asked(query, found, ranking.fused(found.signals), ranking.strengths(found))


def _gate(
    teaching: Sequence[Query],
    others: Sequence[Sequence[str]],
    judged: Sequence[tuple[Pair, Asked]],
    foreign: Sequence[Asked],
) -> tuple[Gate, dict[str, float]]:
    """The gate, and how many strangers it lets in that it has not seen: each fifth is judged by the others'."""
    forms = [query.form for query in teaching]
    known = [asked for asked in foreign if len(asked.found.places)]
    if len(judged) < MIN_HELD_BACK or len(known) < MIN_HELD_BACK:
        return plain_gate(), {}
    inside = [asked for _, asked in judged]
    asked = [*inside, *known]
    said = [*(query.said for query in teaching), *others]
    ours = [pieces(one) for one in said[:: max(1, -(-len(said) // MAX_OWN))]]
    read = [pieces(one.query.said) for one in asked]
    labels = np.arange(len(asked)) < len(inside)
    seen_by = [np.arange(len(asked)) % FOLDS != fold for fold in range(FOLDS)]
    manners, matters = np.empty(len(asked)), np.empty(len(asked))
    for part in seen_by:
        theirs, unseen = np.flatnonzero(part & ~labels), np.flatnonzero(~part)
        manner = _manner(forms, [asked[place].query.form for place in theirs])
        matter = learnt_matter(ours, [read[place] for place in theirs])
        manners[unseen] = [manner.logit(asked[place].query.form) for place in unseen]
        matters[unseen] = [matter.logit_of(read[place]) for place in unseen]
    values = np.vstack([
        scope_signs(one.query, one.found, one.fused, one.strengths, float(put), float(about))
        for one, put, about in zip(asked, manners, matters, strict=True)
    ])  # fmt: skip
    logits = np.empty(len(asked))
    for part in seen_by:
        model = fitted(values[part], labels[part])
        logits[~part] = [model.logit(row) for row in values[~part]]
    threshold = float(np.quantile(logits[labels], 1 - ACCEPTED))
    scope = shifted(fitted(values, labels), list(logits[labels]))
    right = _right(scope, values, judged, asked)
    manner = _manner(forms, [one.query.form for one in known])
    matter = learnt_matter(ours, read[len(inside) :])
    let_in = float((logits[~labels] > threshold).sum() / len(foreign))
    return Gate(scope, right, manner, matter), {"false_accept": round(let_in, 4)}


def _manner(ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]]) -> Manner:
    return learnt_manner([*ours, *theirs], np.arange(len(ours) + len(theirs)) < len(ours))


def _right(scope: Logistic, values: Floats, judged: Sequence[tuple[Pair, Asked]], asked: Sequence[Asked]) -> Logistic:
    rows, labels = [], []
    gold = [pair.gold for pair, _ in judged] + [frozenset[int]()] * (len(asked) - len(judged))
    for right, one, signs in zip(gold, asked, values, strict=True):
        order = np.argsort(-one.strengths, kind="stable")[: HITS + 1]
        rows.append(right_signs(scope.logit(signs), one.found, one.fused, one.strengths, order)[:HITS])
        labels += [int(one.found.places[place]) in right for place in order[:HITS]]
    seen = np.vstack(rows)
    held = np.array(labels)
    if held.all() or not held.any():
        return plain_gate().right
    return fitted(seen, held, np.ones(len(seen), np.float32))


def plain_gate() -> Gate:
    """What a base goes by that is too small to judge itself."""
    scope = dict.fromkeys(SCOPE, 0.0) | {"most covered": 6.0, "most way_fit": 2.0, "unknown": -3.0}
    right = dict.fromkeys(RIGHT, 0.0) | {"scope": 0.7, "rank": -1.2, "behind": -0.4, "way_fit": 1.5}
    return Gate(
        Logistic([0.0] * len(SCOPE), [1.0] * len(SCOPE), list(scope.values()), -3.0),
        Logistic([0.0] * len(RIGHT), [1.0] * len(RIGHT), list(right.values()), -0.5),
        Manner(),
        no_matter(),
    )


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
