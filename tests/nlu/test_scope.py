"""The scope gate in Rasa's graph: three tiers, and alarms before them."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.components.intents import INSIDE, KNOWN, SCOPE, THRESHOLD
from nlu.components.scope import ScopeGate

pytestmark = pytest.mark.rasa

CONFIG = {"sure_from": 0.4, "alarms": ["fire", "distress"], "alarm_from": 0.25}


def passed(ranking: dict[str, float], inside: float | None = 0.9, known: float = 1.0) -> Message:
    """A message behind the gate, whose score has to be 0.2."""
    named = [{"name": name, "confidence": confidence} for name, confidence in ranking.items()]
    first = dict(named[0]) if named else {"name": None, "confidence": 0.0}
    message = Message({TEXT: "texte", INTENT: first, INTENT_RANKING_KEY: named})
    if inside is not None:
        message.set(SCOPE, {INSIDE: inside, THRESHOLD: 0.2, KNOWN: known})
    (found,) = ScopeGate(CONFIG).process([message])
    return found


def test_what_is_sure_is_left_alone() -> None:
    """Intent and ranking stay as the classifier set them."""
    message = passed({"greet": 0.8, "thank": 0.2})

    assert message.get(INTENT) == {"name": "greet", "confidence": 0.8}
    assert [one["name"] for one in message.get(INTENT_RANKING_KEY)] == ["greet", "thank"]
    assert message.as_dict(only_output_properties=True)["scope"]["tier"] == "sure"


@pytest.mark.parametrize(
    ("ranking", "inside", "tier"),
    [({"greet": 0.39, "thank": 0.38}, 0.9, "unsure"), ({"greet": 0.9}, 0.19, "outside"), ({}, 0.0, "outside")],
)
def test_the_rest_falls_back(ranking: dict[str, float], inside: float, tier: str) -> None:
    """As with Rasa's own fallback: the intent, first in the ranking too, and what was recognised behind it."""
    message = passed(ranking, inside)

    assert message.get(INTENT) == {"name": "nlu_fallback", "confidence": 0.4}
    assert [one["name"] for one in message.get(INTENT_RANKING_KEY)] == ["nlu_fallback", *ranking]
    assert message.get(SCOPE)["tier"] == tier


@pytest.mark.parametrize("inside", [0.0, 0.9])
def test_alarms_count_together_and_before_the_gate(inside: float) -> None:
    """Danger is not lost beside distress, beside a likelier question, or for being said in strange words."""
    message = passed({"question": 0.7, "distress": 0.16, "fire": 0.14}, inside)

    assert message.get(INTENT) == {"name": "distress", "confidence": 0.16}
    assert [one["name"] for one in message.get(INTENT_RANKING_KEY)] == ["distress", "question", "fire"]
    assert message.get(SCOPE)["tier"] == "sure"


def test_a_faint_alarm_is_none() -> None:
    """Who asks about a pothole wants no emergency numbers."""
    assert passed({"question": 0.76, "fire": 0.2, "distress": 0.04}).get(INTENT)["name"] == "question"


def test_what_was_taught_as_strange_falls_back() -> None:
    """Whatever the gate's score; an alarm beside it is still one."""
    strange = passed({"out_of_scope": 0.6, "greet": 0.4})
    danger = passed({"out_of_scope": 0.6, "fire": 0.3})

    assert (strange.get(INTENT)["name"], strange.get(SCOPE)["tier"]) == ("nlu_fallback", "outside")
    assert danger.get(INTENT)["name"] == "fire"


def test_pieces_of_words_alone_are_no_alarm_unless_they_are_plain() -> None:
    """A name that begins like a word of danger; a cry for help, misspelt."""
    assert passed({"distress": 0.7, "greet": 0.3}, known=0.0).get(SCOPE)["tier"] == "unsure"
    assert passed({"greet": 0.4, "distress": 0.38, "fire": 0.22}, known=0.0).get(INTENT)["name"] == "greet"
    assert passed({"distress": 0.9, "greet": 0.1}, known=0.0).get(INTENT)["name"] == "distress"


def test_another_classifier_may_stand_before_it() -> None:
    """Its confidence alone decides then."""
    assert passed({"greet": 0.8}, None).get(INTENT)["name"] == "greet"
    assert passed({"greet": 0.3}, None).get(INTENT)["name"] == "nlu_fallback"


@pytest.mark.parametrize(
    "wrong",
    [{"sure_from": 2}, {"sure_from": "high"}, {"alarm_from": True}, {"alarms": "fire"}, {"alarms": [1]}],
)
def test_a_wrong_configuration_is_named(wrong: dict[str, Any]) -> None:
    """The place and what belongs there."""
    with pytest.raises(InvalidConfigException, match=rf"config\.yml: {next(iter(wrong))}"):
        ScopeGate({**CONFIG, **wrong})
