"""`guichet knowledge search` and `evaluate` over both bases: the town's articles and the State's fiches."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot import clock
from bot.commands.knowledge_store import opened
from bot.errors import ConfigurationError
from bot.fiches import AUDIENCES
from bot.knowledge import engine
from bot.knowledge import evaluate as quality
from bot.knowledge.base import build
from bot.knowledge.engine import Searcher
from bot.knowledge.index import Index
from bot.knowledge.opening import FOLDER, ready
from bot.knowledge.search import Hit
from bot.knowledge.search import search as search_index
from bot.settings import Settings, load
from bot.store.sql import Store

MAX_LIMIT = 50
SHOWN_UNKNOWN = 10
"""Gold ids on a screen; `--json` prints all."""
MEASURING = "fiches-measured"
"""Bases without some titles, kept so that a second measure need not wait for them."""


Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Audience = Annotated[
    str | None, typer.Option("--audience", help="Only fiches for part (individuals) or pro (professionals).")
]


def audience_of(text: str | None) -> str | None:
    """The audience that was named.

    Raises:
        ConfigurationError: there is no such one.
    """
    if text is not None and text not in AUDIENCES:
        raise ConfigurationError(f"--audience {text}: is one of {', '.join(AUDIENCES)}")
    return text


def search(
    text: Annotated[str, typer.Argument(help="A question, as a citizen would ask it.")],
    limit: Annotated[int, typer.Option(min=1, max=MAX_LIMIT, help="How many articles and fiches at most.")] = 5,
    audience: Audience = None,
    as_json: Json = False,
) -> None:
    """Show which articles and fiches a question finds, how surely (0 to 1), and the passage that would be quoted."""
    hits = asyncio.run(found(load(), text, limit, audience_of(audience)))
    if as_json:
        print(json.dumps(hits, ensure_ascii=False))
        return
    table = Table("score", "id", "for", "title", "passage")
    for hit in hits:
        whose = hit["audience"] or ""
        said = (hit["id"], whose, hit["title"], " › ".join(hit["passage"]))
        table.add_row(f"{hit['score']:.2f}", *map(escape, said))
    Console().print(table if hits else "Nothing found.")


def evaluate(
    file: Annotated[Path, typer.Argument(help='Lines of {"query": "…", "gold": ["F1341"]}; [] is out of scope.')],
    audience: Audience = None,
    hide_own_title: Annotated[
        bool, typer.Option("--hide-own-title", help="Leave the titles of all gold fiches out of the index.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Ask every question of a file and count: hit@k, MRR, right and wrong answers, false accepts.

    Gold ids are the town's articles, or fiches ("F1341", or "part:F1341" for one audience's). With --hide-own-title a
    base is built for the file the first time, which takes about a minute.
    """
    questions = quality.read(file)
    found_out = asyncio.run(measured(load(), questions, audience_of(audience), hide_own_title))
    counted = found_out.as_dict()
    if unknown := found_out.unknown:
        named = ", ".join(unknown[:SHOWN_UNKNOWN]) + (", …" if len(unknown) > SHOWN_UNKNOWN else "")
        said = f"✗ {len(unknown)} gold ids are no stored page's, and count as not found: {named}"
        Console(stderr=True).print(said, markup=False, highlight=False, style="red", soft_wrap=True)
    if as_json:
        print(json.dumps(counted))
        return
    del counted["unknown_gold"]
    table = Table("measure", "value")
    for name, value in counted.items():
        table.add_row(name, "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value))
    Console().print(table)


async def found(settings: Settings, text: str, limit: int, audience: str | None) -> list[dict[str, Any]]:
    """What a question finds: the town's answer first where it is sure, then the fiches, then the town's other pages."""
    async with opened(settings) as store:
        index, fiches = await _index(settings, store), await searcher(settings, store)
    local = search_index(index, text, limit)
    national = [] if fiches is None else await asyncio.to_thread(_fiches, fiches, text, limit, audience)
    sure = settings.office.knowledge.answer_threshold
    first = [_article(hit) for hit in local if hit.score >= sure][:1]
    rest = [_article(hit) for hit in local[len(first) :]]
    return [*first, *(national or rest)][:limit]


async def measured(
    settings: Settings, questions: Sequence[quality.Question], audience: str | None, hide: bool
) -> quality.Quality:
    """A file's questions asked and counted; `hide` leaves the title of every gold fiche out of the index."""
    hidden = (
        frozenset(gold.rpartition(":")[2] for question in questions for gold in question.gold) if hide else frozenset()
    )
    async with opened(settings) as store:
        index = await _index(settings, store)
        asked = any(quality.of_fiches(question) for question in questions)
        needed = asked or not any(question.gold for question in questions)
        fiches = await searcher(settings, store, hidden) if needed else None
    if asked and fiches is None:
        raise ConfigurationError("no fiches are stored; bring them in with `guichet knowledge import service-public`")
    today = clock.now().astimezone(settings.office.zone).date()
    return await asyncio.to_thread(quality.evaluate, index, settings.office, questions, today, fiches, audience)


async def searcher(settings: Settings, store: Store, hidden: frozenset[str] = frozenset()) -> Searcher | None:
    """The search over the stored fiches, built if this machine has it not yet; None where none are stored.

    Raises:
        FilesError: its files can be neither read nor written.
    """
    if not await store.fiches.version():
        return None
    shelf = settings.data / (MEASURING if hidden else FOLDER)
    made_with = await asyncio.to_thread(engine.resources, settings.root)
    found = await ready(store.fiches, shelf, made_with, hidden)
    if hidden:
        await asyncio.to_thread(engine.prune, shelf, [found.folder.name])
    return found


def _fiches(fiches: Searcher, text: str, limit: int, audience: str | None) -> list[dict[str, Any]]:
    shown = []
    for hit in fiches.search(text, limit, audience).hits:
        cut = fiches.outline(hit.key)
        leaf = cut.leaves[hit.leaf] if cut and cut.leaves else None
        fiche = fiches.fiche(hit.key)
        shown.append(
            {
                "id": hit.key.partition(":")[2],
                "audience": hit.key.partition(":")[0],
                "title": hit.title,
                "score": round(hit.score, 4),
                "passage": list(leaf.headings) if leaf else [],
                "text": leaf.text if leaf else fiche.description if fiche else "",
            }
        )
    return shown


def _article(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.article.id,
        "audience": None,
        "title": hit.article.title,
        "score": round(hit.score, 4),
        "passage": list(hit.passage.headings),
        "text": hit.passage.text,
    }


async def _index(settings: Settings, store: Store) -> Index:
    return build(await store.articles.all(), settings.office)
