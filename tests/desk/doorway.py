"""The desk's door on a real server, over a real store, with a clock that tests turn and hashes that cost nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from argon2 import PasswordHasher

from bot.agents import Agent, NewAgent, Role
from bot.desk.login import COOKIE, Login, guard
from bot.desk.passwords import Passwords
from bot.desk.sessions import Door
from bot.gateway import middleware
from bot.gateway.pages import Pages
from bot.gateway.routes import peer_of
from bot.settings import read_office
from bot.settings_desk import Desk
from bot.store.sql import Store, migrate, open_store
from tests.ops.programs import ROOT
from tests.store.words import START

PASSWORD = "trois tasses de thé froid"
OFFICE = read_office(ROOT / "office.yml")
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class FakeClock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door answered."""

    status: int
    headers: Mapping[str, str]
    text: str
    cookie: Any
    """The cookie it sets, with its attributes; None if it sets none."""


class Doorway:
    """A store with an agent, a door, and a server that has the door's routes and two guarded ones."""

    def __init__(self, store: Store, clock: FakeClock, host: str = "127.0.0.1", proxies: int = 0) -> None:
        self.store = store
        self.clock = clock
        self.passwords = Passwords(CHEAP)
        self.door = Door(store.agents, self.passwords, Desk(), clock)
        self.login = Login(self.door, OFFICE.town, host, partial(peer_of, proxies))
        self.http: aiohttp.ClientSession
        self.host = ""

    async def hire(self, login: str = "claire.m", demo: bool = False) -> Agent:
        """Make an account whose password is `PASSWORD`."""
        new = NewAgent(login, "Claire M.", Role.AGENT, ("voirie",), await self.passwords.hash(PASSWORD), demo)
        return await self.store.agents.add(new, self.clock())

    async def post(
        self, path: str = "/desk/login", cookie: str = "", headers: Mapping[str, str] | None = None, **form: str
    ) -> Answer:
        """Send a form from our own page, unless the headers say otherwise; "" leaves a header out."""
        given = {"Origin": f"http://{self.host}", **(headers or {})}
        return await self._ask("POST", path, cookie, given, data=form)

    async def get(
        self, path: str = "/desk/login", cookie: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Open a page."""
        return await self._ask("GET", path, cookie, headers or {})

    async def sign_in(self, login: str = "claire.m", password: str = PASSWORD, cookie: str = "", **form: str) -> Answer:
        """Fill the form in and send it."""
        return await self.post(cookie=cookie, login=login, password=password, **form)

    async def fail(self, times: int, login: str = "claire.m") -> None:
        """Sign in with a wrong password so many times, and be heard each time."""
        for _ in range(times):
            assert (await self.sign_in(login, "un mauvais mot de passe")).status == 403

    async def account(self, login: str = "claire.m") -> Agent:
        """An account."""
        found = await self.store.agents.find(login)
        assert found is not None
        return found[0]

    async def kept(self, login: str) -> str:
        """The hash of an account's password."""
        found = await self.store.agents.find(login)
        assert found is not None
        return found[1]

    async def replace_password(self, password: str) -> None:
        """Give claire.m another password."""
        agent = await self.account()
        await self.store.agents.set_password(agent.id, await self.passwords.hash(password), self.clock())

    async def token(self, cookie: str = "") -> str:
        """Sign in; the session's token."""
        answer = await self.sign_in(cookie=cookie)
        assert (answer.status, answer.cookie is not None) == (303, True), answer.text
        return str(answer.cookie.value)

    async def status_of(self, token: str) -> int:
        """What a signed-in agent's request with this token gets."""
        return (await self.get("/desk/api/me", cookie=token)).status

    async def _ask(self, method: str, path: str, cookie: str, headers: Mapping[str, str], **more: Any) -> Answer:
        sent = {name: value for name, value in headers.items() if value}
        if cookie:
            sent["Cookie"] = f"{COOKIE}={cookie}"
        async with self.http.request(method, path, headers=sent, allow_redirects=False, **more) as response:
            cookies: SimpleCookie = SimpleCookie()
            for line in response.headers.getall("Set-Cookie", []):
                cookies.load(line)
            return Answer(response.status, response.headers, await response.text(), cookies.get(COOKIE))

    async def me(self, request: web.Request) -> web.Response:
        """A route for signed-in agents, guarded as every one of the desk."""
        signed_in = await self.login.who(request)
        guard(request, signed_in)
        return web.json_response({"login": signed_in.agent.login, "csrf": signed_in.csrf})

    async def page(self, request: web.Request) -> web.Response:
        """A page for signed-in agents, with a button that signs them out."""
        name = (await self.login.who(request)).agent.name
        body = f'<main><h1>{name}</h1><form method="post" action="/desk/logout"><button>Sortir</button></form></main>'
        text = f'<!doctype html><html lang="fr"><title>Bureau</title>{body}'
        return web.Response(text=text, content_type="text/html")


@asynccontextmanager
async def doorway(folder: Path, host: str = "127.0.0.1", proxies: int = 0) -> AsyncIterator[Doorway]:
    """A door that is open for as long as the block lasts, with one account, claire.m."""
    url = f"sqlite:///{folder / 'guichet.db'}"
    await asyncio.to_thread(migrate, url)
    store = await open_store(url)
    built = Doorway(store, FakeClock(), host, proxies)
    await built.hire()
    app = web.Application(
        middlewares=[middleware.errors(lambda request, status: web.json_response({"error": status}, status=status))]
    )
    app.on_response_prepare.append(middleware.add_headers)
    app.add_routes(built.login.routes())
    app.add_routes([web.get("/desk/api/me", built.me), web.post("/desk/api/me", built.me)])
    app.add_routes([web.get(path, built.page) for path in ("/desk", "/socket.io/")])
    app.add_routes(Pages(OFFICE, store.articles).routes())
    try:
        async with TestServer(app) as server:
            url_of_server = server.make_url("")
            built.host = f"{url_of_server.host}:{url_of_server.port}"
            async with aiohttp.ClientSession(url_of_server, cookie_jar=aiohttp.DummyCookieJar()) as built.http:
                yield built
    finally:
        await store.close()


def errors(answer: Answer) -> list[str]:
    """What the error summary of a page says."""
    summary = re.search(r'<div class="errors".*?</div>', answer.text, re.DOTALL)
    lines = re.findall(r"<li>(.*?)</li>", summary[0], re.DOTALL) if summary else []
    return [re.sub(r"<[^>]+>", "", line).replace("&nbsp;", " ").strip() for line in lines]
