"""`guichet learn`: what agents decided about messages and answers, and its way into training data."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.analytics.samples import Quality, quality
from bot.commands.knowledge_store import opened
from bot.commands.learn_export import Done
from bot.commands.learn_export import export as exported
from bot.lessons import Rating
from bot.settings import Settings, load

app = typer.Typer(help="What agents decided about messages and answers, and its way into training data.")

WEEKS = 26
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.callback(invoke_without_command=True)
def counts(context: typer.Context, as_json: AsJson = False) -> None:
    """Count the messages that wait to be judged, by what was decided."""
    if context.invoked_subcommand is not None:
        return
    found = asyncio.run(_counts(load()))
    if as_json:
        print(json.dumps(found))
        return
    table = Table("lessons", "count")
    for name, count in found.items():
        table.add_row(name, str(count))
    Console().print(table)


@app.command()
def export(
    into: Annotated[
        Path | None,
        typer.Option("--into", help="Another folder than the project's and the town's own.", file_okay=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write what agents decided into training data, once, and take out what they took back: a change to be read first."""
    done = asyncio.run(exported(load(), into))
    if as_json:
        print(json.dumps(_exported(done), ensure_ascii=False))
        return
    console = Console()
    if not done.files:
        console.print("There is nothing new to write.")
    for file in done.files:
        console.print(str(file), markup=False)
    gone = f", {len(done.taken.lessons)} taken out" if done.taken.lessons else ""
    console.print(f"{len(done.taught.added)} lessons added, {len(done.taught.known)} known already{gone}")
    for lesson, file in done.taken.elsewhere:
        console.print(f"not taken out of {file}: {lesson.text}", markup=False)
    for lesson, why in done.taught.refused:
        console.print(f"left out ({why.value}): {lesson.text}", markup=False)


@app.command()
def samples(as_json: AsJson = False) -> None:
    """Show how good the answers of each week were, by the samples that were rated, with the margin."""
    found = asyncio.run(_samples(load()))
    if as_json:
        print(json.dumps([_shown(week, one) for week, one in found]))
        return
    table = Table("week", "answers", "drawn", "rated", "right", "between", *(one.value for one in _RATINGS[1:]))
    for week, one in found:
        shares = ("—", "—") if one.right is None else (f"{one.right:.0%}", f"{one.low:.0%} – {one.high:.0%}")
        others = (str(one.counts.get(rating, 0)) for rating in _RATINGS[1:])
        table.add_row(week.isoformat(), str(one.answers), str(one.drawn), str(one.rated), *shares, *others)
    Console().print(table)


_RATINGS = (Rating.RIGHT, Rating.PARTLY, Rating.WRONG, Rating.UNSOURCED)


async def _counts(settings: Settings) -> dict[str, int]:
    async with opened(settings) as store:
        return dict(await store.lessons.counts())


async def _samples(settings: Settings) -> list[tuple[date, Quality]]:
    async with opened(settings) as store:
        weeks = await store.samples.weeks(WEEKS)
        drawn = await store.samples.of(weeks)
        return [(week, quality([one for one in drawn if one.week == week])) for week in weeks]


def _exported(done: Done) -> dict[str, Any]:
    return {
        "files": [str(file) for file in done.files],
        "added": len(done.taught.added),
        "known": len(done.taught.known),
        "taken_out": len(done.taken.lessons),
        "elsewhere": [{"id": one.id, "text": one.text, "file": str(file)} for one, file in done.taken.elsewhere],
        "refused": [{"id": one.id, "text": one.text, "why": why.value} for one, why in done.taught.refused],
    }


def _shown(week: date, one: Quality) -> dict[str, Any]:
    return {
        "week": week.isoformat(),
        "answers": one.answers,
        "drawn": one.drawn,
        "rated": one.rated,
        "ratings": {rating.value: one.counts.get(rating, 0) for rating in _RATINGS},
        "right": one.right,
        "low": one.low,
        "high": one.high,
    }
