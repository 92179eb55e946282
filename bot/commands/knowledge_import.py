"""`guichet knowledge import`: the State's fiches and the town's own articles, from wherever they are kept."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from bot import clock
from bot.commands.knowledge_store import opened
from bot.errors import ConfigurationError
from bot.knowledge import engine, importers
from bot.knowledge.importers import Problem, Reading, Report, csv, markdown, site
from bot.knowledge.importers.service_public.errors import FeedRefused
from bot.knowledge.importers.service_public.feed import Coming, Importer, Outcome
from bot.knowledge.opening import FOLDER
from bot.settings import Settings, load
from bot.store.base import Article

SERVICE_PUBLIC, MARKDOWN, CSV, SITE = "service-public", "markdown", "csv", "site"
SITE_MEMORY = "site.json"
"""What is remembered of the site's pages, in the data folder."""
SHOWN_PROBLEMS = 20
"""Of one source on a screen; `--json` prints all of them."""
COLLECTED_EVERY = (100_000, 50, 1000)
"""New objects, and rounds of the younger: Python's own is (700, 10, 10)."""


def import_(
    what: Annotated[
        str | None,
        typer.Argument(
            help="service-public, markdown, csv or site; or a folder of Markdown files.", show_default=False
        ),
    ] = None,
    places: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders or addresses; by default those of office.yml.", show_default=False),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when a file is not taken.")] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="service-public: read again what has not changed, and take what is refused."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Bring articles or the State's fiches in; without arguments, the folder of Markdown files in office.yml.

    A file with a mistake is reported and keeps its former state; all others are taken, in one transaction. A source that is
    broken as a whole changes nothing. Running processes answer from the new state within seconds.
    """
    settings = load()
    wanted = places or []
    if what == SERVICE_PUBLIC:
        outcome = _service_public(settings, wanted, force, as_json)
        if strict and any(source.problems for source in outcome.sources):
            raise typer.Exit(1)
        return
    if what == CSV:
        origin, source, reading = csv.ORIGIN, ", ".join(wanted), _tables(settings, wanted, as_json)
    elif what == SITE:
        address = _one(wanted, "site") or settings.office.knowledge.site.address or settings.office.town.website
        origin, source, reading = site.ORIGIN, address, _site(settings, address, as_json)
    else:
        folders = wanted if what == MARKDOWN else [*filter(None, [what]), *wanted]
        folder = Path(_one(folders, "folder of Markdown files") or settings.root / settings.office.knowledge.folder)
        origin, source, reading = markdown.ORIGIN, str(folder), _folder(settings, folder, as_json)
    report = asyncio.run(_store(settings, origin, reading))
    if as_json:
        print(json.dumps(_plain(report), ensure_ascii=False))
    else:
        _show(report, source)
    if report.imported is None or (strict and report.problems):
        raise typer.Exit(1)


def _one(places: Sequence[str], kind: str) -> str:
    if len(places) > 1:
        raise ConfigurationError(f"{places[1]}: one {kind} is imported, and {places[0]} is the first")
    return places[0] if places else ""


def _folder(settings: Settings, folder: Path, quiet: bool) -> Reading:
    with _progress(quiet) as progress:
        task = progress.add_task("Reading articles", total=len(markdown.files(folder)))
        return markdown.read(folder, settings.office.services, lambda _: progress.advance(task))


def _tables(settings: Settings, places: Sequence[str], quiet: bool) -> Reading:
    if not places:
        raise ConfigurationError("csv: name the files, as in `guichet knowledge import csv questions.csv`")
    with _progress(quiet) as progress:
        task = progress.add_task("Reading questions", total=None)
        readings = [
            csv.read(Path(place), settings.office.services, lambda _: progress.advance(task)) for place in places
        ]
    articles: dict[str, Article] = {}
    problems = [problem for reading in readings for problem in reading.problems]
    for place, reading in zip(places, readings, strict=True):
        for article in reading.articles:
            if article.id in articles:
                problems.append(Problem(place, f"asks « {article.title} » as a table before it does", article.id))
            articles.setdefault(article.id, article)
    return Reading(tuple(articles.values()), tuple(problems))


def _site(settings: Settings, address: str, quiet: bool) -> Reading:
    office = settings.office
    source = msgspec.structs.replace(office.knowledge.site, address=address)
    with _progress(quiet) as progress:
        task = progress.add_task("Reading pages", total=None)

        def step(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        return asyncio.run(site.read(source, office.town.website, step, settings.data / SITE_MEMORY))


async def _store(settings: Settings, origin: str, reading: Reading) -> Report:
    async with opened(settings) as store:
        return await importers.store(store.articles, origin, reading, clock.now())


def _service_public(settings: Settings, places: Sequence[str], force: bool, as_json: bool) -> Outcome:
    configured = settings.office.knowledge.service_public
    sources = list(places) or [url for url in (configured.part, configured.pro) if url]
    if not sources:
        raise ConfigurationError("knowledge.service_public: names no address; name a zip, or set part or pro")
    with _progress(as_json) as progress, _seldom_collected():
        outcome = asyncio.run(_fiches(settings, sources, force, progress))
    if as_json:
        print(json.dumps(_outcome(outcome), ensure_ascii=False))
    else:
        _tell(outcome)
    return outcome


async def _fiches(settings: Settings, sources: Sequence[str], force: bool, progress: Progress) -> Outcome:
    task = progress.add_task("Reading fiches", total=None)
    done, stopped = 0, threading.Event()

    def step(name: str, files: int) -> None:
        nonlocal done
        _go_on(stopped)
        done = done + 1 if files else 0
        progress.update(
            task, description="Reading fiches" if files else name[-60:], completed=done, total=files or None
        )

    def built(part: str, share: float) -> None:
        _go_on(stopped)
        progress.update(task, description=part, completed=share, total=1)

    shelf, made_with = settings.data / FOLDER, engine.resources(settings.root)
    name = ""

    async def prepare(coming: Coming) -> bool:
        nonlocal name
        name = engine.fingerprint(coming.sums, coming.redirections, made_with)
        if engine.current(shelf, name) is not None:
            return False
        fiches = await coming.fiches()
        await asyncio.to_thread(engine.build, fiches, coming.redirections, shelf / name, made_with, built)
        return True

    async with opened(settings) as store:
        try:
            outcome = await Importer(store.fiches, prepare, force).run(sources, clock.now(), step)
        except (FeedRefused, engine.FilesError) as error:
            raise ConfigurationError(f"{error}. Nothing is changed") from error
        except asyncio.CancelledError:
            # Ctrl-C: the process ends with its threads, and theirs is at work for a minute more.
            stopped.set()
            raise
    # Only now: until the switch every process answered from the former files.
    await asyncio.to_thread(engine.prune, shelf, [name])
    return outcome


@contextlib.contextmanager
def _seldom_collected() -> Iterator[None]:
    """Some million objects stay until the end: looking through them for circles would be a tenth of a day's import."""
    former = gc.get_threshold()
    gc.set_threshold(*COLLECTED_EVERY)
    try:
        yield
    finally:
        gc.set_threshold(*former)


class _Stopped(Exception):
    """Ends the work of a thread that nobody waits for any more."""


def _go_on(stopped: threading.Event) -> None:
    if stopped.is_set():
        raise _Stopped


def _progress(quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet)


def _problems(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [{"file": problem.place, "problem": problem.sentence, "former_kept": problem.kept} for problem in problems]


def _outcome(outcome: Outcome) -> dict[str, Any]:
    changes = outcome.imported
    return {
        "sources": [
            {
                "place": source.place,
                "audience": source.audience,
                "fiches": source.fiches,
                "unchanged": source.unchanged,
                "problems": _problems(source.problems),
            }
            for source in outcome.sources
        ],
        "added": changes.added,
        "changed": changes.changed,
        "removed": changes.removed,
        "version": changes.version,
    }


def _tell(outcome: Outcome) -> None:
    console = Console()
    for source in outcome.sources:
        _say_problems(console, source.problems)
        state = "unchanged since the last import" if source.unchanged else "read"
        console.print(
            f"{source.place}: {source.fiches} fiches ({source.audience}), {state}.", markup=False, soft_wrap=True
        )
    changes = outcome.imported
    console.print(
        f"{changes.added} pages new, {changes.changed} changed, {changes.removed} removed; version {changes.version}.",
        highlight=False,
    )


def _say_problems(console: Console, problems: Sequence[Problem]) -> None:
    for problem in problems[:SHOWN_PROBLEMS]:
        kept = " Its former version stays." if problem.kept else ""
        console.print(f"✗ {problem.place}: {problem.sentence}.{kept}", markup=False, style="red", soft_wrap=True)
    if len(problems) > SHOWN_PROBLEMS:
        console.print(f"✗ and {len(problems) - SHOWN_PROBLEMS} more; --json prints all.", style="red")


def _plain(report: Report) -> dict[str, Any]:
    changes = report.imported
    return {
        "articles": report.articles,
        "added": changes.added if changes else 0,
        "changed": changes.changed if changes else 0,
        "removed": changes.removed if changes else 0,
        "version": changes.version if changes else None,
        "problems": _problems(report.problems),
        "held": list(report.held),
    }


def _show(report: Report, source: str) -> None:
    console = Console()
    _say_problems(console, report.problems)
    for article_id in report.held:
        console.print(f"{article_id}: is written at the desk now; its file was left out.", markup=False, soft_wrap=True)
    changes = report.imported
    if changes is None:
        console.print(f"{source}: no article to import; the base is as it was.", markup=False, soft_wrap=True)
        return
    console.print(
        f"{report.articles} articles ({changes.added} new, {changes.changed} changed, {changes.removed} removed),"
        f" version {changes.version}.",
        highlight=False,
    )
