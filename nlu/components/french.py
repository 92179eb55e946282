"""French words by spaCy: its tokenizer and its lemmas, by the pipeline that the search uses too.

Rasa's own `SpacyNLP` loads trained packages only (`spacy.load("fr")` fails in 3.6), so this component takes
`bot.text.pipeline`, which needs none.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.text import pipeline

MODEL = "model"
"""In config.yml: a trained French model of spaCy, by name; "" is none."""


def tokens(text: str, model: str = "") -> list[Token]:
    """Words and punctuation of a text with their places in it and their lemmas."""
    return [Token(word.text, word.start, lemma=word.lemma) for word in pipeline.words(text, model)]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class FrenchTokenizer(Tokenizer):
    """Gives Rasa spaCy's French tokens with lemmas."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FrenchTokenizer:
        """The component, with spaCy loaded: otherwise the first citizen would wait for it."""
        pipeline.pipeline(config[MODEL])
        return cls(config)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See `Tokenizer`; intents are not split."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
            MODEL: "",
        }

    @staticmethod
    def supported_languages() -> list[str]:
        """French only."""
        return [pipeline.LANGUAGE]

    @staticmethod
    def required_packages() -> list[str]:
        """What Rasa checks before it trains or loads."""
        return ["spacy", "spacy_lookups_data"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of an attribute of a message; none for an empty text."""
        written = message.get(attribute) or ""
        found: list[Token] = self._apply_token_pattern(tokens(written, self._config[MODEL]))
        return found
