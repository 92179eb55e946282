"""Our rule policy and our patches against Rasa as it is: the same random dialogues, event for event."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphNode

from bot.rasa_plugins import patches
from nlu.components.rules import ShortRulePolicy
from tests.rasa.conftest import ROOT
from tests.rasa.dialogues import Heard, dialogue, sentences

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]

SEEDS = int(os.environ.get("PARITY_SEEDS", "200"))
"""So many dialogues; PARITY_SEEDS=2000 finds rarer cases and takes minutes."""
UNPATCHED_SEEDS = 30
"""So many of them without patches too, where an action call alone takes forty milliseconds."""


@pytest.fixture(scope="module")
def said() -> list[str]:
    return sentences(ROOT / "nlu")


@pytest.fixture
def patched() -> Iterator[None]:
    """Rasa with our patches, quiet: that messages fail is part of these dialogues."""
    logging.disable(logging.ERROR)
    patches.remove()
    yield
    patches.remove()
    logging.disable(logging.NOTSET)


def agent_of(model: Path, stock: bool) -> Agent:
    """The trained model, with its rules in our policy's hands or in those of Rasa's own."""
    agent = Agent.load(str(model))
    (node,) = (node for node in nodes_of(agent) if isinstance(node._component, ShortRulePolicy))
    if stock:
        ours = node._component
        node._component = RulePolicy(
            dict(ours.config),
            ours._model_storage,
            ours._resource,
            ExecutionContext(graph_schema=agent.processor.graph_runner._graph_schema),
            featurizer=ours.featurizer,
            lookup=ours.lookup,
        )
    return agent


def nodes_of(agent: Agent) -> list[GraphNode]:
    return list(agent.processor.graph_runner._instantiated_nodes.values())


async def talks(agent: Agent, seeds: int, said: list[str]) -> list[Heard]:
    return [await dialogue(agent, seed, said) for seed in range(seeds)]


def differing(one: list[Heard], other: list[Heard]) -> dict[int, Any]:
    """The first event in which dialogues differ, by their seeds."""
    found = {}
    for seed, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            pairs = enumerate(zip(a.events, b.events, strict=False))
            found[seed] = next((f"event {at}: {x} / {y}" for at, (x, y) in pairs if x != y), "replies or calls")
    return found


async def test_the_policy_and_the_patches_change_nothing(model: Path, said: list[str], patched: None) -> None:
    """Events, replies and action calls of a few hundred random dialogues are those of stock Rasa."""
    plain = await talks(agent_of(model, stock=True), UNPATCHED_SEEDS, said)
    assert patches.install({})
    stock = await talks(agent_of(model, stock=True), SEEDS, said)
    ours = await talks(agent_of(model, stock=False), SEEDS, said)

    assert differing(plain, stock) == {}
    assert differing(stock, ours) == {}
    kinds = Counter(event["event"] for heard in ours for event in heard.events)
    rare = {"restart", "rewind", "undo", "reset_slots", "followup", "pause", "active_loop", "action_execution_rejected"}
    assert rare <= kinds.keys(), "the dialogues no longer have what is hard in them"
