"""Agents at the desk of a running gateway, as their pages would be; short ways to say what the tests say often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio

from bot import clock
from bot.agents import Agent, NewAgent, Role
from bot.app import Gateway
from bot.cases import Case, CaseKind, Cause, NewCase, Slot
from bot.desk.login import COOKIE
from bot.desk.sessions import _hash
from bot.messages import Address
from bot.store.sql import Store
from tests.gateway.conftest import until

CSRF = "csrf-of-a-test"


@dataclass(slots=True)
class Colleague:
    """A signed-in agent."""

    agent: Agent
    origin: str
    token: str
    http: aiohttp.ClientSession
    heard: list[tuple[str, Any]] = field(default_factory=list)
    client: socketio.AsyncClient | None = None

    def headers(self, **more: str) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.token}", "Origin": self.origin, "X-CSRF-Token": CSRF, **more}

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of a request below `/desk/api`."""
        async with self.http.request(
            method, f"{self.origin}/desk/api{path}", json=body, headers=self.headers(**headers)
        ) as response:
            return response.status, await response.json()

    async def done(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of a request that is granted."""
        status, answer = await self.ask(method, path, body)
        assert status == 200, answer
        return answer

    def events(self, name: str) -> list[Any]:
        return [data for event, data in self.heard if event == name]

    async def call(self, event: str, data: Any) -> Any:
        assert self.client is not None
        return await self.client.call(event, data, namespace="/desk", timeout=10)


async def hire(store: Store, login: str, role: Role = Role.AGENT, services: tuple[str, ...] = ()) -> Agent:
    """An account whose page has just been seen."""
    agent = await store.agents.add(NewAgent(login, login.title(), role, services, "no password"), clock.now())
    await store.agents.seen([agent.id], clock.now())
    return agent


@asynccontextmanager
async def at_desk(
    built: Gateway,
    login: str = "claire",
    role: Role = Role.AGENT,
    services: tuple[str, ...] = (),
    *,
    live: bool = False,
) -> AsyncIterator[Colleague]:
    """A signed-in agent; `live` with their page connected."""
    agent = await hire(built.store, login, role, services)
    token = f"token-of-{login}"
    await built.store.agents.begin_session(_hash(token), agent.id, CSRF, clock.now())
    async with aiohttp.ClientSession() as http:
        colleague = Colleague(agent, f"http://127.0.0.1:{built.port}", token, http)
        if live:
            await connect(colleague)
        try:
            yield colleague
        finally:
            if colleague.client is not None:
                await colleague.client.disconnect()


async def connect(colleague: Colleague, **headers: str) -> None:
    """Open the agent's page."""
    client = socketio.AsyncClient(reconnection=False, http_session=colleague.http)
    for event in ("cases", "counts", "lines", "watchers", "citizen_typing", "undelivered", "troubles", "signed_out"):
        client.on(event, _listener(colleague, event), namespace="/desk")
    await client.connect(
        colleague.origin,
        headers={**colleague.headers(), **headers},
        transports=["websocket"],
        namespaces=["/desk"],
        wait_timeout=5,
    )
    colleague.client = client


def _listener(colleague: Colleague, event: str) -> Any:
    async def listen(data: Any) -> None:
        colleague.heard.append((event, data))

    return listen


async def open_case(
    store: Store, key: str = "anne", kind: CaseKind = CaseKind.QUESTION, slot: Slot | None = None, **more: Any
) -> Case:
    """A case of a citizen on the web."""
    conversation = await store.conversations.open(Address("web", key), "fr", clock.now())
    values = {"service": "voirie", "cause": Cause.ASKED, "subject": "Le trou de la rue du Lavoir", **more}
    return (
        await store.cases.open(NewCase(conversation.id, f"{key}.m1", "test", kind, **values), clock.now(), slot)
    ).case


async def soon(condition: Any, seconds: float = 10) -> None:
    """Wait for an asynchronous condition."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline, "what was waited for did not come"
        await asyncio.sleep(0.02)


__all__ = ["CSRF", "Colleague", "at_desk", "connect", "hire", "open_case", "soon", "until"]
