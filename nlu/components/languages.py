"""What a message in a language that the model does not know is to Rasa: a question, whatever the model took it for.

The gateway identifies the language, knows the conversation's past and answers in it (`bot.greeting`); it says so in the
message's metadata. The model has learnt French and English: of a sentence in another language it makes an act by chance,
and an open form would be left at « no » or « cancelar ». As `nlu_fallback` such a message fills the form that asked for
it, or is searched for. What the model takes for danger stays: a needless number costs less than a missed cry.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message

from bot.text.languages import GREETED

WRITTEN_IN = "written_in"
"""In a message's metadata: its language, "" if that is the conversation's or nobody knows."""
KEPT = frozenset({"emergency", "self_harm_distress"})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class OtherLanguages(GraphComponent, IntentClassifier):
    """Makes a message in a language that is only greeted in a question; stands behind all other classifiers."""

    @classmethod
    def required_components(cls) -> list[type]:
        """What has to stand before it in the pipeline."""
        return [IntentClassifier]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> OtherLanguages:
        """The component, which has nothing to configure."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent of each message that is in another language; entities and all other messages stay."""
        for message in messages:
            metadata = message.get("metadata")
            language = metadata.get(WRITTEN_IN) if isinstance(metadata, dict) else None
            intent = message.get(INTENT) or {}
            if not isinstance(language, str) or language not in GREETED or intent.get(INTENT_NAME_KEY) in KEPT:
                continue
            question = {INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME, PREDICTED_CONFIDENCE_KEY: 1.0}
            ranking = [
                one
                for one in message.get(INTENT_RANKING_KEY) or ()
                if one.get(INTENT_NAME_KEY) != DEFAULT_NLU_FALLBACK_INTENT_NAME
            ]
            message.set(INTENT, question, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [question, *ranking], add_to_output=True)
        return messages
