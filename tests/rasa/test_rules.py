"""Our rule policy: which rules it tries, how far back it looks, when it leaves all to Rasa, and that training still checks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from nlu.components.rules import Lookup, ShortRulePolicy, moments
from tests.rasa.conftest import ROOT, Project

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]

LISTEN = ActionExecuted("action_listen")
GREET = {"user": {"intent": "greet"}, "prev_action": {"action_name": "action_listen"}}
AFTER = {"prev_action": {"action_name": "utter_greet"}}
START = {"user": {"intent": "greet"}}


@pytest.fixture(scope="module")
def policy(model: Path) -> ShortRulePolicy:
    nodes = Agent.load(str(model)).processor.graph_runner._instantiated_nodes.values()
    (found,) = (node._component for node in nodes if isinstance(node._component, ShortRulePolicy))
    return found


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


def heard(intent: str) -> UserUttered:
    return UserUttered(f"some {intent}", {"name": intent, "confidence": 1.0})


def turns(count: int) -> list[Event]:
    return [event for _ in range(count) for event in (LISTEN, heard("greet"), ActionExecuted("utter_greet"))]


def lookup(*rules: list[dict[str, Any]]) -> Lookup:
    return Lookup.of({json.dumps(rule): "x" for rule in rules})


def test_rules_are_found_by_their_last_turn() -> None:
    """A turn finds the rules that ask for its action and intent or leave one open, and no others."""
    rules = lookup([GREET], [GREET, AFTER], [START])

    assert set(rules.fitting(GREET)) == {json.dumps([GREET])}
    assert set(rules.fitting({**GREET, **AFTER})) == {json.dumps([GREET, AFTER])}
    assert set(rules.fitting(START)) == {json.dumps([START])}
    assert rules.fitting({"prev_action": {"action_name": "action_answer"}}) == {}
    assert rules.longest == 2


@pytest.mark.parametrize(
    ("last", "reads"),
    [
        (GREET, False),
        (AFTER, False),
        ({"prev_action": {"action_name": "action_listen"}}, True),
        ({"user": {"text": "bonjour"}, "prev_action": {"action_name": "action_listen"}}, True),
        ({"prev_action": {"action_name": "action_listen"}, "active_loop": {"name": "f"}}, True),
    ],
)
def test_rules_on_the_text_are_told_apart(last: dict[str, Any], reads: bool) -> None:
    """A rule that a message without its intent could fulfil makes the policy look at texts as Rasa does."""
    assert lookup([last]).reads_no_text is not reads


@pytest.mark.parametrize("most", [1, 2, 3, 50])
def test_the_last_turns_are_those_of_a_replay(domain: Domain, most: int) -> None:
    """The turns worked out from the end are the last of those that Rasa's replay gives, loops and their ends included."""
    opened = [LISTEN, heard("give_feedback"), ActionExecuted("remark_form"), ActiveLoop("remark_form")]
    closed = [LISTEN, heard("cancel"), ActionExecuted("action_cancel"), ActiveLoop(None), SlotSet("remark", "r")]
    events = [ActionExecuted("action_session_start"), *turns(2), *opened, *turns(1), *closed, *turns(1), LISTEN]
    tracker = DialogueStateTracker.from_events("a", [*events, heard("thank")], domain.slots)

    ours = [domain.get_active_state(moment) for moment in moments(tracker.applied_events(), most)]

    assert ours == tracker.past_states(domain)[-most:]


def test_the_past_is_not_looked_at(policy: ShortRulePolicy, domain: Domain) -> None:
    """A conversation of hundreds of turns is a handful of states."""
    tracker = DialogueStateTracker.from_events("a", turns(300), domain.slots)

    assert len(policy._prediction_states(tracker, domain)) == policy._turns < 8


def test_slots_that_are_features_leave_all_to_rasa(policy: ShortRulePolicy) -> None:
    """Where a slot influences the conversation, its value at each turn counts, and only a replay has it."""
    slots = {"size": {"type": "text", "influence_conversation": True, "mappings": [{"type": "custom"}]}}
    domain = Domain.from_dict({"version": "3.1", "intents": ["greet"], "slots": slots, "responses": {}})
    tracker = DialogueStateTracker.from_events("a", [*turns(20), SlotSet("size", "L")], domain.slots)

    assert policy._prediction_states(tracker, domain) == RulePolicy._prediction_states(policy, tracker, domain)
    assert len(policy._prediction_states(tracker, domain)) > policy._turns


def test_rules_that_contradict_each_other_are_refused(project: Project, tmp_path: Path) -> None:
    """Training says which rules contradict each other, as with Rasa's own policy."""
    for name in ("config.yml", "domain.yml", "endpoints.yml"):
        shutil.copy(project.folder / name, tmp_path)
    for name in ("nlu", "stories"):
        shutil.copytree(project.folder / name, tmp_path / name)
    (tmp_path / "stories" / "wrong.yml").write_text(
        'version: "3.1"\nrules:\n- rule: Greetings are thanks\n  steps:\n  - intent: greet\n  - action: utter_thank\n',
        encoding="utf-8",
    )
    done = Project(tmp_path).rasa("train", "core", "--stories", "stories", "--out", "models")

    told = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Contradicting rules or stories found" in told
    assert "Greetings are thanks" in told
