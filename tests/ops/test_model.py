"""When a model is trained again, and what happens to the one in place."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import BotError
from bot.supervisor import model
from bot.supervisor.model import Condition
from tests.ops.programs import ROOT

pytestmark = pytest.mark.rasa

AT = "2026-01-05T09:30:00+00:00"
# `python -m rasa` finds this one first, in the project's folder: a training of a tenth of a second.
RASA = """
import io, json, os, sys, tarfile, time
from pathlib import Path
cache = Path(os.environ["RASA_CACHE_DIRECTORY"]); cache.mkdir(parents=True, exist_ok=True)
(cache / f"{len(list(cache.iterdir()))}").touch()
out = Path(sys.argv[sys.argv.index("--out") + 1]); name = sys.argv[sys.argv.index("--fixed-model-name") + 1]
out.mkdir(parents=True)
behaviour = Path("config.yml").read_text()
if "refuse" in behaviour:
    print("loading"); print("InvalidDomain: domain.yml names an intent twice"); sys.exit(1)
if "slow" in behaviour:
    (out / "begun").touch(); time.sleep(60)
info = tarfile.TarInfo("metadata.json"); data = json.dumps({"rasa_open_source_version": "%s"}).encode()
info.size = len(data)
with tarfile.open(out / f"{name}.tar.gz", "w:gz") as archive:
    archive.addfile(info, io.BytesIO(data))
"""

Edit = Callable[[Path], object]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "config.yml": "language: fr",
        "domain.yml": "intents: []",
        "nlu/intents/greet.yml": "nlu: []",
        "nlu/components/french.py": "",
        "stories/rules.yml": "rules: []",
        "rasa/__main__.py": RASA % model.rasa_version(),
        "rasa/__init__.py": "",
    }
    for name, content in files.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "project"


def train(project: Path) -> None:
    model.train(project, project / "train.log", AT)


def archive(path: Path, version: str | None, **more: str) -> None:
    info = tarfile.TarInfo("metadata.json")
    data = json.dumps({"rasa_open_source_version": version, **more}).encode()
    info.size = len(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as made:
        made.addfile(info, io.BytesIO(data))


def test_a_trained_model_is_fresh(project: Path) -> None:
    """After a training nothing is to be done, and nothing else is left in the folder."""
    before = model.look(project).condition
    train(project)
    after = model.look(project).condition

    assert (before, after) == (Condition.MISSING, Condition.FRESH)
    assert sorted(path.name for path in (project / "models").iterdir()) == [
        ".training.lock",
        "guichet.json",
        "guichet.tar.gz",
    ]


@pytest.mark.parametrize(
    "edit",
    [
        lambda project: (project / "config.yml").write_text("language: en"),
        lambda project: (project / "domain.yml").write_text("intents: [greet]"),
        lambda project: (project / "nlu/intents/greet.yml").write_text("nlu: [1]"),
        lambda project: (project / "nlu/intents/greet.yml").rename(project / "nlu/intents/hello.yml"),
        lambda project: (project / "nlu/components/french.py").write_text("x = 1"),
        lambda project: (project / "stories/more.yml").write_text("stories: []"),
        lambda project: (project / "models/guichet.json").unlink(),
    ],
)
def test_a_change_makes_it_stale(project: Path, edit: Edit) -> None:
    """Any source that changes, comes or goes makes the model stale."""
    train(project)
    edit(project)

    assert model.look(project).condition is Condition.STALE


def test_other_files_do_not(project: Path) -> None:
    """Python's caches and files that are no source change nothing."""
    train(project)
    (project / "nlu/components/__pycache__").mkdir()
    (project / "nlu/components/__pycache__/french.pyc").write_bytes(b"x")
    (project / "README.md").write_text("x")

    assert model.look(project).condition is Condition.FRESH


@pytest.mark.parametrize("damage", [b"", b"not a model", None])
def test_a_damaged_model_is_unreadable(project: Path, damage: bytes | None) -> None:
    """An empty, a foreign or a cut file is no model; the sentence says what to run."""
    train(project)
    path = model.path(project)
    path.write_bytes(path.read_bytes()[:-20] if damage is None else damage)
    found = model.look(project)

    assert found.condition is Condition.UNREADABLE
    assert f"le modèle {path} est illisible" in found.detail
    assert "relancez `guichet train`" in found.detail


def test_another_rasas_model_is_not_used(project: Path) -> None:
    """A model of another version of Rasa counts as unusable."""
    archive(model.path(project), "3.1.0")
    found = model.look(project)

    assert (found.condition, found.usable) == (Condition.UNREADABLE, False)


def test_another_file_than_the_trained_one_is_stale(project: Path) -> None:
    """A model of last month in the place of today's: the note beside it is about today's."""
    train(project)
    archive(model.path(project), model.rasa_version(), trained_at="last month")
    found = model.look(project)

    assert (found.condition, found.usable) == (Condition.STALE, True)
    assert "is not the file that was trained here" in found.detail


def test_a_note_of_before_digests_still_counts(project: Path) -> None:
    """An update that trains nothing anew: the model stays fresh."""
    train(project)
    note = model.path(project).with_name("guichet.json")
    known = json.loads(note.read_text())
    del known["digest"]
    note.write_text(json.dumps(known))

    assert model.look(project).condition is Condition.FRESH


def test_another_assistants_model_is_not_used(project: Path) -> None:
    """It would load, be trusted, and answer citizens with its own words."""
    (project / "config.yml").write_text("assistant_id: guichet\n")
    own, foreign = project / "own.tar.gz", project / "foreign.tar.gz"
    archive(own, model.rasa_version(), assistant_id="guichet")
    archive(foreign, model.rasa_version(), assistant_id="moodbot")
    found = model.check(foreign, project / "config.yml")

    assert (found.condition, found.usable) == (Condition.UNREADABLE, False)
    assert "is a model of the assistant 'moodbot', not 'guichet'" in found.detail
    assert model.check(own, project / "config.yml").usable


def test_what_rasa_keeps_is_of_the_same_code(project: Path) -> None:
    """Other data find the components of before; other code finds none, and what was kept for the old one is gone."""
    train(project)
    (project / "nlu/intents/greet.yml").write_text("nlu: [1]")
    train(project)
    (same,) = (project / ".rasa").iterdir()
    kept = len(list(same.iterdir()))
    (project / "nlu/components/french.py").write_text("x = 1")
    train(project)
    (other,) = (project / ".rasa").iterdir()

    assert (kept, len(list(other.iterdir()))) == (2, 1)
    assert other != same


def test_a_refused_training_changes_nothing(project: Path) -> None:
    """When Rasa refuses the data, its reason is told and the old model stays, byte by byte."""
    train(project)
    before = model.path(project).read_bytes()
    (project / "config.yml").write_text("refuse")
    with pytest.raises(model.TrainingFailed, match=r"InvalidDomain: domain\.yml names an intent twice"):
        train(project)

    assert model.path(project).read_bytes() == before
    assert model.look(project).condition is Condition.STALE
    assert not (project / "models/.training").exists()


def test_a_killed_training_changes_nothing(project: Path) -> None:
    """A training that is killed with -9 leaves the old model, and the next training works."""
    train(project)
    before = model.path(project).read_bytes()
    (project / "config.yml").write_text("slow")
    source = (
        "import sys; from pathlib import Path; from bot.supervisor import model\n"
        "project = Path(sys.argv[1]); model.train(project, project / 'train.log', 'now')"
    )
    trainer = subprocess.Popen([sys.executable, "-c", source, str(project)], cwd=ROOT)
    begun = project / "models/.training/begun"
    while trainer.poll() is None and not begun.exists():
        pass
    with pytest.raises(model.TrainingFailed, match="another training is running"):
        train(project)
    trainer.send_signal(signal.SIGKILL)
    trainer.wait()
    left = model.path(project).read_bytes()
    (project / "config.yml").write_text("language: fr")
    train(project)

    assert left == before
    assert model.look(project).condition is Condition.FRESH


def test_a_judge_may_refuse_a_new_model(project: Path) -> None:
    """The old model serves on, byte by byte; the new one is kept beside it to be looked at."""
    train(project)
    before = model.path(project).read_bytes()
    (project / "config.yml").write_text("language: en")
    asked = []

    def judge(old: Path, new: Path) -> None:
        asked.append((old.read_bytes() == before, model.trained_with(new)))
        raise BotError("it is worse")

    with pytest.raises(BotError, match="it is worse"):
        model.train(project, project / "train.log", AT, judge)

    assert asked == [(True, model.rasa_version())]
    assert model.path(project).read_bytes() == before
    assert model.trained_with(model.refused_path(project)) == model.rasa_version()
    assert model.look(project).condition is Condition.STALE


def test_a_first_model_is_not_judged(project: Path) -> None:
    """Nor is one that takes the place of a damaged one: there is nothing to hold it against."""

    def judge(old: Path, new: Path) -> None:
        raise AssertionError(f"{old} and {new} were compared")

    model.train(project, project / "train.log", AT, judge)
    model.path(project).write_bytes(b"damaged")
    model.train(project, project / "train.log", AT, judge)

    assert model.look(project).condition is Condition.FRESH
