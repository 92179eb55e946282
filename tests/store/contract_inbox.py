"""The contract of conversations and inbox."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import Missing, Stale, StoreError
from bot.messages import Address, Attachment, Kind, Location, Mode, Thread
from bot.store.base import CITIZEN
from bot.store.sql import Store
from tests.store.words import (
    ANNE,
    BRUNO,
    LEASE,
    START,
    after,
    claimed,
    conversation_of,
    message,
    prepared,
    put,
    rewrite,
)


class InboxContract:
    async def test_a_conversation_is_opened_once(self, store: Store) -> None:
        """However many open it at once, an address has one conversation, in the bot's hands."""
        opened = await asyncio.gather(*(store.conversations.open(ANNE, "en", after(i)) for i in range(8)))

        assert len({conversation.id for conversation in opened}) == 1
        assert await store.conversations.count() == 1
        assert (opened[0].address, opened[0].mode, opened[0].language) == (ANNE, Mode.BOT, "en")

    async def test_a_conversation_is_found_by_address_and_by_id(self, store: Store) -> None:
        """Both ways lead to the same values; an unknown id is `Missing`, an unknown address None."""
        opened = await store.conversations.open(ANNE, "fr", START)

        assert await store.conversations.find(ANNE) == opened
        assert await store.conversations.get(opened.id) == opened
        assert await store.conversations.find(Address("mail", "anne")) is None
        with pytest.raises(Missing):
            await store.conversations.get("nobody")

    async def test_only_one_of_many_switches_a_conversation(self, store: Store) -> None:
        """The mode is compared and set in one step: of five agents one gets it, four learn that it is gone."""
        conversation = await conversation_of(store)
        outcomes = await asyncio.gather(
            *(store.conversations.switch(conversation, Mode.BOT, Mode.AGENT) for _ in range(5)),
            return_exceptions=True,
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType"] + ["Stale"] * 4
        assert (await store.conversations.get(conversation)).mode is Mode.AGENT

    async def test_a_message_comes_back_as_it_was(self, store: Store) -> None:
        """Every field survives, with odd characters and a time in microseconds."""
        said = replace(
            message("m1", text="où ?\x00\x07\u202e \U0001f600 « \u2028 »"),
            sent_at=START + timedelta(microseconds=123456),
            kind=Kind.LOCATION,
            pressed="token",
            thread=Thread("p1", ("a", "b"), "Objet", "public", "https://example.org/p", START, START),
            location=Location(47.2, -1.55),
            attachments=(Attachment("f.pdf", "application/pdf", 12, "https://example.org/f"),),
            language_hint="fr-FR",
        )
        await store.inbox.put(said, "fr", START)

        assert (await claimed(store)).message == said

    async def test_a_lone_surrogate_is_replaced(self, store: Store) -> None:
        """JavaScript may send half a character; no engine can store it, and the rest of the words is kept."""
        await put(store, "m1", text="avant \ud800 après")
        conversation = await conversation_of(store)

        assert [entry.text for entry in await store.transcript.read(conversation)] == ["avant \ufffd après"]
        assert (await claimed(store)).message.text == "avant \ufffd après"

    async def test_a_message_is_stored_once(self, store: Store) -> None:
        """A redelivery changes nothing: not the transcript, not when the citizen was last heard."""
        assert await put(store, "m1", at=after(1))
        assert not await put(store, "m1", text="autre", at=after(9))

        conversation = await store.conversations.find(ANNE)
        assert conversation is not None
        assert conversation.last_heard_at == after(1)
        assert [entry.text for entry in await store.transcript.read(conversation.id)] == ["bonjour"]
        assert (await store.inbox.waiting(after(5))) == (1, timedelta(seconds=4))

    async def test_of_equal_messages_at_once_one_is_new(self, store: Store) -> None:
        """Eight deliveries of one message at the same moment: one True, seven False, one row."""
        outcomes = await asyncio.gather(*(put(store, "m1") for _ in range(8)))

        assert sorted(outcomes) == [False] * 7 + [True]
        assert (await store.inbox.waiting(START))[0] == 1

    async def test_the_same_id_on_another_channel_is_another_message(self, store: Store) -> None:
        """A message id is unique within its channel only."""
        assert await put(store, "1", Address("web", "anne"))
        assert await put(store, "1", Address("telegram", "anne"))

    async def test_put_moves_when_the_citizen_was_last_heard(self, store: Store) -> None:
        """A new message keeps its conversation alive; its opening stays, and its language if the message has none."""
        await put(store, "m1", at=after(1))
        await store.inbox.put(message("m2"), "en", after(7))
        conversation = await store.conversations.find(ANNE)

        assert conversation is not None
        assert (conversation.created_at, conversation.last_heard_at) == (after(1), after(7))
        assert conversation.language == "fr"

    async def test_a_conversation_goes_on_in_the_language_of_its_last_message(self, store: Store) -> None:
        """A citizen who switches the chat to English is answered in English from then on."""
        await put(store, "m1")
        await store.inbox.put(replace(message("m2"), language_hint="en"), "en", after(7))
        conversation = await store.conversations.find(ANNE)

        assert conversation is not None
        assert conversation.language == "en"

    async def test_the_language_that_a_citizen_writes_in_is_kept_beside_it(self, store: Store) -> None:
        """Whatever page the next message comes from."""
        conversation = await store.conversations.open(ANNE, "fr", START)
        await store.conversations.heard_in(conversation.id, "ar")
        await store.inbox.put(replace(message("m1"), language_hint="en"), "en", START)
        found = await store.conversations.find(ANNE)

        assert (conversation.spoken, found and (found.language, found.spoken)) == ("", ("en", "ar"))

    async def test_a_message_answered_at_once_may_stay_to_be_handled(self, store: Store) -> None:
        """The alarm of a possible danger: in transcript and outbox at once, before the answer; said again, once."""
        for _ in range(2):
            await store.inbox.put(message("m1"), "fr", START, [prepared("m1.alarm")], settles=False)
        conversation = await conversation_of(store)
        said = [entry.ref for entry in await store.transcript.read(conversation)]
        claim = await claimed(store)
        await store.inbox.finish(claim.row, "w1", [prepared("m1.0")], after(1))
        answered = [entry.ref for entry in await store.transcript.read(conversation)]

        assert said == ["m1", "m1.alarm"]
        assert claim.message.id == "m1"
        assert answered == ["m1", "m1.alarm", "m1.0"]
        assert (await store.inbox.waiting(after(2)))[0] == 0
        assert (await store.outbox.waiting(after(2)))[0] == 2

    async def test_an_answered_message_is_settled(self, store: Store) -> None:
        """Danger is answered in the transaction that stores it: nothing to claim, the reply in transcript and outbox."""
        await store.inbox.put(message("m1"), "fr", START, [prepared("r1")])
        conversation = await conversation_of(store)

        assert await store.inbox.claim("w1", START, LEASE) is None
        assert [entry.ref for entry in await store.transcript.read(conversation)] == ["m1", "r1"]
        assert [due.outgoing.payload["text"] for due in await store.outbox.claim("w1", START, LEASE, 9)] == ["Voici."]

    async def test_an_opening_leaves_no_line(self, store: Store) -> None:
        """Opening the chat is stored, but a `/start` that a client sends for it is nothing that the citizen said."""
        await store.inbox.put(replace(message("m1", text="/start"), kind=Kind.START), "fr", START)

        assert await store.transcript.read(await conversation_of(store)) == []
        assert (await claimed(store)).message.kind is Kind.START

    async def test_one_message_of_a_conversation_at_a_time_in_order(self, store: Store) -> None:
        """The second waits for the first to be finished, while another conversation's is taken."""
        await put(store, "a1")
        await put(store, "a2")
        await put(store, "b1", BRUNO)
        first, other = await claimed(store), await claimed(store)
        assert (first.message.id, other.message.id) == ("a1", "b1")
        assert await store.inbox.claim("w2", START, LEASE) is None
        await store.inbox.finish(first.row, "w1", [], START)

        assert (await claimed(store, "w2")).message.id == "a2"

    async def test_workers_never_share_a_claim(self, store: Store) -> None:
        """Sixteen claims at once over ten conversations: ten claims, ten messages."""
        for number in range(10):
            await put(store, f"m{number}", Address("web", f"c{number}"))
        claims = await asyncio.gather(*(store.inbox.claim(f"w{i}", START, LEASE) for i in range(16)))

        assert len([claim for claim in claims if claim]) == 10
        assert len({claim.row for claim in claims if claim}) == 10

    async def test_a_lease_runs_out(self, store: Store) -> None:
        """A dead worker's message is claimed again, counted as another attempt, and is no longer the dead one's."""
        await put(store, "m1")
        dead = await claimed(store, "dead")
        assert await store.inbox.claim("w2", after(29), LEASE) is None
        second = await claimed(store, "w2", after(30))
        assert (dead.attempts, second.attempts) == (1, 2)
        with pytest.raises(Stale):
            await store.inbox.finish(dead.row, "dead", [prepared("late")], after(31))
        with pytest.raises(Stale):
            await store.inbox.postpone(dead.row, "dead", after(99), "late")

        assert [e.ref for e in await store.transcript.read(second.conversation.id)] == ["m1"]

    async def test_a_lease_is_renewed(self, store: Store) -> None:
        """A slow worker that is alive keeps what it holds; renewing tells how many that is."""
        await put(store, "m1")
        await put(store, "m2", BRUNO)
        await claimed(store)
        await claimed(store)
        assert await store.inbox.renew("w1", after(20), LEASE) == 2
        assert await store.inbox.renew("w2", after(20), LEASE) == 0

        assert await store.inbox.claim("w2", after(45), LEASE) is None
        assert await store.inbox.claim("w2", after(50), LEASE) is not None

    async def test_released_claims_count(self, store: Store) -> None:
        """What a worker gives back may have been said to the core already: the next attempt is not the first."""
        await put(store, "m1")
        await claimed(store)
        assert await store.inbox.release("w1") == 1
        assert await store.inbox.release("w1") == 0

        assert (await claimed(store, "w2")).attempts == 2

    async def test_a_postponed_message_holds_up_its_conversation_only(self, store: Store) -> None:
        """Not before its time, and nothing of its conversation before it; others go on."""
        await put(store, "a1")
        await put(store, "a2")
        await put(store, "b1", BRUNO)
        first = await claimed(store)
        await store.inbox.postpone(first.row, "w1", after(10), "RasaUnreachable")
        assert (await claimed(store)).message.id == "b1"
        assert await store.inbox.claim("w1", after(9), LEASE) is None
        again = await claimed(store, at=after(10))

        assert (again.message.id, again.attempts) == ("a1", 2)

    async def test_the_longest_due_message_is_claimed_first(self, store: Store) -> None:
        """However often others are tried again, nobody waits for ever for a first try."""
        await put(store, "a1")
        await put(store, "b1", BRUNO)
        await store.inbox.postpone((await claimed(store)).row, "w1", after(5), "later")
        order = [(await claimed(store, at=after(5))).message.id for _ in range(2)]

        assert order == ["b1", "a1"]

    async def test_a_message_that_cannot_be_read_holds_up_nobody_else(self, store: Store) -> None:
        """What a newer version wrote is put off with its reason, still counted as waiting, and read once it can be."""
        await put(store, "a1")
        await put(store, "b1", BRUNO)
        await rewrite(store, "inbox", "message", '"id":"a1"', '"id":7')
        taken = await claimed(store)
        await store.inbox.finish(taken.row, "w1", [], START)
        assert await store.inbox.claim("w1", after(500), LEASE) is None
        assert (await store.inbox.waiting(START))[0] == 1
        await rewrite(store, "inbox", "message", '"id":7', '"id":"a1"')
        repaired = await claimed(store, at=after(700))

        assert (taken.message.id, repaired.message.id, repaired.attempts) == ("b1", "a1", 1)

    async def test_a_conversation_of_an_unknown_mode_holds_up_nobody_else(self, store: Store) -> None:
        """The same for a conversation that a newer version gave to somebody we do not know."""
        await put(store, "a1")
        await put(store, "b1", BRUNO)
        await rewrite(store, "conversations", "mode", "bot", "oracle", "address_key = 'anne'")

        assert (await claimed(store)).message.id == "b1"

    async def test_finish_settles_once(self, store: Store) -> None:
        """The second finish of a message is `Stale` and stores nothing."""
        await put(store, "m1")
        claim = await claimed(store)
        await store.inbox.finish(claim.row, "w1", [prepared("r1")], START)
        with pytest.raises(Stale):
            await store.inbox.finish(claim.row, "w1", [prepared("r2")], START)

        assert [e.ref for e in await store.transcript.read(claim.conversation.id)] == ["m1", "r1"]
        assert await store.inbox.waiting(START) == (0, timedelta())

    async def test_a_failed_finish_leaves_nothing_behind(self, store: Store) -> None:
        """A reply that cannot be stored undoes the whole transaction; the message is still claimed."""
        await put(store, "m1")
        claim = await claimed(store)
        broken = prepared("r2", choices=("oui",))
        twice = replace(broken, offers=broken.offers * 2)
        with pytest.raises(StoreError):
            await store.inbox.finish(claim.row, "w1", [prepared("r1"), twice], START)
        assert [e.ref for e in await store.transcript.read(claim.conversation.id)] == ["m1"]
        assert (await store.outbox.waiting(START))[0] == 0
        await store.inbox.finish(claim.row, "w1", [prepared("r1")], START)

        assert [e.ref for e in await store.transcript.read(claim.conversation.id)] == ["m1", "r1"]

    async def test_a_citizen_is_the_author_of_what_they_said(self, store: Store) -> None:
        """The citizen's line carries the message's id, its words and the time it was said."""
        await store.inbox.put(message("m1", text="Où voter ?", at=after(-60)), "fr", START)
        (entry,) = await store.transcript.read(await conversation_of(store))

        assert (entry.ref, entry.author, entry.text, entry.at) == ("m1", CITIZEN, "Où voter ?", after(-60))
        assert entry.reply is None
