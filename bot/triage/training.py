"""Learning to read letters, and how right it is on letters by a hand that it has not learnt from.

A letter resembles the others of whoever wrote it, so that folds within one hand's letters promise more than mail keeps.
Here each hand's letters are read by what the other hands' have taught; temperatures and thresholds come from that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.errors import ConfigurationError
from bot.readings import LetterKind, Urgency
from bot.triage import features
from bot.triage.examples import Example, fingerprint
from bot.triage.features import Floats
from bot.triage.model import NO, YES, Model, Plane, softmax
from bot.triage.signals import signals

HIGH_RECALL = 0.92
"""Of another hand's urgent letters, before the words of danger are looked for, which alone find two in five. One letter too
many among the urgent ones costs a look; one too few may cost a life: at this share nearly one in five of those that could
wait is taken for it, by a hand that nothing is known of."""
RIGHT_ALONE = 0.9
"""So often a service that gets a letter without anybody's look is the right one."""
SILENT = {LetterKind.THANKS, LetterKind.AUTOREPLY, LetterKind.SPAM}
"""Kinds whose senders wait for nothing, unless an example says so."""
FOLDS = 5
"""Of what a single hand wrote."""
FEW = 50
"""Letters of a hand, or of a class by other hands, that are too few to measure with or to learn from."""
SEED = 20
REGULARISATION = 0.5
BAYES_SMOOTHING = 0.1
BAYES_SHARE = 1.0
"""Of naive Bayes beside the SVM, both with one unit of spread."""
TERM_WEIGHT = 0.5
"""Of a term or a page beside a letter."""
TEMPERATURES = np.exp(np.linspace(np.log(0.05), np.log(3.0), 40))
ABSENT = -10.0
"""The bias of a class that nothing was learnt of."""
ALWAYS = -1
"""The fold of what is learnt in every fold and asked in none."""

Ints = npt.NDArray[np.int64]
Learnt = tuple[npt.NDArray[np.float32], Floats]
"""Planes (features x classes) and their bias."""
Learn = Callable[[Any, Ints, Floats], Learnt]
"""From rows, their classes and their weights."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be learnt: rows, their classes by number and their weights, and the fold in which each is asked."""

    names: tuple[str, ...]
    matrix: Any
    targets: Ints
    weight: Floats
    fold: Ints

    def out_of_fold(self, learn: Learn) -> tuple[Ints, Floats]:
        """The rows that are asked, and what they get (rows x classes) from what was learnt without their fold."""
        raw = np.zeros((len(self.targets), len(self.names)))
        for number in sorted(set(self.fold.tolist()) - {ALWAYS}):
            taught, asked = self.fold != number, self.fold == number
            planes, bias = _present(
                learn, self.matrix[taught], self.targets[taught], self.weight[taught], len(self.names)
            )
            raw[asked] = self.matrix[asked] @ planes + bias
        tested = np.flatnonzero(self.fold != ALWAYS)
        return tested, raw[tested]


def train(
    examples: Sequence[Example],
    saids: Sequence[str],
    report: Callable[[str], None] = lambda line: None,
    learnt_from: str = "",
) -> Model:
    """Learn from examples, whose own words are `saids`. Same examples, same model.

    `learnt_from` says what it was made of, where that is not all of the examples.

    Raises:
        ConfigurationError: no example says its kind, or none its urgency.
    """
    from scipy import sparse

    texts = [features.said_of(one.subject, said) for one, said in zip(examples, saids, strict=True)]
    vocabulary = features.learn(texts)
    letters = [place for place, one in enumerate(examples) if one.is_letter]
    whole = vocabulary.matrix([features.said_of(examples[place].subject, examples[place].body) for place in letters])
    marks = np.array([signals(one.subject, one.body, one.sender) for one in examples if one.is_letter])
    whole = sparse.hstack([whole, sparse.csr_matrix(marks)]).tocsr()
    written = [examples[place] for place in letters]
    words = [saids[place] for place in letters]

    measured: dict[str, float] = {}

    def closed(labels: Sequence[str], among: Sequence[str], name: str) -> tuple[Plane, Floats, Ints]:
        plane, scores, right = _closed(_task(whole, written, words, labels, among))
        measured[f"{name}_accuracy"] = _share(scores.argmax(axis=1) == right)
        return plane, scores, right

    service, sure_from = _service(examples, saids, vocabulary.matrix(texts), measured)
    report(f"service: {measured['accuracy@1']:.3f} at once, {measured['accuracy@3']:.3f} among three")
    kind, _, _ = closed(
        [one.kind.value if one.kind else "" for one in written], [one.value for one in LetterKind], "kind"
    )
    urgency, _, _ = closed(
        [one.urgency.value if one.urgency else "" for one in written], [one.value for one in Urgency], "urgency"
    )
    expects, _, _ = closed([_expects(one) for one in written], [YES, NO], "expects")
    urgent, scores, right = _closed(_task(whole, written, words, [_urgent(one) for one in written], [YES, NO]))
    likely, is_urgent = scores[:, 0], (right == 0) & (YES in urgent.classes)
    urgent_from = float(np.quantile(likely[is_urgent], 1 - HIGH_RECALL)) if is_urgent.any() else 1.0
    measured["urgent_by_mistake"] = _share(likely[~is_urgent] >= urgent_from)
    report(f"kind: {measured['kind_accuracy']:.3f}; urgency: {measured['urgency_accuracy']:.3f}")
    return Model(
        vocabulary,
        service,
        kind,
        urgency,
        urgent,
        expects,
        urgent_from=urgent_from,
        sure_from=sure_from,
        learnt_from=learnt_from or fingerprint(examples),
        measured=measured,
    )


def _service(
    examples: Sequence[Example], saids: Sequence[str], matrix: Any, measured: dict[str, float]
) -> tuple[Plane, float]:
    having = np.array([place for place, one in enumerate(examples) if one.service])
    taught = [examples[place] for place in having]
    names = tuple(sorted({one.service for one in taught}))
    task = Task(
        names,
        matrix[having],
        np.array([names.index(one.service) for one in taught]),
        np.array([1.0 if one.is_letter else TERM_WEIGHT for one in taught]),
        folds(taught, [saids[place] for place in having], [one.service for one in taught]),
    )
    tested, raw = task.out_of_fold(_both)
    order = np.argsort(-raw, axis=1)
    right = [{taught[row].service, *taught[row].also} for row in tested]
    hits = np.array([names[ranked[0]] in among for ranked, among in zip(order, right, strict=True)], bool)
    measured["accuracy@1"] = _share(hits)
    measured["accuracy@3"] = _share(
        bool({names[at] for at in ranked[:3]} & among) for ranked, among in zip(order, right, strict=True)
    )
    planes, bias = _present(_both, task.matrix, task.targets, task.weight, len(names))
    # A letter that two services may get teaches the scores by whichever of them the model prefers.
    targets = np.where(hits, order[:, 0], task.targets[tested])
    plane = Plane(names, planes, bias, _temperature(raw, targets))
    best = softmax(raw / plane.temperature).max(axis=1)
    fold = task.fold[tested]
    # By the hand that is the hardest to read: the next one may be as hard.
    sure_from = max(_sure(best[fold == number], hits[fold == number]) for number in sorted(set(fold.tolist())))
    measured["sent_alone"] = _share(best >= sure_from)
    return plane, sure_from


def _closed(task: Task) -> tuple[Plane, Floats, Ints]:
    """The plane of a closed set of classes, and out of fold the scores and what was right."""
    tested, raw = task.out_of_fold(_svm)
    right = task.targets[tested]
    planes, bias = _present(_svm, task.matrix, task.targets, task.weight, len(task.names))
    plane = Plane(task.names, planes, bias, _temperature(raw, right))
    return plane, softmax(raw / plane.temperature), right


def _task(
    whole: Any, written: Sequence[Example], words: Sequence[str], labels: Sequence[str], among: Sequence[str]
) -> Task:
    """The task of a closed set of classes, those of them that have letters."""
    having = [place for place, label in enumerate(labels) if label]
    if not having:
        raise ConfigurationError(f"no letter to learn from says which of {', '.join(among)} it is")
    names = tuple(one for one in among if any(labels[place] == one for place in having))
    return Task(
        names,
        whole[having],
        np.array([names.index(labels[place]) for place in having]),
        np.ones(len(having)),
        folds([written[place] for place in having], [words[place] for place in having], [labels[at] for at in having]),
    )


def folds(examples: Sequence[Example], saids: Sequence[str], labels: Sequence[str]) -> Ints:
    """In which fold a letter is asked: that of its hand, `ALWAYS` for terms and pages and for a hand of few letters.

    A class that no other hand has written enough of is asked in parts of its own, chosen by the letters' words: the same
    letter twice is in one.
    """
    hands = [one.origin if one.is_letter else "" for one in examples]
    written: dict[tuple[str, str], int] = {}
    for one, hand, label in zip(examples, hands, labels, strict=True):
        if one.is_letter:
            written[hand, label] = written.get((hand, label), 0) + 1
    sizes = {hand: sum(count for (of, _), count in written.items() if of == hand) for hand, _ in written}
    classes = {label for _, label in written}
    large = sorted(hand for hand, size in sizes.items() if size >= FEW)
    elsewhere = {
        (hand, label): sum(written.get((other, label), 0) for other in sizes if other != hand)
        for hand in sizes
        for label in classes
    }
    found = []
    for one, hand, label, said in zip(examples, hands, labels, saids, strict=True):
        if not one.is_letter or (hand not in large and large):
            found.append(ALWAYS)
        elif elsewhere[hand, label] >= FEW / len(classes):
            found.append(FOLDS + large.index(hand))
        else:
            found.append(hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()[0] % FOLDS)
    return np.array(found)


def _present(learn: Learn, matrix: Any, targets: Ints, weight: Floats, classes: int) -> Learnt:
    """What `learn` makes of the classes that have rows; the others are as good as impossible."""
    having, renamed = np.unique(targets, return_inverse=True)
    planes, bias = np.zeros((matrix.shape[1], classes), np.float32), np.full(classes, ABSENT)
    if len(having) == 1:
        bias[having] = 0.0
    else:
        planes[:, having], bias[having] = learn(matrix, renamed, weight)
    return planes, bias


def _both(matrix: Any, targets: Ints, weight: Floats) -> Learnt:
    """The sum of a linear SVM and of complement naive Bayes, each scaled to one unit of spread."""
    from sklearn.naive_bayes import ComplementNB

    svm_planes, svm_bias = _svm(matrix, targets, weight)
    bayes = ComplementNB(alpha=BAYES_SMOOTHING)
    bayes.fit(matrix, targets, sample_weight=weight)
    bayes_planes = bayes.feature_log_prob_.T - bayes.feature_log_prob_.mean(axis=0)[:, None]
    spread = np.std(matrix @ svm_planes), np.std(matrix @ bayes_planes)
    planes = svm_planes / spread[0] + BAYES_SHARE * bayes_planes / spread[1]
    return planes.astype(np.float32), svm_bias / spread[0]


def _svm(matrix: Any, targets: Ints, weight: Floats) -> Learnt:
    from sklearn.svm import LinearSVC

    svm = LinearSVC(C=REGULARISATION, class_weight="balanced", random_state=SEED, tol=1e-2, max_iter=5000)
    svm.fit(matrix, targets, sample_weight=weight)
    planes, bias = svm.coef_, svm.intercept_
    if len(planes) == 1:
        # Of two classes scikit-learn keeps only the plane of the second.
        planes, bias = np.vstack([-planes, planes]), np.hstack([-bias, bias])
    return planes.T.astype(np.float32), bias


def _expects(one: Example) -> str:
    if one.expects_reply is None:
        return (NO if one.kind in SILENT else YES) if one.kind else ""
    return YES if one.expects_reply else NO


def _urgent(one: Example) -> str:
    if one.urgency is None:
        return ""
    return YES if one.urgency is Urgency.HIGH else NO


def _temperature(raw: Floats, targets: Ints) -> float:
    """The temperature under which what happened is likeliest."""
    rows = np.arange(len(targets))
    losses = [-np.log(softmax(raw / one)[rows, targets] + 1e-12).mean() for one in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def _sure(scores: Floats, hits: npt.NDArray[np.bool_]) -> float:
    """The lowest score from which on `RIGHT_ALONE` of the first services are right; 1.0 if there is none."""
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(hits[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(right >= RIGHT_ALONE)
    return float(scores[order[enough[-1]]]) if len(enough) else 1.0


def _share(hits: Any) -> float:
    found = [bool(hit) for hit in hits]
    return sum(found) / len(found) if found else 0.0
