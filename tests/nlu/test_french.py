"""spaCy's French words as Rasa gets them."""

from __future__ import annotations

import time

import pytest
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.components.french import FrenchTokenizer, tokens

pytestmark = pytest.mark.rasa


def test_words_have_lemmas_and_places() -> None:
    """Elisions are taken apart, capitals and typographic apostrophes change no lemma."""
    text = "J’ai perdu mes clés, où aller ?"
    found = tokens(text)

    assert [token.text for token in found] == ["J’", "ai", "perdu", "mes", "clés", ",", "où", "aller", "?"]
    assert [token.lemma for token in found[1:5]] == ["avoir", "perdu", "mon", "clé"]
    assert all(text[token.start : token.end] == token.text for token in found)


@pytest.mark.parametrize("text", ["", "   ", "\n", "😀", "👩‍👩‍👧", "İstanbul", "a" * 4000, "«»", "\u0301"])
def test_places_are_right_whatever_comes(text: str) -> None:
    """A token is what stands in the text at its place."""
    assert all(text[token.start : token.end] == token.text for token in tokens(text))


@pytest.mark.parametrize("long", ["(" * 4000, "😀" * 4000, "a-" * 2000, "a'" * 2000, "." * 4000, "http://" * 570])
def test_a_long_run_of_signs_takes_no_seconds(long: str) -> None:
    """Without a bound spaCy takes seconds for some of these; the limit is generous to a busy machine."""
    tokens("chaud")
    began = time.process_time()
    found = tokens(long)

    assert [token.text for token in found] == [long]
    assert time.process_time() - began < 0.5


def test_the_component_sets_rasas_tokens() -> None:
    """Also for a message without a text."""
    component = FrenchTokenizer(FrenchTokenizer.get_default_config())
    full, empty = component.process([Message({TEXT: "les chevaux"}), Message({TEXT: ""})])

    assert [token.lemma for token in full.get(TOKENS_NAMES[TEXT])] == ["le", "cheval"]
    assert empty.get(TOKENS_NAMES[TEXT]) == []
