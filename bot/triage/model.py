"""What was learnt of letters: services, kinds and urgencies as planes over the same features, with calibrated scores.

Service: a linear SVM and complement naive Bayes (Rennie et al. 2003), which are both linear in the features and are added
up into one plane a service. A temperature found out of fold makes probabilities of the sums (Guo et al. 2017).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.errors import ConfigurationError
from bot.triage import features
from bot.triage.features import Floats, Sparse, Vocabulary

PLANES = ("service", "kind", "urgency", "urgent", "expects")
YES, NO = "yes", "no"
VERSION = 3
"""Of the file: another one is learnt anew."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A linear decision: `weights` (features x classes), `bias` and the temperature of its softmax."""

    classes: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    bias: Floats
    temperature: float

    def scores(self, matrix: Any) -> Floats:
        """Probabilities (letters x classes)."""
        return softmax((np.asarray(matrix @ self.weights) + self.bias) / self.temperature)

    def of(self, row: Sparse) -> Floats:
        """Probabilities (classes) of one letter, of whose features the few rows are read that it has."""
        # A product would make doubles of all weights first.
        return _of(row.values @ self.weights[row.columns], self)


class Together:
    """Several planes over the same features, read at once."""

    def __init__(self, **planes: Plane) -> None:
        self._planes = planes
        self._weights = np.concatenate([one.weights for one in planes.values()], axis=1)

    def of(self, row: Sparse) -> dict[str, dict[str, float]]:
        """By the name of a plane its probabilities by class."""
        raw = row.values @ self._weights[row.columns]
        found: dict[str, dict[str, float]] = {}
        start = 0
        for name, plane in self._planes.items():
            end = start + len(plane.classes)
            found[name] = dict(zip(plane.classes, _of(raw[start:end], plane).tolist(), strict=True))
            start = end
        return found


@dataclass(frozen=True, slots=True)
class Model:
    """All that was learnt. Its file holds arrays and JSON, and is read by any version of Python."""

    vocabulary: Vocabulary
    service: Plane
    kind: Plane
    urgency: Plane
    urgent: Plane
    """Whether it cannot wait, asked by itself: `YES` or `NO`."""
    expects: Plane
    """Whether its sender waits for an answer: `YES` or `NO`."""
    urgent_from: float
    """From this score of `urgent` on a letter is taken for urgent."""
    sure_from: float
    """From this score on the first service gets the letter without anybody's look."""
    learnt_from: str
    """The fingerprint of the town's files and pages; what agents corrected is learnt beside them."""
    measured: dict[str, float]
    """Out of fold, on the examples themselves: names as `guichet triage evaluate` prints them."""

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = self.vocabulary.arrays()
        about: dict[str, Any] = {"version": VERSION, "learnt_from": self.learnt_from, "measured": self.measured}
        about |= {"urgent_from": self.urgent_from, "sure_from": self.sure_from}
        for name in PLANES:
            plane: Plane = getattr(self, name)
            arrays[f"{name}_weights"], arrays[f"{name}_bias"] = plane.weights, plane.bias
            about[name] = {"classes": plane.classes, "temperature": plane.temperature}
        arrays["about"] = np.array(json.dumps(about))
        beside = path.with_suffix(f".{os.getpid()}.tmp.npz")
        np.savez_compressed(beside, **arrays)
        beside.replace(path)


def load(path: Path) -> Model:
    """A model from its file.

    Raises:
        ConfigurationError: it is missing, broken, or of another version.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(str(arrays["about"]))
        if about["version"] != VERSION:
            raise ConfigurationError(f"{path}: made by another version; run `guichet triage train`")
        planes = {
            name: Plane(
                tuple(about[name]["classes"]),
                arrays[f"{name}_weights"],
                arrays[f"{name}_bias"],
                float(about[name]["temperature"]),
            )
            for name in PLANES
        }
        return Model(
            vocabulary=features.read_arrays(arrays),
            **planes,
            urgent_from=float(about["urgent_from"]),
            sure_from=float(about["sure_from"]),
            learnt_from=about["learnt_from"],
            measured=about["measured"],
        )
    except ConfigurationError:
        raise
    except Exception as error:
        # Whatever numpy and zipfile make of bytes that are not theirs.
        raise ConfigurationError(f"{path}: not a triage model ({type(error).__name__})") from error


def _of(raw: Floats, plane: Plane) -> Floats:
    found: Floats = softmax(((raw + plane.bias) / plane.temperature)[None])[0]
    return found


def softmax(raw: Floats) -> Floats:
    """Rows that add up to 1."""
    spread = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(spread / spread.sum(axis=1, keepdims=True))
