"""Accounts of the desk: made, and given new passwords."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from bot.agents import Agent, Agents, NewAgent, Role
from bot.clock import Clock, now
from bot.desk.passwords import Passwords, new_password, require_good
from bot.desk.sessions import account_key
from bot.errors import Missing
from bot.settings import Settings

LOGIN = re.compile(r"[a-z0-9._-]{2,40}")
DEMO_LOGIN = "demo"
DEMO_NAME = "Camille D."


class Accounts:
    """Makes accounts, and opens them again to who has lost a password."""

    def __init__(self, agents: Agents, passwords: Passwords, clock: Clock = now) -> None:
        self._agents = agents
        self._passwords = passwords
        self._clock = clock

    async def add(
        self, login: str, name: str, role: Role, services: tuple[str, ...], password: str | None = None
    ) -> tuple[Agent, str]:
        """Make an account; its password is the one given, or a random one.

        Raises:
            PasswordRefused: the one given would be guessed.
            Stale: the login is taken.
        """
        if password is not None:
            require_good(password, login, name)
        return await self._add(login, name, role, services, password or new_password())

    async def add_demo(self) -> tuple[Agent, str] | None:
        """Make the account of the demonstration, if there is no account at all yet.

        Raises:
            Stale: another process has just made it.
        """
        if await self._agents.all():
            return None
        return await self._add(DEMO_LOGIN, DEMO_NAME, Role.SUPERVISOR, (), new_password(), demo=True)

    async def reset(self, login: str) -> tuple[Agent, str]:
        """Give an account a new random password; its sessions end, its failed sign-ins are forgotten.

        Raises:
            Missing: there is no such account.
        """
        agent = await self.find(login)
        password = new_password()
        await self._agents.set_password(agent.id, await self._passwords.hash(password), self._clock())
        await self._agents.forgive(account_key(agent.login))
        return agent, password

    async def find(self, login: str) -> Agent:
        """An account by its login.

        Raises:
            Missing: there is no such account.
        """
        found = await self._agents.find(login)
        if found is None:
            raise Missing(f"there is no account {login!r}: `guichet agents list` shows those that there are")
        return found[0]

    async def _add(
        self, login: str, name: str, role: Role, services: tuple[str, ...], password: str, demo: bool = False
    ) -> tuple[Agent, str]:
        password_hash = await self._passwords.hash(password)
        new = NewAgent(login, name, role, services, password_hash, demo)
        return await self._agents.add(new, self._clock()), password


def is_loopback(host: str) -> bool:
    """Whether a host name or an address is this machine's own, reached from nowhere else."""
    bare = host.strip("[]").casefold()
    if bare == "localhost":
        return True
    try:
        network = ipaddress.ip_network(bare, strict=False)
    except ValueError:
        return False
    # The /64 of ::1, as clients' networks are named, holds nothing else that packets arrive from.
    return network.is_loopback or network == ipaddress.ip_network("::/64")


def is_demonstration(settings: Settings) -> bool:
    """Whether this is the example town on somebody's own machine, whom nobody else reaches."""
    site = urlsplit(settings.office.town.website).hostname or ""
    return is_loopback(settings.host) and is_loopback(site) and settings.proxies == 0
