"""The safety net in the languages that are only greeted in."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot import safety
from bot.text.languages import GREETED, alarmed

NET = safety.load()
SENTENCES: dict[str, dict[str, list[str]]] = {
    name: lines
    for name, lines in yaml.safe_load((Path(__file__).parent / "safety_sentences.yml").read_text("utf-8")).items()
    if isinstance(lines, dict)
}
CRIES = [(language, line) for language, lines in SENTENCES["cries_elsewhere"].items() for line in lines]
QUESTIONS = [line for lines in SENTENCES["questions_elsewhere"].values() for line in lines]


def test_every_language_has_its_cries() -> None:
    """And everyday questions with the same words."""
    assert SENTENCES["cries_elsewhere"].keys() == SENTENCES["questions_elsewhere"].keys() == {*GREETED}


@pytest.mark.parametrize(("language", "cry"), CRIES)
def test_a_cry_gets_the_numbers(language: str, cry: str) -> None:
    """They are the whole answer."""
    alert = NET.check(cry)

    assert alert is not None
    assert alert.is_sure


def test_cries_are_answered_in_their_language() -> None:
    """Nearly all; « socorro » is Spanish and Portuguese, and Russian is answered in Ukrainian. None is in a third language."""
    answered = [(language, alarmed(cry)) for language, cry in CRIES]
    alike = {"es", "pt"}

    assert [pair for pair in answered if pair[1] not in {"", pair[0]} and not alike.issuperset(pair)] == []
    assert sum(1 for language, found in answered if language == found) / len(answered) >= 0.9


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_not_only_answered_with_numbers(question: str) -> None:
    """Whatever frightens in it, somebody who asks is told what we can do."""
    alert = NET.check(question)

    assert alert is None or not alert.is_sure


def test_most_questions_raise_nothing() -> None:
    """A needless number costs little, but not at every second question."""
    assert sum(1 for question in QUESTIONS if NET.check(question)) <= len(QUESTIONS) / 3


@pytest.mark.parametrize("text", ["au secours", "la polis vite", "apelé les pompié", "help me please there is a fire"])
def test_french_and_english_cries_are_answered_as_ever(text: str) -> None:
    """However they are spelt."""
    assert alarmed(text) == ""
