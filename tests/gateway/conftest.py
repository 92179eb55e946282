"""A whole gateway on free ports, over a database of its own and a fake Rasa."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import socketio

from bot import settings as settings_module
from bot.app import Gateway, gateway
from bot.settings import Settings
from bot.store.base import Article
from bot.store.sql import Store, open_store
from tests.databases import migrated
from tests.fakes import letters
from tests.fakes.actions import FakeActions
from tests.fakes.rasa import FakeRasa
from tests.gateway.fronts import Front, Post, fronts

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment that shares nothing with an installation on this machine."""
    return {
        "GUICHET_OFFICE": str(ROOT / "office.yml"),
        "GUICHET_DATA": str(tmp_path / "var"),
        "PORT": "0",
        "GUICHET_MONITOR_PORT": "0",
        "GUICHET_SECRET": "a-secret-that-only-tests-have-and-nobody-else",
    }


@pytest.fixture
async def store(environ: dict[str, str]) -> AsyncIterator[Store]:
    found = settings_module.load(environ)
    # Learnt by `guichet setup` elsewhere; here of a few letters.
    letters.learnt(found.data)
    opened = await open_store(migrated(found.database_url))
    yield opened
    await opened.close()


@pytest.fixture
async def rasa(store: Store) -> AsyncIterator[FakeRasa]:
    async with FakeRasa(tracker_events=store.tracker_events) as fake:
        yield fake


@pytest.fixture
async def actions() -> AsyncIterator[FakeActions]:
    async with FakeActions() as fake:
        yield fake


@pytest.fixture
def settings(environ: dict[str, str], rasa: FakeRasa, actions: FakeActions) -> Settings:
    return settings_module.load({**environ, "GUICHET_RASA_URL": rasa.url, "GUICHET_ACTIONS_URL": actions.url})


@pytest.fixture
async def running(settings: Settings, store: Store) -> AsyncIterator[Gateway]:
    """A gateway whose core is trusted."""
    article = Article(id="piscine", title="Piscine", service="sports", body="Ouverte le **mardi**.\n\n## Tarif\n\n3 €")
    await store.articles.replace("test", [article], datetime.now(timezone.utc))
    async with gateway(settings) as built:
        await until(lambda: built.core.trusted)
        yield built


@dataclass
class Town:
    """A gateway between the fake providers and a fake Rasa."""

    fronts: dict[str, Front]
    settings: Settings
    rasa: FakeRasa
    http: aiohttp.ClientSession
    built: Gateway | None = None

    @asynccontextmanager
    async def open(self, trusted: bool = True) -> AsyncIterator[Gateway]:
        """The gateway, for one of its lives."""
        async with gateway(self.settings) as built:
            await until(lambda: built.core.trusted or not trusted)
            self.built = built
            yield built

    async def post(self, post: Post) -> int:
        """The status that a provider's request gets."""
        assert self.built
        url = f"http://127.0.0.1:{self.built.port}{post.path}"
        headers = {"Content-Type": "application/json", **post.headers}
        async with self.http.post(url, data=io.BytesIO(post.body), headers=headers) as response:
            await response.read()
            return response.status

    def heard(self, text: str) -> int:
        """How often the core was asked something."""
        return [one.get("message") for one in self.rasa.heard].count(text)


@pytest.fixture
async def town(
    tmp_path: Path, environ: dict[str, str], store: Store, rasa: FakeRasa, actions: FakeActions
) -> AsyncIterator[Town]:
    reached = {**environ, "GUICHET_RASA_URL": rasa.url, "GUICHET_ACTIONS_URL": actions.url}
    rasa.answer(lambda heard: f"réponse à {heard['message']}")
    async with fronts(tmp_path, reached) as (known, settings), aiohttp.ClientSession() as http:
        yield Town(known, settings, rasa, http)


async def until(condition: Any, seconds: float = 10) -> None:
    """Wait for a condition, looked at every few milliseconds; fails when it does not come."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError("what was waited for did not come")
        await asyncio.sleep(0.01)


class Page:
    """A connected web chat client that remembers what it is told."""

    def __init__(self, client: socketio.AsyncClient) -> None:
        self.client = client
        self.heard: list[tuple[str, Any]] = []
        self.session_id = ""
        for event in ("session_confirm", "session_ready", "bot_uttered", "citizen_uttered", "erased"):
            client.on(event, self._listener(event))

    def _listener(self, event: str) -> Any:
        async def listen(data: Any) -> None:
            self.heard.append((event, data))

        return listen

    def events(self, name: str) -> list[Any]:
        return [data for event, data in self.heard if event == name]

    def texts(self) -> list[str]:
        return [data["text"] for data in self.events("bot_uttered")]

    async def request_session(self, session_id: Any = None, **more: Any) -> str:
        confirmed, ready = len(self.events("session_confirm")), len(self.events("session_ready"))
        await self.client.emit("session_request", {"session_id": session_id, **more})
        await until(lambda: len(self.events("session_confirm")) > confirmed)
        self.session_id = self.events("session_confirm")[-1]
        if more.get("client") == "guichet":
            await until(lambda: len(self.events("session_ready")) > ready)
        return self.session_id

    async def say(self, text: Any, **more: Any) -> Any:
        """Say something and wait for the acknowledgement."""
        data = {"message": text, "session_id": self.session_id, **more}
        return await self.client.call("user_uttered", data, timeout=10)

    async def tell(self, text: str, **more: Any) -> None:
        """Say something without asking for an acknowledgement, as stock widgets do."""
        await self.client.emit("user_uttered", {"message": text, "session_id": self.session_id, **more})

    async def wait_for_texts(self, count: int) -> list[str]:
        await until(lambda: len(self.texts()) >= count)
        return self.texts()


@asynccontextmanager
async def page(built: Gateway, **headers: str) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession() as http:
        client = socketio.AsyncClient(reconnection=False, http_session=http)
        shown = Page(client)
        await client.connect(f"http://127.0.0.1:{built.port}", headers=headers, transports=["websocket"])
        try:
            yield shown
        finally:
            await client.disconnect()
