"""`guichet train`: make the model that Rasa serves."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Annotated

import structlog
import typer

from bot import clock
from bot.commands import nlu_models
from bot.errors import BotError
from bot.settings import load
from bot.supervisor import model, progress
from bot.supervisor.plan import PROJECT
from bot.understanding import judging
from bot.understanding.examples import read_evaluation

log = structlog.get_logger(__name__)


class ModelRefused(BotError):
    """A new model understands less than the one in place, which goes on serving."""


def train(
    force: Annotated[bool, typer.Option("--force", help="Train even if the model fits its sources.")] = False,
    accept_worse: Annotated[
        bool, typer.Option("--accept-worse", help="Put the new model in place even if it understands less.")
    ] = False,
    margin: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="The new model may be right on so much less, as a share.")
    ] = judging.MARGIN,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Train the Rasa model if its sources have changed: config.yml, domain.yml, nlu/ and stories/.

    The model in place serves until the new one is complete; a training that fails or is killed changes nothing. A new
    model that understands less of nlu/evaluation than the one in place, or misses danger that is plain to it, is
    refused and kept beside it. A running Guichet takes the new model by itself, within seconds and without a pause.
    """
    settings = load()
    found = model.look(PROJECT)
    trained = force or found.condition is not model.Condition.FRESH
    if trained:
        output = settings.data / "log" / "train.log"
        at = clock.now().isoformat(timespec="seconds")
        judge = None if accept_worse else functools.partial(_judge, margin)
        if as_json:
            model.train(PROJECT, output, at, judge)
        else:
            if found.condition is not model.Condition.MISSING:
                progress.say(found.detail)
            with progress.step("training the model"):
                model.train(PROJECT, output, at, judge)
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


def _judge(margin: float, old: Path, new: Path) -> None:
    """Hold a new model against the old one; one that this Guichet cannot read any more is no measure.

    Raises:
        ModelRefused: the new one is worse.
        BotError: it cannot be read.
    """
    labelled = read_evaluation(nlu_models.EVALUATION)
    trained = nlu_models.measured(new, labelled)
    try:
        before = nlu_models.measured(old, labelled)
    except nlu_models.ModelUnreadable as error:
        log.warning("train.not_compared", reason=str(error))
        return
    found = judging.compare(before, trained, margin)
    if found.objections:
        raise ModelRefused(
            f"the new model is refused: {'; '.join(found.objections)}. It is kept as {model.refused_path(PROJECT)}; "
            "`guichet nlu compare` shows more, `guichet train --accept-worse` puts it in place"
        )
