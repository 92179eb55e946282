"""What has to be there before anything is started: the database, the articles, the model."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from bot import clock
from bot.settings import Settings
from bot.store.sql import migrate
from bot.supervisor import model, progress
from bot.supervisor.plan import PROJECT


def prepare(settings: Settings, environ: Mapping[str, str] = os.environ) -> None:
    """Bring the database up to date, import the town's articles, train a stale model; cheap when nothing changed.

    An article that cannot be read or a model that cannot be trained is told and, if an earlier one is there, stops
    nothing.

    Raises:
        ConfigurationError: the database cannot be opened.
        TrainingFailed: there is no model to go on with.
    """
    with progress.step("database"):
        migrate(settings.database_url)
    _import_articles(settings, environ)
    train_if_stale(settings)


def train_if_stale(settings: Settings) -> model.Found:
    """Train when the model in place does not fit the sources; the model that is in place then.

    Raises:
        TrainingFailed: there is no model to go on with.
    """
    found = model.look(PROJECT)
    if found.condition is model.Condition.FRESH:
        return found
    if found.condition is not model.Condition.MISSING:
        progress.say(f"  {found.detail}")
    try:
        with progress.step("training the model"):
            model.train(PROJECT, settings.data / "log" / "train.log", clock.now().isoformat(timespec="seconds"))
    except model.TrainingFailed as error:
        if not found.usable:
            raise
        progress.say(f"  the training failed: {error}; the model of before goes on serving")
    return model.look(PROJECT)


def _import_articles(settings: Settings, environ: Mapping[str, str]) -> None:
    log = settings.data / "log" / "knowledge.log"
    command = [sys.executable, "-m", "bot", "knowledge", "import"]
    try:
        with progress.step("articles"):
            progress.run(command, log, PROJECT, dict(environ))
    except progress.CommandFailed:
        for line in progress.tail(log):
            progress.say(f"    {line}")
        progress.say(f"  some articles were not imported (the whole log is {log}); what was imported before stays")
