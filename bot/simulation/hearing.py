"""What a message means to the core: the classifier that Rasa uses, the bounds of its gate, and the entities of the town."""

from __future__ import annotations

import json
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from bot.clock import Clock
from bot.errors import ConfigurationError
from bot.settings import Office
from bot.supervisor import model
from bot.text.entities import entities
from bot.text.languages import GREETED
from bot.text.lists import ListReader
from bot.text.town_lists import town_lists
from bot.understanding.examples import read_training
from nlu.components import understanding
from nlu.components.classifier import Recipe
from nlu.components.understanding import Understanding

FALLBACK = "nlu_fallback"
OUTSIDE = "out_of_scope"
ALARM_UNKNOWN_FROM = 0.8
"""As in `nlu.components.scope`: from which an alarm counts in a text without a known word."""
GATE, CLASSIFIER = "nlu.components.scope.ScopeGate", "nlu.components.intents.LinearIntentClassifier"

Parsed = dict[str, Any]
"""A message as Rasa keeps it: `text`, `intent`, `intent_ranking`, `entities`."""


class Hears(Protocol):
    """Makes a parsed message of a text."""

    def __call__(self, text: str, written_in: str = "") -> Parsed:
        """What a text means; `written_in` is its language where that is not one of ours."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """From which confidence an act is acted on, and the alarms, together, from which."""

    sure_from: float
    alarm_from: float
    alarms: frozenset[str]


class Hearing:
    """See `Hears`; as the components of `config.yml` would, one after the other."""

    def __init__(self, model: Understanding, bounds: Bounds, office: Office, clock: Clock) -> None:
        self._model = model
        self._bounds = bounds
        self._lists = ListReader(town_lists(office))
        self._zone = office.town.zone
        self._clock = clock

    def __call__(self, text: str, written_in: str = "") -> Parsed:
        """See `Hears.__call__`; a payload says itself what it means."""
        if text.startswith("/"):
            return _pressed(text)
        ranking = self._ranked(text)
        if written_in in GREETED and ranking[0]["name"] not in self._bounds.alarms:
            ranking = [{"name": FALLBACK, "confidence": 1.0}, *ranking]
        found = [
            {
                "entity": one.kind.value,
                "start": one.start,
                "end": one.end,
                "value": one.value,
                **({"alternatives": list(one.alternatives)} if one.alternatives else {}),
            }
            for one in entities(text, self._lists, self._clock(), self._zone)
        ]
        return {"text": text, "intent": ranking[0], "intent_ranking": ranking, "entities": found}

    def _ranked(self, text: str) -> list[dict[str, Any]]:
        judged, verdict = self._model.judged(text)
        ranking: list[dict[str, Any]] = [{"name": name, "confidence": confidence} for name, confidence in judged]
        bounds = self._bounds
        alarms = [one for one in ranking if one["name"] in bounds.alarms]
        alarm_from = bounds.alarm_from if verdict.known else max(bounds.alarm_from, ALARM_UNKNOWN_FROM)
        if alarms and sum(one["confidence"] for one in alarms) >= alarm_from:
            return alarms[:1] + [one for one in ranking if one is not alarms[0]]
        outside = verdict.inside < self._model.admission.threshold or not ranking or ranking[0]["name"] == OUTSIDE
        if outside or ranking[0]["confidence"] < bounds.sure_from or ranking[0] in alarms:
            return [{"name": FALLBACK, "confidence": bounds.sure_from}, *ranking]
        return ranking


def read_bounds(project: Path) -> Bounds:
    """The bounds of the gate in `config.yml`.

    Raises:
        ConfigurationError: it cannot be read, or has no gate.
    """
    gate = _component(project, GATE)
    try:
        return Bounds(float(gate["sure_from"]), float(gate["alarm_from"]), frozenset(gate["alarms"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{project / 'config.yml'}: the bounds of {GATE} cannot be read") from error


def trained(project: Path) -> Understanding:
    """The classifier of the model in place; learnt from the examples, which takes a minute or two, where there is none.

    Raises:
        ConfigurationError: the examples cannot be read.
    """
    return _of_model(model.path(project)) or learnt(project)


def learnt(project: Path) -> Understanding:
    """The classifier as `guichet train` would make it.

    Raises:
        ConfigurationError: the examples or `config.yml` cannot be read.
    """
    taught = read_training(project / "nlu")
    settings = _component(project, CLASSIFIER)
    recipe = Recipe(*(settings[name] for name in ("regularisation", "seed", "kept", "misspelt")))
    return understanding.train([one.text for one in taught], [one.intent for one in taught], recipe=recipe)


def _of_model(path: Path) -> Understanding | None:
    """What the classifier's component has stored in Rasa's archive; None if there is no such archive that can be read."""
    try:
        with tarfile.open(path) as archive, tempfile.TemporaryDirectory() as folder:
            for name in (understanding.NAMES_FILE, understanding.ARRAYS_FILE):
                kept = next(one for one in archive.getmembers() if CLASSIFIER in one.name and one.name.endswith(name))
                content = archive.extractfile(kept)
                if content is None:
                    return None
                (Path(folder) / name).write_bytes(content.read())
            return understanding.load(Path(folder))
    except (*model.DAMAGE, StopIteration, ValueError):
        return None


def _component(project: Path, name: str) -> dict[str, Any]:
    path = project / "config.yml"
    try:
        read = yaml.safe_load(path.read_text("utf-8"))
        return next(one for one in read["pipeline"] if one["name"] == name)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, StopIteration) as error:
        raise ConfigurationError(f"{path}: there is no {name} in its pipeline") from error


def _pressed(text: str) -> Parsed:
    name, brace, rest = text[1:].partition("{")
    intent = {"name": name, "confidence": 1.0}
    found = [{"entity": key, "value": value} for key, value in json.loads(brace + rest or "{}").items()]
    return {"text": text, "intent": intent, "intent_ranking": [intent], "entities": found}
