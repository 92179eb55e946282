"""The job that offers cases, on a clock of its own, and the agents and citizens around it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.agents import Abilities, Agent, NewAgent, Role
from bot.bus import LocalBus
from bot.cases import Case, CaseKind, Cause, NewCase, What
from bot.desk.hours import Hours
from bot.desk.offers import Offering
from bot.desk.relays import Relaying
from bot.messages import Address
from bot.settings import Office, Service
from bot.settings_desk import Desk, Routing, ServiceRouting
from bot.settings_hours import read_week
from bot.store.sql import Store
from tests.desk.test_hours import at, town

TWO_SLOTS = read_week({"mon-fri": "9:00-12:00 14:00-17:30"})
MONDAY = at("2026-11-23T10:00")
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def office(own: ServiceRouting | None = None, **routing: Any) -> Office:
    """A town open in two slots a day, with public holidays, whose roads have a rule of their own."""
    roads = Service(name="Voirie", about="", routing=own or ServiceRouting())
    made = town({"voirie": roads}, opening=TWO_SLOTS, holidays="FR")
    return msgspec.structs.replace(made, desk=Desk(routing=Routing(**{"then": (), **routing})))


class Clerk:
    """A job on a clock of its own, and the agents and citizens around it."""

    def __init__(self, store: Store, made: Office | None = None, now: datetime = MONDAY) -> None:
        self.store, self.now = store, now
        self.office = made or office()
        self.agents: list[int] = []
        self.bus = LocalBus()
        hours = Hours(self.office)
        self.job = Offering(store.offers, self.office, hours, self.bus, lambda: self.now)
        self.rules = Relaying(store.relays, store.agents, self.office, hours, self.bus, lambda: self.now)

    async def hire(
        self, login: str, services: tuple[str, ...] = ("voirie",), role: Role = Role.AGENT, **able: Any
    ) -> Agent:
        new = NewAgent(login, login.title(), role, services, "hash", abilities=Abilities(**able))
        agent = await self.store.agents.add(new, MONDAY)
        self.agents.append(agent.id)
        await self.store.agents.seen(self.agents, self.now)
        return agent

    async def comes(self, name: str, service: str = "voirie", **more: Any) -> int:
        conversation = await self.store.conversations.open(Address("web", name), "fr", self.now)
        case = NewCase(conversation.id, "m1", "handoff", CaseKind.QUESTION, service, Cause.ASKED, "Un trou", **more)
        return (await self.store.cases.open(case, self.now)).case.id

    async def later(self, span: timedelta, *, seen: bool = True) -> int:
        """What the job changes then, the agents' pages being open or not."""
        self.now += span
        if seen:
            await self.store.agents.seen(self.agents, self.now)
        return await self.job.look()

    async def case(self, case_id: int) -> Case:
        return await self.store.cases.get(case_id)

    async def asked(self, case_id: int) -> str:
        offered = (await self.case(case_id)).offered
        return offered.agent_name if offered else ""

    async def whats(self, case_id: int) -> list[tuple[What, str]]:
        return [(event.what, event.agent_name) for event in await self.store.cases.history(case_id)]
