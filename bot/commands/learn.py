"""`guichet learn`: what agents decided about messages and answers, and its way into training data."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot import clock
from bot.analytics import topics_taught
from bot.analytics.samples import Quality, quality
from bot.commands import nlu_models
from bot.commands.knowledge_store import opened
from bot.desk.words import load_words
from bot.knowledge.engine.resources import FOLDER, PHRASINGS, read_phrasings, resources
from bot.lessons import Decision, Lesson, Rating, Why
from bot.privacy.own import own_contacts
from bot.settings import Settings, load
from bot.store.sql import Store
from bot.supervisor.plan import PROJECT
from bot.understanding import written
from bot.understanding.examples import read_evaluation, read_training
from bot.understanding.learnt import Taught, taught
from bot.understanding.measures import QUESTION

app = typer.Typer(help="What agents decided about messages and answers, and its way into training data.")

MAX_EXPORTED = 2000
"""Lessons of one export: more is no change that anybody reads."""
WEEKS = 26
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@dataclass(frozen=True, slots=True)
class Done:
    """What an export did."""

    taught: Taught
    files: tuple[Path, ...]


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
    """Write what agents decided into new files of training data, once; nothing that stands there is changed."""
    done = asyncio.run(_export(load(), into))
    if as_json:
        print(json.dumps(_exported(done), ensure_ascii=False))
        return
    console = Console()
    if not done.files:
        console.print("There is nothing new to write.")
    for file in done.files:
        console.print(str(file), markup=False)
    console.print(f"{len(done.taught.added)} lessons added, {len(done.taught.known)} known already")
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


async def _export(settings: Settings, into: Path | None) -> Done:
    places = written.Places(into or PROJECT, into or settings.root)
    async with opened(settings) as store:
        lessons = [*await store.lessons.to_export(MAX_EXPORTED), *await _of_groups(settings, store)]
        if not lessons:
            return Done(Taught(), ())
        examples = read_training(PROJECT / "nlu")
        if into is not None and (into / "nlu").is_dir():
            examples += read_training(into / "nlu")
        said, titles = await _pages(store, settings.root, into)
        found = taught(lessons, examples, read_evaluation(nlu_models.EVALUATION), said)
        today = clock.now().astimezone(settings.office.zone).date()
        files = written.write(found, titles, today, places)
        # Behind the files: whoever is stopped in between finds them known at the next export.
        await store.lessons.exported([one for one in found.settled if one > 0], clock.now())
        return Done(found, tuple(files))


async def _of_groups(settings: Settings, store: Store) -> list[Lesson]:
    """The questions of groups that an agent attached, as lessons: under no number of their own, so that each export
    looks at them again and finds known what was written before.
    """
    intents = load_words().names("intent")
    moment = clock.now()
    return [
        Lesson(
            id=-group.topic_id,
            text=text,
            language="fr",
            intent=QUESTION,
            confidence=0.0,
            article="",
            meant="",
            why=Why.LOST,
            times=1,
            at=moment,
            decision=Decision.INTENT if group.target in intents else Decision.ARTICLE,
            value=group.target,
        )
        for group in await topics_taught.taught(store.topics, own_contacts(settings.office))
        for text in group.phrasings
    ]


async def _pages(store: Store, root: Path, into: Path | None) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """By page, the phrasings that it has, those of an earlier export too, and the titles of the town's articles."""
    articles = await store.articles.all()
    said = dict(resources(root).phrasings)
    for page, phrasings in read_phrasings(into / FOLDER / PHRASINGS).items() if into else ():
        said[page] = (*said.get(page, ()), *phrasings)
    said |= {one.id: tuple(one.keywords) for one in articles}
    return said, {one.id: one.title for one in articles}


def _exported(done: Done) -> dict[str, Any]:
    return {
        "files": [str(file) for file in done.files],
        "added": len(done.taught.added),
        "known": len(done.taught.known),
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
