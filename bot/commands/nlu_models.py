"""Trained models, read in a process of their own: Rasa is imported there alone, and only one model is in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot import safety
from bot.errors import BotError
from bot.rasa import disarm
from bot.supervisor import model
from bot.supervisor.plan import PROJECT
from bot.understanding.measures import ALARMS, Labelled, Measured, Understood, measure

PATIENCE_SECONDS = 600
EVALUATION = PROJECT / "nlu" / "evaluation"
"""What a new model is held against; nobody trains on it."""


class ModelUnreadable(BotError):
    """A file that Rasa cannot serve as a model."""


def read(file: Path, texts: Sequence[str], lexicon: bool = True) -> list[Understood]:
    """What the bot understands of texts with a trained model; without the `lexicon` of danger, the model alone.

    Raises:
        ModelUnreadable: the file is missing, foreign, damaged or of another Rasa, or Rasa is not installed here.
    """
    if model.rasa_version() is None:
        raise ModelUnreadable("Rasa is not installed here: models are read on Python 3.10, see `make setup`")
    _require(file)
    command = [sys.executable, "-m", "bot.supervisor.reading", str(file)]
    environ = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    asked = "".join(json.dumps(disarm(text)) + "\n" for text in texts)
    try:
        done = subprocess.run(
            command, input=asked, capture_output=True, text=True, cwd=PROJECT, env=environ, timeout=PATIENCE_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ModelUnreadable(f"{file}: could not be read within {PATIENCE_SECONDS} s") from error
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or len(found) != len(texts):
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise ModelUnreadable(said[-1] if said else f"{file}: reading it ended with code {done.returncode}")
    return [Understood(**one, **(_alarm(text) if lexicon else {})) for one, text in zip(found, texts, strict=True)]


def measured(file: Path, labelled: Sequence[Labelled], lexicon: bool = True) -> Measured:
    """A model's measures on labelled messages. Raises: see `read`."""
    return measure(labelled, read(file, [one.text for one in labelled], lexicon))


def _alarm(text: str) -> dict[str, Any]:
    alert = safety.load().check(text)
    if alert is None:
        return {}
    danger, distress = ALARMS
    is_distress = alert in {safety.Alert.DISTRESS, safety.Alert.POSSIBLE_DISTRESS}
    return {"alarm": distress if is_distress else danger, "alarm_is_sure": alert.is_sure}


def _require(file: Path) -> None:
    """Say in words what a file is not, before Rasa says it in its own."""
    if not file.is_file():
        raise ModelUnreadable(f"{file}: there is no such model")
    trained_with = model.trained_with(file)
    if trained_with != model.rasa_version():
        raise ModelUnreadable(f"{file}: was trained with Rasa {trained_with}, not {model.rasa_version()}")
