"""Offers on the desk of a running gateway: who sees them, and what becomes of them."""

from __future__ import annotations

from typing import Any

from bot.agents import Role
from bot.app import Gateway
from tests.desk.office import Colleague, at_desk, open_case, soon, until

ROADS = ("voirie",)


def rows(colleague: Colleague, case_id: int) -> list[Any]:
    """What a page was told of a case, in order."""
    return [row for told in colleague.events("cases") for row in told["changed"] if row["id"] == case_id]


def offered_to(colleague: Colleague, case_id: int) -> int:
    seen = [row["offered"]["id"] for row in rows(colleague, case_id) if row["offered"]]
    return seen[-1] if seen else 0


async def test_an_offer_comes_live_and_is_passed_on_to_who_sees_all(running: Gateway) -> None:
    """Urgent: offered at any hour. Passed on, it goes to the supervisor; the agent of the service still takes it."""
    async with (
        at_desk(running, "claire", Role.AGENT, ROADS, live=True) as claire,
        at_desk(running, "chief", Role.SUPERVISOR, live=True) as chief,
    ):
        case = await open_case(running.store, urgent=True)
        await until(lambda: offered_to(claire, case.id) == claire.agent.id)
        passed = await claire.done("POST", f"/cases/{case.id}/pass")
        await until(lambda: offered_to(claire, case.id) == chief.agent.id)
        taken = await claire.done("POST", f"/cases/{case.id}/take")

    assert passed["case"]["offered"] is None
    assert (taken["case"]["agent"]["id"], taken["case"]["offered"]) == (claire.agent.id, None)


async def test_who_is_offered_a_case_of_another_service_sees_it_that_long(running: Gateway) -> None:
    """Afterwards it is gone from their page, and closed to them."""
    async with at_desk(running, "sami", Role.AGENT, ("sports",), live=True) as sami:
        case = await open_case(running.store)
        before, _ = await sami.ask("GET", f"/cases/{case.id}")
        moment = case.opened_at
        await running.store.offers.offer(case.id, sami.agent.id, 3, moment.replace(year=2000), moment)
        await until(lambda: offered_to(sami, case.id) == sami.agent.id)
        during, _ = await sami.ask("GET", f"/cases/{case.id}")
        await sami.ask("POST", f"/cases/{case.id}/pass")
        await until(lambda: any(case.id in told["gone"] for told in sami.events("cases")))

        async def is_closed() -> bool:
            return (await sami.ask("GET", f"/cases/{case.id}"))[0] == 403

        await soon(is_closed)

    assert (before, during) == (403, 200)


async def test_the_desk_says_what_each_agent_takes(running: Gateway) -> None:
    """To themselves, and to supervisors of all; what the account leaves open is the town's."""
    async with at_desk(running, "chief", Role.SUPERVISOR) as chief:
        me = (await chief.done("GET", "/me"))["agent"]
        (colleague,) = (await chief.done("GET", "/agents"))["agents"]

    assert (me["capacity"], me["languages"], me["skills"], colleague["capacity"]) == (3, [], [], 3)
