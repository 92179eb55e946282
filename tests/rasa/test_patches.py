"""What is replaced in Rasa: only in its release, only when it is wished, and with the results of Rasa's own code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import ValidationError  # type: ignore[import-untyped]
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels import CollectingOutputChannel, UserMessage
from rasa.engine.exceptions import GraphRunError
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    FollowupAction,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from bot.errors import ConfigurationError
from bot.rasa_plugins import patches
from tests.rasa.conftest import ROOT

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]


@pytest.fixture(autouse=True)
def unpatched() -> Iterator[None]:
    patches.remove()
    yield
    patches.remove()


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


def heard(text: str, intent: str = "greet") -> UserUttered:
    ranking = [{"name": intent, "confidence": 0.9}, {"name": "thank", "confidence": 0.1}]
    parsed = {"text": text, "intent": ranking[0], "entities": [], "intent_ranking": ranking}
    return UserUttered(text, ranking[0], [], parsed, metadata={"message_id": text})


def test_the_switch() -> None:
    """`off` leaves Rasa as it is and another value is refused by its name."""
    run = RemoteAction._action_call_format

    assert patches.install({"GUICHET_RASA_PATCHES": "off"}) is False
    assert RemoteAction._action_call_format is run
    with pytest.raises(ConfigurationError, match="GUICHET_RASA_PATCHES: is 'yes', not on or off"):
        patches.install({"GUICHET_RASA_PATCHES": "yes"})


def test_another_release_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The replacements were made for one release; any other stays whole."""
    run = RemoteAction._action_call_format
    monkeypatch.setattr(patches, "MADE_FOR", "3.6.20")

    assert patches.install({}) is False
    assert RemoteAction._action_call_format is run


def test_all_of_it_can_be_put_back() -> None:
    """Whatever was replaced is Rasa's own again after `remove`."""
    before = (RemoteAction._validate_action_result, DialogueStateTracker.copy, Domain.is_empty)
    assert patches.install({})
    assert (RemoteAction._validate_action_result, DialogueStateTracker.copy, Domain.is_empty) != before
    patches.remove()

    assert (RemoteAction._validate_action_result, DialogueStateTracker.copy, Domain.is_empty) == before


@pytest.mark.parametrize(
    "events",
    [
        [],
        [ActionExecuted("action_session_start"), heard("bonjour"), ActionExecuted("utter_greet")],
        [heard("a"), ActionExecuted("handoff_form"), ActiveLoop("handoff_form"), SlotSet("remark", "r")],
        [heard("a"), ActionExecuted("x"), FollowupAction("handoff_form")],
        [heard("a"), SlotSet("remark", "r"), Restarted()],
        [heard("a"), ActionExecuted("x"), heard("b"), FollowupAction("y"), UserUtteranceReverted()],
        [heard("a"), FollowupAction("y"), UserUtteranceReverted()],
    ],
)
def test_a_copied_tracker_is_the_replayed_one(domain: Domain, events: list[Event]) -> None:
    """Whatever the events, a copy has the state that a replay of them gives, and no part of it is shared."""
    tracker = DialogueStateTracker.from_events("a", events, domain.slots)
    replayed = tracker.copy()
    assert patches.install({})
    copied = tracker.copy()

    assert copied.current_state(EventVerbosity.ALL) == replayed.current_state(EventVerbosity.ALL)
    assert list(copied.events) == list(replayed.events)
    assert copied.latest_bot_utterance == replayed.latest_bot_utterance
    copied.update(SlotSet("remark", "other"))
    assert (tracker.get_slot("remark"), len(tracker.events)) == (replayed.get_slot("remark"), len(events))


def test_an_action_is_sent_the_end_of_the_conversation(domain: Domain) -> None:
    """A call says all that Rasa's says but events long past and the rankings of earlier messages."""
    events = [event for turn in range(200) for event in (heard(f"m{turn}"), ActionExecuted("utter_greet"))]
    tracker = DialogueStateTracker.from_events("a", events, domain.slots)
    stock = RemoteAction("action_answer", None)._action_call_format(tracker, domain)
    assert patches.install({})
    ours = RemoteAction("action_answer", None)._action_call_format(tracker, domain)

    last = stock["tracker"]["events"][-patches.MOST_EVENTS :]
    for event in last:
        if event["event"] == "user" and event["text"] != "m199":
            event["parse_data"] = {
                name: value for name, value in event["parse_data"].items() if name != "intent_ranking"
            }
    stock["tracker"]["events"] = last
    assert ours == stock
    assert len(json.dumps(ours["tracker"])) < 60_000


@pytest.mark.parametrize(
    "reply",
    [
        {"events": [], "responses": []},
        {"events": [{"event": "slot", "name": "a", "value": None, "timestamp": None}], "responses": [{"text": "x"}]},
        {"events": "none"},
        {"events": [{"event": "no such event"}]},
        {"events": [{"event": "slot"}], "responses": [7]},
        [],
    ],
)
def test_a_reply_is_checked_as_before(reply: Any) -> None:
    """What Rasa's schema refuses is refused in Rasa's words, and what it takes is taken."""

    def verdict() -> str:
        try:
            return str(RemoteAction("a", None)._validate_action_result(reply))
        except ValidationError as error:
            return str(error.message)

    stock = verdict()
    assert patches.install({})

    assert verdict() == stock


async def test_the_graph_gives_what_dask_gave(model: Path) -> None:
    """A message is parsed to the same result, and an input with the name of a node is refused."""
    agent = Agent.load(str(model))
    runner, target = agent.processor.graph_runner, agent.processor.model_metadata.nlu_target
    inputs = {"__message__": [UserMessage("je veux un rendez-vous", CollectingOutputChannel(), "a", message_id="m")]}

    stock = runner.run(inputs=inputs, targets=[target])[target][0].as_dict()
    assert patches.install({})
    ours = runner.run(inputs=inputs, targets=[target])[target][0].as_dict()

    assert ours == stock
    with pytest.raises(GraphRunError):
        runner.run(inputs={**inputs, target: 1}, targets=[target])
