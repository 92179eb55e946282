"""What becomes of cases that nobody takes: by the rule of their service, on a clock that stops outside opening hours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.agents import Role
from bot.bus import DESK
from bot.cases import CaseKind, CaseState, Cause, Slot, View, What
from bot.desk.cases import seen_by
from bot.desk.hours import DAY
from bot.desk.relays import MOST_AT_ONCE, PAGE
from bot.relays import Relay, read_relay
from bot.settings import GENERAL_SERVICE
from bot.settings_desk import SUPERVISORS
from bot.store.sql import Store
from tests.databases import opened
from tests.desk.clerk import MINUTE, MONDAY, Clerk
from tests.desk.ruled import HOUR, LIGHTS, PARKS, ROADS, SHUT, course, goes, hired, reported, ruled, to
from tests.desk.test_hours import at


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as made:
        yield made


async def test_a_case_nobody_took_goes_on_in_turn_and_at_last_the_supervisors_are_told(store: Store) -> None:
    """After four opening hours each: Monday 10:00 has them at 16:00, then Tuesday at 11:30 and 17:30."""
    clerk = await hired(store, ruled(to(LIGHTS, SUPERVISORS, PARKS)))
    case_id = await reported(clerk, urgent=True)
    was = await clerk.case(case_id)
    times = [moment for moment, _ in await goes(clerk, at("2026-11-27T17:30"))]
    case = await clerk.case(case_id)

    assert times == [at("2026-11-23T16:00"), at("2026-11-24T11:30"), at("2026-11-24T17:30")]
    assert await course(clerk, case_id) == [
        (What.OPENED, ""),
        (What.URGENT, ""),
        (What.RELAYED, Relay(LIGHTS, ROADS, 240)),
        (What.RELAYED, Relay(PARKS, LIGHTS, 240)),
        (What.UNTAKEN, Relay("", PARKS, 240)),
    ]
    # All but the place, and the number of changes, is what it was: the promise and the urgency too.
    assert case == replace(was, service=PARKS, version=was.version + 3)


async def test_without_a_rule_nothing_moves_and_the_supervisors_are_told_at_half_of_the_promise(store: Store) -> None:
    """Fifteen opening hours are promised: after seven and a half, once, where it is."""
    clerk = await hired(store, ruled())
    case_id = await reported(clerk)
    times = await goes(clerk, at("2026-11-27T17:30"))

    assert times == [(at("2026-11-24T11:00"), 1)]
    assert await course(clerk, case_id) == [(What.OPENED, ""), (What.UNTAKEN, Relay("", ROADS, 450))]


async def test_each_step_without_hours_of_its_own_has_half_of_what_is_left(store: Store) -> None:
    """Of fifteen opening hours seven and a half, then three and three quarters, then near two: all before it is late."""
    clerk = await hired(store, ruled(to(LIGHTS, PARKS, hours=None)))
    case_id = await reported(clerk)
    await goes(clerk, at("2026-11-27T17:30"), 5 * MINUTE)

    history = [one for one in await store.cases.history(case_id) if one.what is not What.OPENED]
    assert [read_relay(one.text).minutes for one in history] == [450, 225, 112]
    due_at = (await clerk.case(case_id)).due_at
    assert due_at is not None
    assert history[-1].at < due_at


async def test_a_case_with_an_agent_is_never_touched(store: Store) -> None:
    """Nor one that is closed; one that is given back waits anew from then on."""
    clerk = await hired(store, ruled(to(LIGHTS)))
    taken, closed, back = [await reported(clerk, name) for name in ("anne", "bruno", "chloe")]
    for case_id in (taken, back):
        await store.cases.take(case_id, clerk.agents[0], clerk.now)
    await store.cases.close(closed, clerk.agents[0], clerk.now)
    times = await goes(clerk, at("2026-11-24T10:00"))
    await store.cases.release(back, clerk.agents[0], clerk.now)
    times += await goes(clerk, at("2026-11-24T16:00"))

    assert times == [(at("2026-11-24T16:00"), 1)]
    assert [(await clerk.case(case_id)).service for case_id in (taken, closed, back)] == [ROADS, ROADS, LIGHTS]
    assert (await clerk.case(taken)).state is CaseState.TAKEN


async def test_all_sorts_of_cases_go_on_but_not_while_somebody_is_asked(store: Store) -> None:
    """Forms, call-backs, mails, public comments, and who waits in the chat for whom nobody is there."""
    clerk = await hired(store, ruled(to(LIGHTS)))
    sorts: list[dict[str, Any]] = [
        {},
        {"kind": CaseKind.QUESTION, "cause": Cause.ASKED, "callback": True},
        {"kind": CaseKind.QUESTION, "cause": Cause.MAIL},
        {"kind": CaseKind.QUESTION, "cause": Cause.COMMENT},
        {"kind": CaseKind.QUESTION, "cause": Cause.ASKED},
        {"kind": CaseKind.QUESTION, "cause": Cause.ASKED},
    ]
    ids = [await reported(clerk, f"citizen-{number}", **facts) for number, facts in enumerate(sorts)]
    clerk.now += 6 * HOUR
    offered = await store.offers.offer(ids[-1], clerk.agents[0], 3, MONDAY - HOUR, clerk.now)
    done = await clerk.rules.look()

    assert (offered, done) == (True, 5)
    assert [(await clerk.case(case_id)).service for case_id in ids] == [LIGHTS] * 5 + [ROADS]


async def test_no_case_goes_back_to_where_it_was(store: Store) -> None:
    """Two services that name each other: once there, once told; also where a person had moved it before."""
    rules = {"routing": to(ROADS)}
    clerk = await hired(store, ruled(to(LIGHTS), rules))
    case_id = await reported(clerk)
    await goes(clerk, at("2026-12-04T17:30"), HOUR)
    first = [what for what, _ in await course(clerk, case_id)]
    by_hand = await store.cases.transfer(case_id, clerk.agents[1], LIGHTS, "", clerk.now, None)
    await goes(clerk, at("2026-12-11T17:30"), HOUR)

    assert first == [What.OPENED, What.RELAYED, What.UNTAKEN]
    assert by_hand.service == (await clerk.case(case_id)).service == LIGHTS
    # The rule of where a person put it names a place where it was: it stays, and the supervisors are told again.
    assert [what for what, _ in await course(clerk, case_id)] == [*first, What.TRANSFERRED, What.UNTAKEN]


async def test_a_transfer_by_a_person_starts_the_rule_of_its_new_service(store: Store) -> None:
    """From that moment on, and with that service's own steps."""
    clerk = await hired(store, ruled(to(LIGHTS), {"routing": to(PARKS, hours=2)}))
    case_id = await reported(clerk, service=PARKS)
    clerk.now = at("2026-11-23T14:30")
    await store.cases.transfer(case_id, clerk.agents[2], LIGHTS, "", clerk.now, None)
    times = await goes(clerk, at("2026-11-23T17:00"))

    assert [moment for moment, _ in times] == [at("2026-11-23T16:30")]
    # Parks had it before.
    assert (await course(clerk, case_id))[-1] == (What.UNTAKEN, Relay("", LIGHTS, 120))


@pytest.mark.parametrize(
    ("lights", "hires"),
    [
        ({"closures": SHUT}, True),
        ({}, False),
    ],
    ids=["closed", "nobody works there"],
)
async def test_a_service_that_cannot_take_it_is_passed_over(store: Store, lights: dict[str, Any], hires: bool) -> None:
    """The next one gets it, at the time of the rule."""
    clerk = Clerk(store, ruled(to(LIGHTS, PARKS), lights), at("2026-11-24T09:00"))
    await clerk.hire("roads", (ROADS,))
    await clerk.hire("parks", (PARKS,))
    if hires:
        await clerk.hire("lights", (LIGHTS,))
    case_id = await reported(clerk)
    await goes(clerk, at("2026-11-24T15:00"))

    assert (await course(clerk, case_id))[-1] == (What.RELAYED, Relay(PARKS, ROADS, 240))


async def test_what_waits_at_a_service_that_closed_for_good_goes_on_at_once(store: Store) -> None:
    """Its clock would stand still for ever."""
    made = ruled(to(LIGHTS))
    roads = msgspec.structs.replace(made.services[ROADS], closures=SHUT)
    clerk = await hired(store, msgspec.structs.replace(made, services={**made.services, ROADS: roads}))
    case_id = await reported(clerk)
    await clerk.rules.look()

    assert (await course(clerk, case_id))[-1] == (What.RELAYED, Relay(LIGHTS, ROADS, 0))


async def test_an_appointment_stays_at_its_counter(store: Store) -> None:
    """The supervisors are told of it, at the time when it would go on."""
    clerk = await hired(store, ruled(to(LIGHTS)))
    slot = Slot(at("2026-11-26T10:00"), at("2026-11-26T10:30"))
    case_id = await reported(clerk, kind=CaseKind.APPOINTMENT, slot=slot)
    await goes(clerk, at("2026-11-23T17:00"))

    assert (await course(clerk, case_id))[-1] == (What.UNTAKEN, Relay("", ROADS, 240))


async def test_never_is_zero_hours(store: Store) -> None:
    """For one service, and the town's for all that have none."""
    clerk = await hired(store, ruled(to(LIGHTS, hours=0), then_hours=2))
    quiet, told = await reported(clerk), await reported(clerk, "bruno", LIGHTS)
    await goes(clerk, at("2026-12-18T17:30"), DAY / 2)

    assert [what for what, _ in await course(clerk, quiet)] == [What.OPENED]
    assert (await course(clerk, told))[-1] == (What.UNTAKEN, Relay("", LIGHTS, 120))


async def test_the_agents_of_the_new_service_have_it_in_their_queue_at_once(store: Store) -> None:
    """In the same transaction, and the bus says that there is news; those of the old one have it no longer."""
    clerk = await hired(store, ruled(to(LIGHTS)))
    roads, lights = [await store.agents.get(agent_id) for agent_id in clerk.agents[:2]]
    boss = await clerk.hire("boss", (), Role.SUPERVISOR)
    case_id = await reported(clerk)
    clerk.now += 6 * HOUR
    await clerk.rules.look()
    queues = [
        [case.id for case in await store.cases.view(View.SERVICES, seen_by(agent))] for agent in (roads, lights, boss)
    ]

    assert await clerk.bus.wait(DESK, MINUTE)
    assert queues == [[], [case_id], [case_id]]


async def test_many_go_on_in_several_looks_and_none_is_passed_over(store: Store) -> None:
    """More than a page, behind a page of cases whose time has not come."""
    clerk = await hired(store, ruled(to(LIGHTS), {"routing": to(hours=0)}))
    for number in range(PAGE + 1):
        await reported(clerk, f"quiet-{number}", LIGHTS)
    case_id = await reported(clerk)
    clerk.now += 6 * HOUR
    done = await clerk.rules.look()

    assert (done, (await clerk.case(case_id)).service) == (1, LIGHTS)
    assert MOST_AT_ONCE > PAGE


async def test_a_service_that_office_yml_has_lost_keeps_the_towns_rule(store: Store) -> None:
    """Its cases go on by the town's own steps and hours, counted by the reception's opening."""
    clerk = await hired(store, ruled(then=(GENERAL_SERVICE,), then_hours=2))
    await clerk.hire("reception", (GENERAL_SERVICE,))
    case_id = await reported(clerk, service="gone")
    await goes(clerk, at("2026-11-23T12:30"))

    assert (await course(clerk, case_id))[-1] == (What.RELAYED, Relay(GENERAL_SERVICE, "gone", 120))


@pytest.mark.parametrize(
    "text", ["", "voirie", "voirie:", "voirie:parcs:many", "voirie:parcs:-3", "voirie:parcs:9999999999"]
)
def test_a_line_that_cannot_be_read_is_no_error(text: str) -> None:
    """It says as much as there is."""
    relay = read_relay(text)

    assert (relay.service, relay.minutes) == (text.partition(":")[0], 0)


def test_what_is_written_is_read() -> None:
    """Both lines."""
    relays = [Relay(LIGHTS, ROADS, 240), Relay("", ROADS, 0)]

    assert [read_relay(one.text) for one in relays] == relays
    assert [one.what for one in relays] == [What.RELAYED, What.UNTAKEN]
