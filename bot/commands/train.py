"""`guichet train`: make the model that Rasa serves."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bot import clock
from bot.settings import load
from bot.supervisor import model, progress
from bot.supervisor.plan import PROJECT


def train(
    force: Annotated[bool, typer.Option("--force", help="Train even if the model fits its sources.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Train the Rasa model if its sources have changed: config.yml, domain.yml, nlu/ and stories/.

    The model in place serves until the new one is complete; a training that fails or is killed changes nothing.
    A running Guichet takes the new model by itself, within seconds and without a pause.
    """
    settings = load()
    found = model.look(PROJECT)
    trained = force or found.condition is not model.Condition.FRESH
    if trained:
        log = settings.data / "log" / "train.log"
        at = clock.now().isoformat(timespec="seconds")
        if as_json:
            model.train(PROJECT, log, at)
        else:
            if found.condition is not model.Condition.MISSING:
                progress.say(found.detail)
            with progress.step("training the model"):
                model.train(PROJECT, log, at)
        found = model.look(PROJECT)
    if as_json:
        shown = {
            "trained": trained,
            "model": str(model.path(PROJECT)),
            "condition": found.condition.value,
            "detail": found.detail,
        }
        print(json.dumps(shown, ensure_ascii=False))
    else:
        print(f"{model.path(PROJECT)}: {found.detail}")
