"""Training with a part hidden, to learn how confident to be and what an outsider looks like.

Each round hides one fold of the examples and one group of the classes. What is hidden of the other classes are texts
that the round's classifier should recognise; the hidden classes are texts that it cannot know. The same few trainings
so teach the temperature and the gate, and no example from outside is needed; where there are some, they teach more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlu.components import gate
from nlu.components.classifier import Recipe, Scores, fitted_temperature, train
from nlu.components.features import Sample

ROUNDS = 4
LEAST_CLASSES = 2 * ROUNDS
"""With fewer classes none is hidden: what is left would no longer be the same task."""
GIVEN_SHARE = 0.75
"""What examples given from outside count among the outsiders; hidden classes are the rest."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What was learnt from the rounds."""

    temperature: float
    gate: gate.Gate
    right: tuple[tuple[float, bool], ...]
    """Confidence of each out-of-fold prediction, and whether it was right."""


def rehearse(
    samples: Sequence[Sample],
    labels: Sequence[str],
    outside: Sequence[Sample],
    recipe: Recipe,
    copies: Sequence[Sample] = (),
) -> Rehearsal:
    """Run the rounds. `outside` are texts that belong to no class, `copies` the samples misspelt: one for each, or none.

    What a round is asked is spelt as its author did.
    """
    random = np.random.RandomState(recipe.seed)
    names, targets = np.unique(np.array(labels, dtype=object).astype(str), return_inverse=True)
    folds = _folds(targets, random)
    groups = random.permutation(len(names)) % ROUNDS if len(names) >= LEAST_CLASSES else np.full(len(names), -1)
    means: list[npt.NDArray[np.float64]] = []
    expected: list[int] = []
    known: list[Scores] = []
    unknown: list[tuple[Scores, float]] = []
    given: list[Scores] = []
    for turn in range(ROUNDS):
        hidden = groups[targets] == turn
        seen = (folds != turn) & ~hidden
        if len(set(targets[seen])) < 2:
            continue
        rows = np.flatnonzero(seen)
        misspelt = [copies[at] for at in rows] if copies else ()
        model = train([samples[at] for at in rows], [labels[at] for at in rows], recipe, copies=misspelt)
        columns = np.searchsorted(names, model.classes)
        for at in np.flatnonzero((folds == turn) & ~hidden):
            scores = model.scores(samples[at])
            if scores is None or names[targets[at]] not in model.classes:
                continue
            spread = np.zeros(len(names))
            spread[columns] = scores.mean
            means.append(spread)
            expected.append(int(targets[at]))
            known.append(scores)
        sizes = np.bincount(targets)
        # Each hidden class counts the same, or the largest would be all that the gate knows of outsiders.
        unknown += [
            (scores, 1 / sizes[targets[at]]) for at in np.flatnonzero(hidden) if (scores := model.scores(samples[at]))
        ]
        given += [scores for one in outside if (scores := model.scores(one))]
    if not means:
        return Rehearsal(1.0, gate.OPEN, ())
    temperature = fitted_temperature(np.array(means), np.array(expected))
    return Rehearsal(
        temperature, _gate(known, unknown, given, len(outside), recipe.kept), _right(means, expected, temperature)
    )


def _gate(
    known: list[Scores], unknown: list[tuple[Scores, float]], given: list[Scores], texts: int, kept: float
) -> gate.Gate:
    """`texts` is how many different ones were given from outside; each of them was scored in each round."""
    outsiders = [scores for scores, _ in unknown] + given
    if not outsiders:
        return gate.OPEN
    share = GIVEN_SHARE * min(1.0, texts / gate.LEAST_TAUGHT) if unknown else 1.0
    hidden = np.array([weight for _, weight in unknown])
    weights = np.concatenate(
        [
            hidden * (1 - share) / max(hidden.sum(), 1e-12),
            np.full(len(given), share / max(len(given), 1)),
        ]
    )
    inside, away = (np.array([gate.signs(one) for one in part]) for part in (known, outsiders))
    return gate.fit(inside, away, weights, kept)


def _right(
    means: list[npt.NDArray[np.float64]], expected: list[int], temperature: float
) -> tuple[tuple[float, bool], ...]:
    raised = np.array(means) ** (1 / temperature)
    confidences = raised / raised.sum(1, keepdims=True)
    found = zip(confidences.max(1), confidences.argmax(1) == np.array(expected), strict=True)
    return tuple((float(confidence), bool(right)) for confidence, right in found)


def _folds(targets: npt.NDArray[np.int64], random: np.random.RandomState) -> npt.NDArray[np.int64]:
    """A fold for each example, each class spread evenly over all of them."""
    folds = np.empty(len(targets), np.int64)
    for target in np.unique(targets):
        of = random.permutation(np.flatnonzero(targets == target))
        folds[of] = (np.arange(len(of)) + target) % ROUNDS
    return folds
