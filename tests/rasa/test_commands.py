"""`rasa train`, `rasa test` and `rasa data validate` as they are, with nothing set and no file changed."""

from __future__ import annotations

import re
import subprocess

import pytest
import yaml

from tests.rasa.conftest import ROOT, Project

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]

OURS = re.compile(r"^.*UserWarning.*$|^.*(?:WARNING|ERROR|CRITICAL) +(?:rasa|nlu|bot).*$", re.MULTILINE)
"""What Rasa says about a project; what its old libraries say about each other is a DeprecationWarning."""


def test_training_warns_of_nothing(training: subprocess.CompletedProcess[str]) -> None:
    """Data, domain, rules and components are what Rasa expects."""
    assert (training.returncode, OURS.findall(training.stderr)) == (0, [])


def test_training_changes_no_file(project: Project, training: subprocess.CompletedProcess[str]) -> None:
    """Rasa rewrites a config.yml that lacks its assistant's id."""
    names = ("config.yml", "domain.yml", "endpoints.yml")

    assert [(project.folder / name).read_bytes() for name in names] == [(ROOT / name).read_bytes() for name in names]


def test_the_data_are_valid(project: Project) -> None:
    """Every intent has examples and a rule, every rule a known action; nothing contradicts itself."""
    done = project.rasa("data", "validate", "--fail-on-warnings")

    assert (done.returncode, OURS.findall(done.stderr)) == (0, []), done.stderr[-2000:]


@pytest.mark.usefixtures("model")
def test_the_conversations_go_as_written(project: Project) -> None:
    """All of tests/conversations, without an action server and without a database."""
    done = project.rasa("test", "--fail-on-prediction-errors")
    failed = yaml.safe_load((project.folder / "results" / "failed_test_stories.yml").read_text("utf-8"))

    assert (done.returncode, failed) == (0, None), done.stderr[-2000:]
    assert not (project.folder / "var").exists()
