"""What the bot makes of a text, without Rasa: ranked intents, their confidences, and whether it is for us at all.

    understanding = train(texts, intents)              # or train(samples, labels, outside=…), see below
    understanding.rank("je voudrais un rdv")           # [("book_appointment", 0.93), …], the surest first
    understanding.gate("la capitale du Pérou")         # Verdict(intent, confidence, inside=0.08, tier=Tier.OUTSIDE)
    understanding.save(folder); load(folder)           # arrays (.npz) and names (.json), nothing that executes

`rank` and `gate` take a text (`str`) or a `features.Sample`; Rasa's components use samples, since the text has its
tokens already. Three tiers come out of the gate: SURE is acted on; UNSURE is for us but not clear enough; OUTSIDE fits
nothing that was taught. `calibration_error` and `Understanding.keeping` measure and set it on texts of one's own.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from nlu.components import classifier, misspelling, rehearsal
from nlu.components.classifier import Classifier, Recipe
from nlu.components.features import Sample, Vocabulary, sample
from nlu.components.gate import Gate, with_threshold

SURE_FROM = 0.3
"""Confidence from which an act is acted on."""
FORMAT = 3
"""Grows when an older file cannot be read any more."""
ARRAYS_FILE = "classifier.npz"
NAMES_FILE = "classifier.json"
BINS = 15
"""Of the calibration error, as most papers have it."""


class Tier(str, enum.Enum):
    """What to do with a text."""

    SURE = "sure"
    UNSURE = "unsure"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of a text."""

    intent: str | None
    """The surest; None if nothing of the text is known."""
    confidence: float
    inside: float
    """How surely the text belongs to any intent, 0 to 1."""
    tier: Tier
    known: float = 0.0
    """Share of the words that were taught, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """A trained classifier with its gate."""

    classifier: Classifier
    admission: Gate
    rehearsed_error: float = 0.0
    """The calibration error of the out-of-fold predictions, 0 to 1."""

    def rank(self, text: str | Sample) -> list[tuple[str, float]]:
        """Intents with their confidences, the surest first; none if nothing of the text is known."""
        return self.classifier.rank(_sample(text))

    def gate(self, text: str | Sample, sure_from: float = SURE_FROM) -> Verdict:
        """Whether a text is for us, and sure enough to act on."""
        return self.judged(text, sure_from)[1]

    def judged(self, text: str | Sample, sure_from: float = SURE_FROM) -> tuple[list[tuple[str, float]], Verdict]:
        """`rank` and `gate` in one step."""
        scores = self.classifier.scores(_sample(text))
        if scores is None:
            return [], Verdict(None, 0.0, 0.0, Tier.OUTSIDE)
        ranking = self.classifier.ranked(scores)
        inside = self.admission.score(scores)
        (intent, confidence), *_ = ranking
        if inside < self.admission.threshold:
            tier = Tier.OUTSIDE
        else:
            tier = Tier.SURE if confidence >= sure_from else Tier.UNSURE
        return ranking, Verdict(intent, confidence, inside, tier, 1.0 - scores.unknown_words)

    def keeping(self, texts: Sequence[str | Sample], kept: float = 0.95) -> Understanding:
        """The same with the gate's threshold set so that it lets in a share of these texts, all known to be for us.

        Raises:
            ValueError: there are none, or the share is not between 0 and 1.
        """
        inside = [self.gate(text).inside for text in texts]
        return replace(self, admission=with_threshold(self.admission, inside, kept))

    def save(self, folder: Path) -> None:
        """Write two files into a folder."""
        np.savez(folder / ARRAYS_FILE, idf=self.classifier.vocabulary.idf, **self.classifier.arrays())
        names = {
            "format": FORMAT,
            "classes": self.classifier.classes,
            "temperature": self.classifier.temperature,
            "rehearsed_error": self.rehearsed_error,
            "gate": asdict(self.admission),
            "words": self.classifier.vocabulary.words,
            "pieces": self.classifier.vocabulary.pieces,
        }
        (folder / NAMES_FILE).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")


def train(
    samples: Sequence[str | Sample],
    labels: Sequence[str],
    outside: Sequence[str | Sample] = (),
    recipe: Recipe | None = None,
) -> Understanding:
    """Learn from texts and their intents; `outside` are texts that belong to none. The same input gives the same.

    Raises:
        ValueError: there are fewer than two intents, or not one for each text.
    """
    recipe = recipe or Recipe()
    known = [_sample(one) for one in samples]
    if len(known) != len(labels):
        raise ValueError(f"{len(known)} examples have {len(labels)} labels")
    copies = misspelling.copies(known, recipe.seed) if recipe.misspelt else ()
    rehearsed = rehearsal.rehearse(known, labels, [_sample(one) for one in outside], recipe, copies)
    trained = classifier.train(known, labels, recipe, rehearsed.temperature, copies)
    return Understanding(trained, rehearsed.gate, calibration_error(rehearsed.right))


def load(folder: Path) -> Understanding:
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
            vocabulary = Vocabulary(names["words"], names["pieces"], arrays["idf"])
            trained = Classifier(names["classes"], vocabulary, dict(arrays), float(names["temperature"]))
        return Understanding(trained, _gate(names["gate"]), float(names["rehearsed_error"]))
    except (KeyError, TypeError, AttributeError, EOFError, BadZipFile) as error:
        raise ValueError(f"{folder}: is not a classifier: {error!r}") from error


def calibration_error(predictions: Sequence[tuple[float, bool]], bins: int = BINS) -> float:
    """How far confidences are from the share that was right, on average (ECE, equal widths): 0 to 1; 0 of none.

    `predictions` are confidences of the surest intents with whether those were right.
    """
    if not predictions:
        return 0.0
    confidences, right = (np.array(column, np.float64) for column in zip(*predictions, strict=True))
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    gaps = [abs((confidences[places == at] - right[places == at]).sum()) for at in range(bins)]
    return float(sum(gaps) / len(confidences))


def _sample(text: str | Sample) -> Sample:
    return text if isinstance(text, Sample) else sample(text)


def _gate(read: dict[str, Any]) -> Gate:
    mean, spread, weights = (tuple(map(float, read[name])) for name in ("mean", "spread", "weights"))
    return Gate(mean, spread, weights, float(read["bias"]), float(read["threshold"]))
