"""`guichet agents`: who may sign in at the desk."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot import clock
from bot.agents import Agent, Role
from bot.desk.accounts import LOGIN, Accounts
from bot.desk.passwords import Passwords
from bot.settings import Settings, load
from bot.store.sql import Store, migrate, open_store

T = TypeVar("T")

app = typer.Typer(help="Make, list, lock and reopen the accounts of the desk.", no_args_is_help=True)

LoginArgument = Annotated[str, typer.Argument(metavar="LOGIN", help="What the agent types to sign in.")]


@app.command()
def add(
    login: LoginArgument,
    name: Annotated[str, typer.Option(help="What citizens and colleagues read, such as Claire M.")],
    role: Annotated[Role, typer.Option(help="Whose cases they see, and whether they keep the accounts.")] = Role.AGENT,
    service: Annotated[
        list[str] | None, typer.Option(help="Code of a service of theirs, once for each; none means all.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the standard input, one line.")
    ] = False,
) -> None:
    """Make an account; its random password is printed once."""
    settings = load()
    login = _checked(login)
    name = " ".join(name.split())
    if not name:
        raise typer.BadParameter("a name is what citizens read: it cannot be empty", param_hint="--name")
    services = _services(settings, service or [])
    given = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    agent, password = _run(settings, lambda store: _accounts(store).add(login, name, role, services, given))
    _say(f"Account {agent.login} ({agent.role.value}; {', '.join(agent.services) or 'all services'}) is made.")
    if given is None:
        _tell_password(password)


@app.command("list")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False) -> None:
    """Every account."""
    agents = _run(load(), lambda store: store.agents.all())
    if as_json:
        print(json.dumps([_facts(agent) for agent in agents], ensure_ascii=False))
        return
    table = Table("login", "name", "role", "services", "state", "last seen")
    for agent in agents:
        state = "locked" if agent.disabled else "demonstration" if agent.demo else "open"
        seen = f"{agent.seen_at.astimezone():%Y-%m-%d %H:%M}" if agent.seen_at else "never"
        table.add_row(agent.login, agent.name, agent.role.value, ", ".join(agent.services) or "all", state, seen)
    Console().print(table, markup=False)


@app.command()
def disable(login: LoginArgument) -> None:
    """Lock an account: nobody signs in with it, and whoever is signed in is so no longer."""
    agent = _set_disabled(login, disabled=True)
    _say(f"Account {agent.login} is locked.")


@app.command()
def enable(login: LoginArgument) -> None:
    """Unlock an account."""
    agent = _set_disabled(login, disabled=False)
    _say(f"Account {agent.login} is open.")


@app.command()
def reset(login: LoginArgument) -> None:
    """Give an account a new random password, printed once; its sessions end, failed sign-ins are forgotten."""
    login = _checked(login)
    agent, password = _run(load(), lambda store: _accounts(store).reset(login))
    _say(f"Account {agent.login} has a new password.")
    _tell_password(password)


def _set_disabled(login: str, disabled: bool) -> Agent:
    login = _checked(login)

    async def work(store: Store) -> Agent:
        agent = await _accounts(store).find(login)
        await store.agents.set_disabled(agent.id, disabled, clock.now())
        return agent

    return _run(load(), work)


def _run(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    async def with_store() -> T:
        await asyncio.to_thread(migrate, settings.database_url)
        store = await open_store(settings.database_url)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(with_store())


def _accounts(store: Store) -> Accounts:
    return Accounts(store.agents, Passwords())


def _checked(login: str) -> str:
    folded = login.casefold()
    if LOGIN.fullmatch(folded) is None:
        raise typer.BadParameter(
            f"{login!r} is no login: 2 to 40 letters without accents, figures, dots, dashes", param_hint="LOGIN"
        )
    return folded


def _services(settings: Settings, codes: list[str]) -> tuple[str, ...]:
    known = settings.office.services
    if unknown := sorted(set(codes) - set(known)):
        raise typer.BadParameter(
            f"{', '.join(unknown)}: no such service; office.yml has {', '.join(known)}", param_hint="--service"
        )
    return tuple(dict.fromkeys(codes))


def _facts(agent: Agent) -> dict[str, object]:
    return {
        "login": agent.login,
        "name": agent.name,
        "role": agent.role.value,
        "services": list(agent.services),
        "disabled": agent.disabled,
        "demo": agent.demo,
        "available": agent.available,
        "seen_at": agent.seen_at.isoformat() if agent.seen_at else None,
    }


def _tell_password(password: str) -> None:
    _say(f"Password: {password}")
    _say("It is shown this once.")


def _say(line: str) -> None:
    print(line, flush=True)
