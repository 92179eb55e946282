"""The forms' pages over doors that remember, and a browser without script at them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import safety
from bot.app_forms import links
from bot.casework import StoredPhoto
from bot.errors import StoreError
from bot.gateway.pages import Pages
from bot.gateway.routes import make_app
from bot.messages import Address, Message
from bot.settings import read_office
from bot.store.base import Entry
from bot.text import wording
from channels.email import keys
from channels.form import tokens
from channels.form.attaching import Attaching
from channels.form.definitions import Definition, load
from channels.form.routes import PATH, POT, TOKEN, Doors, Forms
from tests.fakes.town import FewArticles

ROOT = Path(__file__).resolve().parents[3]
OFFICE = read_office(ROOT / "office.yml")
SERVICES = {code: service.name for code, service in OFFICE.services.items()}
FORMS = load(ROOT / "forms", SERVICES)
SECRETS = ("a-secret-that-only-tests-have-and-nobody-else",)
NOON = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
FILLED = {"subject": "Un banc", "body": "Le banc du square est cassé.\nIl manque deux lattes.", "consent": "oui"}
"""What a citizen types into the contact form."""


@dataclass
class Town:
    """What the pages are connected to."""

    messages: dict[tuple[Address, str], Message] = field(default_factory=dict)
    received: int = 0
    photos: dict[str, StoredPhoto] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    lines: list[Entry] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    wait: timedelta | None = None
    is_broken: bool = False
    is_mail_answered: bool = False
    now: datetime = NOON

    async def receive(self, message: Message) -> bool:
        if self.is_broken:
            raise StoreError("not now")
        self.received += 1
        known = (message.address, message.id) in self.messages
        self.messages.setdefault((message.address, message.id), message)
        return not known

    async def keep(self, address: Address, language: str, photo: StoredPhoto, moment: datetime) -> None:
        self.photos.setdefault(photo.id, photo)

    async def number(self, address: Address, message_id: str) -> str:
        return self.numbers.get(message_id, "")

    async def history(self, address: Address) -> Sequence[Entry]:
        return self.lines

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def alarm(self, text: str) -> str | None:
        alert = safety.load().check(text)
        return alert.value if alert else None

    def doors(self, pages: Pages) -> Doors:
        return Doors(
            pages.render_private,
            self.receive,
            self.alarm,
            self.number,
            self.history,
            lambda peer: self.wait,
            lambda request: request.remote or "",
            keys.key if self.is_mail_answered else None,
        )

    @property
    def message(self) -> Message:
        """The only one that came."""
        (only,) = self.messages.values()
        return only


@dataclass(frozen=True)
class Answer:
    """What a browser got."""

    status: int
    text: str
    headers: Any

    @property
    def location(self) -> str:
        return str(self.headers["Location"])

    @property
    def token(self) -> str:
        """The token of the form in the page."""
        found = re.search(rf'name="{TOKEN}" value="([^"]*)"', self.text)
        assert found
        return unescape(found[1])

    @property
    def words(self) -> str:
        """What a person reads."""
        return " ".join(
            unescape(re.sub(r"<[^>]*>", " ", self.text)).replace("\u202f", " ").replace("\xa0", " ").split()
        )


class Browser:
    """Sends what a browser sends."""

    def __init__(self, town: Town, http: aiohttp.ClientSession, host: str) -> None:
        self.town = town
        self.http = http
        self.host = host

    async def get(self, path: str) -> Answer:
        async with self.http.get(path, headers={"Accept": "text/html"}) as response:
            return Answer(response.status, await response.text(), response.headers)

    async def post(self, name: str, data: Any, **headers: str) -> Answer:
        path = f"{PATH}/{name}"
        headers = {"Accept": "text/html", **headers}
        async with self.http.post(path, data=data, headers=headers, allow_redirects=False) as response:
            return Answer(response.status, await response.text(), response.headers)

    async def send(self, form: str = "contact", seconds: float = 60, **answers: str) -> Answer:
        """Open a form so many seconds ago and send it now."""
        token = self.opened(form, seconds)
        return await self.post(form, {**FILLED, TOKEN: token, POT: "", **answers})

    def opened(self, name: str = "contact", seconds: float = 60) -> str:
        return tokens.open_page(name, SECRETS, self.town.now - timedelta(seconds=seconds))


@asynccontextmanager
async def visiting(town: Town, forms: dict[str, Definition] | None = None) -> AsyncIterator[Browser]:
    shown = FORMS if forms is None else forms
    pages = Pages(OFFICE, FewArticles(), forms=links(shown))
    app: web.Application = make_app(pages)
    routes = Forms(
        shown,
        town.doors(pages),
        Attaching(town.keep),
        wording.load(OFFICE),
        SECRETS,
        OFFICE.origins,
        OFFICE.zone,
        lambda: town.now,
        town.pause,
    )
    app.add_routes(routes.routes())
    async with TestServer(app) as server, aiohttp.ClientSession(str(server.make_url("/"))) as http:
        yield Browser(town, http, f"http://{server.host}:{server.port}")


def multipart(browser: Browser, *files: tuple[str, bytes], **answers: str) -> aiohttp.FormData:
    """The contact form as a browser sends it, with files."""
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in {**FILLED, TOKEN: browser.opened(), POT: "", **answers}.items():
        form.add_field(name, value)
    for name, content in files:
        form.add_field("attached", BytesIO(content), filename=name, content_type="application/octet-stream")
    return form
