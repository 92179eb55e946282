"""`guichet knowledge show`: a fiche or an article as a citizen would read it."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
import typer

from bot.commands.knowledge_store import opened
from bot.errors import ConfigurationError, Missing
from bot.fiches import AUDIENCES, Fiche
from bot.knowledge.articles import passages
from bot.knowledge.reading_out import ReadingOut, cases
from bot.settings import Settings, load
from bot.store.base import Article
from bot.store.sql import Store

MAX_CASES_NAMED = 12


def show(
    page: Annotated[str, typer.Argument(help="A fiche (F1341 or pro:F1341) or an article's id.")],
    case: Annotated[
        list[str] | None,
        typer.Option("--case", help="Words of the title of the case that is yours; may be given several times."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Print a page with its cases; with --case, without the cases beside it."""
    found = asyncio.run(_page(load(), page))
    if as_json:
        print(msgspec.json.encode(found).decode())
    elif isinstance(found, Fiche):
        print("\n".join(_lines(found, case or [])))
    elif case:
        raise ConfigurationError(f"{page}: is an article of the town, and an article has no cases")
    else:
        print("\n".join([found.title, *(line for passage in passages(found) for line in ("", passage.text))]))


def _lines(fiche: Fiche, case: list[str]) -> list[str]:
    reading = ReadingOut(case)
    lines = reading.lines(fiche)
    unknown = [words for words in case if words not in reading.met]
    if unknown:
        titles = list(dict.fromkeys(cases(fiche.parts)))
        named = ", ".join(f"« {title} »" for title in titles[:MAX_CASES_NAMED]) or "none"
        raise ConfigurationError(f"{fiche.key}: has no case « {unknown[0]} » here; its cases are {named}")
    return lines


async def _page(settings: Settings, page: str) -> Fiche | Article:
    async with opened(settings) as store:
        found = await _found(store, page)
    if found is None:
        raise ConfigurationError(f"{page}: there is no fiche and no article of this name")
    return found


async def _found(store: Store, page: str) -> Fiche | Article | None:
    keys = [page] if ":" in page else [f"{audience}:{page}" for audience in AUDIENCES]
    for key in keys:
        try:
            return await store.fiches.get(key)
        except Missing:
            continue
    try:
        return await store.articles.get(page)
    except Missing:
        return None
