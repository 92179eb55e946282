"""A linear classifier of short texts: trained by scikit-learn, evaluated by numpy in a fraction of a millisecond.

Two groups of features, each weighted by tf-idf (sublinear tf, smooth idf) and scaled to length 1: words and pairs of
words, and pieces of two to five characters within words, which forgive spelling. One hyperplane a class (squared
hinge loss). Confidences are the softmax of the distances divided by a temperature that was fitted on out-of-fold
distances (Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2).
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

CHARS_FROM, CHARS_TO = 2, 5
BEGIN, END = "\x02", "\x03"
"""What pairs the first and the last word: « oui » alone is another thing than « oui » in a sentence."""
FOLDS = 5
FORMAT = 1
"""Grows when an older file cannot be read any more."""
ARRAYS_FILE = "classifier.npz"
NAMES_FILE = "classifier.json"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sample:
    """A text as the classifier sees it: its words in order, and itself folded."""

    words: tuple[str, ...]
    text: str


def word_features(sample: Sample) -> list[str]:
    """Words and pairs of neighbours, the text's two ends being neighbours too; none of a text without words."""
    if not sample.words:
        return []
    edged = (BEGIN, *sample.words, END)
    return [*sample.words, *(f"{one} {other}" for one, other in itertools.pairwise(edged))]


def char_features(sample: Sample) -> list[str]:
    """Pieces of each word with a blank on both sides."""
    pieces = []
    for word in sample.text.split():
        padded = f" {word} "
        for length in range(CHARS_FROM, CHARS_TO + 1):
            if length >= len(padded):
                pieces.append(padded)
                break
            pieces.extend(padded[at : at + length] for at in range(len(padded) - length + 1))
    return pieces


class LinearModel:
    """A trained classifier. Immutable."""

    def __init__(
        self,
        classes: Sequence[str],
        word_names: Sequence[str],
        char_names: Sequence[str],
        idf: Floats,
        weights: Floats,
        bias: Floats,
        temperature: float,
    ) -> None:
        """`idf` and the rows of `weights` (features x classes): words first, then characters."""
        self.classes = tuple(classes)
        self.temperature = temperature
        self._word_names, self._char_names = tuple(word_names), tuple(char_names)
        self._words = {name: row for row, name in enumerate(word_names)}
        self._chars = {name: len(word_names) + row for row, name in enumerate(char_names)}
        self._idf, self._weights, self._bias = idf, weights, bias
        if weights.shape != (len(word_names) + len(char_names), len(classes)):
            raise ValueError(f"weights of the shape {weights.shape} do not fit the names")

    def rank(self, sample: Sample) -> list[tuple[str, float]]:
        """Classes with their confidences, the surest first; none if the sample has no known feature."""
        distances = self._distances(sample)
        if distances is None:
            return []
        confidences = np.exp(log_softmax(distances[None] / self.temperature))[0]
        order = np.argsort(-confidences, kind="stable")
        return [(self.classes[at], float(confidences[at])) for at in order]

    def _distances(self, sample: Sample) -> npt.NDArray[np.float64] | None:
        groups = (
            self._group(word_features(sample), self._words),
            self._group(char_features(sample), self._chars),
        )
        known = [group for group in groups if group is not None]
        if not known:
            return None
        total = self._bias.astype(np.float64)
        for rows, values in known:
            total += values @ self._weights[rows]
        return total

    def _group(self, names: list[str], rows: dict[str, int]) -> tuple[npt.NDArray[np.int64], Floats] | None:
        """Rows and tf-idf values of the known features of one group, of length 1 together."""
        counts = Counter(row for name in names if (row := rows.get(name)) is not None)
        if not counts:
            return None
        at = np.fromiter(counts.keys(), np.int64, len(counts))
        values = (np.log(np.fromiter(counts.values(), np.float32, len(counts))) + 1) * self._idf[at]
        return at, values / np.sqrt(values @ values)

    def save(self, folder: Path) -> None:
        """Write two files into a folder."""
        np.savez(folder / ARRAYS_FILE, idf=self._idf, weights=self._weights, bias=self._bias)
        names = {
            "format": FORMAT,
            "classes": self.classes,
            "temperature": self.temperature,
            "words": self._word_names,
            "chars": self._char_names,
        }
        (folder / NAMES_FILE).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Read what `save` wrote; never executes anything.

        Raises:
            ValueError: the files are damaged, of another format or do not fit together.
            OSError: they cannot be read.
        """
        try:
            names: dict[str, Any] = json.loads((folder / NAMES_FILE).read_text(encoding="utf-8"))
            if names["format"] != FORMAT:
                raise ValueError(f"format {names['format']} instead of {FORMAT}")
            with (folder / ARRAYS_FILE).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return cls(
                    names["classes"],
                    names["words"],
                    names["chars"],
                    arrays["idf"],
                    arrays["weights"],
                    arrays["bias"],
                    float(names["temperature"]),
                )
        except (KeyError, TypeError, EOFError, BadZipFile) as error:
            raise ValueError(f"{folder}: is not a classifier: {error!r}") from error


def train(samples: Sequence[Sample], labels: Sequence[str], regularisation: float, seed: int) -> LinearModel:
    """Fit a classifier; the same input gives the same model.

    `regularisation` is the SVM's C: the larger, the closer to the examples.

    Raises:
        ValueError: there are fewer than two classes.
    """
    import scipy.sparse
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizers = [
        TfidfVectorizer(analyzer=analyzer, min_df=min_df, sublinear_tf=True, dtype=np.float32)
        for analyzer, min_df in ((word_features, 1), (char_features, 2))
    ]
    matrix = scipy.sparse.hstack([vectorizer.fit_transform(samples) for vectorizer in vectorizers]).tocsr()
    classes = sorted(set(labels))
    targets = np.array([classes.index(label) for label in labels])
    if len(classes) < 2:
        raise ValueError("a classifier needs examples of two classes or more")

    weights, bias = _fit(matrix, targets, regularisation, seed)
    temperature = _temperature(matrix, targets, len(classes), regularisation, seed)
    word_names, char_names = (list(vectorizer.get_feature_names_out()) for vectorizer in vectorizers)
    idf = np.concatenate([vectorizer.idf_ for vectorizer in vectorizers]).astype(np.float32)
    return LinearModel(classes, word_names, char_names, idf, weights, bias, temperature)


def log_softmax(distances: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Logarithms of the softmax of each row."""
    shifted = distances - distances.max(axis=1, keepdims=True)
    logarithms: npt.NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logarithms


def _fit(matrix: Any, targets: npt.NDArray[np.int64], regularisation: float, seed: int) -> tuple[Floats, Floats]:
    """Weights (features x classes) and bias of one hyperplane a class, rare classes counting as much as frequent ones."""
    from sklearn.svm import LinearSVC

    svm = LinearSVC(C=regularisation, class_weight="balanced", random_state=seed, max_iter=5000)
    svm.fit(matrix, targets)
    coefficients, intercepts = svm.coef_, svm.intercept_
    if len(coefficients) == 1:
        # Of two classes scikit-learn keeps only the plane of the second.
        coefficients, intercepts = np.vstack([-coefficients, coefficients]), np.hstack([-intercepts, intercepts])
    return np.ascontiguousarray(coefficients.T, dtype=np.float32), intercepts.astype(np.float32)


def _temperature(matrix: Any, targets: npt.NDArray[np.int64], classes: int, regularisation: float, seed: int) -> float:
    """The temperature that makes out-of-fold confidences likeliest; 1 where there are too few examples to fold."""
    from scipy.optimize import minimize_scalar
    from sklearn.model_selection import StratifiedKFold

    folds = min(FOLDS, int(np.bincount(targets).min()))
    if folds < 2:
        return 1.0
    distances = np.zeros((len(targets), classes))
    for seen, unseen in StratifiedKFold(folds, shuffle=True, random_state=seed).split(matrix, targets):
        weights, bias = _fit(matrix[seen], targets[seen], regularisation, seed)
        distances[unseen] = matrix[unseen] @ weights + bias

    def surprise(logarithm: float) -> float:
        right = log_softmax(distances / np.exp(logarithm))[np.arange(len(targets)), targets]
        return float(-right.mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-5.0, 3.0), method="bounded").x))
