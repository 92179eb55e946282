"""`guichet agents`: who may sign in at the desk."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot import clock
from bot.agents import MAX_CAPACITY, OWN_LANGUAGE, Abilities, Agent, Role, primary
from bot.desk.accounts import LOGIN, Accounts
from bot.desk.passwords import Passwords
from bot.settings import Settings, load
from bot.store.sql import Store, migrate, open_store

T = TypeVar("T")

app = typer.Typer(help="Make, list, lock and reopen the accounts of the desk.", no_args_is_help=True)

LoginArgument = Annotated[str, typer.Argument(metavar="LOGIN", help="What the agent types to sign in.")]

LanguagesOption = Annotated[
    str | None,
    typer.Option(help='Languages they write besides French, such as en,ar; "" for none.', metavar="CODES"),
]
SkillsOption = Annotated[
    str | None, typer.Option(help='What else they can be asked for, by commas; "" for none.', metavar="WORDS")
]
CapacityOption = Annotated[
    str | None,
    typer.Option(
        help=f'How many conversations at a time they are offered, 0 to {MAX_CAPACITY}; "" for what office.yml says.',
        metavar="NUMBER",
    ),
]
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.IGNORECASE)
MAX_WORDS, MAX_WORD_CHARS = 20, 40


@app.command()
def add(
    login: LoginArgument,
    name: Annotated[str, typer.Option(help="What citizens and colleagues read, such as Claire M.")],
    role: Annotated[Role, typer.Option(help="Whose cases they see, and whether they keep the accounts.")] = Role.AGENT,
    service: Annotated[
        list[str] | None, typer.Option(help="Code of a service of theirs, once for each; none means all.")
    ] = None,
    languages: LanguagesOption = None,
    skills: SkillsOption = None,
    capacity: CapacityOption = None,
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
    abilities = _abilities(Abilities(), languages, skills, capacity)
    given = sys.stdin.readline().rstrip("\r\n") if password_stdin else None

    async def work(store: Store) -> tuple[Agent, str]:
        agent, password = await _accounts(store).add(login, name, role, services, given)
        await store.agents.set_abilities(agent.id, abilities)
        return agent, password

    agent, password = _run(settings, work)
    _say(f"Account {agent.login} ({agent.role.value}; {', '.join(agent.services) or 'all services'}) is made.")
    if given is None:
        _tell_password(password)


@app.command()
def change(
    login: LoginArgument,
    languages: LanguagesOption = None,
    skills: SkillsOption = None,
    capacity: CapacityOption = None,
) -> None:
    """Change what an agent can be asked for; what is not named stays as it is."""
    login = _checked(login)
    if languages is None and skills is None and capacity is None:
        raise typer.BadParameter("name what changes: --languages, --skills or --capacity")

    async def work(store: Store) -> Abilities:
        agent = await _accounts(store).find(login)
        changed = _abilities(agent.abilities, languages, skills, capacity)
        await store.agents.set_abilities(agent.id, changed)
        return changed

    able = _run(load(), work)
    _say(
        f"Account {login}: languages {', '.join(('fr', *able.languages))}; skills {', '.join(able.skills) or 'none'}; "
        f"capacity {'as desk.routing.capacity says' if able.capacity is None else able.capacity}."
    )


@app.command("list")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False) -> None:
    """Every account."""
    agents = _run(load(), lambda store: store.agents.all())
    if as_json:
        print(json.dumps([_facts(agent) for agent in agents], ensure_ascii=False))
        return
    table = Table("login", "name", "role", "services", "languages", "skills", "capacity", "state", "last seen")
    for agent in agents:
        state = "locked" if agent.disabled else "demonstration" if agent.demo else "open"
        seen = f"{agent.seen_at.astimezone():%Y-%m-%d %H:%M}" if agent.seen_at else "never"
        able = agent.abilities
        facts = [
            ", ".join(("fr", *able.languages)),
            ", ".join(able.skills),
            "" if able.capacity is None else able.capacity,
        ]
        services = ", ".join(agent.services) or "all"
        table.add_row(agent.login, agent.name, agent.role.value, services, *map(str, facts), state, seen)
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


def _abilities(known: Abilities, languages: str | None, skills: str | None, capacity: str | None) -> Abilities:
    """What is known of an agent, with what was named changed."""
    changed = known
    if languages is not None:
        changed = replace(changed, languages=_languages(languages))
    if skills is not None:
        changed = replace(changed, skills=_listed(skills, "--skills"))
    if capacity is not None:
        changed = replace(changed, capacity=_capacity(capacity))
    return changed


def _languages(text: str) -> tuple[str, ...]:
    codes = _listed(text, "--languages")
    for code in codes:
        if LANGUAGE.fullmatch(code) is None:
            raise typer.BadParameter(f"{code!r} is no language code, such as en or pt-BR", param_hint="--languages")
    return tuple(code for code in codes if primary(code) != OWN_LANGUAGE)


def _capacity(text: str) -> int | None:
    if not text.strip():
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= MAX_CAPACITY):
        raise typer.BadParameter(f"{text!r} is no number from 0 to {MAX_CAPACITY}", param_hint="--capacity")
    return int(text)


def _listed(text: str, option: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word for part in text.split(",") if (word := " ".join(part.split()))))
    if len(words) > MAX_WORDS or any(len(word) > MAX_WORD_CHARS for word in words):
        raise typer.BadParameter(f"at most {MAX_WORDS} of at most {MAX_WORD_CHARS} characters each", param_hint=option)
    return words


def _facts(agent: Agent) -> dict[str, object]:
    return {
        "login": agent.login,
        "name": agent.name,
        "role": agent.role.value,
        "services": list(agent.services),
        "languages": list(agent.abilities.languages),
        "skills": list(agent.abilities.skills),
        "capacity": agent.abilities.capacity,
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
