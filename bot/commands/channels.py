"""`guichet channels`: which channels there are, whether they work, and what has to be done at their providers."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from typing import Annotated

import aiohttp
import typer
from rich.console import Console
from rich.table import Table

import channels as channel_list
from bot.errors import BotError, ConfigurationError, SendError
from bot.gateway.webhooks import PATH
from bot.settings import Settings, load
from bot.store.sql import open_store
from bot.text import wording
from channels.base import Channel, Step

app = typer.Typer(help="List the channels with their state, and register them.", invoke_without_command=True)

WITHIN_SECONDS = 10.0
GROUPS = {"meta": ("messenger", "instagram", "whatsapp")}
"""Names for several channels at once."""


@dataclass(frozen=True, slots=True)
class State:
    """How a channel is."""

    name: str
    switched_on: bool
    receives: str = ""
    """The address that providers call, or how messages are fetched."""
    provider: str = ""
    """Who we are there, or why it does not say."""
    ok: bool = True
    waiting: int = 0
    undelivered: int = 0


@app.callback()
def channels(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    markdown: Annotated[bool, typer.Option(help="Print what each can carry, as a table for the docs.")] = False,
) -> None:
    """List every channel: how it receives, who its provider says that we are, what waits and what was given up.

    Exit code 1 if a provider of a channel that is switched on does not know us or does not answer.
    """
    if context.invoked_subcommand is not None:
        return
    if markdown:
        print(channel_list.matrix())
        return
    states = asyncio.run(_states(load()))
    if as_json:
        print(json.dumps([asdict(state) for state in states], ensure_ascii=False))
    else:
        table = Table("channel", "receives", "provider", "waiting", "given up", box=None)
        for state in states:
            if state.switched_on:
                sign = "✓" if state.ok else "✗"
                counts = (str(state.waiting), str(state.undelivered))
                table.add_row(state.name, state.receives, f"{sign} {state.provider}".strip(), *counts)
            else:
                table.add_row(state.name, "off", "", "", "")
        Console().print(table)
    sys.exit(0 if all(state.ok for state in states) else 1)


@app.command()
def register(
    name: Annotated[str, typer.Argument(help="A channel, or meta for Messenger, Instagram and WhatsApp.")],
) -> None:
    """Do at a provider what its API can do, and say the rest as steps; safe to repeat.

    Webhook address, commands, menu, greeting. The gateway has to be reachable from outside: some providers call it at once.
    """
    settings = load()
    steps, failures = asyncio.run(_register(settings, name))
    for step in steps:
        print(f"{'✓' if step.done else '→'} {step.text}")
    left = sum(not step.done for step in steps)
    if left:
        print(f"\n{left} à faire à la main (→).")
    if failures:
        raise BotError("; ".join(failures))


async def _states(settings: Settings) -> list[State]:
    async with aiohttp.ClientSession() as http:
        built = _build(settings, http)
        found = await asyncio.gather(*(_state(settings, channel) for channel in built.values()))
    known = {state.name: state for state in found}
    if settings.office.channels.web:
        known["web"] = State("web", True, _address(settings) + "/", "our own")
    if "form" in known:
        known["form"] = State("form", True, f"{_address(settings)}/formulaires", "our own")
    store = await open_store(settings.database_url)
    try:
        waiting, undelivered = await store.outbox.by_channel()
    finally:
        await store.close()
    return [
        State(
            **{
                **asdict(known.get(kind.name, State(kind.name, False))),
                "waiting": waiting.get(kind.name, 0),
                "undelivered": undelivered.get(kind.name, 0),
            }
        )
        for kind in channel_list.ALL
    ]


async def _state(settings: Settings, channel: Channel) -> State:
    path = PATH.format(name=channel.name)
    receives = f"{_address(settings)}{path}" if channel.hears else "fetched by the gateway"
    try:
        await channel.open()
        provider, ok = await asyncio.wait_for(channel.check(), WITHIN_SECONDS), True
    except SendError as error:
        provider, ok = str(error), False
    except asyncio.TimeoutError:
        provider, ok = f"no answer within {WITHIN_SECONDS:.0f} s", False
    finally:
        await channel.close()
    return State(channel.name, True, receives, provider, ok)


async def _register(settings: Settings, name: str) -> tuple[list[Step], list[str]]:
    """What was done and what is left, and why the rest failed: of several channels, one never costs another."""
    if name == "web":
        raise ConfigurationError("web is our own page: there is nothing to register")
    names = GROUPS.get(name, (name,))
    async with aiohttp.ClientSession() as http:
        built = _build(settings, http)
        wanted = [channel for channel in built.values() if channel.name in names]
        if not wanted:
            known = ", ".join([*built, *(group for group, members in GROUPS.items() if built.keys() & set(members))])
            raise ConfigurationError(f"{name} is not switched on in office.yml; these are: {known or 'none'}")
        steps: list[Step] = []
        failures: list[str] = []
        for channel in wanted:
            try:
                await channel.open()
                steps += await channel.register(_address(settings))
            except SendError as error:
                failures.append(f"{channel.name}: {error}")
            finally:
                await channel.close()
        return steps, failures


def _build(settings: Settings, http: aiohttp.ClientSession) -> dict[str, Channel]:
    return channel_list.build(settings, http, wording.load(settings.office))


def _address(settings: Settings) -> str:
    return (settings.office.channels.address or settings.office.town.website).rstrip("/")
