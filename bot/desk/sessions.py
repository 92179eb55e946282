"""Signing in at the desk: who may, how often one may try, and how long it lasts."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from datetime import timedelta
from enum import Enum
from weakref import WeakValueDictionary

from bot.agents import Agent, Agents, SignedIn
from bot.clock import Clock, now
from bot.desk.passwords import Passwords
from bot.errors import DeskError, NotSignedIn
from bot.settings_desk import Desk

TOKEN_BYTES = 32
WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 5
"""In a window; then nobody signs in under that login, with the right password neither."""
FAILURES_PER_PEER = 30
"""In a window, of one network address: an office shares one."""
TOUCH_AFTER = timedelta(minutes=1)
"""How exactly a session's last use is known."""
MINUTE = timedelta(minutes=1)


class Refusal(str, Enum):
    """Why somebody is not signed in: WRONG login or password, THROTTLED after too many, DEMO from elsewhere."""

    WRONG = "wrong"
    THROTTLED = "throttled"
    DEMO = "demo"


class SignInRefused(DeskError):
    """Nobody is signed in; `wait` is how long it takes until another try is heard, in whole minutes."""

    def __init__(self, refusal: Refusal, wait: timedelta | None = None) -> None:
        super().__init__(f"not signed in: {refusal.value}")
        self.refusal = refusal
        self.wait = wait


class Door:
    """Lets agents in and knows those who are in.

    A token is only ever kept as its hash: who reads the database cannot sign in with what stands there.
    """

    def __init__(self, agents: Agents, passwords: Passwords, desk: Desk, clock: Clock = now) -> None:
        self._agents = agents
        self._passwords = passwords
        self._idle = timedelta(minutes=desk.idle_minutes)
        self._longest = timedelta(hours=desk.session_hours)
        self._clock = clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def sign_in(
        self, login: str, password: str, peer: str, is_local: bool = False, former: str | None = None
    ) -> str:
        """A new session's token.

        `peer` is the network that asks, `is_local` whether that is this machine for certain. The session of the token
        `former`, which the same browser had, ends.

        Raises:
            SignInRefused: the reason stands in it. An unknown login is refused like a wrong password, and as late.
        """
        login = login.strip().casefold()
        account, network = account_key(login), _key("peer", peer)
        # One try at a time for an account and for a network: nobody tries more often by trying at the same time.
        async with self._turn(account), self._turn(network):
            await self._require_few_failures(account, network)
            agent, password_hash = await self._verify(login, password, (account, network))
            if agent.demo and not is_local:
                raise SignInRefused(Refusal.DEMO)
            await self._agents.forgive(account)
            return await self._begin(agent, password, password_hash, former)

    async def look(self, token: str) -> SignedIn:
        """Whose session a token is, without counting as a use of it.

        Raises:
            NotSignedIn: there is none, it is over, or its account is locked.
        """
        moment = self._clock()
        found = await self._agents.session(_hash(token), moment - self._idle, moment - self._longest)
        if found is None:
            raise NotSignedIn("there is no such session, or it is over")
        return found

    async def use(self, token: str) -> SignedIn:
        """Whose session a token is; it is not over for as long as it is used.

        Raises:
            NotSignedIn: see `look`.
        """
        found = await self.look(token)
        moment = self._clock()
        if moment - found.seen_at >= TOUCH_AFTER:
            await self._agents.touch_session(_hash(token), moment)
        return found

    async def sign_out(self, token: str) -> None:
        """End a session, if there is one."""
        await self._agents.end_session(_hash(token))

    async def _begin(self, agent: Agent, password: str, password_hash: str, former: str | None) -> str:
        """A new session's token."""
        if self._passwords.is_outdated(password_hash):
            password_hash = await self._passwords.hash(password)
            await self._agents.set_password(agent.id, password_hash, self._clock())
        if former:
            await self.sign_out(former)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        await self._agents.begin_session(_hash(token), agent.id, secrets.token_urlsafe(TOKEN_BYTES), self._clock())
        found = await self._agents.find(agent.login)
        if found is None or found[1] != password_hash:
            # The password was replaced meanwhile, which ended the sessions that there were then.
            await self.sign_out(token)
            raise SignInRefused(Refusal.WRONG)
        return token

    async def _verify(self, login: str, password: str, keys: tuple[str, str]) -> tuple[Agent, str]:
        """The account and its hash; a failure is counted."""
        found = await self._agents.find(login)
        fits = await self._passwords.fits(password, found[1] if found else None)
        if found is None or not fits or found[0].disabled:
            await self._agents.failed(keys, self._clock())
            raise SignInRefused(Refusal.WRONG)
        return found

    async def _require_few_failures(self, account: str, network: str) -> None:
        waits = [
            await self._wait(account, FAILURES_PER_ACCOUNT),
            await self._wait(network, FAILURES_PER_PEER),
        ]
        if any(waits):
            raise SignInRefused(Refusal.THROTTLED, max(waits))

    async def _wait(self, key: str, most: int) -> timedelta:
        """How long until a key has less than so many failures in the window; zero if it has so now."""
        moment = self._clock()
        if await self._agents.failures(key, moment - WINDOW) < most:
            return timedelta(0)
        # The store counts and does not list: look for the minute by halves.
        too_early, late_enough = 0, WINDOW // MINUTE
        while late_enough - too_early > 1:
            middle = (too_early + late_enough) // 2
            if await self._agents.failures(key, moment + middle * MINUTE - WINDOW) < most:
                late_enough = middle
            else:
                too_early = middle
        return late_enough * MINUTE

    def _turn(self, key: str) -> asyncio.Lock:
        lock = self._turns.get(key)
        if lock is None:
            lock = self._turns[key] = asyncio.Lock()
        return lock


def account_key(login: str) -> str:
    """Under which the failed sign-ins of an account are counted."""
    return _key("account", login.strip().casefold())


def _key(kind: str, of: str) -> str:
    return _hash(f"{kind}:{of}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
