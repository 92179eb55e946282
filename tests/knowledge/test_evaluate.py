from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.knowledge.evaluate import Question, evaluate, read
from tests.knowledge import small


def test_what_is_counted() -> None:
    """Ranks, right and wrong answers and choices among questions in scope; answers among those out of scope."""
    questions = [
        Question("combien coûte un passeport", ("passeport-adulte",)),
        Question("horaires de la piscine", ("mediatheque",)),
        Question("horaires", ("mediatheque",)),
        Question("la lune et les étoiles", ("composteur",)),
        Question("quelle est la capitale du Japon", ()),
        Question("encombrants", ()),
    ]

    assert evaluate(small.index(), small.OFFICE, questions, small.TODAY).as_dict() == {
        "n": 6,
        "in_scope": 4,
        "hit@1": 0.25,
        "hit@3": 0.75,
        "hit@5": 0.75,
        "hit@10": 0.75,
        "mrr": 0.5,
        "answered_right": 0.25,
        "answered_wrong": 0.25,
        "offered_right": 0.25,
        "false_accept": 0.5,
    }


def test_a_file_of_questions(tmp_path: Path) -> None:
    """One object a line; blank lines and further fields are passed over."""
    path = tmp_path / "q.jsonl"
    path.write_text(
        '{"query": "piscine", "gold": ["piscine"], "note": "x"}\n\n{"query": "lune", "gold": []}\n', "utf-8"
    )

    assert read(path) == [Question("piscine", ("piscine",)), Question("lune", ())]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"query": "piscine", "gold": []}\n{"query"', "line 2"),
        (b'{"query": "piscine"}', "line 1: Object missing required field `gold`"),
        (b'{"query": "", "gold": []}', "line 1"),
        (b"\n\n", "holds no question"),
        (b"\xff\xfe", "is not text in UTF-8"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    """What cannot be read stops the evaluation with one sentence."""
    path = tmp_path / "q.jsonl"
    path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=message):
        read(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A wrong path is named."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read(tmp_path / "q.jsonl")
