"""`guichet knowledge deflection`: how many visits ended with an answer read on the town's pages."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot import clock
from bot.commands.knowledge_store import opened
from bot.settings import Settings, load
from bot.visits import Counted, Outcome

MAX_DAYS = 731
PAGES_SHOWN = 20


def deflection(
    days: Annotated[int, typer.Option(min=1, max=MAX_DAYS, help="How many days back, today included.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Count the answers that were read after a search on the pages, and what came of them (docs/knowledge.md)."""
    pages = asyncio.run(_counted(load(), days))
    whole = _figures(Counted("", {one: sum(page.of(one) for page in pages) for one in Outcome}))
    # Page by page: what is not counted of one page takes nothing from another.
    whole["deflected"] = sum(page.deflected for page in pages)
    whole["rate"] = round(whole["deflected"] / whole["read"], 4) if whole["read"] else None
    shown = pages[:PAGES_SHOWN]
    if as_json:
        print(json.dumps({"days": days, **whole, "pages": [{"page": page.page, **_figures(page)} for page in shown]}))
        return
    table = Table("page", "read", "yes", "no", "asked all the same", "deflected")
    for name, figures in (("all", whole), *((page.page, _figures(page)) for page in shown)):
        table.add_row(name, *(str(figures[one]) for one in ("read", "helped", "unhelped", "asked", "deflected")))
    console = Console()
    console.print(table)
    if whole["rate"] is not None:
        console.print(f"{whole['rate']:.0%} of the answers read in {days} days ended the visit.", highlight=False)


def _figures(page: Counted) -> dict[str, Any]:
    return {**{one.value: page.of(one) for one in Outcome}, "deflected": page.deflected}


async def _counted(settings: Settings, days: int) -> list[Counted]:
    today = clock.now().astimezone(settings.office.zone).date()
    async with opened(settings) as store:
        return await store.visits.since(today - timedelta(days=days - 1))
