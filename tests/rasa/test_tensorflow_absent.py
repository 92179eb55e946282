"""Rasa without TensorFlow: when it is left out, that Rasa works so, and that whoever needs it is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.supervisor import tensorflow_absent
from tests.rasa.conftest import ROOT, environ

pytestmark = pytest.mark.rasa

TALK = """
import asyncio, sys
from bot.supervisor import tensorflow_absent
reason = tensorflow_absent.leave_out(tensorflow_absent.components_of(__import__("pathlib").Path(sys.argv[1])))
assert reason == "", reason
from rasa.core.agent import Agent
from rasa.nlu.classifiers.diet_classifier import DIETClassifier
from rasa.utils.tensorflow.layers import SparseDropout

async def talk():
    return await Agent.load(sys.argv[2]).handle_text("bonjour", sender_id="a")

assert asyncio.run(talk()) == [{"recipient_id": "a", "custom": {"say": "greet"}}]

def use():
    SparseDropout(rate=0.1)

try:
    use()
except tensorflow_absent.TensorFlowIsAbsent as error:
    assert "GUICHET_TENSORFLOW=always" in str(error)
else:
    raise AssertionError("a layer was made without TensorFlow")
assert not [name for name in sys.modules if name.startswith(("keras.engine", "tensorflow.core"))]
print("talked")
"""


@pytest.mark.parametrize(
    ("component", "needy"),
    [
        ("nlu.components.intents.LinearIntentClassifier", False),
        ("FallbackClassifier", False),
        ("rasa.core.policies.rule_policy.RulePolicy", False),
        ("DIETClassifier", True),
        ("rasa.core.policies.ted_policy.TEDPolicy", True),
        ("somebody.elses.Component", True),
    ],
)
def test_who_needs_it(component: str, needy: bool) -> None:
    """Rasa's neural components and everybody else's may need TensorFlow; ours and Rasa's others do not."""
    assert tensorflow_absent.needs(component) is needy


def test_our_own_config_needs_none() -> None:
    """Nothing that config.yml names needs TensorFlow."""
    assert not [name for name in tensorflow_absent.components_of(ROOT / "config.yml") if tensorflow_absent.needs(name)]


def test_a_config_without_a_pipeline_needs_all(tmp_path: Path) -> None:
    """Rasa fills in a missing pipeline with DIET, so TensorFlow stays."""
    config = tmp_path / "config.yml"
    config.write_text("language: fr\n", encoding="utf-8")

    assert set(tensorflow_absent.components_of(config)) == tensorflow_absent.NEEDY


def test_the_switch() -> None:
    """`always` leaves everything as it is and another value is refused by its name."""
    assert tensorflow_absent.leave_out([], {"GUICHET_TENSORFLOW": "always"}) == "GUICHET_TENSORFLOW is always"
    with pytest.raises(ConfigurationError, match="GUICHET_TENSORFLOW: is 'no', not auto or always"):
        tensorflow_absent.leave_out([], {"GUICHET_TENSORFLOW": "no"})
    assert "DIETClassifier may need it" in tensorflow_absent.leave_out(["DIETClassifier"], {})


def test_rasa_answers_without_it(model: Path) -> None:
    """A process without TensorFlow loads the model and answers, and a neural layer cannot be made by mistake."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TALK, str(ROOT / "config.yml"), str(model)],
        env=environ(),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert done.stdout.splitlines()[-1:] == ["talked"], done.stderr[-2000:]
