"""Text to ranked intents in one step: hyperplanes and two small networks, averaged; numpy alone at prediction.

All members read the same features, so that one gather of rows serves them all. Confidences are the mean of the members'
softmaxes, sharpened or flattened by a temperature that was fitted on out-of-fold predictions (Guo et al. 2017, "On
Calibration of Modern Neural Networks", section 4.2). Trained files are arrays and names, never pickles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nlu.components import linear, network
from nlu.components.features import Sample, Vocabulary
from nlu.components.network import softmax

NETWORKS = 2
UNITS = 64
PLANES_TEMPERATURE = 0.2
"""What turns distances from hyperplanes into logits, as sharp as the networks' own."""
TEMPERATURES = (-0.7, 3.0)
"""Bounds of their logarithms: a few examples that are all recognised are no reason for certainty."""
LEAST = 1e-9
"""Confidences are no smaller, since their logarithms are taken."""

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a classifier is trained."""

    regularisation: float = 0.5
    """The SVM's C: the larger, the closer to the examples."""
    seed: int = 0
    """Of everything random."""
    kept: float = 0.95
    """Share of unseen texts of the known classes that the gate lets in, 0 to 1."""
    misspelt: float = 0.0
    """How often the networks read an example as its misspelt copy, 0 to 1; above 0 the hyperplanes read both."""

    def __post_init__(self) -> None:
        shares = 0 < self.kept < 1 and 0 <= self.misspelt <= 1
        if self.regularisation <= 0 or not shares or not 0 <= self.seed < 2**31:
            raise ValueError(
                "regularisation is positive, seed a natural number, kept between 0 and 1, and misspelt from 0 to 1"
            )


@dataclass(frozen=True, slots=True)
class Scores:
    """What the members say of a text."""

    logits: Doubles
    """Members x classes; the hyperplanes first."""
    mean: Doubles
    """Mean of the members' softmaxes, of each class."""
    unknown_words: float
    unknown_pieces: float
    words: int


class Classifier:
    """A trained classifier without its gate; see `nlu.components.understanding`. Immutable."""

    def __init__(
        self, classes: Sequence[str], vocabulary: Vocabulary, arrays: dict[str, npt.NDArray[Any]], temperature: float
    ) -> None:
        """`arrays` are those of `arrays()`.

        Raises:
            ValueError: they do not fit the classes, the vocabulary or one another.
            KeyError: one is missing.
        """
        self.classes, self.vocabulary, self.temperature = tuple(classes), vocabulary, temperature
        self._gathered, self._bias = arrays["gathered"], arrays["bias"].astype(np.float32)
        self._out, self._out_bias = arrays["out"].astype(np.float32), arrays["out_bias"].astype(np.float32)
        count, members, units = len(self.classes), *self._out.shape[:2]
        expected = {
            "gathered": (len(vocabulary), count + members * units),
            "bias": (count + members * units,),
            "out": (members, units, count),
            "out_bias": (members, count),
        }
        for name, shape in expected.items():
            if arrays[name].shape != shape:
                raise ValueError(f"{name} of the shape {arrays[name].shape} instead of {shape}")

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What it was trained to: everything but names and temperature.

        `gathered` (features x columns) and `bias` (columns): a column a class of the hyperplanes, then one a hidden
        unit of each network. `out` (networks x units x classes) and `out_bias` (networks x classes).
        """
        return {"gathered": self._gathered, "bias": self._bias, "out": self._out, "out_bias": self._out_bias}

    def scores(self, sample: Sample) -> Scores | None:
        """What the members say; None if the sample has no known feature."""
        vector = self.vocabulary.vector(sample)
        if vector is None:
            return None
        columns = vector.values @ self._gathered[vector.rows].astype(np.float32) + self._bias
        count, (members, units, _) = len(self.classes), self._out.shape
        hidden = np.maximum(columns[count:], 0).reshape(members, 1, units)
        logits = np.empty((1 + members, count))
        logits[0] = columns[:count] / PLANES_TEMPERATURE
        logits[1:] = (hidden @ self._out)[:, 0] + self._out_bias
        return Scores(logits, softmax(logits).mean(0), vector.unknown_words, vector.unknown_pieces, len(sample.words))

    def confidences(self, mean: Doubles) -> Doubles:
        """Calibrated confidences (rows x classes) of the members' mean."""
        return softmax(np.log(np.maximum(mean, LEAST)) / self.temperature)

    def rank(self, sample: Sample) -> list[tuple[str, float]]:
        """Classes with their confidences, the surest first; none if the sample has no known feature."""
        scores = self.scores(sample)
        return self.ranked(scores) if scores else []

    def ranked(self, scores: Scores) -> list[tuple[str, float]]:
        """See `rank`."""
        confidences = self.confidences(scores.mean[None])[0]
        order = np.argsort(-confidences, kind="stable")
        return [(self.classes[at], float(confidences[at])) for at in order]


def train(
    samples: Sequence[Sample],
    labels: Sequence[str],
    recipe: Recipe,
    temperature: float = 1.0,
    copies: Sequence[Sample] = (),
) -> Classifier:
    """Fit a classifier; the same input gives the same one.

    `copies` are the samples misspelt, one for each, see `misspelling.copies`. The vocabulary is that of the samples
    alone, since a misspelt word is to be recognised by what it has in common with others.

    Raises:
        ValueError: there are fewer than two classes, or not a label for each sample.
    """
    if len(samples) != len(labels):
        raise ValueError(f"{len(samples)} examples have {len(labels)} labels")
    classes = sorted(set(labels))
    if len(classes) < 2:
        raise ValueError("a classifier needs examples of two classes or more")
    places = {name: at for at, name in enumerate(classes)}
    targets = np.array([places[label] for label in labels])
    vocabulary = Vocabulary.learn(samples)
    matrix = vocabulary.matrix([*samples, *copies])
    written = np.tile(targets, 2) if copies else targets
    planes, bias = linear.fit(matrix, written, recipe.regularisation, recipe.seed)
    copied = recipe.misspelt if copies else 0.0
    networks = [network.fit(matrix, targets, UNITS, recipe.seed + at, copied) for at in range(NETWORKS)]
    arrays = {
        # Half precision: half the memory, and the third digit of a confidence is nobody's.
        "gathered": np.hstack([planes, *(one.vectors for one in networks)]).astype(np.float16),
        "bias": np.concatenate([bias, *(one.bias for one in networks)]),
        "out": np.stack([one.out for one in networks]),
        "out_bias": np.stack([one.out_bias for one in networks]),
    }
    return Classifier(classes, vocabulary, arrays, temperature)


def fitted_temperature(means: Doubles, targets: npt.NDArray[np.int64]) -> float:
    """The temperature that makes the right classes likeliest, of out-of-fold means (samples x classes)."""
    from scipy.optimize import minimize_scalar

    logarithms = np.log(np.maximum(means, LEAST))
    at = np.arange(len(targets))

    def surprise(logarithm: float) -> float:
        right = softmax(logarithms / np.exp(logarithm))[at, targets]
        return float(-np.log(np.maximum(right, LEAST)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=TEMPERATURES, method="bounded").x))
