"""How good answers are on the example town's own articles: floors, the real figures are in docs/knowledge.md."""

from datetime import date
from pathlib import Path

import pytest

from bot.knowledge.base import build
from bot.knowledge.evaluate import Quality, evaluate, read
from bot.knowledge.importers import markdown
from bot.settings import read_office

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def quality() -> Quality:
    office = read_office(ROOT / "office.yml")
    reading = markdown.read(ROOT / office.knowledge.folder, office.services)
    assert reading.problems == ()
    questions = [*read(HERE / "questions.jsonl"), *read(HERE / "out_of_scope.jsonl")]
    return evaluate(build(reading.articles, office), office, questions, TODAY)


def test_the_right_article_comes_first(quality: Quality) -> None:
    """Floors two or three points below the measured figures."""
    assert quality.hit_at[1] is not None
    assert quality.hit_at[1] >= 0.86
    assert quality.hit_at[3] is not None
    assert quality.hit_at[3] >= 0.94


def test_what_the_town_does_not_know_is_not_answered(quality: Quality) -> None:
    """At most eight in a hundred questions out of scope get an answer, three in a hundred in scope a wrong one."""
    assert quality.false_accept is not None
    assert quality.false_accept <= 0.08
    assert quality.answered_wrong is not None
    assert quality.answered_wrong <= 0.03


def test_citizens_are_answered(quality: Quality) -> None:
    """Nearly three in four questions are answered right at once, and six in seven at once or from the titles offered."""
    assert quality.answered_right is not None
    assert quality.offered_right is not None
    assert quality.answered_right >= 0.73
    assert quality.answered_right + quality.offered_right >= 0.86


def test_fitting_questions_are_not_for_evaluation() -> None:
    """No question that numbers were fitted on is counted."""
    fitted = {question.query.casefold() for question in read(HERE / "fitting.jsonl")}
    counted = {
        question.query.casefold() for name in ("questions", "out_of_scope") for question in read(HERE / f"{name}.jsonl")
    }

    assert fitted & counted == set()
