"""A town whose services have rules for cases that nobody takes, and cases that wait there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from bot.cases import CaseKind, Cause, NewCase, What
from bot.desk.hours import Hours
from bot.desk.queue import due
from bot.messages import Address
from bot.relays import Relay, read_relay
from bot.settings import Office, Service
from bot.settings_desk import Desk, Routing, ServiceRouting
from bot.settings_hours import Closure
from bot.store.sql import Store
from tests.desk.clerk import MINUTE, MONDAY, TWO_SLOTS, Clerk
from tests.desk.test_hours import town

HOUR = timedelta(hours=1)
SHUT = (Closure(date(2026, 11, 1), "dissous", date(2027, 12, 31)),)
ROADS, LIGHTS, PARKS = "voirie", "eclairage", "espaces_verts"


def ruled(roads: ServiceRouting | None = None, lights: dict[str, Any] | None = None, **routing: Any) -> Office:
    """A town open from 9 to 12 and 14 to 17:30 on weekdays: roads with a rule, lights, and parks."""
    services = {
        ROADS: Service(name="Voirie", about="", routing=roads or ServiceRouting()),
        LIGHTS: Service(name="Éclairage public", about="", **(lights or {})),
        PARKS: Service(name="Espaces verts", about=""),
    }
    made = town(services, opening=TWO_SLOTS, holidays="FR")
    return msgspec.structs.replace(made, desk=Desk(routing=Routing(**routing)))


def to(*then: str, hours: int | None = 4) -> ServiceRouting:
    return ServiceRouting(then=then, then_hours=hours)


async def hired(store: Store, made: Office | None = None, now: datetime = MONDAY) -> Clerk:
    """A clerk in a town whose three services have an agent each."""
    clerk = Clerk(store, made, now)
    for code in (ROADS, LIGHTS, PARKS):
        await clerk.hire(f"agent-{code.replace('_', '-')}", (code,))
    return clerk


async def reported(clerk: Clerk, name: str = "anne", service: str = ROADS, **more: Any) -> int:
    """A street issue by form, with what its service promises."""
    conversation = await clerk.store.conversations.open(Address("web", name), "fr", clerk.now)
    kind = more.pop("kind", CaseKind.STREET_ISSUE)
    promised = due(kind, more.get("callback", False), Hours(clerk.office), clerk.office, service, clerk.now)
    facts = {"due_at": promised, "cause": Cause.FORM, **more}
    slot = facts.pop("slot", None)
    new = NewCase(conversation.id, "m1", "form", kind, service, subject="Un trou", **facts)
    return (await clerk.store.cases.open(new, clerk.now, slot)).case.id


async def goes(clerk: Clerk, until: datetime, step: timedelta = 30 * MINUTE) -> list[tuple[datetime, int]]:
    """When the rules changed something up to a moment, and how much."""
    found = []
    while clerk.now < until:
        clerk.now += step
        if changed := await clerk.rules.look():
            found.append((clerk.now, changed))
    return found


async def course(clerk: Clerk, case_id: int) -> list[tuple[What, Relay | str]]:
    """The history, with what rules did taken apart."""
    return [
        (one.what, read_relay(one.text) if one.what in (What.RELAYED, What.UNTAKEN) else "")
        for one in await clerk.store.cases.history(case_id)
    ]
