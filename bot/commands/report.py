"""`guichet report`: the figures of some days, made anew from the transcript, or as open data."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot import clock
from bot.analytics.figures import Card, Figures, Row, Time, as_json
from bot.analytics.open_data import package
from bot.app_learning import Reporting, build_collector, naming_of
from bot.contacts import Span
from bot.desk.words import load_words
from bot.errors import ConfigurationError
from bot.settings import Settings, load
from bot.store.sql import Store, migrate, open_store

T = TypeVar("T")

DAYS = 30
"""Of a report for which nobody says how many."""
LONGEST_DAYS = 3660
HOLDER = "guichet report"
SHOWN = 12
"""Lines of a table on the screen."""

app = typer.Typer(help="Print the figures, make them anew, or write them as open data.", invoke_without_command=True)


@app.callback()
def report(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="First day, such as 2026-03-01; else 30 days.")] = "",
    until: Annotated[str, typer.Option(help="Last day, included; else yesterday.")] = "",
    channel: Annotated[str, typer.Option(help="Only this channel.")] = "",
    service: Annotated[str, typer.Option(help="Only this service, by its code.")] = "",
    language: Annotated[str, typer.Option(help="Only this language, such as fr.")] = "",
    open_data: Annotated[
        Path | None, typer.Option("--open-data", metavar="FOLDER", help="Write the indicators of a year there.")
    ] = None,
    year: Annotated[int | None, typer.Option(help="With --open-data: the year; else the last one.")] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print JSON for programs, as the page has it.")] = False,
) -> None:
    """Print the figures of some days beside those of as many days before."""
    if context.invoked_subcommand is not None:
        return
    settings = load()
    today = clock.now().astimezone(settings.office.zone).date()
    if open_data is not None:
        wanted = year if year is not None else today.year - 1
        if not 2000 <= wanted <= today.year:
            raise ConfigurationError(f"--year {wanted}: a year from 2000 to {today.year}")
        written = asyncio.run(_with_store(settings, lambda store: _open_data(settings, store, wanted, open_data)))
        Console().print("\n".join(map(str, written)), markup=False, highlight=False)
        return
    last = _day("--until", until, today - timedelta(days=1))
    first = _day("--since", since, last - timedelta(days=DAYS - 1))
    if not first <= last or (last - first).days >= LONGEST_DAYS:
        raise ConfigurationError(f"--since {first} --until {last}: from a day to a later one, ten years at most")
    span = Span(first, last, channel, service, language)
    figures = asyncio.run(_with_store(settings, lambda store: _figures(settings, store, span)))
    if as_json_:
        print(json.dumps(as_json(figures), ensure_ascii=False))
    else:
        _print(figures)


@app.command()
def rebuild() -> None:
    """Make all figures anew from the conversations that are still there; those of others stay as they are."""
    settings = load()

    async def work(store: Store) -> int:
        naming = naming_of(settings, store)
        collector = build_collector(settings, store, naming, HOLDER)
        return await collector.rebuild(lambda done: Console(stderr=True).print(f"{done} conversations"))

    changed = asyncio.run(_with_store(settings, work))
    print(f"{changed} contacts were not as the transcript has them." if changed else "All contacts were right.")


async def _with_store(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    await asyncio.to_thread(migrate, settings.database_url)
    store = await open_store(settings.database_url)
    try:
        return await work(store)
    finally:
        await store.close()


async def _figures(settings: Settings, store: Store, span: Span) -> Figures:
    while await store.contacts.roll_up():
        pass
    naming, words = naming_of(settings, store), load_words()
    return await Reporting(store.contacts, store.topics, store.cursors, naming, settings.office, words).figures(span)


async def _open_data(settings: Settings, store: Store, year: int, folder: Path) -> list[Path]:
    naming = naming_of(settings, store)
    while await store.contacts.roll_up():
        pass
    today = clock.now().astimezone(settings.office.zone).date()
    files = await package(store.contacts, year, settings.office.town.office, await naming.names(), today)
    return await asyncio.to_thread(_write, folder, files)


def _write(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Raises ConfigurationError: the folder cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written to: {error.strerror}") from error
    return [folder / name for name in files]


def _day(option: str, text: str, default: date) -> date:
    if not text:
        return default
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"{option} {text}: a day reads like 2026-03-01") from error
    if found.year < 2000:
        raise ConfigurationError(f"{option} {text}: nothing was counted before the year 2000")
    return found


def _print(figures: Figures) -> None:
    console = Console()
    span = figures.span
    console.print(f"{span.first} - {span.last}", highlight=False)
    _table(console, ("", "", "before", "change"), [_card(card) for card in figures.cards])
    times = {"wait": figures.times.wait, "answer": figures.times.first_answer, "close": figures.times.close}
    _table(console, ("time", "cases", "median", "9 of 10", "before"), [_time(*one) for one in times.items()])
    tables = figures.tables
    for title in ("channels", "services", "topics", "languages", "causes", "statuses"):
        rows: Sequence[Row] = getattr(tables, title)
        lines = [(row.name or "-", str(row.count), _share(row.share), str(row.before)) for row in rows[:SHOWN]]
        _table(console, (title, "", "share", "before"), lines)
    mails = [(one.name or "-", str(one.received), str(one.open), str(one.late)) for one in figures.mails]
    _table(console, ("mail", "received", "open now", "late"), mails)
    unclaimed = [
        (one.name or "-", str(one.relayed), str(one.relayed_before), str(one.untaken), str(one.untaken_before))
        for one in figures.unclaimed
    ]
    _table(console, ("not taken in time", "went on", "before", "supervisors told", "before"), unclaimed)


def _table(console: Console, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        table = Table(*head)
        for row in rows:
            table.add_row(*(cell.replace("[", r"\[") for cell in row))
        console.print(table)


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _card(card: Card) -> tuple[str, str, str, str]:
    def said(value: float | None) -> str:
        return _share(value) if card.unit == "share" else "" if value is None else f"{value:.0f}"

    return card.key, said(card.value), said(card.before), "" if card.change is None else f"{card.change:+.1%}"


def _time(name: str, time: Time) -> tuple[str, str, str, str, str]:
    def said(seconds: int | None) -> str:
        return "" if seconds is None else str(timedelta(seconds=seconds))

    return name, str(time.count), said(time.median), said(time.ninetieth), said(time.before)
