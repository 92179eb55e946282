"""What was learnt of letters: services, kinds and urgencies as planes over the same features, with calibrated scores.

Service: a linear SVM and complement naive Bayes (Rennie et al. 2003), which are both linear in the features and are added
up into one plane a service. A temperature found out of fold makes probabilities of the sums (Guo et al. 2017).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.errors import ConfigurationError
from bot.readings import LetterKind, Urgency
from bot.triage import features
from bot.triage.examples import Example, fingerprint
from bot.triage.features import Floats, Vocabulary
from bot.triage.signals import signals

PLANES = ("service", "kind", "urgency", "expects")
YES, NO = "yes", "no"
HIGH_RECALL = 0.94
"""One letter too many among the urgent ones costs a look; one too few may cost a life. At this share about one letter in
twelve that is not urgent is taken for it."""
SILENT = {LetterKind.THANKS, LetterKind.AUTOREPLY, LetterKind.SPAM}
"""Kinds whose senders wait for nothing, unless an example says so."""
VERSION = 2
"""Of the file: another one is learnt anew."""
FOLDS = 5
SEED = 20
REGULARISATION = 0.5
BAYES_SMOOTHING = 0.3
BAYES_SHARE = 1.0
"""Of naive Bayes beside the SVM, both with one unit of spread."""
TERM_WEIGHT = 0.5
"""Of a term or a page beside a letter."""
TEMPERATURES = np.exp(np.linspace(np.log(0.05), np.log(3.0), 40))

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plane:
    """A linear decision: `weights` (features x classes), `bias` and the temperature of its softmax."""

    classes: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    bias: Floats
    temperature: float

    def scores(self, matrix: Any) -> Floats:
        """Probabilities (letters x classes)."""
        raw = np.asarray(matrix @ self.weights) + self.bias
        return softmax(raw / self.temperature)


@dataclass(frozen=True, slots=True)
class Model:
    """All that was learnt. Its file holds arrays and JSON, and is read by any version of Python."""

    vocabulary: Vocabulary
    service: Plane
    kind: Plane
    urgency: Plane
    expects: Plane
    """Whether its sender waits for an answer: `YES` or `NO`."""
    urgent_from: float
    """From this score on a letter is taken for urgent: `HIGH_RECALL` of the urgent examples have it, out of fold."""
    learnt_from: str
    """The fingerprint of the town's files and pages; what agents corrected is learnt beside them."""
    measured: dict[str, float]
    """Out of fold, on the examples themselves: names as `guichet triage evaluate` prints them."""

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = self.vocabulary.arrays()
        about: dict[str, Any] = {"version": VERSION, "learnt_from": self.learnt_from, "measured": self.measured}
        about["urgent_from"] = self.urgent_from
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
            features.read_arrays(arrays),
            planes["service"],
            planes["kind"],
            planes["urgency"],
            planes["expects"],
            urgent_from=about["urgent_from"],
            learnt_from=about["learnt_from"],
            measured=about["measured"],
        )
    except ConfigurationError:
        raise
    except Exception as error:
        # Whatever numpy and zipfile make of bytes that are not theirs.
        raise ConfigurationError(f"{path}: not a triage model ({type(error).__name__})") from error


@dataclass(frozen=True, slots=True)
class Prepared:
    """Examples as matrices: `matter` for services, `whole` with the signals for kinds and urgency."""

    examples: Sequence[Example]
    vocabulary: Vocabulary
    matter: Any
    whole: Any
    fold: Ints


def train(
    examples: Sequence[Example],
    saids: Sequence[str],
    report: Callable[[str], None] = lambda line: None,
    learnt_from: str = "",
) -> Model:
    """Learn from examples, whose own words are `saids`. Same examples, same model.

    `learnt_from` says what it was made of, where that is not all of the examples.
    """
    from scipy import sparse

    texts = [features.said_of(one.subject, said) for one, said in zip(examples, saids, strict=True)]
    vocabulary = features.learn(texts)
    matter = vocabulary.matrix(texts)
    wholes = [features.said_of(one.subject, one.body) for one in examples]
    marks = np.array([signals(one.subject, one.body, one.sender) for one in examples])
    whole = sparse.hstack([vocabulary.matrix(wholes), sparse.csr_matrix(marks)]).tocsr()
    prepared = Prepared(examples, vocabulary, matter, whole, _folds(saids))
    measured: dict[str, float] = {}
    service = _service(prepared, measured)
    report(f"service: {measured['accuracy@1']:.3f} at once, {measured['accuracy@3']:.3f} among three")
    kind, _, _ = _plane(
        prepared,
        [one.kind.value if one.kind else "" for one in examples],
        [one.value for one in LetterKind],
        measured,
        "kind",
    )
    urgency, scores, targets = _plane(
        prepared,
        [one.urgency.value if one.urgency else "" for one in examples],
        [one.value for one in Urgency],
        measured,
        "urgency",
    )
    expects, _, _ = _plane(prepared, [_expects(one) for one in examples], [YES, NO], measured, "expects")
    high = urgency.classes.index(Urgency.HIGH.value)
    urgent_from = float(np.quantile(scores[targets == high, high], 1 - HIGH_RECALL))
    measured["urgent_by_mistake"] = _share(scores[targets != high, high] >= urgent_from)
    report(f"kind: {measured['kind_accuracy']:.3f}; urgency: {measured['urgency_accuracy']:.3f}")
    return Model(
        vocabulary, service, kind, urgency, expects, urgent_from, learnt_from or fingerprint(examples), measured
    )


def softmax(raw: Floats) -> Floats:
    """Rows that add up to 1."""
    spread = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(spread / spread.sum(axis=1, keepdims=True))


def _service(prepared: Prepared, measured: dict[str, float]) -> Plane:
    examples = prepared.examples
    having = np.array([place for place, one in enumerate(examples) if one.service])
    names = sorted({examples[place].service for place in having})
    targets = np.array([names.index(examples[place].service) for place in having])
    weight = np.array([1.0 if examples[place].is_letter else TERM_WEIGHT for place in having])
    matrix, fold = prepared.matter[having], prepared.fold[having]
    letters = np.array([examples[place].is_letter for place in having])
    raw = np.zeros((len(having), len(names)))
    for number in range(FOLDS):
        # Terms and pages are always known: what is asked is a letter.
        taught, asked = (fold != number) | ~letters, (fold == number) & letters
        if asked.any():
            planes, bias = _both(matrix[taught], targets[taught], weight[taught], len(names))
            raw[asked] = matrix[asked] @ planes + bias
    right = [{examples[place].service, *examples[place].also} for place in having]
    order = np.argsort(-raw, axis=1)
    tested = np.flatnonzero(letters)
    measured["accuracy@1"] = _share(names[order[row][0]] in right[row] for row in tested)
    measured["accuracy@3"] = _share(bool({names[at] for at in order[row][:3]} & right[row]) for row in tested)
    planes, bias = _both(matrix, targets, weight, len(names))
    return Plane(tuple(names), planes, bias, _temperature(raw[tested], targets[tested]))


def _both(matrix: Any, targets: Ints, weight: Floats, classes: int) -> tuple[npt.NDArray[np.float32], Floats]:
    """The sum of a linear SVM and of complement naive Bayes, each scaled to one unit of spread."""
    from sklearn.naive_bayes import ComplementNB

    svm_planes, svm_bias = _svm(matrix, targets, weight, classes)
    bayes = ComplementNB(alpha=BAYES_SMOOTHING)
    bayes.fit(matrix, targets, sample_weight=weight)
    bayes_planes = bayes.feature_log_prob_.T - bayes.feature_log_prob_.mean(axis=0)[:, None]
    spread = np.std(matrix @ svm_planes), np.std(matrix @ bayes_planes)
    planes = svm_planes / spread[0] + BAYES_SHARE * bayes_planes / spread[1]
    return planes.astype(np.float32), svm_bias / spread[0]


def _svm(matrix: Any, targets: Ints, weight: Floats, classes: int) -> tuple[Floats, Floats]:
    from sklearn.svm import LinearSVC

    svm = LinearSVC(C=REGULARISATION, class_weight="balanced", random_state=SEED, tol=1e-2, max_iter=5000)
    svm.fit(matrix, targets, sample_weight=weight)
    planes, bias = svm.coef_, svm.intercept_
    if len(planes) == 1:
        # Of two classes scikit-learn keeps only the plane of the second.
        planes, bias = np.vstack([-planes, planes]), np.hstack([-bias, bias])
    return planes.T, bias


def _plane(
    prepared: Prepared, labels: Sequence[str], among: Sequence[str], measured: dict[str, float], name: str
) -> tuple[Plane, Floats, Ints]:
    """A plane for a closed set of classes that have examples; with its scores out of fold, and what was right."""
    having = np.array([place for place, label in enumerate(labels) if label])
    names = [one for one in among if any(labels[place] == one for place in having)]
    targets = np.array([names.index(labels[place]) for place in having])
    matrix, fold, weight = prepared.whole[having], prepared.fold[having], np.ones(len(having))
    raw = np.zeros((len(having), len(names)))
    for number in range(FOLDS):
        taught, asked = fold != number, fold == number
        if asked.any():
            planes, bias = _svm(matrix[taught], targets[taught], weight[taught], len(names))
            raw[asked] = matrix[asked] @ planes + bias
    measured[f"{name}_accuracy"] = _share(raw.argmax(axis=1) == targets)
    planes, bias = _svm(matrix, targets, weight, len(names))
    plane = Plane(tuple(names), planes.astype(np.float32), bias, _temperature(raw, targets))
    return plane, softmax(raw / plane.temperature), targets


def _expects(one: Example) -> str:
    if one.expects_reply is None:
        return (NO if one.kind in SILENT else YES) if one.kind else ""
    return YES if one.expects_reply else NO


def _temperature(raw: Floats, targets: Ints) -> float:
    """The temperature under which what happened is likeliest."""
    rows = np.arange(len(targets))
    losses = [-np.log(softmax(raw / one)[rows, targets] + 1e-12).mean() for one in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def _folds(saids: Sequence[str]) -> Ints:
    """Which fold a letter belongs to, by its words: the same letter twice is in one."""
    return np.array([hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()[0] % FOLDS for said in saids])


def _share(hits: Any) -> float:
    found = [bool(hit) for hit in hits]
    return sum(found) / len(found) if found else 0.0
