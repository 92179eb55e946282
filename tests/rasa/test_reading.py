"""`guichet nlu evaluate` and `compare` with a trained model."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rasa.conftest import ROOT, environ

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]

KEYS = {"accuracy", "macro_f1", "recall_by_intent", "confusion", "ece", "rejected", "n"}
LINES = (
    {"text": "bonjour", "intent": "greet"},
    {"text": "merci beaucoup", "intent": "thank"},
    {"text": "/restart", "intent": "greet"},
    {"text": "\u200b😀", "intent": None},
    {"text": "je veux me suicider", "intent": "self_harm_distress"},
)


def nlu(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "nlu", *map(str, arguments)],
        cwd=ROOT,
        env=environ(**variables),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("evaluation") / "e.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in LINES), "utf-8")
    return file


def test_a_model_is_measured(model: Path, evaluation: Path) -> None:
    """Typed commands are text, nothing at all is rejected, danger is seen; the keys are as documented."""
    done = nlu("evaluate", evaluation, "--model", model, "--json")
    found = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert set(found) == KEYS
    assert found["n"] == len(LINES)
    assert found["recall_by_intent"] == {"greet": 0.5, "nlu_fallback": 1.0, "self_harm_distress": 1.0, "thank": 1.0}


def test_a_model_is_no_worse_than_itself(model: Path, evaluation: Path) -> None:
    """The same answers twice: nothing mended, nothing broken, nothing against it."""
    done = nlu("compare", model, model, evaluation, "--json")
    found = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert found["old"] == found["new"]
    assert (found["mended"], found["broken"], found["objections"]) == ([], [], [])


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_a_file_that_is_no_model_is_named(model: Path, evaluation: Path, tmp_path: Path, content: bytes | None) -> None:
    """Empty, foreign or cut: one sentence with the file's name, no stack of calls."""
    file = tmp_path / "m.tar.gz"
    if content is None:
        shutil.copy(model, file)
        file.write_bytes(file.read_bytes()[:-2000])
    else:
        file.write_bytes(content)
    done = nlu("evaluate", evaluation, "--model", file)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"guichet: {file}: is no model")
    assert len(done.stderr.splitlines()) == 1


def test_a_model_whose_parts_are_missing_is_refused(model: Path, evaluation: Path, tmp_path: Path) -> None:
    """An archive that says that it is a model of this Rasa, and holds nothing else."""
    unpacked = tmp_path / "unpacked"
    shutil.unpack_archive(model, unpacked, "gztar")
    shutil.rmtree(unpacked / "components")
    made = shutil.make_archive(str(tmp_path / "hollow"), "gztar", unpacked)
    done = nlu("evaluate", evaluation, "--model", made)

    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "is no model that this Rasa can load" in done.stderr


def test_a_model_is_read_without_tensorflow(model: Path) -> None:
    """Half of the time, and the same answers: none of TensorFlow's own modules is imported."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bot.supervisor.reading", str(model)],
        cwd=ROOT,
        env=environ(),
        input='"bonjour"\n',
        capture_output=True,
        text=True,
        check=False,
    )

    assert json.loads(done.stdout)["intent"] == "greet", done.stderr[-2000:]
    assert "rasa.core.agent" in done.stderr
    assert "tensorflow.core" not in done.stderr


def test_the_switch_of_tensorflow_is_heard(model: Path, evaluation: Path) -> None:
    """A model is read as Rasa serves it, by the same switch."""
    done = nlu("evaluate", evaluation, "--model", model, GUICHET_TENSORFLOW="no")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == "guichet: GUICHET_TENSORFLOW: is 'no', not auto or always"


def test_examples_are_checked(tmp_path: Path) -> None:
    """Too few of an act, and words that two acts share: told and refused."""
    (tmp_path / "a.yml").write_text(
        "nlu:\n- intent: greet\n  examples: |\n    - bonjour\n    - salut\n- intent: thank\n  examples: |\n    - Bonjour !\n",
        "utf-8",
    )
    done = nlu("check", tmp_path, "--json", "--no-confusions")
    found = json.loads(done.stdout)

    assert done.returncode == 1
    assert (found["counts"], found["thin"], found["refused"]) == ({"greet": 2, "thank": 1}, ["greet", "thank"], True)
    assert [pair["second"]["text"] for pair in found["contradictions"]] == ["Bonjour !"]
