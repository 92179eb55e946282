"""`guichet triage`: read a file of letters, measure how well they are read, learn from the town's corrections."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot import logs, safety
from bot.commands.knowledge_store import opened as open_database
from bot.commands.triage_replies import first_replies, reply_shown
from bot.errors import ConfigurationError
from bot.knowledge.importers import markdown
from bot.mailroom import Told
from bot.settings import Settings, load
from bot.store.base import Article
from bot.triage import examples, learning, measures
from bot.triage.examples import Example
from bot.triage.measures import Read
from bot.triage.reading import Triage

EVALUATE, TRAIN = "evaluate", "train"
WORSE = 0.01
"""How much less a new model may be right than the old one before it is refused, as a share of the examples."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the town has besides its files: its pages, and what agents decided about letters."""

    articles: tuple[Article, ...]
    decided: tuple[Example, ...]


def triage(
    words: Annotated[
        list[str],
        typer.Argument(
            help="FILE.jsonl to read it, evaluate FILE.jsonl to measure, train to learn from corrections, refresh to learn again only where files or pages have changed."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    accept_worse: Annotated[
        bool, typer.Option(help="train: take the new model even if it is right less often.")
    ] = False,
) -> None:
    """Read letters from JSON lines of {"id", "from", "subject", "body"}; what each is, whose, how urgent, and a reply."""
    match words:
        case ["refresh"]:
            settings = load()
            _triage(settings, _known(settings))
        case ["train"]:
            _train(load(), accept_worse, as_json)
        case ["evaluate", file]:
            _evaluate(load(), Path(file), as_json)
        case [file] if file != EVALUATE:
            _read(load(), Path(file), as_json)
        case _:
            raise typer.BadParameter("give a FILE.jsonl, or evaluate FILE.jsonl, or train, or refresh")


def _read(settings: Settings, file: Path, as_json: bool) -> None:
    rows = measures.rows(file)
    found = measures.read_all(_triage(settings, _known(settings)), rows)
    if as_json:
        # On standard error, and what is wrong only: programs read the rest.
        logs.configure(logging.WARNING)
        letters = list(found)
        for one, reply in zip(letters, asyncio.run(first_replies(settings, letters)), strict=True):
            print(json.dumps({**shown(one), "suggested_reply": reply_shown(reply)}, ensure_ascii=False))
        return
    table = Table("letter", "service", "next", "kind", "urgency", "said")
    for one in found:
        first, *others = one.reading.services
        table.add_row(
            str(one.row.id),
            f"{first.service} {first.score:.2f}",
            ", ".join(scored.service for scored in others[:2]),
            one.reading.kind.value,
            one.reading.urgency.value,
            one.reading.said[:60].replace("\n", " "),
        )
    Console().print(table)


def _evaluate(settings: Settings, file: Path, as_json: bool) -> None:
    found = list(measures.read_all(_triage(settings, _known(settings)), measures.rows(file)))
    figures = measures.measured(found)
    if as_json:
        print(json.dumps(figures))
        return
    table = Table("measure", "value", title=str(file))
    for name, value in figures.items():
        table.add_row(name, f"{value}")
    console = Console()
    console.print(table)
    for one in found:
        if one.row.services and one.reading.services[0].service not in one.row.services:
            said = one.reading.said[:80].replace("\n", " ")
            console.print(
                f"{one.row.id}: {one.row.services[0]} → {one.reading.services[0].service}: {said}", markup=False
            )


def _train(settings: Settings, accept_worse: bool, as_json: bool) -> None:
    """Learn from the files, the pages and all corrections; both models are measured on what agents decided."""
    known = _known(settings)
    place = learning.path(settings.data)
    before = _triage(settings, Known(known.articles, ()))
    old = _right(before, known.decided)
    taught = learning.taught_by(settings.root, settings.office, known.articles)
    made = learning.learn(taught, known.decided, _aside)
    measured = made.measured
    worse = before.model.measured["accuracy@1"] - measured["accuracy@1"] > WORSE
    result: dict[str, Any] = {
        "letters": sum(one.is_letter for one in (*taught, *known.decided)),
        "corrections": len(known.decided),
        "corrections_right_before": old,
        "before": before.model.measured,
        "after": measured,
        "taken": accept_worse or not worse,
    }
    if result["taken"]:
        made.save(place)
    if as_json:
        print(json.dumps(result))
    else:
        _tell(result)
    if not result["taken"]:
        raise ConfigurationError(
            "the new model is right less often than the one in place, which stays; --accept-worse takes it all the same"
        )


def _tell(result: dict[str, Any]) -> None:
    table = Table("out of fold", "before", "after")
    for name, value in result["after"].items():
        table.add_row(name, f"{result['before'].get(name, 0.0):.3f}", f"{value:.3f}")
    console = Console()
    console.print(table)
    console.print(f"{result['letters']} letters, {result['corrections']} corrections of agents among them.")
    if result["corrections"]:
        console.print(f"Of these the model before had {result['corrections_right_before']:.0%} right.")


def _right(reads: Triage, decided: Iterable[Example]) -> float:
    """The share of corrected letters that a model gives to the right service by itself."""
    rows = [measures.Row(subject=one.subject, body=one.body, services=(one.service,)) for one in decided]
    return float(measures.measured(list(measures.read_all(reads, rows)))["accuracy@1"])


def _triage(settings: Settings, known: Known) -> Triage:
    model = learning.refreshed(settings.root, settings.data, settings.office, known.articles, known.decided, _aside)
    return learning.triage(model, settings.root, settings.office, safety.load(), known.decided)


def _aside(line: str) -> None:
    """What is told beside the result: programs read that."""
    print(line, file=sys.stderr, flush=True)


def _known(settings: Settings) -> Known:
    """The pages and corrections of the database; before there is one, the pages of the folder."""
    path = settings.sqlite_path
    if path is not None and not path.is_file():
        folder = settings.root / settings.office.knowledge.folder
        return Known(tuple(markdown.read(folder, settings.office.services).articles), ())
    return asyncio.run(_of_database(settings))


async def _of_database(settings: Settings) -> Known:
    async with open_database(settings) as store:
        articles = tuple(await store.articles.all())
        labels = await store.letters.labels(Told.SERVICE)
    return Known(articles, tuple(examples.of_labels(labels, settings.office.services)))


def shown(one: Read) -> dict[str, Any]:
    """A letter as `--json` prints it."""
    reading = one.reading
    return {
        "id": one.row.id,
        "services": [{"service": scored.service, "score": scored.score} for scored in reading.services],
        "service": reading.service,
        "sure": reading.sure,
        "because": list(reading.because),
        "rule": reading.rule,
        "kind": reading.kind.value,
        "urgency": reading.urgency.value,
        "alert": reading.alert,
        "language": reading.language,
        "last_message": reading.said,
        "automatic": reading.automatic is not None,
        "expects_reply": reading.expects_reply,
        "duplicate_of": reading.duplicate_of,
        "personal": list(reading.personal),
    }
