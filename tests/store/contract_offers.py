"""The contract of offers: a case is offered to one agent at a time, and to nobody who is away or has enough."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.agents import Abilities, Agent, Role
from bot.cases import CaseKind, CaseState, Cause, Seen, View, What
from bot.messages import Address
from bot.offering import Present
from bot.store.sql import Store
from tests.store.contract_agents import hired
from tests.store.contract_cases import opened, whats
from tests.store.words import ANNE, START, after


async def there(store: Store, login: str = "claire", services: tuple[str, ...] = ("voirie",)) -> Agent:
    """An agent whose page is open."""
    return await hired(store, login, Role.AGENT, services, seen_at=START)


async def offered(store: Store, case_id: int, agent: Agent, at: float = 1, capacity: int = 1) -> bool:
    return await store.offers.offer(case_id, agent.id, capacity, START, after(at))


class OffersContract:
    async def test_abilities_are_kept(self, store: Store) -> None:
        """What the account says, changed as a whole; capacity 0 is not the same as none."""
        claire = await hired(store)
        able = Abilities(("en", "pt-BR"), ("urbanisme",), 0)
        await store.agents.set_abilities(claire.id, able)
        changed = (await store.agents.get(claire.id)).abilities
        await store.agents.set_abilities(claire.id, Abilities())

        assert (claire.abilities, changed) == (Abilities(), able)
        assert (await store.agents.get(claire.id)).abilities == Abilities()

    async def test_an_offer_stands_in_the_case_and_its_history(self, store: Store) -> None:
        """Until it is passed on; then who was asked lately is known."""
        case, claire = await opened(store), await there(store)
        done = await offered(store, case.id, claire)
        asked = await store.cases.get(case.id)
        passed = await store.offers.pass_on(case.id, claire.id, after(1), after(61))
        left = await store.cases.get(case.id)

        assert (done, passed) == (True, True)
        assert asked.offered is not None
        assert (asked.state, asked.offered.agent_id, asked.offered.agent_name, asked.offered.at) == (
            *(CaseState.WAITING, claire.id, claire.name, after(1)),
        )
        assert (left.offered, left.passes, left.version) == (None, 1, case.version + 2)
        assert await whats(store, case) == [What.OPENED, What.OFFERED, What.PASSED]
        assert await store.offers.asked([case.id, 99], START) == {case.id: frozenset({claire.id})}
        assert await store.offers.asked([case.id], after(1)) == {}
        assert (await store.agents.get(claire.id)).offered_at == after(1)

    async def test_of_two_gateways_one_offers_a_case(self, store: Store) -> None:
        """Eight at once, to two agents: one offer."""
        case = await opened(store)
        agents = [await there(store), await there(store, "karim")]
        done = await asyncio.gather(*(offered(store, case.id, agents[one % 2], capacity=5) for one in range(8)))

        assert sum(done) == 1
        assert await whats(store, case) == [What.OPENED, What.OFFERED]

    async def test_of_two_gateways_none_fills_an_agent_above_their_capacity(self, store: Store) -> None:
        """Six cases at once to somebody who takes two."""
        claire = await there(store)
        cases = [await opened(store, "m1", Address("web", f"k{number}")) for number in range(6)]
        done = await asyncio.gather(*(offered(store, case.id, claire, capacity=2) for case in cases))

        assert sum(done) == 2
        assert [one.load for one in await store.offers.present(START)] == [2]

    async def test_an_old_offer_is_not_passed_on_twice(self, store: Store) -> None:
        """Nor that of somebody else, nor one that was made anew meanwhile."""
        case, claire, karim = await opened(store), await there(store), await there(store, "karim")
        await offered(store, case.id, claire)
        refused = [
            await store.offers.pass_on(case.id, karim.id, None, after(2)),
            await store.offers.pass_on(case.id, claire.id, after(0), after(2)),
            await store.offers.pass_on(99, claire.id, None, after(2)),
        ]
        both = await asyncio.gather(*(store.offers.pass_on(case.id, claire.id, after(1), after(61)) for _ in range(4)))

        assert refused == [False] * 3
        assert sum(both) == 1
        assert (await store.cases.get(case.id)).passes == 1

    async def test_nobody_away_is_offered_anything(self, store: Store) -> None:
        """Not seen lately, not available, locked, or not there at all."""
        case = await opened(store)
        gone, absent, locked = [await there(store, login) for login in ("gone", "absent", "locked")]
        await store.agents.set_available(absent.id, False)
        await store.agents.set_disabled(locked.id, True, START)
        done = [await offered(store, case.id, one) for one in (absent, locked)]
        done.append(await store.offers.offer(case.id, gone.id, 3, after(30), after(31)))
        done.append(await store.offers.offer(case.id, 99, 3, START, after(31)))
        done.append(await store.offers.offer(99, gone.id, 3, START, after(31)))

        assert done == [False] * 5
        assert [one.agent.login for one in await store.offers.present(START)] == ["gone"]
        assert await store.offers.present(after(30)) == []

    async def test_only_those_who_wait_in_the_chat_are_offered(self, store: Store) -> None:
        """Forms, call-backs, letters, public comments and what is taken are not; danger always is."""
        claire = await there(store)
        chat = await opened(store)
        facts: list[dict[str, Any]] = [
            {"kind": CaseKind.STREET_ISSUE},
            {"callback": True},
            {"cause": Cause.MAIL},
            {"cause": Cause.FORM},
            {"cause": Cause.COMMENT},
        ]
        others = [
            await opened(store, f"m{number}", Address("web", f"k{number}"), **more) for number, more in enumerate(facts)
        ]
        danger = await opened(store, "m9", Address("web", "k9"), kind=CaseKind.APPOINTMENT, cause=Cause.DANGER)
        taken = await opened(store, "m8", Address("web", "k8"))
        await store.cases.take(taken.id, claire.id, after(1))
        done = [await offered(store, case.id, claire, capacity=9) for case in (*others, taken)]

        assert done == [False] * 6
        assert [case.id for case in await store.offers.waiting()] == [chat.id, danger.id]
        assert all(case.waits_live for case in await store.offers.waiting())
        assert [(await store.cases.get(case.id)).waits_live for case in (*others, taken)] == [False] * 6

    async def test_priority_is_urgency_then_promise_then_age(self, store: Store) -> None:
        """In the queue of the job, in that of the desk, and in the places that citizens are told."""
        facts: list[dict[str, Any]] = [
            {"at": 1, "due_at": None},
            {"at": 2, "due_at": after(900)},
            {"at": 3, "due_at": after(600)},
            {"at": 4, "due_at": after(600)},
            {"at": 5, "due_at": None, "urgent": True},
        ]
        ids = [
            (await opened(store, "m1", Address("web", f"k{number}"), **more)).id for number, more in enumerate(facts)
        ]
        order = [ids[number] for number in (4, 2, 3, 1, 0)]

        assert [case.id for case in await store.offers.waiting()] == order
        assert [case.id for case in await store.cases.view(View.WAITING, Seen(0, None, None))] == order
        assert [(await store.cases.queued(case_id)).place for case_id in order] == [1, 2, 3, 4, 5]

    async def test_anybody_may_take_what_is_offered_to_another(self, store: Store) -> None:
        """The offer is over then, also after the case went back; and passing it on changes nothing."""
        case, claire, karim = await opened(store), await there(store), await there(store, "karim")
        await offered(store, case.id, claire)
        taken = await store.cases.take(case.id, karim.id, after(2))
        late = await store.offers.pass_on(case.id, claire.id, None, after(3))
        back = await store.cases.release(case.id, karim.id, after(4))

        assert (taken.offered, taken.agent_id, late) == (None, karim.id, False)
        assert (back.offered, back.passes) == (None, 0)
        assert (await store.offers.asked([case.id], START))[case.id] == {claire.id, karim.id}

    async def test_an_offer_shows_a_case_of_another_service(self, store: Store) -> None:
        """In the tabs of whoever is asked, and no longer once it is passed on."""
        case, sports = await opened(store), await there(store, "sami", ("sports",))
        seen = Seen(sports.id, ("sports",), ("sports",))
        tabs = (View.WAITING, View.SERVICES, View.ALL)
        await offered(store, case.id, sports)
        shown = [[one.id for one in await store.cases.view(view, seen)] for view in tabs]
        await store.offers.pass_on(case.id, sports.id, None, after(2))

        assert shown == [[case.id]] * 3
        assert [await store.cases.view(view, seen) for view in tabs] == [[]] * 3

    async def test_load_is_what_is_live_and_what_is_offered(self, store: Store) -> None:
        """Forms and mail that somebody keeps do not count."""
        claire = await there(store)
        for number, kind in enumerate((CaseKind.QUESTION, CaseKind.STREET_ISSUE)):
            one = await opened(store, "m1", Address("web", f"k{number}"), kind=kind)
            await store.cases.take(one.id, claire.id, after(1))
        await offered(store, (await opened(store)).id, claire, capacity=9)
        (present,) = await store.offers.present(START)

        assert (present.agent.id, present.load) == (claire.id, 2)
        assert isinstance(present, Present)

    async def test_a_transferred_case_has_the_promise_of_its_new_service(self, store: Store) -> None:
        """And no offer of the old one."""
        case, claire = await opened(store, due_at=after(900)), await there(store)
        await offered(store, case.id, claire)
        moved = await store.cases.transfer(case.id, claire.id, "sports", "", after(5), after(7200))

        assert (moved.service, moved.due_at, moved.offered, moved.passes) == ("sports", after(7200), None, 0)

    async def test_an_erased_citizen_leaves_no_offer(self, store: Store) -> None:
        """Nothing of theirs is offered afterwards."""
        case, claire = await opened(store), await there(store)
        await offered(store, case.id, claire)
        await store.subjects.erase(ANNE, after(5))

        assert await store.offers.waiting() == []
        assert [one.load for one in await store.offers.present(START)] == [0]
