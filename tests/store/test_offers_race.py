"""Two gateways that offer the same cases at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.cases import What
from bot.store.sql import open_store
from tests.desk.clerk import MINUTE, MONDAY, SECOND, Clerk, office


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    engine: str = request.getfixturevalue(f"{request.param}_url")
    return engine


async def test_two_gateways_offer_each_case_once(url: str) -> None:
    """Both look at the same moment, again and again: no case is with two, nobody has more than they can take."""
    stores = [await open_store(url) for _ in range(2)]
    try:
        clerks = [Clerk(store, office(capacity=2, offer_seconds=15)) for store in stores]
        for number in range(4):
            await clerks[0].hire(f"agent-{number}")
        ids = [await clerks[0].comes(f"citizen-{number}") for number in range(12)]
        for _ in range(4):
            await asyncio.gather(*(clerk.later(timedelta()) for clerk in clerks))
            present = await stores[0].offers.present(MONDAY - MINUTE)
            waiting = await stores[0].offers.waiting()
            asked = await stores[0].offers.asked([case.id for case in waiting], MONDAY - MINUTE)

            assert sum(one.load for one in present) == sum(case.offered is not None for case in waiting)
            assert max(one.load for one in present) == 2
            # Who has room has been asked for everything that is still with nobody.
            for one in present:
                alone = [
                    case for case in waiting if case.offered is None and one.agent.id not in asked.get(case.id, ())
                ]
                assert one.load == 2 or not alone
            for clerk in clerks:
                clerk.now += 15 * SECOND
            await stores[0].agents.seen(clerks[0].agents, clerks[0].now)
        for case_id in ids:
            whats = [what for what, _ in await clerks[0].whats(case_id) if what in (What.OFFERED, What.PASSED)]

            # An offer, and what became of it, in turn.
            assert whats == [What.OFFERED, What.PASSED] * (len(whats) // 2) + [What.OFFERED] * (len(whats) % 2)
    finally:
        for store in stores:
            await store.close()
