"""Whether the fiches are about a question at all, and how likely each hit is the right one: two logistics.

A sum of BM25 says nothing here, since a long question always collects some. What tells are shares: how much of the
question one page has, and how much of it no page has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bot.knowledge.engine.features import AT, Candidates
from bot.knowledge.engine.manner import Manner
from bot.knowledge.engine.matter import Matter
from bot.knowledge.engine.postings import Floats
from bot.knowledge.engine.query import Query

Places = NDArray[np.int64] | Sequence[int]
ACCEPTED = 0.95
"""The share of questions in scope that reach 0.5."""
_MOST = (
    "flat", "passage_most", "passage_sum", "covered", "titled", "title_fit", "way_fit", "shape_title", "shape_all",
    "meant", "meant_title", "meant_passage", "meant_way", "said_words", "said_letters",
)  # fmt: skip
_FIRST = (
    "flat",
    "covered",
    "way_fit",
    "shape_all",
    "meant_passage",
    "title",
    "phrasings",
    "said_words",
    "said_letters",
)
SCOPE = (
    *(f"most {name}" for name in _MOST), *(f"first {name}" for name in _FIRST), "strength", "unknown", "words", "lead",
    "manner", "lost", "matter",
)  # fmt: skip
RIGHT = ("scope", "rank", "behind", "ahead", "lead", "way_fit", "covered", "title_fit", "strength")
HITS = 5
"""Down to this rank a hit's likeliness is learnt."""


class Logistic(Struct, frozen=True):
    """A logistic on standardised values."""

    centre: list[float]
    scale: list[float]
    weights: list[float]
    bias: float

    def logit(self, values: Floats) -> float:
        """The log odds; its sign is the decision."""
        standard = (values - np.asarray(self.centre)) / np.asarray(self.scale)
        return float(np.clip(standard, -6, 6) @ np.asarray(self.weights) + self.bias)


@dataclass(frozen=True, slots=True)
class Gate:
    """Both logistics of a base."""

    scope: Logistic
    right: Logistic
    manner: Manner
    matter: Matter

    def in_scope(self, query: Query, found: Candidates, fused: Floats, strengths: Floats) -> float:
        """The log odds that the base is about the question; 0 is where `ACCEPTED` of its own questions pass."""
        if query.empty or not len(found.places):
            return -10.0
        manner, matter = self.manner.logit(query.form), self.matter.logit(query.said)
        return self.scope.logit(scope_signs(query, found, fused, strengths, manner, matter))

    def likeliness(self, scope: float, found: Candidates, fused: Floats, strengths: Floats, order: Places) -> Floats:
        """How likely each hit in `order` is right, in [0, 1]; falls with the rank."""
        signs = right_signs(scope, found, fused, strengths, order)
        return np.minimum.accumulate([probability(self.right.logit(row)) for row in signs])


def scope_signs(
    query: Query, found: Candidates, fused: Floats, strengths: Floats, manner: float, matter: float
) -> Floats:
    """The values of `SCOPE` for a question; `manner` are the log odds of how it is put, `matter` of what it is about."""
    most = found.signals.max(axis=0)
    best = found.signals[int(strengths.argmax())]
    return np.array(
        [
            *(most[AT[name]] for name in _MOST),
            *(best[AT[name]] for name in _FIRST),
            float(fused.max()),
            query.unknown,
            np.log1p(query.count),
            _lead(strengths),
            manner,
            found.lost,
            matter,
        ],
        np.float32,
    )


def right_signs(scope: float, found: Candidates, fused: Floats, strengths: Floats, order: Places) -> Floats:
    """The values of `RIGHT` for each hit."""
    first = float(strengths[order[0]])
    lead = _lead(strengths)
    rows = []
    for rank, place in enumerate(order):
        following = float(strengths[order[rank + 1]]) if rank + 1 < len(order) else float(strengths[place])
        signals = found.signals[place]
        rows.append(
            [
                np.clip(scope, -8, 8),
                np.log1p(rank),
                first - float(strengths[place]),
                float(strengths[place]) - following,
                lead,
                signals[AT["way_fit"]],
                signals[AT["covered"]],
                signals[AT["title_fit"]],
                float(fused[place]),
            ]
        )
    return np.array(rows, np.float32)


def fitted(values: Floats, labels: NDArray[np.bool_], weights: Floats | None = None) -> Logistic:
    """A logistic with a mild ridge, both classes of equal weight unless `weights` say otherwise."""
    from sklearn.linear_model import LogisticRegression

    centre, scale = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-6)
    model = LogisticRegression(C=0.3, max_iter=500, class_weight=None if weights is not None else "balanced")
    model.fit(np.clip((values - centre) / scale, -6, 6), labels, sample_weight=weights)
    return Logistic(
        [round(float(value), 6) for value in centre],
        [round(float(value), 6) for value in scale],
        [round(float(value), 6) for value in model.coef_[0]],
        round(float(model.intercept_[0]), 6),
    )


def shifted(logistic: Logistic, logits: Sequence[float]) -> Logistic:
    """The same with 0 where `ACCEPTED` of questions in scope, whose log odds are given, lie above."""
    threshold = float(np.quantile(logits, 1 - ACCEPTED)) if logits else 0.0
    return Logistic(logistic.centre, logistic.scale, logistic.weights, round(logistic.bias - threshold, 6))


def probability(logit: float) -> float:
    """Log odds as a probability."""
    return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))


def _lead(strengths: Floats) -> float:
    if len(strengths) < 2:
        return 0.0
    second, first = np.partition(strengths, -2)[-2:]
    return float(first - second)
