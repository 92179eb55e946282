"""`guichet privacy`: what a citizen may ask for, and what is removed when its time is over."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot import clock
from bot.app_learning import build_collector, counting_first, naming_of
from bot.messages import Address
from bot.privacy.retention import ages
from bot.settings import Settings, load
from bot.store.base import Erased
from bot.store.sql import Store, migrate, open_store

app = typer.Typer(help="Erase a citizen's data, or what is older than its retention.", no_args_is_help=True)

HOLDER = "guichet privacy"
"""Who counts what is about to be removed."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command()
def erase(
    address: Annotated[
        str, typer.Argument(help="channel:key; of the web chat, the part of the session id before its dot.")
    ],
    as_json: Json = False,
) -> None:
    """Remove everything about one address: transcript, tracker, inbox, outbox, ratings. Prints the receipt."""
    try:
        whom = Address.parse(address)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    erased = asyncio.run(_erase(load(), whom))
    if as_json:
        print(json.dumps({"receipt": erased.receipt, "at": erased.at.isoformat(), "rows": erased.rows}))
        return
    if not any(erased.rows.values()):
        Console(stderr=True).print(f"Nothing was stored for {whom}.", markup=False)
    _table(erased.rows)
    Console().print(f"Receipt {erased.receipt}")


@app.command()
def purge(as_json: Json = False) -> None:
    """Remove what is older than the retention in office.yml; the gateway does this every night."""
    removed = asyncio.run(_purge(load()))
    if as_json:
        print(json.dumps(removed))
    else:
        _table(removed)


async def _erase(settings: Settings, whom: Address) -> Erased:
    await asyncio.to_thread(migrate, settings.database_url)
    store = await open_store(settings.database_url)
    try:
        return await _counted(settings, store).subjects.erase(whom, clock.now())
    finally:
        await store.close()


async def _purge(settings: Settings) -> dict[str, int]:
    await asyncio.to_thread(migrate, settings.database_url)
    store = await open_store(settings.database_url)
    try:
        return await _counted(settings, store).subjects.purge(clock.now(), ages(settings.office.retention))
    finally:
        await store.close()


def _counted(settings: Settings, store: Store) -> Store:
    return counting_first(store, build_collector(settings, store, naming_of(settings, store), HOLDER))


def _table(rows: dict[str, int]) -> None:
    table = Table("table", "rows removed")
    for name, count in sorted(rows.items()):
        table.add_row(name, str(count))
    Console().print(table)
