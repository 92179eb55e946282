"""The desk's part of the wiring: accounts, requests, live pages, and what runs beside them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import socketio
from aiohttp import web

from bot.bus import Bus
from bot.conversation import Counter
from bot.desk import canned
from bot.desk.api import DeskApi
from bot.desk.cases import Desk
from bot.desk.login import Login
from bot.desk.pages import DeskPages
from bot.desk.passwords import Passwords
from bot.desk.sessions import Door
from bot.desk.shapes import Shapes, load_words
from bot.desk.sockets import Citizens, DeskSockets
from bot.knowledge.base import KnowledgeBase
from bot.settings import Settings
from bot.store.sql import Store
from bot.text.wording import Wording


@dataclass(frozen=True, slots=True)
class DeskParts:
    """The desk, ready to be attached."""

    desk: Desk
    sockets: DeskSockets
    routes: list[web.AbstractRouteDef]

    @property
    def jobs(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What runs for as long as the gateway does, by name."""
        return {
            "desk.run": self.desk.run(),
            "desk.sockets": self.sockets.run(),
            "desk.seen": self.sockets.keep_seen(),
        }


def build_desk(
    settings: Settings,
    store: Store,
    counter: Counter,
    wording: Wording,
    bus: Bus,
    server: socketio.AsyncServer,
    citizens: Citizens,
    knowledge: KnowledgeBase,
    peer_of: Callable[[web.Request], str],
) -> DeskParts:
    """The desk of a gateway.

    Raises:
        ConfigurationError: the canned replies are wrong, or the pages are not built.
    """
    office = settings.office
    desk = Desk(store.cases, store.agents, store.conversations, counter, wording, office, bus)
    login = Login(Door(store.agents, Passwords(), office.desk), office.town, settings.host, peer_of)
    shapes = Shapes(office, wording, load_words())
    api = DeskApi(
        desk,
        login,
        shapes,
        store.agents,
        store.cases,
        store.photos,
        store.transcript,
        knowledge,
        canned.load(office, settings.root),
        office,
    )
    sockets = DeskSockets(server, login, desk, api, shapes, store.cases, store.agents, citizens, bus)
    pages = DeskPages(login, office.town)
    return DeskParts(desk, sockets, [*login.routes(), *pages.routes(), *api.routes()])
