"""Measures of a model on labelled messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

FALLBACK = "nlu_fallback"
"""What Rasa calls a message that it is not sure of."""
QUESTION = "ask_question"
"""A message that is not sure enough is taken for a question: both go to the knowledge base in the citizen's own words."""
OUTSIDE = frozenset({"", FALLBACK, "out_of_scope", "oos"})
"""Labels of a message that is none of the acts: it should be rejected."""
ALARMS = ("emergency", "self_harm_distress")
BINS = 10


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message and what it is; `intent` is one of `OUTSIDE` for none of the acts."""

    text: str
    intent: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What a model makes of a message.

    `intent` is what the bot acts on, `nlu_fallback` when it is not sure; `best` and `confidence`, in [0, 1], are of the
    likeliest act before that decision, "" and 0 where nothing was recognised; `alarms` is that of all `ALARMS` together.
    `alarm` is what the lexicon of `bot.safety` sees before the model does: one of `ALARMS`, or "". If that is sure, the
    bot answers nothing else; if it is only possible, the numbers stand before the answer to what the model recognises.
    """

    intent: str
    best: str
    confidence: float
    alarm: str = ""
    alarm_is_sure: bool = False
    alarms: float = 0.0

    @property
    def rejected(self) -> bool:
        """Whether the model is not sure, or knows nothing of the message."""
        return self.intent in OUTSIDE


@dataclass(frozen=True, slots=True)
class Mistake:
    """A message that is taken for something else."""

    text: str
    intent: str
    taken_for: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one model on one file. Shares are in [0, 1].

    `accuracy` counts a rejected question as right. `macro_f1` is the unweighted mean over the labels that occur.
    `confusion` is label → answer → how often, the right ones left out. `ece` is the expected calibration error of the
    likeliest act in ten bins of equal width (Naeini et al. 2015, "Obtaining Well Calibrated Probabilities Using
    Bayesian Binning"), None without a message in scope. `rejected` is the share of messages that the model is not sure of.
    """

    accuracy: float
    macro_f1: float
    recall_by_intent: dict[str, float]
    confusion: dict[str, dict[str, int]]
    ece: float | None
    rejected: float
    n: int
    mistakes: tuple[Mistake, ...]
    alarms: Mapping[str, float]
    """Messages of danger and distress → how sure the model is that they are either, in [0, 1], seen or not."""

    def alarms_missed(self) -> tuple[str, ...]:
        """Messages of danger and distress that were taken for something else."""
        return tuple(one.text for one in self.mistakes if one.intent in ALARMS and one.taken_for not in ALARMS)


def measure(labelled: Sequence[Labelled], understood: Sequence[Understood]) -> Measured:
    """Compare labels with what a model made of the same messages, in the same order.

    Raises:
        ValueError: there is no message, or not one result a message.
    """
    if not labelled or len(labelled) != len(understood):
        raise ValueError(f"{len(labelled)} messages and {len(understood)} results")
    answers = [_answer(one.intent, found) for one, found in zip(labelled, understood, strict=True)]
    labels = [_label(one.intent) for one in labelled]
    pairs = Counter(zip(labels, answers, strict=True))
    recalls = {label: pairs[label, label] / labels.count(label) for label in sorted(set(labels))}
    confusion: dict[str, dict[str, int]] = {}
    for (label, answer), times in sorted(pairs.items(), key=lambda item: (item[0][0], -item[1], item[0][1])):
        if label != answer:
            confusion.setdefault(label, {})[answer] = times
    return Measured(
        accuracy=sum(times for (label, answer), times in pairs.items() if label == answer) / len(labelled),
        macro_f1=sum(_f1(pairs, label) for label in recalls) / len(recalls),
        recall_by_intent=recalls,
        confusion=confusion,
        ece=_calibration_error(
            (found.confidence, found.best == one.intent)
            for one, found in zip(labelled, understood, strict=True)
            if one.intent not in OUTSIDE
        ),
        rejected=sum(found.rejected for found in understood) / len(understood),
        n=len(labelled),
        mistakes=tuple(
            Mistake(one.text, label, answer)
            for one, label, answer in zip(labelled, labels, answers, strict=True)
            if label != answer
        ),
        alarms={
            one.text: found.alarms for one, found in zip(labelled, understood, strict=True) if one.intent in ALARMS
        },
    )


def _label(intent: str) -> str:
    return FALLBACK if intent in OUTSIDE else intent


def _answer(intent: str, found: Understood) -> str:
    if found.alarm_is_sure or (found.alarm and found.alarm == intent):
        return found.alarm
    answer = FALLBACK if found.rejected else found.intent
    return intent if answer == FALLBACK and intent == QUESTION else answer


def _f1(pairs: Counter[tuple[str, str]], label: str) -> float:
    """2 TP / (2 TP + FP + FN)."""
    right = pairs[label, label]
    named = sum(times for (one, other), times in pairs.items() if label in {one, other})
    return 2 * right / (right + named) if right else 0.0


def _calibration_error(results: Iterable[tuple[float, bool]]) -> float | None:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in results:
        bins.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, right))
    total = sum(map(len, bins.values()))
    if not total:
        return None
    gaps = (abs(sum(confidence - right for confidence, right in inside)) for inside in bins.values())
    return sum(gaps) / total
