"""`guichet night`: what a night does with contacts, done now."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import uuid4

import structlog
import typer
from rich.console import Console

from bot import clock, safety
from bot.analytics.naming import Naming
from bot.analytics.night import LEASE, NAME, Night
from bot.app_learning import build_collector, steps
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
        naming = Naming(store.articles, store.fiches, settings.office)
        fiches = FollowedFiches(store.fiches, OpenedFiches(store.fiches, settings.data, settings.root))
        knowledge = KnowledgeBase(store.articles, settings.office, fiches=fiches)
        collector = build_collector(settings, store, naming, holder)

        async def collect() -> None:
            await collector.rebuild()

        keeping = asyncio.create_task(Night(store.cursors, (), settings.office.zone, holder).keep())
        try:
            every: dict[str, Callable[[], Awaitable[None]]] = {"contacts": collect}
            every |= {
                step.name: step.do for step in steps(settings, store, knowledge, safety.load(), naming, clock.now)
            }
            for name, do in every.items():
                began = time.perf_counter()
                try:
                    await do()
                except Exception as error:  # noqa: BLE001 - as in the gateway, one step does not keep the others from being done
                    failed[name] = str(error) or type(error).__name__
                else:
                    done[name] = round(time.perf_counter() - began, 1)
                    console.print(f"{name}: {done[name]:.1f} s", highlight=False)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await store.cursors.let_go(NAME, holder)
            await knowledge.close()
    return done, failed
