"""The figures of `guichet triage evaluate`, counted by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.letters import Letter
from bot.readings import LetterKind, Reading, Scored, Urgency
from bot.triage import measures
from bot.triage.measures import Read, Row


def read(
    row: Row,
    *ranked: tuple[str, float],
    kind: LetterKind = LetterKind.REQUEST,
    urgency: Urgency = Urgency.NORMAL,
    expects_reply: bool = True,
) -> Read:
    services = tuple(Scored(service, score) for service, score in ranked)
    reading = Reading(
        services=services,
        service=services[0].service,
        sure=True,
        kind=kind,
        urgency=urgency,
        language="fr",
        said="",
        parts=(),
        because=(),
        expects_reply=expects_reply,
    )
    return Read(row, Letter(), reading)


def test_right_first_and_among_three() -> None:
    """Each acceptable service is right; the fourth guess is none."""
    found = [
        read(Row(services=("voirie",)), ("voirie", 0.9), ("sports", 0.1)),
        read(Row(services=("sports", "voirie")), ("voirie", 0.9), ("sports", 0.1)),
        read(Row(services=("sports",)), ("voirie", 0.6), ("eau", 0.2), ("sports", 0.2)),
        read(Row(services=("logement",)), ("voirie", 0.5), ("eau", 0.2), ("sports", 0.2), ("logement", 0.1)),
    ]

    figures = measures.measured(found)

    assert (figures["accuracy@1"], figures["accuracy@3"], figures["n"]) == (0.5, 0.75, 4)
    # voirie 2 · 2 / (4 + 2), sports and logement 0.
    assert figures["macro_f1"] == round(2 / 9, 4)
    # Above 0.9 two letters, both right: 0.1 each; 0.6 and 0.5 alone in their bins, both wrong.
    assert figures["ece"] == round((0.2 + 0.6 + 0.5) / 4, 4)


def test_kinds_urgency_and_who_is_answered() -> None:
    """What is not said of a letter is not measured; a machine that gets an answer is counted by its own."""
    first = ("voirie", 0.9)
    found = [
        read(Row(kind=LetterKind.AUTOREPLY, expects_reply=False), first, kind=LetterKind.REQUEST),
        read(Row(kind=LetterKind.REQUEST, urgency=Urgency.HIGH), first, kind=LetterKind.SPAM, expects_reply=False),
        read(Row(kind=LetterKind.THANKS, urgency=Urgency.HIGH), first, kind=LetterKind.THANKS, urgency=Urgency.HIGH),
        read(Row(urgency=Urgency.LOW), first, urgency=Urgency.LOW),
    ]

    figures = measures.measured(found)

    assert figures["kind_accuracy"] == round(1 / 3, 4)
    assert figures["urgency_accuracy"] == round(2 / 3, 4)
    assert figures["high_recall"] == 0.5
    assert figures["automatic_answered"] == 1
    assert figures["put_aside"] == 1
    assert figures["expects_reply_accuracy"] == 0.0
    assert figures["accuracy@1"] == 0.0


def test_nothing_is_no_error() -> None:
    """A file without letters."""
    assert set(measures.measured([]).values()) == {0}


def test_lines_are_read_with_ids(tmp_path: Path) -> None:
    """A line without an id has its number; empty lines are none, and fields that nobody knows are left."""
    path = tmp_path / "letters.jsonl"
    lines = [{"id": "a", "body": "un"}, {"subject": None, "body": "deux", "tags": [1]}]
    path.write_text("\n\n".join(json.dumps(line) for line in lines), encoding="utf-8")

    assert [(row.id, row.body) for row in measures.rows(path)] == [("a", "un"), (3, "deux")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"id": 1}\n{"id": ', "line 2"),
        (b'{"id": 1, "services": "voirie"}', "line 1"),
        (b'{"urgency": "soon"}', "line 1"),
        (b"[1]", "line 1"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_wrong_file_names_its_line(content: bytes, message: str, tmp_path: Path) -> None:
    """Whatever stands there: one sentence with the place."""
    path = tmp_path / "letters.jsonl"
    path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=message):
        measures.rows(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """Its name, and that it cannot be read."""
    with pytest.raises(ConfigurationError, match=r"none\.jsonl: cannot be read"):
        measures.rows(tmp_path / "none.jsonl")
