"""`guichet serve`: run the bot; `guichet setup`: what has to be done before."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from datetime import datetime
from typing import Annotated

import typer

from bot.settings import Settings, load
from bot.supervisor import state
from bot.supervisor.health import Policy
from bot.supervisor.plan import make_plan
from bot.supervisor.progress import say
from bot.supervisor.supervisor import Supervisor

app = typer.Typer(invoke_without_command=True, rich_markup_mode="markdown")


@app.callback()
def serve(
    context: typer.Context,
    prepare_first: Annotated[
        bool, typer.Option("--prepare/--no-prepare", help="First update the database, the articles and the model.")
    ] = True,
) -> None:
    """Run everything on this machine under one supervisor, until Ctrl-C.

    Gateway, Rasa processes and action server start on HOST:PORT and on free loopback ports, are pinged, and are started again
    when they end or hang. Their logs are in var/log. With a name, one part runs alone, for several machines.
    """
    if context.invoked_subcommand is None:
        settings = load()
        with state.alone(settings.data):
            _serve_all(settings, prepare_first)


@app.command()
def gateway() -> None:
    """Run a gateway alone: GUICHET_RASA_URL, GUICHET_RASA_TOKEN and GUICHET_ACTIONS_URL say where the rest is."""
    from bot.app import run_gateway

    run_gateway(load())


@app.command()
def rasa() -> None:
    """Run Rasa alone on GUICHET_RASA_HOST:GUICHET_RASA_PORT (127.0.0.1:5005), never on a public address."""
    from bot.supervisor.rasa_project import run_rasa

    run_rasa(load(), os.environ)


@app.command()
def actions() -> None:
    """Run the action server alone on GUICHET_ACTIONS_HOST:GUICHET_ACTIONS_PORT (127.0.0.1:5055)."""
    from bot.supervisor.rasa_project import run_actions

    run_actions(os.environ)


def setup() -> None:
    """Bring the database up to date, import the town's articles and train the model if it is stale."""
    from bot.supervisor.prepare import prepare

    prepare(load())


def _serve_all(settings: Settings, prepare_first: bool) -> None:
    started = time.monotonic()
    # Before the long steps: a port in use is known at once.
    plan = make_plan(settings, os.environ)
    if prepare_first:
        from bot.supervisor.prepare import prepare

        prepare(settings)

    def on_ready() -> None:
        _tell(f"Guichet répond sur {plan.address}")
        _tell(
            f"(prêt en {time.monotonic() - started:.0f} s, journaux dans {settings.data / 'log'}, Ctrl-C pour arrêter)"
        )

    asyncio.run(Supervisor(plan, Policy(), _report).run(on_ready))
    _tell("Guichet est arrêté.")


def _report(line: str) -> None:
    _tell(f"  {datetime.now().astimezone():%H:%M:%S} {line}")


def _tell(line: str) -> None:
    # A full disk behind a redirected output, or a terminal that is gone, is no reason to stop.
    with suppress(OSError):
        say(line)
