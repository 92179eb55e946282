"""Whether a text belongs to any class at all: several signs of it, weighed by a logistic regression.

No single score of a classifier tells outsiders well enough (Larson et al. 2019, "An Evaluation Dataset for Intent
Classification and Out-of-Scope Prediction"). The regression learns from a rehearsal: classifiers that were trained
without a part of the examples and without some of the classes, whose texts are then outsiders as real as any
(`nlu.components.rehearsal`). Numpy alone at prediction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlu.components.classifier import LEAST, Scores
from nlu.components.network import softmax

LEAST_TAUGHT = 30
"""With fewer insiders or outsiders nothing is learnt, and everything with a known feature is inside."""
SIGNS = 18
BOUND = 5.0
"""Signs are cut that many standard deviations from their mean: a text may be arbitrarily strange."""

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gate:
    """A trained gate: `mean`, `spread` and `weights` of the signs, `bias`, and what a score has to reach."""

    mean: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    threshold: float
    """0 to 1."""

    def __post_init__(self) -> None:
        if not len(self.mean) == len(self.spread) == len(self.weights) == SIGNS:
            raise ValueError(f"a gate weighs {SIGNS} signs")
        if not 0 <= self.threshold <= 1 or min(self.spread) <= 0:
            raise ValueError("a gate's threshold is from 0 to 1 and its spreads are positive")

    def score(self, scores: Scores) -> float:
        """How surely a text is inside, 0 to 1."""
        return float(self.of(signs(scores)[None])[0])

    def of(self, rows: Doubles) -> Doubles:
        """The scores of rows of signs."""
        standing = np.clip((rows - np.array(self.mean)) / np.array(self.spread), -BOUND, BOUND)
        logits = standing @ np.array(self.weights) + self.bias
        inside: Doubles = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        return inside


OPEN = Gate((0.0,) * SIGNS, (1.0,) * SIGNS, (0.0,) * SIGNS, 0.0, 0.0)
"""The gate of a classifier that had too little to learn one from."""


def signs(scores: Scores) -> Doubles:
    """What speaks for and against a text's being inside: `SIGNS` figures, finite whatever the text."""
    logits, mean = scores.logits, scores.mean
    ordered = np.sort(mean)
    top = int(mean.argmax())
    members = softmax(logits)
    planes = np.sort(logits[0])
    networks = logits[1:].mean(0)
    best_networks = np.sort(networks)
    energies = _log_sum(logits)
    surest, second = float(ordered[-1]), float(ordered[-2])
    entropy = _entropy(mean)
    return np.array(
        [
            planes[-1],
            planes[-1] - planes[-2],
            planes.mean(),
            logits[0, top],
            energies[0],
            energies[1:].sum(),
            logits[1:].max(1).mean(),
            networks[top],
            best_networks[-1] - best_networks[-2],
            np.log(surest + 1e-6) - np.log(1 - surest + 1e-6),
            np.log(surest + LEAST) - np.log(second + LEAST),
            entropy,
            _entropy(members).mean() - entropy,
            np.log(members[:, top] + 1e-6).sum(),
            float((logits[0] > -1.5).sum()),
            scores.unknown_words,
            scores.unknown_pieces,
            np.log1p(scores.words),
        ]
    )


def fit(inside: Doubles, outside: Doubles, weights: Doubles, kept: float) -> Gate:
    """A gate from the signs of insiders and outsiders (rows x `SIGNS`), `weights` being those of the outsiders' rows.

    Both sides count the same. The threshold lets in the share `kept` of the insiders.
    """
    from sklearn.linear_model import LogisticRegression

    if min(len(inside), len(outside)) < LEAST_TAUGHT:
        return OPEN
    rows = np.vstack([inside, outside])
    mean, spread = rows.mean(0), np.maximum(rows.std(0), 1e-6)
    counts = np.concatenate([np.full(len(inside), 1 / len(inside)), weights / weights.sum()]) * len(inside)
    sides = np.repeat([1, 0], [len(inside), len(outside)])
    standing = np.clip((rows - mean) / spread, -BOUND, BOUND)
    regression = LogisticRegression(C=1.0, max_iter=2000).fit(standing, sides, counts)
    learnt = Gate(
        tuple(mean.tolist()),
        tuple(spread.tolist()),
        tuple(regression.coef_[0].tolist()),
        float(regression.intercept_[0]),
        0.0,
    )
    return with_threshold(learnt, learnt.of(inside), kept)


def with_threshold(gate: Gate, inside: Sequence[float] | Doubles, kept: float) -> Gate:
    """The gate with the threshold that lets in a share of texts known to be inside, given by their scores.

    Raises:
        ValueError: there are none, or the share is not between 0 and 1.
    """
    if not 0 < kept < 1 or not len(inside):
        raise ValueError("a threshold needs scores, and a share between 0 and 1")
    threshold = float(np.quantile(np.asarray(inside, np.float64), 1 - kept))
    return Gate(gate.mean, gate.spread, gate.weights, gate.bias, threshold)


def _entropy(distributions: Doubles) -> Doubles:
    entropy: Doubles = -(distributions * np.log(distributions + LEAST)).sum(-1)
    return entropy


def _log_sum(logits: Doubles) -> Doubles:
    highest = logits.max(1)
    total: Doubles = np.log(np.exp(logits - highest[:, None]).sum(1)) + highest
    return total
