"""spaCy's French, shared by search and NLU."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigurationError
from bot.text.pipeline import MAX_CACHED_CHARS, lemmas, pipeline, words


def test_lemmas_of_a_question() -> None:
    """Elisions are taken apart, capitals and typographic apostrophes change nothing, signs are left out."""
    assert lemmas("Où sont mes chevaux ?") == lemmas("où sont mes chevaux…")
    assert lemmas("Où sont mes chevaux ?")[-1] == "cheval"
    assert lemmas("L’école") == lemmas("l'école")
    assert lemmas("L’école")[-1] == "école"


def test_one_pipeline_a_process() -> None:
    """Whoever asks, it is the same."""
    assert pipeline() is pipeline("")


def test_a_long_text_is_read_as_a_short_one() -> None:
    """Cached or not, the lemmas are the same."""
    text = "les chevaux " * 100

    assert len(text) > MAX_CACHED_CHARS
    assert lemmas(text) == lemmas("les chevaux") * 100


def test_a_model_of_the_towns_own(tmp_path: Path) -> None:
    """Its lemmas count; a model without any leaves the words."""
    model = tmp_path / "fr_town"
    spacy.blank("fr").to_disk(model)

    assert lemmas("Les chevaux", str(model)) == ("les", "chevaux")


def test_a_model_that_is_not_installed() -> None:
    """It is named, in one sentence."""
    with pytest.raises(ConfigurationError, match="the spaCy model 'fr_nowhere' cannot be loaded") as caught:
        lemmas("bonjour", "fr_nowhere")

    assert "\n" not in str(caught.value)


@given(st.text(max_size=200))
@settings(deadline=None)
def test_places_are_right_whatever_comes(text: str) -> None:
    """A word is what stands in the text at its place."""
    for word in words(text):
        assert text[word.start : word.start + len(word.text)] == word.text
