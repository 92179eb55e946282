"""The intent classifier in Rasa's graph: `nlu.components.linear` on the words of `FrenchTokenizer`."""

from __future__ import annotations

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

from bot.text.french import fold
from bot.text.normalise import normalise
from nlu.components.linear import LinearModel, Sample, train

log = structlog.get_logger(__name__)

PAYLOAD_PREFIX = "/"
"""Examples that begin so are what buttons send: Rasa reads those itself."""


def sample(message: Message) -> Sample:
    """A message as the classifier sees it: the lemmas of its tokens, and its text, both folded."""
    tokens = message.get(TOKENS_NAMES[TEXT]) or ()
    words = (fold(token.lemma) for token in tokens)
    return Sample(tuple(word for word in words if word), fold(normalise(message.get(TEXT) or "")))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, IntentClassifier):
    """Says which act a message is, and how sure that is; nothing for a message without a known word or piece."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
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
        """`regularisation` and `seed` of `linear.train`."""
        return {"regularisation": 1.0, "seed": 0}

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
            return cls(config, model_storage, resource, LinearModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples that are not payloads.

        Raises:
            ValueError: they have fewer than two intents.
        """
        examples = [
            example
            for example in training_data.intent_examples
            if example.get(INTENT) and example.get(TEXT) and not example.get(TEXT).startswith(PAYLOAD_PREFIX)
        ]
        self._model = train(
            [sample(example) for example in examples],
            [example.get(INTENT) for example in examples],
            self._config["regularisation"],
            self._config["seed"],
        )
        log.info(
            "intents.trained",
            examples=len(examples),
            intents=len(self._model.classes),
            temperature=round(self._model.temperature, 3),
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking of each message."""
        for message in messages:
            ranking = self._model.rank(sample(message)) if self._model else []
            named = [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence} for name, confidence in ranking]
            nothing = {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}
            message.set(INTENT, named[0] if named else nothing, add_to_output=True)
            message.set(INTENT_RANKING_KEY, named, add_to_output=True)
        return messages
