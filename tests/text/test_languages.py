"""In which language a message is written."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.errors import ConfigurationError
from bot.text import languages
from bot.text.languages import FULL, GREETED, SURE_IN_DANGER, identify, surely

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = Path(__file__).parent / "messages"
"""One file a language, one message a line, and `none.txt`, which does not tell or is in another language. The word lists
were written with every other line, the first among them, in sight; the lines between are held back."""
LEAST = {"en": 0.9, "es": 0.93, "ar": 0.97, "uk": 0.88, "de": 0.95, "pt": 0.93, "zh": 0.97, "tr": 0.93}
"""The share of messages in a language that has to be found for sure."""


def messages(name: str) -> list[str]:
    return (MESSAGES / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("language", LEAST)
def test_a_language_is_found_for_sure(language: str) -> None:
    """In both halves of its messages, the held-back one by itself."""
    lines = messages(language)

    for half in (lines[0::2], lines[1::2]):
        found = [surely(line) for line in half]

        assert found.count(language) / len(half) >= LEAST[language]
        assert len(lines) >= 60


@pytest.mark.parametrize("language", LEAST)
def test_no_language_is_taken_for_another_that_is_greeted(language: str) -> None:
    """At most one message in sixty is answered in a wrong language, and a French one is none of them."""
    wrong = [line for line in messages(language) if surely(line) not in {"", language}]

    assert len(wrong) <= 1


def test_messy_french_is_french_or_nothing() -> None:
    """Abbreviated, without accents, with names of Spanish towns: no French citizen is answered in Portuguese, nor in English."""
    lines = messages("fr")

    assert len(lines) >= 200
    assert [line for line in lines if surely(line) not in {"", "fr"}] == []


def test_a_conversation_that_was_in_another_language_still_hears_french() -> None:
    """Whatever the citizen wrote in before, a sentence of French is not taken for it."""
    lines = [line for line in messages("fr") if len(line.split()) > 3]

    for past in GREETED:
        assert [line for line in lines if surely(line, past) == past] == []


def test_what_frightens_is_not_taken_for_a_foreign_cry() -> None:
    """Also at the lower bar that danger has, everything that is said in French or English in danger stays so."""
    sentences = yaml.safe_load((ROOT / "tests" / "safety_sentences.yml").read_text(encoding="utf-8"))
    known = [str(line) for name in ("questions", "cries") for line in sentences[name]]

    assert [line for line in known if surely(line, bar=SURE_IN_DANGER) in GREETED] == []


def test_what_the_assistant_is_trained_with_is_french_or_english() -> None:
    """Thousands of sentences by other hands; those that ask for a language may be in it."""
    wrong = []
    for path in sorted((ROOT / "nlu" / "intents").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if block.get("intent") in {"language_switch", None}:
                continue
            examples = [line.lstrip("- ") for line in block["examples"].splitlines()]
            wrong += [line for line in examples if not line.startswith("/") and surely(line) in GREETED]

    # « guten tag » and the like stand among the greetings and the thanks.
    foreign = ("guten", "buenos", "buenas", "bom dia", "hola", "olá", "danke", "gracias", "teşekkür")
    assert [line for line in wrong if not line.startswith(foreign)] == []


def test_what_tells_nothing_is_no_language() -> None:
    """Names, numbers, addresses and emoji, and languages in which nobody is greeted."""
    assert [line for line in messages("none") if surely(line) in {*GREETED, "en"}] == []
    assert [identify(text) for text in ("", "👍", "12345", "+33 6 12 34 56 78", "???", "marie.dupont@example.org")] == [
        None
    ] * 6


def test_the_language_before_makes_a_short_message_plain() -> None:
    """« gracias » alone may be anybody's; behind Spanish it is Spanish."""
    assert surely("gracias") == ""
    assert surely("gracias", past="es") == "es"


def test_a_script_that_is_mixed_in_is_not_the_language() -> None:
    """A French sentence may name somebody in their own letters."""
    assert surely("je voudrais un rendez-vous pour mon mari محمد علي s'il vous plaît") == "fr"
    assert surely("mon amie 李明 veut un passeport") in {"", "fr"}


@pytest.mark.parametrize("text", ["\u200b\u202e" * 500, "ا" * 5000, "é\u0301" * 3000, "\ud800x", "a" * 100_000, "\x00"])
def test_no_text_breaks_it(text: str) -> None:
    """Whatever is sent, a language or none comes back."""
    guess = identify(text)

    assert guess is None or (0.0 <= guess.certainty <= 1.0 and guess.language in {*FULL, *GREETED})


def test_a_broken_file_of_words_is_named(tmp_path: Path) -> None:
    """It is found at start, not in front of a citizen."""
    broken = tmp_path / "words.yml"
    broken.write_text("languages: []\n", encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"words\.yml"):
        languages.lexicon(broken)
