"""The project's rules as the simulation reads them, and the command's arguments."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.errors import ConfigurationError
from bot.simulation import rules, words

pytestmark = pytest.mark.rasa

ROOT = Path(__file__).resolve().parents[2]


def test_every_rule_of_the_project_is_read() -> None:
    """As many as stand in the files: each intent of each rule is found under its form, and every form has its end."""
    found = rules.load(ROOT)
    written = [
        rule
        for path in sorted((ROOT / "stories").glob("rules_*.yml"))
        for rule in yaml.safe_load(path.read_text("utf-8"))["rules"]
    ]
    intents = [one for rule in written for one in (rule["steps"][0].get("or") or [rule["steps"][0]]) if "intent" in one]

    assert len(found.opening) == len(intents)
    assert set(found.ending) == set(found.forms)
    assert found.follow("", "nothing_of_ours") == ("action_answer",)


def test_a_rule_of_another_shape_is_refused(tmp_path: Path) -> None:
    """It is named, and not passed over."""
    (tmp_path / "domain.yml").write_text("forms: {}\nresponses: {}\n")
    (tmp_path / "stories").mkdir()
    rule = {"rule": "odd", "condition": [{"slot_was_set": [{"x": 1}]}], "steps": [{"intent": "greet"}, {"action": "a"}]}
    (tmp_path / "stories" / "rules_odd.yml").write_text(yaml.safe_dump({"rules": [rule]}))

    with pytest.raises(ConfigurationError, match="« odd » has a condition that is no open form"):
        rules.load(tmp_path)


def test_the_planted_topic_stands_in_its_own_questions_alone() -> None:
    """Each of its questions holds its word."""
    topic = words.load().topic

    assert all(any(word in question for word in topic.words) for question in topic.questions)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--until", "31/11/2026"], "--until 31/11/2026: a day reads 2026-11-27"),
        (["--plant", "meteor"], "there is no 'meteor'"),
        (["--days", "5", "--plant", "late", "--into", "made.db"], "14 days or more, not in 5"),
        (["--days", "0"], "0"),
        (["--into", "mysql://x"], "sqlite"),
    ],
)
def test_bad_arguments_are_told(arguments: list[str], told: str, tmp_path: Path) -> None:
    """One sentence, no traceback, and no database is made."""
    environ = {"PATH": "/usr/bin:/bin", "GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "simulate", *arguments],
        cwd=ROOT,
        env={**environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode != 0
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "guichet.db").exists()
    assert not (ROOT / "made.db").exists()
