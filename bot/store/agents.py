"""The accounts of the desk, their sessions, and the sign-ins that failed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from bot.agents import Abilities, Agent, NewAgent, Role, SignedIn
from bot.errors import Missing, Stale, StoreError
from bot.store import codec
from bot.store.desk_tables import agents, failures, sessions
from bot.store.engine import Database, insert_new

_ACCOUNTS = select(agents)
_SESSION = select(
    agents,
    sessions.c.csrf,
    sessions.c.created_at.label("begun_at"),
    sessions.c.seen_at.label("used_at"),
).join(agents, sessions.c.agent_id == agents.c.id)


class SqlAgents:
    """See `bot.agents.Agents`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, new: NewAgent, now: datetime) -> Agent:
        """See `Agents.add`."""
        values = {
            "login": new.login.casefold(),
            "name": new.name,
            "role": new.role.value,
            "services": codec.encode(new.services),
            "password_hash": new.password_hash,
            "disabled": False,
            "demo": new.demo,
            "available": True,
            "seen_at": None,
            "created_at": now,
            **_stored(new.abilities),
        }

        def work(connection: Connection) -> Agent:
            row = connection.execute(insert_new(connection.dialect.name, agents.c.id), values).first()
            if row is None:
                raise Stale(f"the login {values['login']} is taken")
            return as_agent(connection.execute(_ACCOUNTS.where(agents.c.id == row.id)).one())

        return await self._database.write(work)

    async def get(self, agent_id: int) -> Agent:
        """See `Agents.get`."""

        def work(connection: Connection) -> Agent:
            row = connection.execute(_ACCOUNTS.where(agents.c.id == agent_id)).first()
            if row is None:
                raise _missing(agent_id)
            return as_agent(row)

        return await self._database.read(work)

    async def find(self, login: str) -> tuple[Agent, str] | None:
        """See `Agents.find`."""
        wanted = codec.storable(login.casefold())

        def work(connection: Connection) -> tuple[Agent, str] | None:
            row = connection.execute(_ACCOUNTS.where(agents.c.login == wanted)).first()
            return (as_agent(row), row.password_hash) if row else None

        return await self._database.read(work)

    async def all(self) -> list[Agent]:
        """See `Agents.all`."""

        def work(connection: Connection) -> list[Agent]:
            return sorted((as_agent(row) for row in connection.execute(_ACCOUNTS)), key=lambda agent: agent.login)

        return await self._database.read(work)

    async def set_password(self, agent_id: int, password_hash: str, now: datetime) -> None:
        """See `Agents.set_password`."""
        await self._change(agent_id, {"password_hash": password_hash}, ends_sessions=True)

    async def set_disabled(self, agent_id: int, disabled: bool, now: datetime) -> None:
        """See `Agents.set_disabled`."""
        await self._change(agent_id, {"disabled": disabled}, ends_sessions=disabled)

    async def set_abilities(self, agent_id: int, abilities: Abilities) -> None:
        """See `Agents.set_abilities`."""
        await self._change(agent_id, _stored(abilities), ends_sessions=False)

    async def set_available(self, agent_id: int, available: bool) -> None:
        """See `Agents.set_available`."""
        change = update(agents).where(agents.c.id == agent_id).values(available=available)
        await self._database.write(lambda connection: connection.execute(change))

    async def seen(self, agent_ids: list[int], now: datetime) -> None:
        """See `Agents.seen`."""
        if agent_ids:
            # In one order: two processes that see the same agents do not wait for each other crosswise.
            locked = select(agents.c.id).where(agents.c.id.in_(agent_ids)).order_by(agents.c.id).with_for_update()
            change = update(agents).where(agents.c.id.in_(agent_ids)).values(seen_at=now)

            def work(connection: Connection) -> None:
                connection.execute(locked).all()
                connection.execute(change)

            await self._database.write(work)

    async def watch(self, agent_id: int, case_id: int | None) -> None:
        """See `Agents.watch`."""
        change = update(agents).where(agents.c.id == agent_id).values(watching=case_id)
        await self._database.write(lambda connection: connection.execute(change))

    async def watching(self, case_id: int, since: datetime) -> list[Agent]:
        """See `Agents.watching`."""
        found = _ACCOUNTS.where(agents.c.watching == case_id, agents.c.seen_at >= since).order_by(agents.c.name)
        return await self._database.read(lambda connection: [as_agent(row) for row in connection.execute(found)])

    async def available(self, service: str, since: datetime) -> int:
        """See `Agents.available`."""
        present = _ACCOUNTS.where(~agents.c.disabled, agents.c.available, agents.c.seen_at >= since)

        def work(connection: Connection) -> int:
            return sum(as_agent(row).serves(service) for row in connection.execute(present))

        return await self._database.read(work)

    async def begin_session(self, token_hash: str, agent_id: int, csrf: str, now: datetime) -> None:
        """See `Agents.begin_session`."""
        new = {"token_hash": token_hash, "agent_id": agent_id, "csrf": csrf, "created_at": now, "seen_at": now}
        await self._database.write(lambda connection: connection.execute(insert(sessions), new))

    async def session(self, token_hash: str, idle_since: datetime, begun_since: datetime) -> SignedIn | None:
        """See `Agents.session`."""
        wanted = _SESSION.where(
            sessions.c.token_hash == token_hash,
            sessions.c.seen_at > idle_since,
            sessions.c.created_at > begun_since,
            ~agents.c.disabled,
        )

        def work(connection: Connection) -> SignedIn | None:
            row = connection.execute(wanted).first()
            return SignedIn(as_agent(row), row.csrf, row.begun_at, row.used_at) if row else None

        return await self._database.read(work)

    async def touch_session(self, token_hash: str, now: datetime) -> None:
        """See `Agents.touch_session`."""
        change = update(sessions).where(sessions.c.token_hash == token_hash, sessions.c.seen_at < now)
        await self._database.write(lambda connection: connection.execute(change.values(seen_at=now)))

    async def end_session(self, token_hash: str) -> None:
        """See `Agents.end_session`."""
        change = delete(sessions).where(sessions.c.token_hash == token_hash)
        await self._database.write(lambda connection: connection.execute(change))

    async def failed(self, keys: tuple[str, ...], now: datetime) -> None:
        """See `Agents.failed`."""
        new = [{"key": key, "at": now} for key in keys]
        await self._database.write(lambda connection: connection.execute(insert(failures), new))

    async def failures(self, key: str, since: datetime) -> int:
        """See `Agents.failures`; one at `since` itself counts no more."""
        count = select(func.count()).select_from(failures).where(failures.c.key == key, failures.c.at > since)
        return await self._database.read(lambda connection: connection.execute(count).scalar_one())

    async def forgive(self, key: str) -> None:
        """See `Agents.forgive`."""
        change = delete(failures).where(failures.c.key == key)
        await self._database.write(lambda connection: connection.execute(change))

    async def _change(self, agent_id: int, values: dict[str, Any], ends_sessions: bool) -> None:
        change = update(agents).where(agents.c.id == agent_id).values(**values)

        def work(connection: Connection) -> None:
            if connection.execute(change).rowcount != 1:
                raise _missing(agent_id)
            if ends_sessions:
                connection.execute(delete(sessions).where(sessions.c.agent_id == agent_id))

        await self._database.write(work)


def as_agent(row: Row[Any]) -> Agent:
    """An account from a row that holds the columns of its table.

    Raises:
        StoreError: it has a role that this version does not know.
    """
    try:
        role = Role(row.role)
    except ValueError as error:
        raise StoreError(str(error)) from error
    return Agent(
        id=row.id,
        login=row.login,
        name=row.name,
        role=role,
        services=codec.names(row.services),
        disabled=row.disabled,
        demo=row.demo,
        available=row.available,
        seen_at=row.seen_at,
        abilities=Abilities(codec.names(row.languages), codec.names(row.skills), row.capacity),
        offered_at=row.offered_at,
    )


def _stored(abilities: Abilities) -> dict[str, Any]:
    return {
        "languages": codec.encode(abilities.languages),
        "skills": codec.encode(abilities.skills),
        "capacity": abilities.capacity,
    }


def _missing(agent_id: int) -> Missing:
    return Missing(f"there is no agent {agent_id}")
