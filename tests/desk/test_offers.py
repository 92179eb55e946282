"""The job that offers those who wait: by priority, within opening hours, one agent after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.agents import Role
from bot.cases import CaseKind, CaseState, What
from bot.desk.hours import Hours
from bot.desk.offers import AGAIN_AFTER, MOST_PASSES
from bot.desk.promises import Promises
from bot.desk.queue import SEEN_WITHIN, due
from bot.messages import Address
from bot.settings import GENERAL_SERVICE
from bot.settings_desk import Method, ServiceRouting
from bot.store.sql import Store
from bot.triage.delays import Delays
from tests.databases import opened
from tests.desk.clerk import MINUTE, MONDAY, SECOND, Clerk, office
from tests.desk.test_hours import at

OFFICE = office()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as made:
        yield made


async def test_nobody_offline_is_offered_anything(store: Store) -> None:
    """Neither whoever was not heard of for ninety seconds, nor who is away; the case stays in the queue."""
    clerk = Clerk(store)
    claire, karim = await clerk.hire("claire"), await clerk.hire("karim")
    await store.agents.set_available(karim.id, False)
    case_id = await clerk.comes("anne")
    changed = await clerk.later(SEEN_WITHIN + SECOND, seen=False)
    before = await clerk.asked(case_id)
    await store.agents.seen([claire.id], clerk.now)
    await clerk.later(SECOND, seen=False)

    assert (changed, before, await clerk.asked(case_id)) == (0, "", "Claire")


async def test_what_is_not_taken_in_time_goes_on(store: Store) -> None:
    """After the rule's seconds to the next agent; the history tells it, and the first may still take it."""
    clerk = Clerk(store, office(offer_seconds=30))
    claire = await clerk.hire("claire")
    await clerk.hire("karim")
    case_id = await clerk.comes("anne")
    names = []
    for span in (0, 29, 1, 29, 1):
        await clerk.later(span * SECOND)
        names.append(await clerk.asked(case_id))
    taken = await store.cases.take(case_id, claire.id, clerk.now)

    assert names == ["Claire", "Claire", "Karim", "Karim", ""]
    assert await clerk.whats(case_id) == [
        (What.OPENED, ""),
        *((what, name) for name in ("Claire", "Karim") for what in (What.OFFERED, What.PASSED)),
        (What.TAKEN, "Claire"),
    ]
    assert taken.agent_name == "Claire"


async def test_one_agent_is_asked_again_after_a_while_and_not_for_ever(store: Store) -> None:
    """Every ten minutes at most, and twenty times at most: then it waits to be taken unasked."""
    clerk = Clerk(store, office(then_minutes=240), at("2026-11-23T09:00"))
    await clerk.hire("claire")
    case_id = await clerk.comes("anne")
    times = 0
    while clerk.now < at("2026-11-25T12:00"):
        times += await clerk.later(AGAIN_AFTER / 2) > 0 and bool(await clerk.asked(case_id))
    case = await clerk.case(case_id)

    assert times == MOST_PASSES == case.passes
    assert (case.state, case.offered) == (CaseState.WAITING, None)


async def test_an_agent_who_leaves_lets_their_offer_go(store: Store) -> None:
    """At once when they say that they are away; soon when their page is gone."""
    clerk = Clerk(store)
    claire = await clerk.hire("claire")
    case_id = await clerk.comes("anne")
    await clerk.later(SECOND)
    await store.agents.set_available(claire.id, False)
    await clerk.hire("karim")
    await clerk.later(SECOND)

    assert await clerk.asked(case_id) == "Karim"


async def test_urgent_then_promised_then_oldest(store: Store) -> None:
    """One agent with room for one: the order in which they come to them."""
    clerk = Clerk(store, office(capacity=1))
    claire = await clerk.hire("claire")
    plain = await clerk.comes("plain")
    promised = await clerk.comes("promised", due_at=MONDAY + 15 * MINUTE)
    sooner = await clerk.comes("sooner", due_at=MONDAY + 10 * MINUTE)
    urgent = await clerk.comes("urgent", urgent=True)
    order = []
    for _ in range(4):
        await clerk.later(SECOND)
        (now,) = [case.id for case in await store.offers.waiting() if case.offered]
        order.append(now)
        await store.cases.take(now, claire.id, clerk.now)
        await store.cases.close(now, claire.id, clerk.now)

    assert order == [urgent, sooner, promised, plain]


async def test_capacity_is_not_exceeded_by_what_is_offered(store: Store) -> None:
    """Three wait, one agent takes two at a time; with 0 of their own nothing."""
    clerk = Clerk(store, office(capacity=2))
    await clerk.hire("claire")
    await clerk.hire("karim", capacity=0)
    ids = [await clerk.comes(name) for name in ("anne", "bruno", "chloe")]
    await clerk.later(SECOND)

    assert [await clerk.asked(case_id) for case_id in ids] == ["Claire", "Claire", ""]


@pytest.mark.parametrize("method", [Method.LEAST_LOADED, Method.ROUND_ROBIN])
async def test_two_are_shared_out(store: Store, method: Method) -> None:
    """In one look: the second goes to who has less, or whose turn it is."""
    clerk = Clerk(store, office(method=method))
    await clerk.hire("claire")
    await clerk.hire("karim")
    ids = [await clerk.comes(name) for name in ("anne", "bruno")]
    await clerk.later(SECOND)

    assert [await clerk.asked(case_id) for case_id in ids] == ["Claire", "Karim"]


@pytest.mark.parametrize(
    ("moment", "is_offered"),
    [
        ("2026-11-23T11:59", True),
        ("2026-11-23T12:30", False),
        ("2026-11-23T14:00", True),
        ("2026-11-23T17:30", False),
        ("2026-11-21T10:00", False),
        ("2026-12-25T10:00", False),
        ("2026-05-14T10:00", False),
        ("2026-03-30T09:00", True),
        ("2026-03-30T08:59", False),
        ("2026-10-26T09:00", True),
        ("2026-10-26T08:59", False),
    ],
)
async def test_nothing_is_offered_outside_opening_hours(store: Store, moment: str, is_offered: bool) -> None:
    """Between two slots, at night, at the weekend, on a holiday; right on the Mondays behind both changes of the clock."""
    clerk = Clerk(store, now=at(moment))
    await clerk.hire("claire")
    case_id, urgent = await clerk.comes("anne"), await clerk.comes("urgent", urgent=True)
    await clerk.later(timedelta())

    assert (await clerk.asked(case_id) == "Claire") is is_offered
    assert await clerk.asked(urgent) == "Claire"


async def test_a_language_that_one_speaks_and_one_that_nobody_speaks(store: Store) -> None:
    """The one goes to who speaks it, though they have more; the other to whoever has least."""
    clerk = Clerk(store)
    await clerk.hire("claire", languages=("uk",))
    await clerk.hire("karim")
    ids = [await clerk.comes(name) for name in ("anne", "olena", "zoltan")]
    for case_id, spoken in zip(ids[1:], ("uk", "hu"), strict=True):
        await store.conversations.heard_in((await clerk.case(case_id)).conversation_id, spoken)
    await clerk.later(SECOND)

    assert [await clerk.asked(case_id) for case_id in ids] == ["Claire", "Claire", "Karim"]


async def test_it_goes_on_to_other_services_and_to_those_who_see_all(store: Store) -> None:
    """By the rule of the service; whoever sees all is asked after a step without anybody."""
    clerk = Clerk(store, office(ServiceRouting(then=(GENERAL_SERVICE, "supervisors"), offer_seconds=60)))
    await clerk.hire("claire", ("voirie",))
    await clerk.hire("gilles", (GENERAL_SERVICE,))
    await clerk.hire("chief", (), Role.SUPERVISOR)
    case_id = await clerk.comes("anne")
    names = []
    for _ in range(4):
        await clerk.later(MINUTE)
        names.append(await clerk.asked(case_id))

    assert names == ["Claire", "Gilles", "Chief", ""]
    assert (await clerk.case(case_id)).service == "voirie"


async def test_the_case_of_a_removed_service_is_offered_at_the_reception(store: Store) -> None:
    """Nobody is of it any more."""
    clerk = Clerk(store)
    await clerk.hire("gilles", (GENERAL_SERVICE,))
    case_id = await clerk.comes("anne", "piscine")
    await clerk.later(SECOND)

    assert await clerk.asked(case_id) == "Gilles"


async def test_a_service_without_offers(store: Store) -> None:
    """Its cases wait for whoever is free, the others' are offered."""
    clerk = Clerk(store, office(ServiceRouting(method=Method.NONE)))
    await clerk.hire("claire", ())
    roads, reception = await clerk.comes("anne"), await clerk.comes("bruno", GENERAL_SERVICE)
    await clerk.later(SECOND)

    assert (await clerk.asked(roads), await clerk.asked(reception)) == ("", "Claire")


def test_promises_are_those_of_the_service() -> None:
    """Its own minutes and hours before the town's; what it does not say is the town's."""
    own = office(ServiceRouting(chat_due_minutes=30, promise_hours=7))
    hours = Hours(own)
    chat = [due(CaseKind.QUESTION, False, hours, own, code, MONDAY) for code in ("voirie", GENERAL_SERVICE)]
    form = due(CaseKind.STREET_ISSUE, False, hours, own, "voirie", MONDAY)

    assert chat == [MONDAY + 30 * MINUTE, MONDAY + 15 * MINUTE]
    # Two hours until noon, three and a half in the afternoon, the rest on the next morning.
    assert form == at("2026-11-24T10:30")


@pytest.mark.parametrize(
    ("opened_at", "due_at"),
    [
        ("2026-11-23T11:50", "2026-11-23T14:05"),
        ("2026-11-23T17:20", "2026-11-24T09:05"),
        ("2026-12-24T17:25", "2026-12-28T09:10"),
        ("2026-03-27T17:25", "2026-03-30T09:10"),
        ("2026-10-23T17:25", "2026-10-26T09:10"),
    ],
)
def test_the_clock_of_a_promise_stops_outside_opening_hours(opened_at: str, due_at: str) -> None:
    """Over noon, over night, over Christmas and a weekend, and over both changes of the clock."""
    hours = Hours(OFFICE)

    assert due(CaseKind.QUESTION, False, hours, OFFICE, "voirie", at(opened_at)) == at(due_at)


async def test_a_transferred_case_is_promised_by_its_new_service(store: Store) -> None:
    """Counted from when it was opened; a letter by what its service promises for letters."""
    made = office(ServiceRouting(chat_due_minutes=45))
    hours = Hours(made)
    promises = Promises(made, hours, Delays(made, hours).due)
    clerk = Clerk(store, made)
    case = await clerk.case(await clerk.comes("anne", GENERAL_SERVICE))
    mail = replace(case, address=Address("email", "x"))

    assert promises.of(case, "voirie") == MONDAY + 45 * MINUTE
    assert promises.of(mail, "voirie") == Delays(made, hours).due("voirie", MONDAY) == at("2026-11-25T12:00")
