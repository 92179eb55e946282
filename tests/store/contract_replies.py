"""The contract of what agents say: kept for the moments in which it can be taken back, then said once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import Missing, Stale
from bot.messages import Author
from bot.store.base import Prepared
from bot.store.sql import Store
from tests.store.contract_agents import hired
from tests.store.contract_cases import opened, reply_of
from tests.store.words import ANNE, LEASE, after, prepared


class RepliesContract:
    async def test_a_reply_leaves_when_its_time_has_come(self, store: Store) -> None:
        """Until then it can be taken back; once gone it stands in transcript and outbox, once."""
        case = await opened(store)
        claire = await hired(store)
        await store.cases.take(case.id, claire.id, after(1))
        pending = await store.cases.say_soon(reply_of(case, claire.id), after(1))
        again = await store.cases.say_soon(reply_of(case, claire.id, leaves=60), after(2))
        with pytest.raises(Stale):
            await store.cases.close(case.id, claire.id, after(2))
        early, due = await store.cases.leaving(after(4)), await store.cases.leaving(after(5))
        said = prepared("r1")
        sent = [await store.cases.send(pending, said, after(6)) for _ in range(2)]
        lines = await store.transcript.read(case.conversation_id)
        (row,) = await store.outbox.claim("w1", after(6), LEASE, 9)

        assert (again, early, due) == (pending, [], [pending])
        assert pending.sources[0].title == "Voirie"
        assert (sent, [line.ref for line in lines], row.conversation_id) == (
            [True, False],
            ["r1"],
            case.conversation_id,
        )

    async def test_a_reply_is_taken_back_by_its_author(self, store: Store) -> None:
        """It never leaves; another agent, or one who means another case, takes nothing back."""
        case = await opened(store)
        claire, karim = await hired(store), await hired(store, "karim")
        await store.cases.take(case.id, claire.id, after(1))
        pending = await store.cases.say_soon(reply_of(case, claire.id), after(1))
        elsewhere = await store.cases.take_back(case.id + 1, "r1", claire.id)
        back = [await store.cases.take_back(case.id, "r1", agent.id) for agent in (karim, claire, claire)]

        assert (elsewhere, back) == (None, [None, pending, None])
        assert await store.cases.leaving(after(60)) == []
        assert not await store.cases.send(pending, prepared("r1"), after(60))

    async def test_a_reply_after_an_erasure_goes_nowhere(self, store: Store) -> None:
        """The citizen has erased everything while the agent wrote."""
        case = await opened(store)
        claire = await hired(store)
        await store.cases.take(case.id, claire.id, after(1))
        pending = await store.cases.say_soon(reply_of(case, claire.id), after(1))
        await store.subjects.erase(ANNE, after(2))
        reply = Prepared(replace(prepared("r1").reply, author=Author.AGENT))

        assert not await store.cases.send(pending, reply, after(9))
        with pytest.raises(Missing):
            await store.cases.get(case.id)
