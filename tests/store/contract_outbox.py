"""The contract of the outbox."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.errors import Missing
from bot.messages import Address
from bot.store.sql import Store
from tests.store.words import ANNE, BRUNO, LEASE, START, after, claimed, conversation_of, prepared, put, rewrite


class OutboxContract:
    async def test_one_provider_message_of_a_conversation_at_a_time_in_order(self, store: Store) -> None:
        """Parts and replies leave in the order they were said, the next when the one before was taken."""
        conversation = await conversation_of(store)
        await store.outbox.add(conversation, [prepared("r1", parts=2), prepared("r2")], START)
        order = []
        for _ in range(3):
            (due,) = await store.outbox.claim("w1", START, LEASE, 10)
            assert await store.outbox.claim("w2", START, LEASE, 10) == []
            order.append((due.address, due.outgoing.payload["part"]))
            await store.outbox.sent(due.row, START, "p")

        assert order == [(ANNE, 0), (ANNE, 1), (ANNE, 0)]
        assert await store.outbox.claim("w1", START, LEASE, 10) == []

    async def test_a_reply_that_cannot_be_read_holds_up_nobody_else(self, store: Store) -> None:
        """What a newer version wrote is put off with its reason and sent once it can be read."""
        for address in (ANNE, BRUNO):
            await store.outbox.add(await conversation_of(store, address), [prepared(address.key)], START)
        await rewrite(store, "outbox", "outgoing", "{", "[", "reply_id = 'anne'")
        sent = await store.outbox.claim("w1", START, LEASE, 10)
        await rewrite(store, "outbox", "outgoing", "[", "{", "reply_id = 'anne'")
        later = await store.outbox.claim("w1", after(700), LEASE, 10)

        assert [due.address for due in sent] == [BRUNO]
        assert ANNE in [due.address for due in later]

    async def test_a_claim_takes_at_most_its_limit(self, store: Store) -> None:
        """Of five conversations three are claimed first, then two, each once, the oldest first."""
        for number in range(5):
            conversation = await conversation_of(store, Address("web", f"c{number}"))
            await store.outbox.add(conversation, [prepared("r")], START)
        first = await store.outbox.claim("w1", START, LEASE, 3)
        second = await store.outbox.claim("w2", START, LEASE, 3)

        assert [due.address.key for due in first] == ["c0", "c1", "c2"]
        assert [due.address.key for due in second] == ["c3", "c4"]

    async def test_a_reply_is_stored_once(self, store: Store) -> None:
        """The second time its transcript line, its choices and its provider messages are left out."""
        conversation = await conversation_of(store)
        assert await store.outbox.add(conversation, [prepared("r1", choices=("oui",))], START) == 1
        assert await store.outbox.add(conversation, [prepared("r1"), prepared("r2")], START) == 1
        await put(store, "m1")
        await store.inbox.finish((await claimed(store)).row, "w1", [prepared("r2"), prepared("r3")], START)

        assert [e.ref for e in await store.transcript.read(conversation)] == ["r1", "r2", "m1", "r3"]
        assert (await store.outbox.waiting(START))[0] == 3

    async def test_equal_replies_at_once_are_stored_once(self, store: Store) -> None:
        """Eight writers of one reply: one stores it."""
        conversation = await conversation_of(store)
        new = await asyncio.gather(*(store.outbox.add(conversation, [prepared("r1")], START) for _ in range(8)))

        assert sorted(new) == [0] * 7 + [1]

    async def test_replies_need_a_conversation(self, store: Store) -> None:
        """Words for a conversation that was erased meanwhile are not kept."""
        with pytest.raises(Missing):
            await store.outbox.add("nobody", [prepared("r1")], START)

    async def test_a_postponed_part_holds_up_what_follows(self, store: Store) -> None:
        """A provider that wants a pause gets it for this conversation, and the order stays."""
        conversation = await conversation_of(store)
        await store.outbox.add(conversation, [prepared("r1"), prepared("r2")], START)
        await store.outbox.add(await conversation_of(store, BRUNO), [prepared("r1")], START)
        first, other = await store.outbox.claim("w1", START, LEASE, 10)
        await store.outbox.postpone(first.row, after(60), "SendFailed: 429")
        await store.outbox.sent(other.row, START, None)
        assert await store.outbox.claim("w1", after(59), LEASE, 10) == []
        (again,) = await store.outbox.claim("w1", after(60), LEASE, 10)

        assert (again.row, again.attempts, again.created_at) == (first.row, 2, START)

    async def test_what_is_given_up_makes_way(self, store: Store) -> None:
        """A message that cannot be delivered is settled with its reason, and the next one is due."""
        conversation = await conversation_of(store)
        await store.outbox.add(conversation, [prepared("r1"), prepared("r2")], START)
        (first,) = await store.outbox.claim("w1", START, LEASE, 10)
        await store.outbox.give_up(first.row, START, "blocked by the citizen \ud800\x00")
        (second,) = await store.outbox.claim("w1", START, LEASE, 10)

        assert second.row > first.row
        assert await store.outbox.waiting(after(3)) == (1, timedelta(seconds=3))

    async def test_what_was_sent_stays_sent(self, store: Store) -> None:
        """A slower worker's bad news about a message that another one sent does not send it again."""
        conversation = await conversation_of(store)
        await store.outbox.add(conversation, [prepared("r1")], START)
        (due,) = await store.outbox.claim("w1", START, LEASE, 10)
        await store.outbox.sent(due.row, START, "p1")
        await store.outbox.postpone(due.row, START, "SendFailed")
        await store.outbox.give_up(due.row, START, "SendRefused")

        assert await store.outbox.claim("w1", after(days=1), LEASE, 10) == []

    async def test_leases_of_the_outbox_run_out_and_are_released(self, store: Store) -> None:
        """A dead worker's message is due again after the lease, a stopping worker's at once."""
        conversation = await conversation_of(store)
        await store.outbox.add(conversation, [prepared("r1")], START)
        await store.outbox.claim("dead", START, LEASE, 10)
        assert await store.outbox.claim("w2", after(29), LEASE, 10) == []
        (second,) = await store.outbox.claim("w2", after(30), LEASE, 10)
        assert await store.outbox.release("w2") == 1
        (third,) = await store.outbox.claim("w3", after(31), LEASE, 10)

        assert (second.attempts, third.attempts) == (2, 3)

    async def test_workers_never_share_a_provider_message(self, store: Store) -> None:
        """Eight claims at once over twenty conversations: each message is claimed once."""
        for number in range(20):
            conversation = await conversation_of(store, Address("web", f"c{number}"))
            await store.outbox.add(conversation, [prepared("r")], START)
        batches = await asyncio.gather(*(store.outbox.claim(f"w{i}", START, LEASE, 5) for i in range(8)))
        rows = [due.row for batch in batches for due in batch]

        assert len(rows) == len(set(rows)) <= 20
        assert len(rows) + len(await store.outbox.claim("w9", START, LEASE, 50)) == 20
