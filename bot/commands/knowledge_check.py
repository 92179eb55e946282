"""`guichet knowledge check`: what is wrong with the knowledge, for whoever keeps it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from bot import clock
from bot.commands.knowledge_store import opened
from bot.knowledge import outside_links
from bot.knowledge.checking import Finding, Findings, addresses
from bot.knowledge.checking import check as look
from bot.settings import Settings, load

SHOWN = 20
"""Of each kind on a screen; `--json` prints all."""


def check(
    links: Annotated[
        bool, typer.Option("--links", help="Ask the addresses elsewhere whether they still answer.")
    ] = False,
    at_most: Annotated[int, typer.Option(min=1, max=100_000, help="--links: how many addresses are asked.")] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List broken links, pages out of date, and services and telephone numbers that the directory does not know."""
    found, dead = asyncio.run(_check(load(), links, at_most, as_json))
    if as_json:
        print(json.dumps(_plain(found, dead), ensure_ascii=False))
    else:
        _tell(found, dead)


async def _check(settings: Settings, links: bool, at_most: int, quiet: bool) -> tuple[Findings, list[Finding] | None]:
    async with opened(settings) as store:
        fiches = await store.fiches.all()
        redirections = await store.fiches.redirections()
        articles = await store.articles.all()
    today = clock.now().astimezone(settings.office.zone).date()
    found = look(fiches, redirections, articles, settings.office, today)
    if not links:
        return found, None
    pages = dict(list(addresses(fiches, articles).items())[:at_most])
    with Progress(console=Console(stderr=True), transient=True, disable=quiet) as progress:
        task = progress.add_task("Asking addresses", total=len(pages))
        dead = await outside_links.broken(pages, lambda _: progress.advance(task))
    return found, [Finding(pages[url].page, pages[url].title, f"{url}: {why}") for url, why in dead.items()]


def _plain(found: Findings, dead: Sequence[Finding] | None) -> dict[str, Any]:
    return {
        "fiches": found.fiches,
        "articles": found.articles,
        "broken_links": _rows(found.broken_links),
        "outdated": _rows(found.outdated),
        "unknown_services": [{"code": code, "fiches": count} for code, count in found.unknown_services],
        "unknown_numbers": _rows(found.unknown_numbers),
        "dead_addresses": None if dead is None else _rows(dead),
    }


def _rows(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [{"page": finding.page, "title": finding.title, "what": finding.what} for finding in findings]


def _tell(found: Findings, dead: Sequence[Finding] | None) -> None:
    services = [f"{code}: named by {count} fiches" for code, count in found.unknown_services]
    _list("links to pages that nobody has", _lines(found.broken_links))
    _list("pages out of date", _lines(found.outdated))
    _list("official codes without an entry in `directory:`", services)
    _list("telephone numbers in articles that nobody official has", _lines(found.unknown_numbers))
    if dead is not None:
        _list("addresses that do not answer", _lines(dead))
    Console().print(f"{found.fiches} pages of the State and {found.articles} articles looked at.", highlight=False)


def _lines(findings: Sequence[Finding]) -> list[str]:
    return [f"{finding.page} « {finding.title} »: {finding.what}" for finding in findings]


def _list(name: str, lines: Sequence[str]) -> None:
    console = Console()
    console.print(f"{len(lines)} {name}", style="bold", markup=False, highlight=False)
    for line in lines[:SHOWN]:
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    if len(lines) > SHOWN:
        console.print(f"  and {len(lines) - SHOWN} more; --json prints all", style="dim", highlight=False)
