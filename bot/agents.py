"""Who works at the desk, and what signing in asks of its storage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 200
MAX_CAPACITY = 50
OWN_LANGUAGE = "fr"
"""Everybody at the desk speaks it."""


class Role(str, Enum):
    """AGENT: the cases of their own services. SUPERVISOR: those of all. ADMIN: that, and the accounts."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What an agent can be asked for."""

    languages: tuple[str, ...] = ()
    """BCP 47, besides French."""
    skills: tuple[str, ...] = ()
    """In the town's own words."""
    capacity: int | None = None
    """How many live conversations at a time; None for what `desk.routing.capacity` says, 0 for none."""


@dataclass(frozen=True, slots=True)
class Agent:
    """An account of the desk."""

    id: int
    login: str
    name: str
    """What citizens and colleagues read: first name and initial, such as Claire M."""
    role: Role
    services: tuple[str, ...]
    """Codes; empty means all of them."""
    disabled: bool
    demo: bool
    """The account of the demonstration, which signs in from this machine alone."""
    available: bool
    """Whether they take cases now, as they say."""
    seen_at: datetime | None
    """When their page was last heard of."""
    abilities: Abilities = Abilities()
    offered_at: datetime | None = None
    """When a case was last offered to them."""

    def speaks(self, language: str) -> bool:
        """Whether they write a language, whichever region it is of."""
        wanted = primary(language)
        return wanted in ("", OWN_LANGUAGE) or wanted in {primary(one) for one in self.abilities.languages}

    def works_for(self, service: str) -> bool:
        """Whether the cases of a service are their daily work: who sees all without being of one steps in at most."""
        return service in self.services or (self.role is Role.AGENT and not self.services)

    def serves(self, service: str) -> bool:
        """Whether the cases of a service are theirs to see."""
        return self.role is not Role.AGENT or not self.services or service in self.services


@dataclass(frozen=True, slots=True)
class NewAgent:
    """An account to be made."""

    login: str
    name: str
    role: Role
    services: tuple[str, ...]
    password_hash: str
    demo: bool = False
    abilities: Abilities = Abilities()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session: who it is, the token that unsafe requests carry, and since when."""

    agent: Agent
    csrf: str
    created_at: datetime
    seen_at: datetime


class Agents(Protocol):
    """The accounts of the desk and their sessions. Logins are compared without case."""

    async def add(self, new: NewAgent, now: datetime) -> Agent:
        """Make an account.

        Raises:
            Stale: the login is taken.
        """

    async def get(self, agent_id: int) -> Agent:
        """One account.

        Raises:
            Missing: there is none.
        """

    async def find(self, login: str) -> tuple[Agent, str] | None:
        """An account by its login, with the hash of its password."""

    async def all(self) -> list[Agent]:
        """Every account, by login."""

    async def set_password(self, agent_id: int, password_hash: str, now: datetime) -> None:
        """Replace a password; every session of the account ends.

        Raises:
            Missing: there is no such account.
        """

    async def set_disabled(self, agent_id: int, disabled: bool, now: datetime) -> None:
        """Lock or unlock an account; a locked one's sessions end.

        Raises:
            Missing: there is no such account.
        """

    async def set_abilities(self, agent_id: int, abilities: Abilities) -> None:
        """What they can be asked for from now on.

        Raises:
            Missing: there is no such account.
        """

    async def set_available(self, agent_id: int, available: bool) -> None:
        """Whether they take cases now."""

    async def seen(self, agent_ids: list[int], now: datetime) -> None:
        """Their pages are open."""

    async def watch(self, agent_id: int, case_id: int | None) -> None:
        """They have a case open on their page, or none."""

    async def watching(self, case_id: int, since: datetime) -> list[Agent]:
        """Who has a case open, of those seen since then, by name."""

    async def available(self, service: str, since: datetime) -> int:
        """How many agents of a service are available and were seen since then."""

    async def begin_session(self, token_hash: str, agent_id: int, csrf: str, now: datetime) -> None:
        """A new session."""

    async def session(self, token_hash: str, idle_since: datetime, begun_since: datetime) -> SignedIn | None:
        """A session that is neither over nor too long unused, of an account that is not locked."""

    async def touch_session(self, token_hash: str, now: datetime) -> None:
        """A session was used."""

    async def end_session(self, token_hash: str) -> None:
        """Sign out."""

    async def failed(self, keys: tuple[str, ...], now: datetime) -> None:
        """A sign-in failed, counted under each key (account, network address)."""

    async def failures(self, key: str, since: datetime) -> int:
        """How many sign-ins failed under a key since then."""

    async def forgive(self, key: str) -> None:
        """Forget the failures of a key, whose owner has signed in."""


def primary(language: str) -> str:
    """The language of a BCP 47 tag without its region: `pt` of `pt-BR`."""
    return language.split("-")[0].lower()
