"""The desk over a mailroom: letters come through a counter, are read by the words that tests write, and shown by the real API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import clock, safety
from bot.agents import Role
from bot.app_desk import build_desk
from bot.bus import LocalBus
from bot.cases import Case
from bot.cases import Standing as CitizensStanding
from bot.conversation import Counter
from bot.correspondence import Correspondence
from bot.desk.sessions import _hash
from bot.knowledge.base import KnowledgeBase
from bot.letters import Letter
from bot.mailroom import Filed, Told
from bot.messages import Address, Kind, Message, Thread
from bot.settings import Settings
from bot.sourced import Quotes, Sourced
from bot.store.base import CITIZEN
from bot.store.sql import Store
from bot.text import wording as catalogues
from channels.web.sockets import allowed_by, make_server
from tests.desk.office import CSRF, Colleague, hire
from tests.fakes.triage import FakeTriage
from tests.store.words import LEASE
from tests.test_conversation import Answering

HOLE = "Il y a un trou devant chez moi."


class Citizens:
    """Pages of citizens that nobody looks at."""

    async def show(self, address: Address, standing: CitizensStanding) -> None:
        return None

    async def typing(self, address: Address, name: str) -> None:
        return None


class Mailroom:
    """A town that gets letters, and its desk on a port of its own."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.store = store
        self.triage = FakeTriage()
        self.origin = ""
        office, bus = settings.office, LocalBus()
        words = catalogues.load(office)
        correspondence = Correspondence(store, self.triage, self.triage, self.triage)
        self.counter = Counter(store, Answering(), {}, words, safety.load(), bus, "w1", correspondence=correspondence)
        self.parts = build_desk(
            settings,
            store,
            self.counter,
            {},
            words,
            bus,
            make_server(allowed_by([]), None),
            Citizens(),
            KnowledgeBase(store.articles, office),
            Sourced(office, words, Quotes(store.articles)),
            lambda request: "127.0.0.1",
            correspondence,
            forms={"contact": "Écrire à la mairie"},
        )

    async def take(self, name: str, text: str = HOLE, key: str = "", **more: Any) -> Filed:
        """A letter comes and is filed; without a key it is the first of a conversation of its own."""
        address = Address(more.pop("channel", "email"), key or name)
        given = {"subject": "Voirie", "sender": f"{address.key}@example.org", "name": "Lucie", **more}
        carried = Letter(**{"mailbox": "" if "form" in given else "contact@pontavel.example", **given})
        thread = Thread(name, subject=carried.subject)
        await self.counter.receive(
            Message(name, address, text, clock.now(), Kind.LETTER, thread=thread, letter=carried)
        )
        (claimed,) = await self.store.inbox.claim_some("w1", clock.now(), LEASE, 1)
        await self.counter.handle(claimed)
        filed = await self.store.letters.find(claimed.conversation.id, name)
        assert filed is not None
        return filed

    async def case(self, filed: Filed) -> Case:
        """The case of a letter as it stands now."""
        found = await self.store.letters.find(filed.conversation_id, filed.message_id)
        assert found is not None
        assert found.case_id is not None
        return await self.store.cases.get(found.case_id)

    async def said(self, filed: Filed) -> list[str]:
        """What was said to a letter's sender."""
        lines = await self.store.transcript.read(filed.conversation_id)
        return [line.text for line in lines if line.author != CITIZEN]

    @asynccontextmanager
    async def agent(
        self, login: str = "claire", role: Role = Role.AGENT, services: tuple[str, ...] = ()
    ) -> AsyncIterator[Colleague]:
        """A signed-in agent."""
        agent = await hire(self.store, login, role, services)
        await self.store.agents.begin_session(_hash(f"token-of-{login}"), agent.id, CSRF, clock.now())
        async with aiohttp.ClientSession() as http:
            yield Colleague(agent, self.origin, f"token-of-{login}", http)


@asynccontextmanager
async def mailroom(settings: Settings, store: Store) -> AsyncIterator[Mailroom]:
    """A mailroom that is open for as long as the block lasts."""
    room = Mailroom(settings, store)
    app = web.Application()
    app.add_routes(room.parts.routes)
    async with TestServer(app, host="127.0.0.1") as server:
        room.origin = str(server.make_url("")).rstrip("/")
        yield room


async def values(store: Store, what: Told) -> list[str]:
    """What agents decided of a matter, the newest first."""
    return [label.value for label in await store.letters.labels(what)]
