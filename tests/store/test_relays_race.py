"""Two gateways that let the same cases go on at once."""

from __future__ import annotations

import asyncio

import pytest

from bot.cases import CaseKind, Cause, What
from bot.store.sql import open_store
from tests.desk.clerk import MONDAY, Clerk
from tests.desk.ruled import HOUR, LIGHTS, PARKS, ROADS, hired, reported, ruled, to


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    engine: str = request.getfixturevalue(f"{request.param}_url")
    return engine


async def test_two_gateways_let_each_case_go_on_once(url: str) -> None:
    """Both look at the same moment, step after step, while agents take some: one line for each step, none beside."""
    stores = [await open_store(url) for _ in range(2)]
    try:
        made = ruled(to(LIGHTS, PARKS))
        clerks = [await hired(stores[0], made), Clerk(stores[1], made, MONDAY)]
        ids = [await reported(clerks[0], f"citizen-{number}") for number in range(12)]
        done = []
        for step in range(4):
            for clerk in clerks:
                clerk.now += 24 * HOUR
            takes = [stores[step % 2].cases.take(ids[step], clerks[0].agents[0], clerks[0].now)]
            looks = asyncio.gather(*(clerk.rules.look() for clerk in clerks))
            await asyncio.gather(looks, *takes)
            done += await looks
        told = {case_id: [event.what for event in await stores[0].cases.history(case_id)] for case_id in ids}

        steps = [What.RELAYED, What.RELAYED, What.UNTAKEN]
        for number, case_id in enumerate(ids):
            gone = [what for what in told[case_id] if what not in (What.OPENED, What.TAKEN)]

            # Whoever was quicker in the step in which it was taken: nothing happens behind that.
            assert gone == (steps if number > 3 else steps[: len(gone)])
            assert number > 3 or (told[case_id][-1] is What.TAKEN and number <= len(gone) <= number + 1)
        assert sum(done) == sum(what in steps for whats in told.values() for what in whats)
        assert [(await stores[1].cases.get(case_id)).service for case_id in ids[4:]] == [PARKS] * 8
    finally:
        for store in stores:
            await store.close()


async def test_an_offer_and_a_rule_at_once_leave_one_of_the_two(url: str) -> None:
    """A case of the chat is with whoever is asked, or it has gone on: never both."""
    stores = [await open_store(url) for _ in range(2)]
    try:
        made = ruled(to(LIGHTS))
        clerks = [await hired(stores[0], made), Clerk(stores[1], made, MONDAY)]
        facts = {"kind": CaseKind.QUESTION, "cause": Cause.ASKED}
        ids = [await reported(clerks[0], f"citizen-{number}", **facts) for number in range(6)]
        for clerk in clerks:
            clerk.now += 6 * HOUR
        await stores[0].agents.seen(clerks[0].agents, clerks[0].now)
        await asyncio.gather(clerks[0].job.look(), clerks[1].rules.look())
        for case_id in ids:
            case = await stores[0].cases.get(case_id)
            whats = [what for what, _ in await clerks[0].whats(case_id)]

            # What has gone on may be offered there, or was not: what is offered at the roads has not gone on.
            assert case.service == (LIGHTS if What.RELAYED in whats else ROADS)
            assert case.offered is None or whats.index(What.OFFERED) == len(whats) - 1
    finally:
        for store in stores:
            await store.close()
