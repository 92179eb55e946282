"""The contract of relays: a waiting case goes on once, whoever looks at it, and nothing of it changes but its place."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.agents import Role
from bot.cases import Seen, View, What
from bot.messages import Address
from bot.relays import Mark, Relay
from bot.store.sql import Store
from tests.store.contract_agents import hired
from tests.store.contract_cases import opened, whats
from tests.store.words import ANNE, START, after

ON = Relay("sports", "voirie", 240)
TOLD = Relay("", "voirie", 240)


class RelaysContract:
    async def test_a_relayed_case_is_the_same_one_elsewhere(self, store: Store) -> None:
        """With its promise, its urgency, its age and its history; passes begin anew."""
        claire = await hired(store, "claire", Role.AGENT, ("voirie",), seen_at=START)
        case = await opened(store, due_at=after(900), urgent=True)
        await store.offers.offer(case.id, claire.id, 1, START, after(1))
        await store.offers.pass_on(case.id, claire.id, None, after(2))
        was = await store.cases.get(case.id)
        done = await store.relays.relay(case.id, was.version, ON, after(3))
        now = await store.cases.get(case.id)
        event = (await store.cases.history(case.id))[-1]

        assert (done, was.passes) == (True, 1)
        assert now == replace(was, service="sports", passes=0, version=was.version + 1)
        assert (event.what, event.text, event.agent_id, event.at) == (What.RELAYED, ON.text, None, after(3))

    async def test_what_is_only_told_stays(self, store: Store) -> None:
        """And is looked at no more, until somebody has seen to it."""
        case, claire = await opened(store), await hired(store)
        done = await store.relays.relay(case.id, case.version, TOLD, after(3))
        told = await store.cases.get(case.id)
        quiet = await store.relays.untaken(0)
        await store.cases.take(case.id, claire.id, after(4))
        taken = await store.relays.untaken(0)
        await store.cases.release(case.id, claire.id, after(5))
        (again,) = await store.relays.untaken(0)

        assert (done, told) == (True, replace(case, version=case.version + 1))
        assert (quiet, taken) == ([], [])
        assert (again.case.id, again.since, again.placed_at) == (case.id, after(5), "voirie")
        assert [event.what for event in again.events] == [What.OPENED, What.UNTAKEN, What.RELEASED]

    async def test_of_eight_who_let_a_case_go_on_one_does(self, store: Store) -> None:
        """Whether to the same service or to two."""
        case = await opened(store)
        other = Relay("parcs", "voirie", 240)
        done = await asyncio.gather(
            *(store.relays.relay(case.id, case.version, (ON, other)[one % 2], after(3)) for one in range(8))
        )

        assert sum(done) == 1
        assert await whats(store, case) == [What.OPENED, What.RELAYED]

    async def test_a_case_that_is_somebodys_never_goes_on(self, store: Store) -> None:
        """Taken, closed, offered, changed since it was read, or not there."""
        agents = [await hired(store, login, Role.AGENT, ("voirie",), seen_at=START) for login in ("claire", "karim")]
        taken, closed, offered, urgent = [await opened(store, "m1", Address("web", f"k{one}")) for one in range(4)]
        await store.cases.take(taken.id, agents[0].id, after(1))
        await store.cases.close(closed.id, agents[0].id, after(1))
        await store.offers.offer(offered.id, agents[1].id, 1, START, after(1))
        await store.cases.set_urgent(urgent.id, agents[0].id, True, after(1))
        done = [
            await store.relays.relay(case.id, (await store.cases.get(case.id)).version, ON, after(2))
            for case in (taken, closed, offered)
        ]
        done.append(await store.relays.relay(urgent.id, urgent.version, ON, after(2)))
        done.append(await store.relays.relay(99, 0, ON, after(2)))

        assert done == [False] * 5
        assert [one.case.id for one in await store.relays.untaken(0)] == [urgent.id]

    async def test_taking_and_going_on_at_once_is_one_after_the_other(self, store: Store) -> None:
        """Whoever has a case keeps it: it goes on before they take it, or not at all."""
        claire = await hired(store)
        for number in range(4):
            case = await opened(store, "m1", Address("web", f"k{number}"))
            _, gone = await asyncio.gather(
                store.cases.take(case.id, claire.id, after(1)), store.relays.relay(case.id, case.version, ON, after(1))
            )
            told = [what for what in await whats(store, case) if what is not What.OPENED]

            assert told == [*([What.RELAYED] if gone else []), What.TAKEN]
            assert (await store.cases.get(case.id)).agent_id == claire.id

    async def test_untaken_cases_come_in_pages_with_where_they_were(self, store: Store) -> None:
        """By id; a case knows whose rule counts, and every service that had it."""
        claire = await hired(store)
        cases = [await opened(store, "m1", Address("web", f"k{number}")) for number in range(3)]
        await store.relays.relay(cases[0].id, 0, ON, after(3))
        await store.cases.transfer(cases[1].id, claire.id, "parcs", "", after(4))
        await store.relays.relay(cases[1].id, 1, Relay("sports", "parcs", 60), after(5))
        first = await store.relays.untaken(0, 2)
        rest = await store.relays.untaken(first[-1].case.id, 2)

        assert [one.case.id for one in (*first, *rest)] == [case.id for case in cases]
        assert [one.placed_at for one in (*first, *rest)] == ["voirie", "parcs", "voirie"]
        assert [sorted(one.been_at) for one in first] == [["sports", "voirie"], ["parcs", "sports", "voirie"]]
        assert [one.since for one in (*first, *rest)] == [after(3), after(5), START]

    async def test_marks_are_of_cases_that_still_wait(self, store: Store) -> None:
        """Until somebody has seen to them."""
        claire = await hired(store)
        plain, gone, told, taken, moved = [await opened(store, "m1", Address("web", f"k{one}")) for one in range(5)]
        for case in (gone, taken, moved):
            await store.relays.relay(case.id, 0, ON, after(3))
        await store.relays.relay(told.id, 0, TOLD, after(4))
        await store.cases.take(taken.id, claire.id, after(5))
        await store.cases.transfer(moved.id, claire.id, "parcs", "", after(5))
        ids = [case.id for case in (plain, gone, told, taken, moved)]

        assert await store.relays.marks(ids) == {gone.id: Mark(ON, after(3)), told.id: Mark(TOLD, after(4))}
        assert await store.relays.marks([]) == {}

    async def test_an_erased_citizen_leaves_nothing_to_go_on(self, store: Store) -> None:
        """Neither a case that waits nor a mark."""
        case = await opened(store)
        await store.relays.relay(case.id, 0, ON, after(3))
        await store.subjects.erase(ANNE, after(5))

        assert (await store.relays.untaken(0), await store.relays.marks([case.id])) == ([], {})

    async def test_what_was_told_has_a_tab_of_its_own(self, store: Store) -> None:
        """Until somebody sees to it, also while it is offered; agents find their own services' there, and no count."""
        claire = await hired(store, "claire", Role.AGENT, ("voirie",), seen_at=START)
        plain, gone, told, late, taken, given = [
            await opened(store, "m1", Address("web", f"k{one}"), at=one) for one in range(6)
        ]
        await store.relays.relay(gone.id, 0, ON, after(9))
        for case in (told, late, taken, given):
            await store.relays.relay(case.id, 0, TOLD, after(9))
        await store.offers.offer(late.id, claire.id, 1, START, after(10))
        for case in (taken, given):
            await store.cases.take(case.id, claire.id, after(10))
        await store.cases.release(given.id, claire.id, after(11))
        everything, abroad = Seen(0, None, None), Seen(claire.id + 1, ("sports",), ("sports",))
        own = Seen(claire.id, ("voirie",), ("voirie",))
        shown = [[case.id for case in await store.cases.view(View.UNTAKEN, seen)] for seen in (everything, own, abroad)]
        counts = [(await store.cases.count(seen)).get(View.UNTAKEN) for seen in (everything, own)]

        assert (await store.cases.get(plain.id)).version == 0
        assert shown == [[told.id, late.id], [told.id, late.id], []]
        assert counts == [2, None]
