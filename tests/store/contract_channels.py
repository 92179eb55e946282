"""The contract of what channels need: what became of replies, links, cursors, nonces."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.casework import StoredPhoto
from bot.errors import Missing, Stale
from bot.linking import VALID, Outcome
from bot.messages import Address, Attachment, Fate, Kind, Message, Status, Thread
from bot.outgoing import Delivered
from bot.store.sql import Store
from tests.store.contract_cases import new
from tests.store.words import ANNE, BRUNO, LEASE, START, after, claimed, conversation_of, prepared, put

PHONE = Address("telegram", "42")


async def sent(store: Store, name: str, provider_id: str | None, address: Address = PHONE) -> str:
    """A reply of one part that its provider took; its key."""
    await store.outbox.add(await conversation_of(store, address), [prepared(name)], START)
    (due,) = await store.outbox.claim("w1", START, LEASE, 1)
    await store.outbox.sent(due.row, START, provider_id)
    return due.outgoing.key


class ChannelsContract:
    async def test_a_key_stays_the_same_at_every_attempt(self, store: Store) -> None:
        """Whoever is told a key twice sends once; two parts have two keys, which tell nobody anything."""
        conversation = await conversation_of(store)
        await store.outbox.add(conversation, [prepared("r1", parts=2)], START)
        keys = []
        for attempt in range(3):
            (due,) = await store.outbox.claim("w1", after(attempt), LEASE, 9)
            keys.append(due.outgoing.key)
            if attempt == 0:
                await store.outbox.postpone(due.row, after(1), "503")
            else:
                await store.outbox.sent(due.row, after(1), None)

        assert keys[0] == keys[1] != keys[2]
        assert conversation not in "".join(keys)

    async def test_a_claim_leaves_out_channels_that_are_paused(self, store: Store) -> None:
        """The replies of other channels are taken, and those of the paused one later."""
        for address in (PHONE, ANNE):
            await store.outbox.add(await conversation_of(store, address), [prepared(address.key)], START)
        others = await store.outbox.claim("w1", START, LEASE, 9, ["telegram"])
        rest = await store.outbox.claim("w1", START, LEASE, 9)

        assert [due.address for due in (*others, *rest)] == [ANNE, PHONE]

    async def test_an_attempt_that_ends_without_a_word_is_doubtful(self, store: Store) -> None:
        """A lease that ran out, a worker that was stopped, an answer that never came: it may arrive twice."""
        conversation = await conversation_of(store)
        states = []
        for name in ("r1", "r2", "r3", "r4"):
            await store.outbox.add(conversation, [prepared(name)], START)
            (due,) = await store.outbox.claim("w1", START, LEASE, 1)
            if name == "r1":
                (due,) = await store.outbox.claim("w2", after(31), LEASE, 1)
            elif name == "r2":
                assert await store.outbox.release("w1") == 1
            elif name == "r3":
                await store.outbox.postpone(due.row, START, "no answer", doubtful=True)
            else:
                await store.outbox.postpone(due.row, START, "503")
            await store.outbox.sent(due.row, START, None)
            states.append((await store.outbox.states(conversation))[name])

        assert states == [Delivered("sent", "", True)] * 3 + [Delivered("sent")]

    async def test_news_of_a_reply_are_kept_in_their_order(self, store: Store) -> None:
        """Delivered, then read; what comes late takes nothing back."""
        await sent(store, "r1", "p-1")
        conversation = await conversation_of(store, PHONE)
        found = []
        for fate in (Fate.TAKEN, Fate.DELIVERED, Fate.READ, Fate.DELIVERED):
            assert await store.outbox.report("telegram", Status(fate, after(1), "p-1")) == conversation
            found.append((await store.outbox.states(conversation))["r1"].state)

        assert found == ["sent", "delivered", "read", "read"]

    async def test_news_of_something_unknown_are_about_nothing(self, store: Store) -> None:
        """Another channel's id, an id that nobody has, a citizen whom nobody knows."""
        await sent(store, "r1", "p-1")
        for status in (
            Status(Fate.READ, START, "p-2"),
            Status(Fate.READ, START, key="no-such-key"),
            Status(Fate.READ, START, address=Address("telegram", "1")),
            Status(Fate.READ, START),
        ):
            assert await store.outbox.report("telegram", status) is None
        assert await store.outbox.report("whatsapp", Status(Fate.READ, START, "p-1")) is None

    async def test_a_lost_receipt_that_comes_by_its_key_settles(self, store: Store) -> None:
        """The provider says that it has what we never heard of again: it is not sent a second time, and not in doubt."""
        conversation = await conversation_of(store, PHONE)
        await store.outbox.add(conversation, [prepared("r1")], START)
        (due,) = await store.outbox.claim("w1", START, LEASE, 1)
        await store.outbox.postpone(due.row, after(5), "no answer", doubtful=True)
        await store.outbox.report("telegram", Status(Fate.TAKEN, after(1), "p-9", due.outgoing.key))

        assert await store.outbox.claim("w1", after(6), LEASE, 1) == []
        assert await store.outbox.states(conversation) == {"r1": Delivered("sent")}

    async def test_a_reader_has_seen_everything_before(self, store: Store) -> None:
        """A watermark marks what was sent up to it as read, and nothing else."""
        await sent(store, "r1", "p-1")
        await sent(store, "r2", "p-2", Address("telegram", "43"))
        conversation = await store.outbox.report("telegram", Status(Fate.READ, START, address=PHONE))

        assert conversation is not None
        assert {name: one.state for name, one in (await store.outbox.states(conversation)).items()} == {"r1": "read"}

    async def test_what_a_provider_could_not_deliver_has_failed(self, store: Store) -> None:
        """It was taken first and refused later: it stands among what was given up, with the reason."""
        await sent(store, "r1", "p-1")
        await store.outbox.report("telegram", Status(Fate.FAILED, after(1), "p-1", reason="131026 undeliverable"))
        (one,) = await store.outbox.undelivered()

        assert (one.address, one.reply_id, one.reason) == (PHONE, "r1", "131026 undeliverable")

    async def test_what_was_given_up_is_sent_again_by_hand(self, store: Store) -> None:
        """Only the parts that were not taken; and what was dismissed is shown no more."""
        conversation = await conversation_of(store, PHONE)
        await store.outbox.add(conversation, [prepared("r1", parts=2), prepared("r2")], START)
        (first,) = await store.outbox.claim("w1", START, LEASE, 1)
        await store.outbox.sent(first.row, START, "p")
        for _ in range(2):
            (due,) = await store.outbox.claim("w1", START, LEASE, 1)
            await store.outbox.give_up(due.row, START, "blocked")

        assert [one.reply_id for one in await store.outbox.undelivered()] == ["r2", "r1"]
        assert await store.outbox.dismiss(conversation, "r2", START)
        assert await store.outbox.again(conversation, prepared("r1", parts=2), after(1))
        assert not await store.outbox.again(conversation, prepared("r1", parts=2), after(1))
        (due,) = await store.outbox.claim("w1", after(1), LEASE, 9)
        assert due.outgoing.payload["part"] == 1
        assert await store.outbox.undelivered() == []

    async def test_a_reply_rendered_in_other_parts_is_sent_as_a_whole(self, store: Store) -> None:
        """A template takes the place of two parts of which one was taken."""
        conversation = await conversation_of(store, PHONE)
        await store.outbox.add(conversation, [prepared("r1", parts=2)], START)
        (due,) = await store.outbox.claim("w1", START, LEASE, 1)
        await store.outbox.sent(due.row, START, "p")
        (due,) = await store.outbox.claim("w1", START, LEASE, 1)
        await store.outbox.give_up(due.row, START, "the window is closed")
        await store.outbox.again(conversation, prepared("r1"), after(1))
        (due,) = await store.outbox.claim("w1", after(1), LEASE, 9)

        assert due.outgoing.payload["part"] == 0

    async def test_what_arrived_has_not_failed(self, store: Store) -> None:
        """Given up without an answer, and delivered all the same: nobody is asked to send it again, and nobody can."""
        conversation = await conversation_of(store, PHONE)
        await store.outbox.add(conversation, [prepared("r1")], START)
        (due,) = await store.outbox.claim("w1", START, LEASE, 1)
        await store.outbox.give_up(due.row, START, "given up after 9 attempts")
        for fate in (Fate.DELIVERED, Fate.FAILED):
            await store.outbox.report("telegram", Status(fate, after(1), "p-1", due.outgoing.key))

        assert await store.outbox.undelivered() == []
        assert (await store.outbox.states(conversation))["r1"].state == "delivered"
        assert not await store.outbox.again(conversation, prepared("r1"), after(2))

    async def test_the_failure_of_an_earlier_attempt_is_not_that_of_a_later_one(self, store: Store) -> None:
        """Two attempts under one key have two names at the provider: the second was taken, whatever the first one became."""
        key = await sent(store, "r1", "p-2")
        await store.outbox.report("telegram", Status(Fate.FAILED, after(1), "p-1", key, reason="131026"))

        assert await store.outbox.undelivered() == []

    async def test_old_news_end_no_new_attempt(self, store: Store) -> None:
        """A failure that is told twice, the second time after somebody sent the reply again: it is sent."""
        key = await sent(store, "r1", "p-1")
        failed = Status(Fate.FAILED, after(1), "p-1", key, reason="131026")
        conversation = await store.outbox.report("telegram", failed)
        assert conversation is not None
        assert await store.outbox.again(conversation, prepared("r1"), after(60))
        await store.outbox.report("telegram", failed)
        (due,) = await store.outbox.claim("w1", after(61), LEASE, 9)

        assert due.outgoing.key == key

    async def test_a_reply_in_other_parts_has_other_keys(self, store: Store) -> None:
        """A provider that knows the key of a part gives back the old one: the new words would never arrive."""
        conversation = await conversation_of(store, PHONE)
        await store.outbox.add(conversation, [prepared("r1", parts=2)], START)
        (first,) = await store.outbox.claim("w1", START, LEASE, 1)
        await store.outbox.sent(first.row, START, "p")
        (second,) = await store.outbox.claim("w1", START, LEASE, 1)
        await store.outbox.give_up(second.row, START, "the window is closed")
        await store.outbox.again(conversation, prepared("r1"), after(1))
        (due,) = await store.outbox.claim("w1", after(1), LEASE, 9)

        assert due.outgoing.key not in {first.outgoing.key, second.outgoing.key}

    async def test_a_part_on_its_way_is_not_sent_beside_itself(self, store: Store) -> None:
        """While another part is being sent, the reply cannot be sent again in other parts."""
        conversation = await conversation_of(store, PHONE)
        await store.outbox.add(conversation, [prepared("r1", parts=2)], START)
        (first,) = await store.outbox.claim("w1", START, LEASE, 1)
        await store.outbox.give_up(first.row, START, "refused")
        (second,) = await store.outbox.claim("w1", START, LEASE, 1)

        assert not await store.outbox.again(conversation, prepared("r1"), after(1))
        await store.outbox.sent(second.row, after(1), "p")
        assert await store.outbox.again(conversation, prepared("r1"), after(2))

    async def test_where_a_message_hangs_is_kept_with_its_conversation(self, store: Store) -> None:
        """The last thread counts; a message without one leaves it."""
        for name, thread in (("m1", Thread("p1", url="https://example.org/1")), ("m2", Thread("p2")), ("m3", None)):
            await store.inbox.put(Message(name, PHONE, "bonjour", START, thread=thread), "fr", START)
        conversation = await store.conversations.find(PHONE)

        assert conversation is not None
        assert conversation.thread == Thread("p2")

    async def test_what_is_not_kept_leaves_no_line(self, store: Store) -> None:
        """What was said in a group, and what we do not take, is answered and not written down."""
        for kind in (Kind.GROUP, Kind.UNREADABLE):
            said = Message(kind.value, PHONE, "unsupported", START, kind)
            await store.inbox.put(said, "fr", START, [prepared(f"{kind.value}.0")])
        lines = await store.transcript.read(await conversation_of(store, PHONE))

        assert [line.ref for line in lines] == ["group.0", "unreadable.0"]

    async def test_files_take_the_place_of_what_was_still_at_the_provider(self, store: Store) -> None:
        """In the message and in the transcript; a worker that has lost the message changes nothing."""
        there = Attachment("a.jpg", "image/jpeg", 0, "remote:1")
        here = Attachment("a.jpg", "image/jpeg", 9, "photo:1")
        said = Message("m1", PHONE, "voilà", START, attachments=(there,))
        await store.inbox.put(said, "fr", START)
        claim = await claimed(store)
        replaced = Message("m1", PHONE, "voilà", START, attachments=(here,))
        with pytest.raises(Stale):
            await store.inbox.replace(claim.row, "w2", replaced)
        await store.inbox.replace(claim.row, "w1", replaced)
        await store.inbox.postpone(claim.row, "w1", START, "later")

        assert (await claimed(store)).message == replaced
        line = await store.transcript.entry(claim.conversation.id, "m1")
        assert line is not None
        assert line.attachments == (here,)

    async def test_two_conversations_are_linked_by_two_codes(self, store: Store) -> None:
        """The code of the one is given in the other, and that one's in the first: then each knows the other."""
        one, two = await conversation_of(store, ANNE), await conversation_of(store, PHONE)
        first = await store.links.begin(one, START)
        second = await store.links.answer(two, first.lower().replace("-", " "), after(1))
        assert await store.links.others(one) == []
        linked = await store.links.answer(one, second.code, after(2))

        assert (second.outcome, linked.outcome) == (Outcome.SECOND, Outcome.LINKED)
        assert await store.links.others(one) == [PHONE]
        assert await store.links.others(two) == [ANNE]
        assert await store.links.cut(one)
        assert await store.links.others(two) == []

    async def test_one_code_links_nobody(self, store: Store) -> None:
        """Given twice, given where it was made, given by a third, given too late: nothing is linked."""
        one, two, three = [await conversation_of(store, address) for address in (ANNE, PHONE, BRUNO)]
        first = await store.links.begin(one, START)
        own = await store.links.answer(one, first, START)
        second = await store.links.answer(two, first, START)
        again = await store.links.answer(two, first, START)
        third = await store.links.answer(three, second.code, START)
        late = await store.links.answer(one, second.code, START + VALID + timedelta(seconds=1))

        found = [answered.outcome for answered in (own, second, again, third, late)]
        assert found == [Outcome.OWN, Outcome.SECOND, Outcome.UNKNOWN, Outcome.UNKNOWN, Outcome.UNKNOWN]
        assert await store.links.others(one) == []

    async def test_a_third_conversation_joins_the_two(self, store: Store) -> None:
        """Whoever is linked with one of them is linked with both, and finds the requests of all."""
        ids = [await conversation_of(store, address) for address in (ANNE, PHONE, BRUNO)]
        for one, two in ((ids[0], ids[1]), (ids[1], ids[2])):
            second = await store.links.answer(two, await store.links.begin(one, START), START)
            await store.links.answer(one, second.code, START)
        opened = await store.cases.open(new(ids[0]), START)

        assert sorted(await store.links.others(ids[2]), key=str) == [PHONE, ANNE]
        assert [case.id for case in await store.cases.find(ids[2], linked=True)] == [opened.case.id]
        assert await store.cases.find(ids[2]) == []

    async def test_a_conversation_that_is_gone_has_no_code(self, store: Store) -> None:
        """Nor can one be given in it."""
        code = await store.links.begin(await conversation_of(store), START)
        with pytest.raises(Missing):
            await store.links.begin("gone", START)
        with pytest.raises(Missing):
            await store.links.answer("gone", code, START)

    async def test_one_process_pulls_a_channel(self, store: Store) -> None:
        """Until it lets go or is not heard of; what it wrote stays, and what it writes too late is refused."""
        assert await store.cursors.hold("telegram", "g1", START, LEASE)
        assert not await store.cursors.hold("telegram", "g2", after(29), LEASE)
        await store.cursors.write("telegram", "g1", "17")
        assert await store.cursors.hold("telegram", "g2", after(31), LEASE)
        with pytest.raises(Stale):
            await store.cursors.write("telegram", "g1", "18")
        assert await store.cursors.read("telegram") == "17"
        await store.cursors.let_go("telegram", "g2")
        assert await store.cursors.hold("telegram", "g1", after(32), LEASE)
        assert await store.cursors.read("mastodon") == ""

    async def test_what_processes_hold_is_listed_by_its_beginning(self, store: Store) -> None:
        """For as long as they are heard of; only the holder forgets it, and a `_` is no placeholder."""
        for name, holder, value in (("faults.b", "b", "2"), ("faults.a", "a", "1"), ("faultsxa", "a", "3")):
            assert await store.cursors.hold(name, holder, START, LEASE)
            await store.cursors.write(name, holder, value)
        await store.cursors.hold("faults.b", "b", after(10), LEASE)
        await store.cursors.drop("faults.a", "b")

        assert await store.cursors.held("faults.", after(29)) == {"faults.a": "1", "faults.b": "2"}
        assert await store.cursors.held("faults.", after(31)) == {"faults.b": "2"}
        assert await store.cursors.held("faults_", after(29)) == {}
        await store.cursors.drop("faults.b", "b")
        assert await store.cursors.held("faults.", after(31)) == {}
        assert await store.cursors.read("faults.b") == ""

    async def test_a_nonce_is_spent_once(self, store: Store) -> None:
        """Until it is so old that its request is not believed anyway."""
        valid = timedelta(minutes=10)
        assert await store.nonces.spend("a", START, valid)
        assert not await store.nonces.spend("a", after(60), valid)
        assert await store.nonces.spend("a", after(601), valid)

    async def test_a_photo_that_is_kept_already_is_kept_once(self, store: Store) -> None:
        """A worker that was killed after keeping it keeps it again under the same id."""
        photo = StoredPhoto("f1", None, "application/pdf", b"%PDF-", None, name="bail.pdf")
        await put(store, "m1", PHONE)
        for _ in range(2):
            await store.photos.add(PHONE, "fr", photo, START)

        assert (await store.photos.get("f1")).name == "bail.pdf"

    async def test_a_photo_that_is_fetched_during_an_erasure_is_not_kept(self, store: Store) -> None:
        """It was sent in a conversation that is gone; no new one is made for it."""
        conversation = await conversation_of(store, PHONE)
        await store.subjects.erase(PHONE, START)
        photo = StoredPhoto("p1", None, "image/jpeg", b"jpeg", None, conversation)
        with pytest.raises(Missing):
            await store.photos.add(PHONE, "fr", photo, START)

        assert await store.conversations.find(PHONE) is None
