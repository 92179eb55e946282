"""What a message in another language is to Rasa."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from nlu.components.languages import OtherLanguages

pytestmark = pytest.mark.rasa

RANKING = [{"name": "deny", "confidence": 0.7}, {"name": "nlu_fallback", "confidence": 0.3}]


def parsed(metadata: Any, intent: str = "deny") -> tuple[str, list[str]]:
    """The intent of a message, and the ranked ones, behind the component."""
    recognised = {"name": intent, "confidence": 0.7}
    message = Message(data={"text": "no", "metadata": metadata, "intent": recognised, "intent_ranking": RANKING})
    (seen,) = OtherLanguages().process([message])
    return seen.get("intent")["name"], [one["name"] for one in seen.get("intent_ranking")]


def test_what_is_in_another_language_is_a_question() -> None:
    """« no » in the middle of Spanish denies nothing that was asked in French."""
    assert parsed({"written_in": "es"}) == ("nlu_fallback", ["nlu_fallback", "deny"])


@pytest.mark.parametrize("intent", ["emergency", "self_harm_distress"])
def test_what_may_be_danger_stays_danger(intent: str) -> None:
    """Whatever the language."""
    assert parsed({"written_in": "ar"}, intent)[0] == intent


@pytest.mark.parametrize("metadata", [None, {}, {"written_in": ""}, {"written_in": "en"}, {"written_in": ["es"]}, "es"])
def test_everything_else_is_as_it_was_recognised(metadata: Any) -> None:
    """French and English are what the model has learnt, and metadata may be anything."""
    assert parsed(metadata) == ("deny", ["deny", "nlu_fallback"])
