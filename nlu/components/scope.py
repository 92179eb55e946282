"""The scope gate in Rasa's graph: acts on what is sure, leaves the rest to the knowledge base.

It takes the place of Rasa's `FallbackClassifier` and sets the same intent, `nlu_fallback`, for a message that is
outside of what was taught or not sure enough. Alarms are another matter: a missed one costs more than a false one, so
a message is an alarm as soon as the alarms together are likely enough, whatever else is likelier.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message

from nlu.components.intents import INSIDE, KNOWN, OUTSIDE_INTENT, SCOPE, THRESHOLD
from nlu.components.understanding import SURE_FROM, Tier

SURE, ALARMS, ALARM_FROM = "sure_from", "alarms", "alarm_from"
"""Keys in config.yml."""
UNKNOWN_ALARM_FROM = 0.8
"""From which an alarm counts in a text without a known word: « Mourad » has pieces of « mourir »."""
TIER = "tier"
"""In a parsed message's `scope`: "sure", "unsure" or "outside"."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ScopeGate(GraphComponent, IntentClassifier):
    """Sorts messages into three tiers, see `understanding.Tier`."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Check the configuration.

        Raises:
            InvalidConfigException: a bound is no figure from 0 to 1, or the alarms are no list of names.
        """
        self._sure_from, self._alarm_from = _share(config, SURE), _share(config, ALARM_FROM)
        alarms = config[ALARMS]
        if not isinstance(alarms, list) or not all(isinstance(name, str) for name in alarms):
            raise InvalidConfigException(f"config.yml: {ALARMS} of ScopeGate is a list of intents")
        self._alarms = frozenset(alarms)

    @classmethod
    def required_components(cls) -> list[type]:
        """What has to stand before it in the pipeline."""
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`sure_from`: the confidence from which an act is acted on; `alarms`, acted on from `alarm_from` together."""
        return {SURE: SURE_FROM, ALARMS: [], ALARM_FROM: 1.0}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ScopeGate:
        """The component; there is nothing to load."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the tier of each message, and its intent where that is an alarm or a fallback."""
        for message in messages:
            ranking = message.get(INTENT_RANKING_KEY) or []
            scope = message.get(SCOPE) or {INSIDE: 1.0, THRESHOLD: 0.0}
            alarms = [one for one in ranking if one[INTENT_NAME_KEY] in self._alarms]
            alarm_from = self._alarm_from if scope.get(KNOWN, 1.0) else max(self._alarm_from, UNKNOWN_ALARM_FROM)
            if alarms and sum(one[PREDICTED_CONFIDENCE_KEY] for one in alarms) >= alarm_from:
                tier = Tier.SURE
                ranking = alarms[:1] + [one for one in ranking if one is not alarms[0]]
                _decide(message, dict(alarms[0]), ranking)
            elif not ranking or ranking[0][INTENT_NAME_KEY] == OUTSIDE_INTENT or scope[INSIDE] < scope[THRESHOLD]:
                tier = Tier.OUTSIDE
            else:
                # An alarm that has come here was not plain enough to be one.
                sure = ranking[0][PREDICTED_CONFIDENCE_KEY] >= self._sure_from and ranking[0] not in alarms
                tier = Tier.SURE if sure else Tier.UNSURE
            if tier is not Tier.SURE:
                # As Rasa's own fallback has it, the confidence is the bound that was missed.
                fallback = {
                    INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME,
                    PREDICTED_CONFIDENCE_KEY: self._sure_from,
                }
                _decide(message, fallback, [dict(fallback), *ranking])
            message.set(SCOPE, {**scope, TIER: tier.value}, add_to_output=True)
        return messages


def _decide(message: Message, intent: dict[str, Any], ranking: list[dict[str, Any]]) -> None:
    message.set(INTENT, intent, add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)


def _share(config: dict[str, Any], key: str) -> float:
    value = config[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidConfigException(f"config.yml: {key} of ScopeGate is a figure from 0 to 1")
    return float(value)
