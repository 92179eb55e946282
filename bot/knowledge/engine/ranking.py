"""Candidates in the order of their likeliness: the plain sum of their signals, and a learnt ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.knowledge.engine.features import FEATURES, FUSED_AT, SAID, Candidates
from bot.knowledge.engine.postings import Floats

LEARNT_SHARE = 0.65
"""On a base's own questions held back, 0.7 finds more than 0.5 of every kind; a plain sum carries over better."""
SAID_SHARE = 0.3
"""Beside both: how much alike somebody asks for it. Neither trusts it enough where a question has no word of the page."""
TREES = 250
MIN_PAIRS = 150
"""With fewer of its own questions, a base does without the learnt half."""
MIN_SPREAD = 0.02

_PARAMETERS = {
    "objective": "lambdarank", "learning_rate": 0.06, "num_leaves": 15, "min_data_in_leaf": 100,
    "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5.0,
    "lambdarank_truncation_level": 10, "max_bin": 127, "seed": 20, "deterministic": True, "force_col_wise": True,
    "num_threads": 1, "verbose": -1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranking:
    """How signals become one strength."""

    spread: Floats
    """Of each signal, among the candidates of the base's own questions: what makes them comparable."""
    model: Any = None
    """A lightgbm.Booster, or None where the base is too small to learn from."""

    def fused(self, signals: Floats) -> Floats:
        """The plain sum: one strength a candidate, comparable across questions."""
        return np.asarray((signals[:, FUSED_AT] / self.spread[FUSED_AT]).sum(axis=1), np.float32)

    def strengths(self, found: Candidates) -> Floats:
        """One strength a candidate, comparable within this question: about standard deviations above the mean."""
        fused = self.fused(found.signals)
        strengths = _standard(fused)
        if self.model is not None and len(fused) > 1:
            learnt = self.model.predict(described(found.signals, fused), num_threads=1)
            strengths = LEARNT_SHARE * _standard(learnt) + (1 - LEARNT_SHARE) * strengths
        return strengths + SAID_SHARE * _standard(found.signals[:, SAID].sum(axis=1))


def described(signals: Floats, fused: Floats) -> Floats:
    """What the model sees of candidates: signals, the same beside the best of this question, rank and plain sum."""
    relative = signals / np.maximum(signals.max(axis=0), 1e-6)
    ranks = np.empty(len(fused), np.float32)
    ranks[np.argsort(-fused, kind="stable")] = 1 / np.arange(1, len(fused) + 1)
    beside = fused / max(float(fused.max()), 1e-6)
    return np.hstack([signals, relative, ranks[:, None], beside[:, None]]).astype(np.float32)


def spread(found: Sequence[Candidates], width: int) -> Floats:
    """The standard deviation of each signal over all candidates; never so small that one signal outshouts all."""
    if not any(len(one.places) for one in found):
        return np.full(width, 1.0, np.float32)
    spreads = np.vstack([one.signals for one in found]).std(axis=0)
    return np.asarray(np.maximum(spreads, MIN_SPREAD), np.float32)


def learn(found: Sequence[Candidates], gold: Sequence[frozenset[int]], plain: Ranking) -> Any:
    """A LightGBM lambdarank model from questions whose answers are known; None if there are too few of them."""
    taught = [(one, np.isin(one.places, list(right))) for one, right in zip(found, gold, strict=True)]
    taught = [(one, relevant) for one, relevant in taught if relevant.any() and not relevant.all()]
    if len(taught) < MIN_PAIRS:
        return None
    import lightgbm

    groups = [len(relevant) for _, relevant in taught]
    ends = np.cumsum(groups)
    # Filled in place: joined from a part for each question, all rows would be there twice.
    seen = np.empty((int(ends[-1]), 2 * len(FEATURES) + 2), np.float32)
    for (one, _), end in zip(taught, ends, strict=True):
        seen[end - len(one.places) : end] = described(one.signals, plain.fused(one.signals))
    labels = np.concatenate([relevant for _, relevant in taught]).astype(np.int8)
    data = lightgbm.Dataset(seen, labels, group=groups, params=_PARAMETERS)
    # LightGBM reads the rows into bytes at once, and they are not kept beside.
    del seen
    data.construct()
    return lightgbm.train(_PARAMETERS, data, TREES)


def _standard(values: Any) -> Floats:
    found = np.asarray(values, np.float32)
    return np.asarray((found - found.mean()) / (found.std() + 1e-6), np.float32) if len(found) else found
