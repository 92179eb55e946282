"""What has to be there before anything is started: the database, the articles, the model."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from bot import clock
from bot.agents import Agent
from bot.desk.accounts import Accounts, is_demonstration
from bot.desk.login import HOME
from bot.desk.passwords import Passwords
from bot.errors import StoreError
from bot.settings import Settings
from bot.store.sql import migrate, open_store
from bot.supervisor import model, ports, progress
from bot.supervisor.plan import PROJECT


def prepare(settings: Settings, environ: Mapping[str, str] = os.environ) -> None:
    """Bring the database up to date, import the town's articles, learn to read letters, train a stale model; cheap when nothing changed.

    The example town on a machine of its own gets an agent, whose password is told once. An article that cannot be read
    or a model that cannot be trained is told and, if an earlier one is there, stops nothing.

    Raises:
        ConfigurationError: the database cannot be opened.
        TrainingFailed: there is no model to go on with.
    """
    with progress.step("database"):
        migrate(settings.database_url)
    _import_articles(settings, environ)
    _learn_letters(settings, environ)
    train_if_stale(settings)
    # Last, so that it stands below all that the training says.
    make_demo_agent(settings)


def make_demo_agent(settings: Settings) -> None:
    """Make the account `demo` and say its password, if there is no account and only this machine reaches the desk."""
    if not is_demonstration(settings):
        return

    async def work() -> tuple[Agent, str] | None:
        store = await open_store(settings.database_url)
        try:
            return await Accounts(store.agents, Passwords()).add_demo()
        finally:
            await store.close()

    try:
        made = asyncio.run(work())
    except StoreError as error:
        progress.say(f"  the account of the demonstration could not be made: {error}")
        return
    if made is not None:
        agent, password = made
        address = f"http://{ports.local(settings.host)}:{settings.port}{HOME}" if settings.port else HOME
        progress.say("")
        progress.say(f"  ▶ Bureau des agents : {address}   identifiant : {agent.login}   mot de passe : {password}")
        progress.say("    (affiché cette seule fois ; « guichet agents reset demo » en donne un autre)")
        progress.say("")


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


def _learn_letters(settings: Settings, environ: Mapping[str, str]) -> None:
    log = settings.data / "log" / "triage.log"
    failed = f"how letters are read could not be learnt (the whole log is {log}); what was learnt before stays"
    _command("letters", ["triage", "refresh"], log, environ, failed)


def _import_articles(settings: Settings, environ: Mapping[str, str]) -> None:
    log = settings.data / "log" / "knowledge.log"
    failed = f"some articles were not imported (the whole log is {log}); what was imported before stays"
    _command("articles", ["knowledge", "import"], log, environ, failed)


def _command(step: str, words: list[str], log: Path, environ: Mapping[str, str], failed: str) -> None:
    """One of our own commands as a step; that it failed is told with the end of its log, and stops nothing."""
    try:
        with progress.step(step):
            progress.run([sys.executable, "-m", "bot", *words], log, PROJECT, dict(environ))
    except progress.CommandFailed:
        for line in progress.tail(log):
            progress.say(f"    {line}")
        progress.say(f"  {failed}")
