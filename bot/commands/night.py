"""`guichet night`: what a night does with contacts, done now."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta
from typing import Annotated
from uuid import uuid4

import structlog
import typer
from rich.console import Console

from bot import clock, safety
from bot.analytics.night import LEASE, Night, Step
from bot.analytics.night_state import NAME
from bot.app_learning import build_collector, naming_of, steps
from bot.commands.knowledge_store import opened
from bot.errors import BotError
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.following import FollowedFiches
from bot.knowledge.opening import OpenedFiches
from bot.settings import Settings, load

HOLDER = "guichet night"


class NightBusy(BotError):
    """Somebody else does a night; two at once would keep each group of questions twice."""


class NightFailed(BotError):
    """A step of the night was not done; the others were."""


def night(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Bring the figures up to date, group what could not be answered, look for what is out of the ordinary, and lay out
    what is to be judged: all that the gateway does at night, now. Done twice, it comes to the same.
    """
    console = Console(stderr=True)
    before = structlog.get_config()
    # What is printed is for programs: what the steps tell goes where the rest is told.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        done, failed = asyncio.run(_night(load(), console))
    finally:
        structlog.configure(**before)
    if as_json:
        print(json.dumps({"seconds": done, "failed": failed}))
    if failed:
        raise NightFailed(f"not done: {', '.join(f'{name} ({why})' for name, why in failed.items())}")


async def _night(settings: Settings, console: Console) -> tuple[dict[str, float], dict[str, str]]:
    done: dict[str, float] = {}
    failed: dict[str, str] = {}
    async with opened(settings) as store:
        holder = f"{HOLDER} {uuid4().hex}"
        if not await store.cursors.hold(NAME, holder, clock.now(), LEASE):
            raise NightBusy("a gateway does its night just now: try again when it is done")
        naming = naming_of(settings, store)
        fiches = FollowedFiches(store.fiches, OpenedFiches(store.fiches, settings.data, settings.root))
        knowledge = KnowledgeBase(store.articles, settings.office, fiches=fiches)
        collector = build_collector(settings, store, naming, holder)

        async def collect() -> None:
            await collector.catch_up()

        def told(step: str, took: timedelta, error: Exception | None) -> None:
            if error is not None:
                failed[step] = str(error) or type(error).__name__
                return
            done[step] = round(took.total_seconds(), 1)
            console.print(f"{step}: {done[step]:.1f} s", highlight=False)

        every = [Step("contacts", collect), *steps(settings, store, knowledge, safety.load(), naming)]
        try:
            now = Night(store.cursors, every, settings.office.zone, holder)
            await now.do(told)
            await now.note(done)
        finally:
            await store.cursors.let_go(NAME, holder)
            await knowledge.close()
    return done, failed
