"""What Rasa 3.6.21 spends on each message for nothing, left out.

Only where no extension point of Rasa's reaches, and only in exactly that release: each replacement gives the result that
Rasa's own code gives (tests/rasa/test_patches.py has the same dialogues with and without). GUICHET_RASA_PATCHES=off
leaves Rasa as it is.

- The graph of a message is run in an order worked out once, without dask and without a description of the whole graph for
  a debug line that nobody reads.
- An action server's reply is checked against a schema that is itself checked once, not each time (40 ms).
- An action server gets the last events, not all of a long conversation, and earlier messages without their rankings.
- A tracker is copied by its state, not by replaying its events.
- What is copied for debug lines alone is not copied.
- A domain with responses is not compared with an empty one.
"""

from __future__ import annotations

import dataclasses
import os
import types
from collections.abc import Callable, Mapping
from importlib import metadata
from itertools import islice
from typing import Any

import structlog
from jsonschema.validators import validator_for  # type: ignore[import-untyped]
from rasa.core import processor
from rasa.core.actions import forms
from rasa.core.actions.action import RemoteAction
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.constants import DEFAULT_SENDER_ID
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.errors import ConfigurationError

log = structlog.get_logger(__name__)

SWITCH = "GUICHET_RASA_PATCHES"
ON, OFF = "on", "off"
MADE_FOR = "3.6.21"
MOST_EVENTS = 100
"""How much of a conversation an action is sent: at least the last ten turns, also in a form."""
RANKINGS = ("intent_ranking", "response_selector")
"""What NLU was less sure of; actions look at it in the message that they answer, if at all."""

_taken: dict[tuple[Any, str], Any] = {}
"""What was replaced, by where it was."""


def install(environ: Mapping[str, str] = os.environ) -> bool:
    """Replace what is slow, once; whether it is replaced now.

    Raises:
        ConfigurationError: the switch has a value that does not exist.
    """
    wish = environ.get(SWITCH) or ON
    if wish not in {ON, OFF}:
        raise ConfigurationError(f"{SWITCH}: is {wish!r}, not {ON} or {OFF}")
    if wish == OFF or _taken:
        return bool(_taken)
    if (version := metadata.version("rasa")) != MADE_FOR:
        log.warning("rasa.not_patched", installed=version, made_for=MADE_FOR)
        return False
    _validate_once()
    for owner, name, value in (
        (DaskGraphRunner, "run", _run_graph),
        (RemoteAction, "_action_call_format", _call_format),
        (DialogueStateTracker, "copy", _copy_tracker),
        (Domain, "is_empty", _is_empty),
        (processor.MessageProcessor, "_log_slots", staticmethod(_log_nothing)),
        # Both modules copy for debug lines alone.
        (processor, "copy", types.SimpleNamespace(deepcopy=_itself)),
        (forms, "copy", types.SimpleNamespace(deepcopy=_itself)),
    ):
        _replace(owner, name, value)
    return True


def remove() -> None:
    """Put Rasa's own code back."""
    while _taken:
        (owner, name), value = _taken.popitem()
        setattr(owner, name, value)


def _replace(owner: Any, name: str, value: Any) -> None:
    # From its dictionary: a static method is kept as one.
    _taken[owner, name] = vars(owner)[name]
    setattr(owner, name, value)


def _validate_once() -> None:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)
    stock = RemoteAction._validate_action_result

    def validate(self: RemoteAction, result: Any) -> bool:
        # What is wrong is said by Rasa's own code.
        return bool(validator.is_valid(result) or stock(self, result))

    _replace(RemoteAction, "_validate_action_result", validate)


def _run_graph(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """Run the nodes that the targets need, each after those that it needs itself.

    Raises:
        GraphRunError: a name of `inputs` is a node's.
    """
    wanted = tuple(targets or self._graph_schema.target_names)
    plans: dict[tuple[str, ...], list[tuple[str, list[str]]]] = vars(self).setdefault("_plans", {})
    if wanted not in plans:
        plans[wanted] = _plan(self._graph_schema.minimal_graph_schema(list(wanted)).nodes)
    known: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
    try:
        for name, needs in plans[wanted]:
            if name in known:
                raise GraphRunError(f"The input '{name}' has the name of a node.")
            # A node that is given a bare name says itself that it is missing.
            known[name] = self._instantiated_nodes[name](*[known.get(need, need) for need in needs])
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return dict(known[target] for target in wanted)


def _plan(nodes: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    order: dict[str, list[str]] = {}

    def visit(name: str) -> None:
        if name in nodes and name not in order:
            needs = list(nodes[name].needs.values())
            for need in needs:
                visit(need)
            order[name] = needs

    for name in nodes:
        visit(name)
    return list(order.items())


def _call_format(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """As Rasa's, with fewer events."""
    import rasa

    # Without a verbosity no event is made a dictionary of.
    state = tracker.current_state()
    events = tracker.events
    last = islice(events, max(0, len(events) - MOST_EVENTS), None)
    state["events"] = [_told(event, tracker.latest_message) for event in last]
    result = {
        "next_action": self.name(),
        "sender_id": tracker.sender_id,
        "tracker": state,
        "version": rasa.__version__,
    }
    if not self._is_selective_domain_enabled() or domain.does_custom_action_explicitly_need_domain(self.name()):
        result["domain"] = domain.as_dict()
    return result


def _told(event: Any, latest: UserUttered | None) -> dict[str, Any]:
    told: dict[str, Any] = event.as_dict()
    if isinstance(event, UserUttered) and event is not latest and isinstance(event.parse_data, dict):
        told["parse_data"] = {name: value for name, value in event.parse_data.items() if name not in RANKINGS}
    return told


def _copy_tracker(self: DialogueStateTracker) -> DialogueStateTracker:
    """What replaying all events of a tracker gives: its state, which is made of them alone."""
    if self._max_event_history is not None:
        # What was dropped is forgotten with a replay.
        replay: Callable[[Any], DialogueStateTracker] = _taken[DialogueStateTracker, "copy"]
        return replay(self)
    made = DialogueStateTracker(self.sender_id or DEFAULT_SENDER_ID, (), None, is_rule_tracker=self.is_rule_tracker)
    made.events.extend(self.events)
    made.slots = {name: _copy_slot(slot) for name, slot in self.slots.items()}
    made._paused = self._paused
    made.latest_action = self.latest_action
    made.latest_message = self.latest_message
    made.latest_bot_utterance = self.latest_bot_utterance
    made.active_loop = dataclasses.replace(self.active_loop) if self.active_loop is not None else None
    # The one part that is not: it is cleared when it is taken up.
    made.followup_action = _followup(self)
    return made


def _copy_slot(slot: Slot) -> Slot:
    """As `copy.copy`, in a quarter of the time; a tracker has some fifty slots."""
    made = object.__new__(type(slot))
    vars(made).update(vars(slot))
    return made


def _followup(tracker: DialogueStateTracker) -> str | None:
    """Which action the last event that says anything about it wants next."""
    for event in reversed(tracker.events):
        if isinstance(event, (UserUtteranceReverted, ActionReverted)):
            return _wanted(tracker.applied_events())
        if isinstance(event, (ActionExecuted, UserUttered, FollowupAction, Restarted, SessionStarted)):
            return _wanted([event])
    return str(ACTION_LISTEN_NAME)


def _wanted(events: list[Event]) -> str | None:
    for event in reversed(events):
        if isinstance(event, (ActionExecuted, UserUttered)):
            return None
        if isinstance(event, FollowupAction):
            return str(event.action_name)
        if isinstance(event, Restarted):
            return str(ACTION_SESSION_START_NAME)
    return str(ACTION_LISTEN_NAME)


def _is_empty(self: Domain) -> bool:
    return not self.responses and not self.forms and bool(_taken[Domain, "is_empty"](self))


def _itself(value: Any) -> Any:
    return value


def _log_nothing(tracker: DialogueStateTracker) -> None:
    """Rasa's makes a text of all slots for a debug line, after each action."""
