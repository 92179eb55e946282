"""The intent classifier in Rasa's graph: `nlu.components.understanding` on the words of `FrenchTokenizer`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import structlog
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.classifier import Recipe
from nlu.components.features import Sample, sampled
from nlu.components.understanding import Understanding, train
from nlu.components.understanding import load as load_understanding

log = structlog.get_logger(__name__)

PAYLOAD_PREFIX = "/"
"""Examples that begin so are what buttons send: Rasa reads those itself."""


SCOPE = "scope"
"""Key of a message under which `ScopeGate` finds how surely the text is for us."""
INSIDE, THRESHOLD, KNOWN = "inside", "threshold", "known"
"""In that: the gate's score, what it has to reach, and the share of words that were taught; all 0 to 1."""
OUTSIDE_INTENT = "out_of_scope"
"""Examples of this intent teach what is not for us; `ScopeGate` makes a fallback of it."""


def sample(message: Message) -> Sample:
    """A message as the classifier sees it: the lemmas of its tokens, and its text, both folded."""
    return sampled((token.lemma for token in message.get(TOKENS_NAMES[TEXT]) or ()), message.get(TEXT) or "")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, IntentClassifier):
    """Says which act a message is, and how sure that is; nothing for a message without a known word or piece."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: Understanding | None = None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @classmethod
    def required_components(cls) -> list[type]:
        """What has to stand before it in the pipeline."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See `classifier.Recipe`."""
        return asdict(Recipe())

    @staticmethod
    def required_packages() -> list[str]:
        """What Rasa checks before it trains."""
        return ["sklearn"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """An untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        """The trained component.

        Raises:
            ValueError: its files are damaged. Rasa then has no model and says so in /status.
        """
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, load_understanding(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples that are not payloads.

        Raises:
            ValueError: they have fewer than two intents, or the configuration is wrong, see `classifier.Recipe`.
        """
        examples = [
            example
            for example in training_data.intent_examples
            if example.get(INTENT) and example.get(TEXT) and not example.get(TEXT).startswith(PAYLOAD_PREFIX)
        ]
        self._model = train(
            [sample(example) for example in examples],
            [example.get(INTENT) for example in examples],
            recipe=Recipe(
                float(self._config["regularisation"]),
                int(self._config["seed"]),
                float(self._config["kept"]),
                float(self._config["misspelt"]),
            ),
        )
        log.info(
            "intents.trained",
            examples=len(examples),
            intents=len(self._model.classifier.classes),
            temperature=round(self._model.classifier.temperature, 3),
            calibration_error=round(self._model.rehearsed_error, 3),
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking of each message, and what `ScopeGate` needs."""
        for message in messages:
            inside = threshold = known = 0.0
            ranking: list[tuple[str, float]] = []
            if self._model:
                ranking, verdict = self._model.judged(sample(message))
                inside, threshold = verdict.inside, self._model.admission.threshold
                known = verdict.known
            named = [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence} for name, confidence in ranking]
            nothing = {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}
            message.set(INTENT, dict(named[0]) if named else nothing, add_to_output=True)
            message.set(INTENT_RANKING_KEY, named, add_to_output=True)
            message.set(SCOPE, {INSIDE: inside, THRESHOLD: threshold, KNOWN: known})
        return messages
