"""What is learnt of letters: from few examples, kept in a file, refused where the file is not one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.errors import ConfigurationError
from bot.triage import model, training
from bot.triage.features import said_of
from bot.triage.model import Model
from tests.fakes.letters import examples


@pytest.fixture(scope="module")
def learnt() -> Model:
    taught = examples()
    return training.train(taught, [one.body for one in taught])


def best(found: Model, subject: str, said: str) -> tuple[str, float]:
    scores = found.service.scores(found.vocabulary.matrix([said_of(subject, said)]))[0]
    return found.service.classes[int(scores.argmax())], float(scores.max())


def test_matters_are_known_again(learnt: Model) -> None:
    """Also in words that no example has in this order; terms count as letters do."""
    assert best(learnt, "", "mon compteur d eau fuit")[0] == "eau_assainissement"
    assert best(learnt, "ralentisseur", "un ralentisseur svp")[0] == "voirie"


def test_scores_are_probabilities(learnt: Model) -> None:
    """Between 0 and 1, adding up to 1, also for a letter without a known word."""
    scores = learnt.service.scores(learnt.vocabulary.matrix([said_of("", "zzz")]))

    assert scores.shape == (1, 4)
    assert np.isclose(scores.sum(), 1.0)
    assert (scores >= 0).all()


def test_what_was_measured_is_kept(learnt: Model) -> None:
    """Shares out of fold, for the comparison with the next model."""
    names = {
        "accuracy@1",
        "accuracy@3",
        "kind_accuracy",
        "urgency_accuracy",
        "expects_accuracy",
        "urgent_by_mistake",
        "sent_alone",
    }

    assert set(learnt.measured) == names
    assert all(0.0 <= value <= 1.0 for value in learnt.measured.values())


def test_a_file_gives_the_same_model(learnt: Model, tmp_path: Path) -> None:
    """Arrays and JSON only: every score is the same after reading."""
    path = tmp_path / "var" / "triage.npz"
    learnt.save(path)

    found = model.load(path)

    assert [each.name for each in path.parent.iterdir()] == ["triage.npz"]
    assert best(found, "trou", "un trou") == best(learnt, "trou", "un trou")
    assert (found.measured, found.learnt_from, found.urgent_from) == (
        learnt.measured,
        learnt.learnt_from,
        learnt.urgent_from,
    )


def test_the_same_examples_give_the_same_model(learnt: Model) -> None:
    """Nothing depends on chance or on the time."""
    taught = examples()
    again = training.train(taught, [one.body for one in taught])

    assert np.array_equal(again.service.weights, learnt.service.weights)
    assert again.urgent_from == learnt.urgent_from


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"not an archive"])
def test_a_broken_file_is_refused_in_words(content: bytes, tmp_path: Path) -> None:
    """Whatever stands there: one sentence with the file's name."""
    path = tmp_path / "triage.npz"
    path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"triage\.npz: not a triage model"):
        model.load(path)


def test_a_foreign_archive_is_refused(tmp_path: Path) -> None:
    """An npz of something else, and one of another version."""
    path = tmp_path / "triage.npz"
    np.savez(path, about=np.array('{"version": 0}'))

    with pytest.raises(ConfigurationError, match="another version"):
        model.load(path)
