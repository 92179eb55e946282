"""The contract of the desk's accounts, their sessions, and failed sign-ins."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from bot.agents import Agent, NewAgent, Role, SignedIn
from bot.errors import Missing, Stale, StoreError
from bot.store.sql import Store
from tests.store.words import START, after, rewrite

LONG_AGO = after(days=-365)


async def hired(
    store: Store,
    login: str = "claire.m",
    role: Role = Role.AGENT,
    services: tuple[str, ...] = ("voirie", "urbanisme"),
    seen_at: datetime | None = None,
) -> Agent:
    """A new account, whose page was open at a moment."""
    agent = await store.agents.add(NewAgent(login, f"{login} M.", role, services, f"hash of {login}"), START)
    if seen_at is not None:
        await store.agents.seen([agent.id], seen_at)
    return agent


async def in_session(store: Store, token_hash: str = "t1") -> SignedIn | None:
    return await store.agents.session(token_hash, LONG_AGO, LONG_AGO)


class AgentsContract:
    async def test_an_account_is_found_by_its_login_without_case(self, store: Store) -> None:
        """With the hash of its password, open, available, and never seen yet."""
        agent = await hired(store, "Claire.M")

        assert agent == Agent(
            agent.id, "claire.m", "Claire.M M.", Role.AGENT, ("voirie", "urbanisme"), False, False, True, None
        )
        assert await store.agents.find("CLAIRE.m") == (agent, "hash of Claire.M")
        assert await store.agents.get(agent.id) == agent
        assert await store.agents.find("claire") is None
        assert await store.agents.find("claire.m\x00") is None

    async def test_a_login_is_somebodys(self, store: Store) -> None:
        """A second account under a login is refused, in another case too; eight at once make one."""
        await hired(store)
        with pytest.raises(Stale):
            await hired(store, "CLAIRE.M")
        made = await asyncio.gather(*(hired(store, "bruno") for _ in range(8)), return_exceptions=True)

        assert sum(isinstance(one, Agent) for one in made) == 1
        assert {type(one) for one in made} == {Agent, Stale}

    async def test_accounts_are_listed_by_login(self, store: Store) -> None:
        """All of them, locked ones and the demonstration's too."""
        second, first = await hired(store, "yann"), await hired(store, "anne")
        demo = await store.agents.add(NewAgent("demo", "Camille D.", Role.SUPERVISOR, (), "h", demo=True), START)
        await store.agents.set_disabled(first.id, True, START)

        assert await store.agents.all() == [replace(first, disabled=True), demo, second]
        assert demo.demo

    async def test_who_is_not_there_is_missing(self, store: Store) -> None:
        """An unknown account can neither be read nor changed."""
        with pytest.raises(Missing):
            await store.agents.get(99)
        with pytest.raises(Missing):
            await store.agents.set_password(99, "h", START)
        with pytest.raises(Missing):
            await store.agents.set_disabled(99, True, START)

    async def test_a_role_of_a_newer_version_is_a_store_error(self, store: Store) -> None:
        """Nobody gets rights that this version does not know."""
        agent = await hired(store)
        await rewrite(store, "agents", "role", "agent", "mayor")
        with pytest.raises(StoreError):
            await store.agents.get(agent.id)

    async def test_a_session_is_known_until_it_is_too_old_or_unused(self, store: Store) -> None:
        """By the moments before which it may not have begun and may not have been used last."""
        agent = await hired(store)
        await store.agents.begin_session("t1", agent.id, "csrf", START)
        await store.agents.touch_session("t1", after(60))
        known = SignedIn(agent, "csrf", START, after(60))

        assert await store.agents.session("t1", after(59), after(-1)) == known
        assert await store.agents.session("t1", after(60), after(-1)) is None
        assert await store.agents.session("t1", after(59), START) is None
        assert await store.agents.session("t2", LONG_AGO, LONG_AGO) is None

    async def test_a_late_touch_does_not_age_a_session(self, store: Store) -> None:
        """Of two requests that come together, the younger one's moment holds."""
        agent = await hired(store)
        await store.agents.begin_session("t1", agent.id, "csrf", START)
        await store.agents.touch_session("t1", after(60))
        await store.agents.touch_session("t1", after(30))
        found = await in_session(store)

        assert found is not None
        assert found.seen_at == after(60)

    async def test_signing_out_ends_one_session(self, store: Store) -> None:
        """That one and no other; twice does no harm."""
        agent = await hired(store)
        await store.agents.begin_session("t1", agent.id, "csrf", START)
        await store.agents.begin_session("t2", agent.id, "other", START)
        await store.agents.end_session("t1")
        await store.agents.end_session("t1")

        assert await in_session(store, "t1") is None
        assert await in_session(store, "t2") is not None

    async def test_a_new_password_ends_every_session_of_its_account(self, store: Store) -> None:
        """And nobody else's; the new hash is found."""
        agent, other = await hired(store), await hired(store, "bruno")
        for token_hash, whose in (("t1", agent), ("t2", agent), ("t3", other)):
            await store.agents.begin_session(token_hash, whose.id, "csrf", START)
        await store.agents.set_password(agent.id, "new", START)

        assert await store.agents.find("claire.m") == (agent, "new")
        assert [await in_session(store, token_hash) is None for token_hash in ("t1", "t2", "t3")] == [True, True, False]

    async def test_a_locked_account_has_no_session(self, store: Store) -> None:
        """Those that there were end, one that begins at that moment is not known, and unlocking brings none back."""
        agent = await hired(store)
        await store.agents.begin_session("t1", agent.id, "csrf", START)
        await store.agents.set_disabled(agent.id, True, START)
        await store.agents.begin_session("t2", agent.id, "csrf", START)
        while_locked = [await in_session(store, "t1"), await in_session(store, "t2")]
        await store.agents.set_disabled(agent.id, False, START)

        assert while_locked == [None, None]
        assert await in_session(store, "t1") is None

    async def test_available_are_those_of_the_service_whose_page_is_open(self, store: Store) -> None:
        """Available, not locked, seen since; an agent of that service or of all, a supervisor of any."""
        await hired(store, "mine", seen_at=after(60))
        await hired(store, "of-all", services=(), seen_at=after(60))
        await hired(store, "supervisor", Role.SUPERVISOR, ("elections",), seen_at=after(60))
        await hired(store, "elsewhere", services=("elections",), seen_at=after(60))
        await hired(store, "vanished", seen_at=after(59))
        await hired(store, "never-seen")
        busy, locked = await hired(store, "busy", seen_at=after(60)), await hired(store, "locked", seen_at=after(60))
        await store.agents.set_available(busy.id, False)
        await store.agents.set_disabled(locked.id, True, START)

        assert await store.agents.available("voirie", after(60)) == 3
        assert await store.agents.available("elections", after(60)) == 3
        assert await store.agents.available("voirie", after(61)) == 0

    async def test_seeing_nobody_changes_nothing(self, store: Store) -> None:
        """An empty list is no list of all."""
        agent = await hired(store)
        await store.agents.seen([], START)

        assert (await store.agents.get(agent.id)).seen_at is None

    async def test_failures_are_counted_under_each_key_since_a_moment(self, store: Store) -> None:
        """The moment itself counts no more; what is forgiven is forgotten for its key alone."""
        for second in (0, 10, 20):
            await store.agents.failed(("account", "peer"), after(second))
        await store.agents.failed(("peer",), after(30))

        assert await store.agents.failures("account", after(-1)) == 3
        assert await store.agents.failures("account", after(10)) == 1
        assert await store.agents.failures("peer", after(0)) == 3
        await store.agents.forgive("account")
        assert await store.agents.failures("account", LONG_AGO) == 0
        assert await store.agents.failures("peer", LONG_AGO) == 4
