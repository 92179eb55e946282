from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.fiches import Fiche, FicheKind
from bot.knowledge.engine import Findings, Found
from bot.knowledge.evaluate import Question, accepted, evaluate, read
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
        "unknown_gold": [],
    }


def test_a_file_of_questions(tmp_path: Path) -> None:
    """One object a line; blank lines and further fields are passed over."""
    path = tmp_path / "q.jsonl"
    path.write_text(
        '\ufeff{"query": "pis\u2028cine", "gold": ["piscine"], "note": "x"}\r\n\n{"query": "lune", "gold": []}\n',
        "utf-8",
    )

    assert read(path) == [Question("pis\u2028cine", ("piscine",)), Question("lune", ())]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"query": "piscine", "gold": []}\n{"query"', "line 2"),
        (b'{"query": "piscine"}', "line 1: Object missing required field `gold`"),
        (b'{"query": "", "gold": []}', "line 1"),
        (b"\n\n", "holds no question"),
        (b'{"note": ' + b"[" * 100_000, "line 1"),
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


class Fiches:
    """Finds what it is told to, with the gate's values that it is told."""

    version = 1

    def __init__(self, findings: dict[str, tuple[list[str], float]]) -> None:
        self._findings = findings

    def search(self, question: str, limit: int = 5, audience: str | None = None) -> Findings:
        keys, scope = self._findings[question]
        kept = [key for key in keys if audience is None or key.startswith(audience)]
        return Findings(tuple(Found(key, key, 0.5, 1.0, 0) for key in kept[:limit]), scope)

    def fiche(self, key: str) -> Fiche | None:
        known = {one for keys, _ in self._findings.values() for one in keys}
        if key == "part:F8":
            # It is gone, and another stands for it.
            key = "part:F2"
        if key not in known:
            return None
        audience, _, id_ = key.partition(":")
        return Fiche(audience, id_, FicheKind.QUESTION, key)

    def outline(self, key: str) -> None:
        return None

    def leaf_scores(self, key: str, question: str) -> list[float]:
        return []


def test_fiches_are_counted_among_fiches() -> None:
    """A bare id is anybody's, one with its audience only that one's; an audience narrows what is searched."""
    fiches = Fiches({"a": (["pro:F1", "part:F1"], 0.9), "b": (["part:F2", "pro:F3"], 0.8), "c": ([], 0.7)})
    questions = [Question("a", ("F1",)), Question("b", ("pro:F3",)), Question("c", ("F9",))]

    everybody = evaluate(small.index(), small.OFFICE, questions, small.TODAY, fiches)
    professionals = evaluate(small.index(), small.OFFICE, questions, small.TODAY, fiches, "pro")

    assert (everybody.hit_at[1], everybody.hit_at[3], everybody.mrr) == (0.3333, 0.6667, 0.5)
    assert professionals.hit_at[1] == 0.6667
    assert everybody.answered_right is None


def test_a_gold_id_that_is_gone_is_the_page_that_stands_for_it() -> None:
    """A file of last year still counts; an id that nothing stands for is named."""
    fiches = Fiches({"b": (["part:F2"], 0.8)})
    measured = evaluate(
        small.index(), small.OFFICE, [Question("b", ("F8",)), Question("b", ("F9",))], small.TODAY, fiches
    )

    assert (measured.hit_at[1], measured.unknown) == (0.5, ("F9",))


def test_strangers_are_let_in_where_most_of_ours_pass() -> None:
    """Above the fifth percentile of the questions in scope; above one half where there are none."""
    ours = [number / 100 for number in range(101)]

    assert accepted(ours, [0.04, 0.05, 0.051, 0.9]) == [False, False, True, True]
    assert accepted([], [0.4, 0.5, 0.6]) == [False, False, True]


def test_strangers_alone_are_judged_by_the_gate() -> None:
    """With fiches, a file without a gold id measures the gate as it is."""
    fiches = Fiches({"a": (["part:F1"], 0.6), "b": (["part:F2"], 0.2)})
    measured = evaluate(small.index(), small.OFFICE, [Question("a", ()), Question("b", ())], small.TODAY, fiches)

    assert (measured.false_accept, measured.mrr, measured.hit_at[1]) == (0.5, None, None)
