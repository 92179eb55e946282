"""French words by spaCy: its tokenizer and its lookup lemmas, without a trained spaCy model.

Rasa's own `SpacyNLP` loads trained packages only (`spacy.load("fr")` fails in 3.6), so this component builds
`spacy.blank("fr")` itself. The lemmas come from spacy-lookups-data.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.text.clean import plain_apostrophes

LANGUAGE = "fr"
MAX_WORD_CHARS = 80
"""Longer runs without a space become one token: spaCy takes seconds for 4,000 brackets or emoji in a row."""

_LONG_RUN = re.compile(rf"\S{{{MAX_WORD_CHARS + 1},}}")


@functools.lru_cache(maxsize=1)
def _french() -> Any:
    """The spaCy pipeline, once a process: most of its three seconds go into spaCy's own regular expressions."""
    import spacy

    language = spacy.blank(LANGUAGE)
    language.add_pipe("lemmatizer", config={"mode": "lookup"}).initialize()
    return language


def _comparable(text: str) -> str:
    """Lower case with plain apostrophes and without long runs, character by character as long as `text`.

    The lookups know lower-case words only: « J’ » has a lemma as « j' ».
    """
    lowered = "".join(low if len(low := char.lower()) == 1 else char for char in plain_apostrophes(text))
    return _LONG_RUN.sub(lambda run: "x" * len(run.group()), lowered)


def tokens(text: str) -> list[Token]:
    """Words and punctuation of a text with their places in it and their lemmas."""
    found = []
    for word in _french()(_comparable(text)):
        if word.is_space:
            continue
        written = text[word.idx : word.idx + len(word)]
        lemma = written if len(word) > MAX_WORD_CHARS else word.lemma_
        found.append(Token(written, word.idx, lemma=lemma))
    return found


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
        _french()
        return cls(config)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See `Tokenizer`; intents are not split."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @staticmethod
    def supported_languages() -> list[str]:
        """French only."""
        return [LANGUAGE]

    @staticmethod
    def required_packages() -> list[str]:
        """What Rasa checks before it trains or loads."""
        return ["spacy", "spacy_lookups_data"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of an attribute of a message; none for an empty text."""
        found: list[Token] = self._apply_token_pattern(tokens(message.get(attribute) or ""))
        return found
