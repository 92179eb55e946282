"""`guichet knowledge`: bring knowledge in, look something up, check it, measure how good answers are."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot import clock
from bot.commands.knowledge_check import check
from bot.commands.knowledge_deflection import deflection
from bot.commands.knowledge_import import import_
from bot.commands.knowledge_show import show
from bot.commands.knowledge_store import opened
from bot.knowledge import evaluate as quality
from bot.knowledge.base import build
from bot.knowledge.index import Index
from bot.knowledge.search import Hit
from bot.knowledge.search import search as search_index
from bot.settings import Settings, load

app = typer.Typer(
    help="Import articles and the State's fiches, search, show and check them, measure the answers.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
MAX_LIMIT = 50

app.command("import")(import_)
app.command()(show)
app.command()(check)
app.command()(deflection)


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


async def _search(settings: Settings, text: str, limit: int) -> list[Hit]:
    return search_index(await _index(settings), text, limit)


async def _evaluate(settings: Settings, questions: list[quality.Question]) -> quality.Quality:
    index = await _index(settings)
    return quality.evaluate(index, settings.office, questions, clock.now().astimezone(settings.office.zone).date())


async def _index(settings: Settings) -> Index:
    async with opened(settings) as store:
        return build(await store.articles.all(), settings.office)


def _found(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.article.id,
        "title": hit.article.title,
        "score": round(hit.score, 4),
        "passage": list(hit.passage.headings),
        "text": hit.passage.text,
    }
