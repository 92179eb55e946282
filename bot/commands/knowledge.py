"""`guichet knowledge`: bring articles in, look something up, measure how good answers are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot import clock
from bot.errors import BotError, ConfigurationError
from bot.knowledge import evaluate as quality
from bot.knowledge import importers
from bot.knowledge.base import build
from bot.knowledge.importers import Reading, Report, markdown
from bot.knowledge.index import Index
from bot.knowledge.search import Hit
from bot.knowledge.search import search as search_index
from bot.settings import Settings, load
from bot.store.sql import Store, migrate, open_store

app = typer.Typer(help="Import the town's articles, search them, measure the answers.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
MAX_LIMIT = 50


@app.command("import")
def import_(
    folder: Annotated[Path | None, typer.Argument(help="Markdown files; by default the folder in office.yml.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when a file is not taken.")] = False,
    as_json: Json = False,
) -> None:
    """Make a folder of Markdown files the town's articles.

    A file with a mistake is reported and keeps its former article; all others are taken, in one transaction. Running
    processes answer from the new articles within seconds.
    """
    settings = load()
    source = folder or settings.root / settings.office.knowledge.folder
    with Progress(console=Console(stderr=True), transient=True, disable=as_json) as progress:
        task = progress.add_task("Reading articles", total=len(markdown.files(source)))
        reading = markdown.read(source, settings.office.services, lambda _: progress.advance(task))
        progress.update(task, description="Storing articles", total=None)
        report = asyncio.run(_import(settings, reading))
    if as_json:
        print(json.dumps(_plain(report), ensure_ascii=False))
    else:
        _show(report, source)
    if report.imported is None or (strict and report.problems):
        raise typer.Exit(1)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="A question, as a citizen would ask it.")],
    limit: Annotated[int, typer.Option(min=1, max=MAX_LIMIT, help="How many articles at most.")] = 5,
    as_json: Json = False,
) -> None:
    """Show which articles a question finds, how surely (0 to 1), and the passage that would be quoted."""
    hits = asyncio.run(_search(load(), text, limit))
    if as_json:
        print(json.dumps([_found(hit) for hit in hits], ensure_ascii=False))
        return
    table = Table("score", "article", "title", "passage")
    for hit in hits:
        table.add_row(f"{hit.score:.2f}", hit.article.id, hit.article.title, " › ".join(hit.passage.headings))
    Console().print(table if hits else "Nothing found.")


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help='Lines of {"query": "…", "gold": ["article-id"]}; [] is out of scope.')],
    as_json: Json = False,
) -> None:
    """Ask every question of a file and count: hit@k, MRR, right and wrong answers, false accepts."""
    questions = quality.read(file)
    measured = asyncio.run(_evaluate(load(), questions))
    if as_json:
        print(json.dumps(measured.as_dict()))
        return
    table = Table("measure", "value")
    for name, value in measured.as_dict().items():
        table.add_row(name, "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value))
    Console().print(table)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Store]:
    """The database, its tables brought up to date.

    Raises:
        ConfigurationError: it does not do what is asked of it.
    """
    try:
        await asyncio.to_thread(migrate, settings.database_url)
        store = await open_store(settings.database_url)
        try:
            yield store
        finally:
            await store.close()
    except BotError as error:
        raise ConfigurationError(f"the database: {error or type(error).__name__}") from error


async def _import(settings: Settings, reading: Reading) -> Report:
    async with _opened(settings) as store:
        return await importers.store(store.articles, markdown.ORIGIN, reading, clock.now())


async def _search(settings: Settings, text: str, limit: int) -> list[Hit]:
    return search_index(await _index(settings), text, limit)


async def _evaluate(settings: Settings, questions: list[quality.Question]) -> quality.Quality:
    index = await _index(settings)
    return quality.evaluate(index, settings.office, questions, clock.now().astimezone(settings.office.zone).date())


async def _index(settings: Settings) -> Index:
    async with _opened(settings) as store:
        return build(await store.articles.all(), settings.office)


def _found(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.article.id,
        "title": hit.article.title,
        "score": round(hit.score, 4),
        "passage": list(hit.passage.headings),
        "text": hit.passage.text,
    }


def _plain(report: Report) -> dict[str, Any]:
    changes = report.imported
    return {
        "articles": report.articles,
        "added": changes.added if changes else 0,
        "changed": changes.changed if changes else 0,
        "removed": changes.removed if changes else 0,
        "version": changes.version if changes else None,
        "problems": [
            {"file": problem.place, "problem": problem.sentence, "former_kept": problem.kept}
            for problem in report.problems
        ],
        "held": list(report.held),
    }


def _show(report: Report, folder: Path) -> None:
    console = Console()
    for problem in report.problems:
        kept = " Its former version stays." if problem.kept else ""
        console.print(f"✗ {problem.place}: {problem.sentence}.{kept}", markup=False, style="red", soft_wrap=True)
    for article_id in report.held:
        console.print(f"{article_id}: is written at the desk now; its file was left out.", markup=False, soft_wrap=True)
    changes = report.imported
    if changes is None:
        console.print(f"{folder}: no article to import; the base is as it was.", markup=False, soft_wrap=True)
        return
    console.print(
        f"{report.articles} articles ({changes.added} new, {changes.changed} changed, {changes.removed} removed),"
        f" version {changes.version}.",
        highlight=False,
    )
