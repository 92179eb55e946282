"""Entities in Rasa's graph: `bot.text.entities` on what a citizen typed.

The names of the town's services come as a file of which the supervisor tells (GUICHET_LISTS): training needs none, and a
service that is renamed needs no training. Without it, as with a bare `rasa shell`, documents are known and services are not.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.text.entities import Entity, entities
from bot.text.lists import ListReader, Lists, read_documents, read_lists

LISTS = "GUICHET_LISTS"
DOCUMENTS = Path(__file__).resolve().parents[1] / "lookups" / "documents.yml"
PAYLOAD_PREFIX = "/"
"""What buttons send says itself what is in it."""
ALTERNATIVES = "alternatives"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class TownEntities(GraphComponent, EntityExtractorMixin):
    """Adds what a message names to its entities; the same at each time but for the moments, which count from now."""

    def __init__(self, config: dict[str, Any], lists: Lists) -> None:
        self._config = config
        self._zone = lists.zone
        self._lists = ListReader(lists)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`lists`: the file with the names of the services; "" is that of GUICHET_LISTS, if it is set."""
        return {"lists": ""}

    @staticmethod
    def required_packages() -> list[str]:
        """What Rasa checks before it trains or loads."""
        return ["spacy", "phonenumbers", "stdnum"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TownEntities:
        """The component with its lists.

        Raises:
            ConfigurationError: one of the lists cannot be read.
        """
        documents = read_documents(DOCUMENTS)
        path = config["lists"] or os.environ.get(LISTS, "")
        return cls(config, read_lists(Path(path), documents) if path else Lists(documents=documents))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of each message."""
        now = datetime.now(timezone.utc)
        for message in messages:
            text = message.get(TEXT) or ""
            if not text or text.startswith(PAYLOAD_PREFIX):
                continue
            found = self.add_extractor_name([_written(one) for one in entities(text, self._lists, now, self._zone)])
            if found:
                message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing: no example is labelled by rules."""
        return training_data


def _written(entity: Entity) -> dict[str, Any]:
    """As Rasa keeps it; `alternatives` only where there are some."""
    found: dict[str, Any] = {
        ENTITY_ATTRIBUTE_TYPE: entity.kind.value,
        ENTITY_ATTRIBUTE_START: entity.start,
        ENTITY_ATTRIBUTE_END: entity.end,
        ENTITY_ATTRIBUTE_VALUE: entity.value,
    }
    if entity.alternatives:
        found[ALTERNATIVES] = list(entity.alternatives)
    return found
