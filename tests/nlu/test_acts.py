"""How well the acts of `acts.jsonl`, which nobody trains on, are recognised with the examples of nlu/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot import safety
from nlu.components.classifier import Recipe
from nlu.components.features import Sample
from nlu.components.french import tokens
from nlu.components.intents import INSIDE, PAYLOAD_PREFIX, SCOPE, THRESHOLD, sample
from nlu.components.scope import ScopeGate
from nlu.components.understanding import Understanding, train

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]
ALARMS = {"emergency", "self_harm_distress"}
EVERYDAY = {"ask_question", "report_street_issue", "complaint"}
"""What is said at a counter in words that danger and distress have too."""
QUESTIONS = {"ask_question", "nlu_fallback"}
"""Both lead to the knowledge base."""


def seen(text: str) -> Sample:
    return sample(Message({TEXT: text, TOKENS_NAMES[TEXT]: tokens(text)}))


@pytest.fixture(scope="module")
def pipeline() -> dict[str, dict[str, Any]]:
    components = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    return {component["name"].rpartition(".")[2]: component for component in components}


@pytest.fixture(scope="module")
def trained() -> list[tuple[str, str]]:
    """Texts and intents of the examples in nlu/."""
    importer = TrainingDataImporter.load_from_dict(training_data_paths=[str(ROOT / "nlu")])
    examples = importer.get_nlu_data().intent_examples
    pairs = [(example.get(TEXT), example.get(INTENT)) for example in examples]
    return [(text, intent) for text, intent in pairs if not text.startswith(PAYLOAD_PREFIX)]


@pytest.fixture(scope="module")
def model(trained: list[tuple[str, str]], pipeline: dict[str, dict[str, Any]]) -> Understanding:
    options = pipeline["LinearIntentClassifier"]
    texts, intents = zip(*trained, strict=True)
    recipe = Recipe(options["regularisation"], options["seed"], options["kept"], options["misspelt"])
    return train([seen(text) for text in texts], intents, recipe=recipe)


@pytest.fixture(scope="module")
def acts() -> list[tuple[str, str]]:
    lines = (ROOT / "nlu" / "evaluation" / "acts.jsonl").read_text("utf-8").splitlines()
    read = [json.loads(line) for line in lines if line.strip()]
    return [(one["text"], one["intent"]) for one in read]


@pytest.fixture(scope="module")
def recognised(
    model: Understanding, acts: list[tuple[str, str]], pipeline: dict[str, dict[str, Any]]
) -> list[tuple[str, str, str]]:
    """Text, intent as written, intent as answered behind the gate."""
    options = {key: value for key, value in pipeline["ScopeGate"].items() if key != "name"}
    gate = ScopeGate({**ScopeGate.get_default_config(), **options})
    found = []
    for text, intent in acts:
        ranking, verdict = model.judged(seen(text))
        named = [{"name": name, "confidence": confidence} for name, confidence in ranking]
        message = Message({TEXT: text, INTENT: named[0] if named else {"name": None}, INTENT_RANKING_KEY: named})
        message.set(SCOPE, {INSIDE: verdict.inside, THRESHOLD: model.admission.threshold})
        (passed,) = gate.process([message])
        answered = passed.get(INTENT)["name"]
        found.append((text, intent, "ask_question" if answered in QUESTIONS else answered))
    return found


def test_nobody_trains_on_the_test(trained: list[tuple[str, str]], acts: list[tuple[str, str]]) -> None:
    """No text stands on both sides."""
    known = {text.casefold().strip() for text, _ in trained}

    assert [text for text, _ in acts if text.casefold().strip() in known] == []


def test_every_act_has_thirty_examples(trained: list[tuple[str, str]], acts: list[tuple[str, str]]) -> None:
    """Enough to be varied; and each act is tested."""
    intents = [intent for _, intent in trained]
    tested = {intent for _, intent in acts}

    assert tested == set(intents) - {"out_of_scope"}
    assert {intent for intent in tested if intents.count(intent) < 30} == set()


def test_most_acts_are_recognised(recognised: list[tuple[str, str, str]]) -> None:
    """A bound that a change of data or features must not fall below."""
    wrong = [found for found in recognised if found[1] != found[2]]

    assert 1 - len(wrong) / len(recognised) >= 0.88, wrong


def test_danger_and_distress_are_seen(recognised: list[tuple[str, str, str]]) -> None:
    """By the lexicon before any model, or by the classifier behind it: twenty-four of twenty-five, of sentences made to be hard."""
    lexicon = safety.load()
    alarms = [(text, answered) for text, intent, answered in recognised if intent in ALARMS]
    unseen = [text for text, answered in alarms if answered not in ALARMS and not lexicon.check(text)]

    assert len(unseen) / len(alarms) <= 0.04, unseen


def test_the_everyday_is_rarely_taken_for_alarms(recognised: list[tuple[str, str, str]]) -> None:
    """Who asks about a pothole wants no emergency numbers."""
    everyday = [(text, answered) for text, intent, answered in recognised if intent in EVERYDAY]
    false = [text for text, answered in everyday if answered in ALARMS]

    assert len(false) / len(everyday) <= 0.10, false
