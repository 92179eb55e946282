"""Rasa's rules, predicted from the end of a conversation.

Rasa's `RulePolicy` (3.6.21) replays the whole conversation twice for each action, and tries every rule against every turn
of it. But a rule looks at the last turns only, as many as it has itself. `ShortRulePolicy` is trained, and checked for
contradictions, by Rasa's own code; only to predict, it works out the turns that the longest rule has, and tries the rules
that fit the last of them. Whatever it cannot be sure of it leaves to Rasa's code.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa.core.featurizers.tracker_featurizers import MaxHistoryTrackerFeaturizer
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RULES_NOT_IN_STORIES, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, UserUttered
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker, TrackerActiveLoop
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

# Rasa looks for the class `RulePolicy` itself and not for what inherits from it; what it says then is not so here.
warnings.filterwarnings("ignore", message="'RulePolicy' is not included in the model's policy configuration")


@dataclass(frozen=True, slots=True)
class Lookup:
    """The keys of a table of rules by what their last turn asks for."""

    keys: dict[tuple[str | None, str | None], dict[str, Any]] = field(default_factory=dict)
    """By the last action and the intent, either None where a rule leaves it open."""
    starts: dict[str, Any] = field(default_factory=dict)
    """Rules whose last turn is the first of a conversation."""
    longest: int = 0
    """In turns."""
    reads_no_text: bool = True
    """No rule can apply right after a message that is looked at without its intent."""

    @classmethod
    def of(cls, rules: Mapping[str, Any]) -> Lookup:
        """Sort the keys of a table of Rasa's, which are turns as JSON."""
        keys: dict[tuple[str | None, str | None], dict[str, Any]] = {}
        starts: dict[str, Any] = {}
        longest, reads_no_text = 0, True
        for key, value in rules.items():
            turns: list[State] = json.loads(key)
            longest = max(longest, len(turns))
            last = turns[-1] if turns else {}
            action, intent = _asked(last, PREVIOUS_ACTION, ACTION_NAME), _asked(last, USER, INTENT)
            if not last.get(PREVIOUS_ACTION):
                starts[key] = value
            else:
                keys.setdefault((action, intent), {})[key] = value
            reads_no_text = reads_no_text and (intent is not None or action not in {ACTION_LISTEN_NAME, None})
        return cls(keys, starts, longest, reads_no_text)

    def fitting(self, turn: State) -> dict[str, Any]:
        """The rules whose last turn may be this one; those that are left out cannot."""
        action = (turn.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME)
        if not turn.get(PREVIOUS_ACTION):
            return self.starts
        intent = (turn.get(USER) or {}).get(INTENT)
        found: dict[str, Any] = {}
        for one in dict.fromkeys(((action, intent), (action, None), (None, intent), (None, None))):
            found.update(self.keys.get(one, ()))
        return found


@dataclass(slots=True)
class _Moment:
    """As much of a tracker as `Domain.get_active_state` looks at, right before an action."""

    latest_message: UserUttered | None = None
    latest_action: dict[str, str] | None = None
    active_loop: TrackerActiveLoop | None = None
    slots: dict[str, Slot] = field(default_factory=dict)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class ShortRulePolicy(RulePolicy):
    """Predicts as Rasa's `RulePolicy` does, at a cost that does not grow with the conversation."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._lookups: dict[int, Lookup] = {}
        self._reads_no_text = False
        self._turns = 0
        """How many of the last turns are looked at; 0 while training, when all are."""

    @classmethod
    def load(cls, *arguments: Any, **options: Any) -> ShortRulePolicy:
        """Load the trained rules. Raises: see `MemoizationPolicy.load`."""
        policy: ShortRulePolicy = super().load(*arguments, **options)
        policy._prepare()
        return policy

    def _prepare(self) -> None:
        """Sort the rules; leave everything to Rasa's code if there are none to be sorted."""
        tables = [self.lookup.get(name) for name in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH)]
        if not all(isinstance(table, dict) for table in tables):
            return
        turns = self.featurizer
        if type(turns) is not MaxHistoryTrackerFeaturizer or turns.max_history is not None:
            return
        self._lookups = {id(table): Lookup.of(table) for table in tables if table is not None}
        longest = max((one.longest for one in self._lookups.values()), default=0)
        # Where no rule applies, all turns together are a key that Rasa looks up in this list. With one turn more than the
        # longest key has, it is not found, as the whole conversation would not be.
        described = max((len(json.loads(key)) for key in _described(self.lookup)), default=0)
        self._turns = max(longest, described) + 1
        self._reads_no_text = all(one.reads_no_text for one in self._lookups.values())

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        """The last turns, or all where slots are features, for their values at each turn would need a replay."""
        if not self._turns or any(slot.influence_conversation for slot in tracker.slots.values()):
            whole: list[State] = super()._prediction_states(
                tracker, domain, use_text_for_last_user_input, rule_only_data
            )
            return whole
        states = [domain.get_active_state(moment) for moment in moments(tracker.applied_events(), self._turns)]
        self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
        return states

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        ours = self._lookups.get(id(lookup))
        keys: set[str] = super()._get_possible_keys(ours.fitting(states[-1]) if ours and states else lookup, states)
        return keys

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        if use_text_for_last_user_input and self._reads_no_text and _has_just_listened(tracker):
            return None, None, False
        found: tuple[str | None, str | None, bool] = super()._find_action_from_rules(
            tracker, domain, use_text_for_last_user_input
        )
        return found


def moments(events: list[Event], most: int) -> list[_Moment]:
    """What the last turns looked at: one right before each action, and one now; at most `most`, the oldest first.

    Args:
        events: those that apply (`DialogueStateTracker.applied_events`).
        most: how many turns are wanted, at least 1.
    """
    found = [_Moment()]
    # Going back, each part of a moment is what the first event of its kind left.
    unheard, unacted, unlooped = 0, 0, 0
    for event in reversed(events):
        if isinstance(event, ActionExecuted):
            for moment in found[unacted:]:
                moment.latest_action = event.as_sub_state()
            unacted = len(found)
            if len(found) < most:
                found.append(_Moment())
        elif isinstance(event, UserUttered):
            for moment in found[unheard:]:
                moment.latest_message = event
            unheard = len(found)
        elif isinstance(event, ActiveLoop):
            for moment in found[unlooped:]:
                moment.active_loop = TrackerActiveLoop(event.name, False, False, None) if event.name else None
            unlooped = len(found)
        if len(found) == most == unheard == unacted == unlooped:
            break
    return found[::-1]


def _has_just_listened(tracker: DialogueStateTracker) -> bool:
    """Whether both the tracker and its last turn say so."""
    if tracker.latest_action_name != ACTION_LISTEN_NAME:
        return False
    (now,) = moments(tracker.applied_events(), 1)
    return now.latest_action is not None and now.latest_action.get(ACTION_NAME) == ACTION_LISTEN_NAME


def _asked(turn: State, part: str, name: str) -> str | None:
    """What a rule's turn asks for by name; None where anything will do."""
    value = (turn.get(part) or {}).get(name)
    return value if isinstance(value, str) and value and value != SHOULD_NOT_BE_SET else None


def _described(lookup: Mapping[str, Any]) -> Iterable[str]:
    """Those of the sources of predictions that are turns, not words."""
    return [key for key in lookup.get(RULES_NOT_IN_STORIES) or () if isinstance(key, str) and key.startswith("[")]
