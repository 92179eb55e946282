"""The contract of erasure and purge."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select, update

from bot.cases import Case, CaseKind, Pending, Seen, Slot, View
from bot.casework import StoredPhoto
from bot.errors import Stale
from bot.letters import Letter
from bot.mailroom import Label, NewLetter, Told
from bot.messages import Address, Message
from bot.privacy.retention import REGISTER, Link
from bot.store.columns import metadata
from bot.store.sql import Store
from bot.trackers import Head
from tests.store.contract_agents import hired
from tests.store.contract_cases import new
from tests.store.contract_letters import READING
from tests.store.learnt import learn
from tests.store.words import ANNE, BRUNO, LEASE, START, after, claimed, conversation_of, message, prepared, put

RETENTION = {
    "conversations": timedelta(days=90),
    "delivered": timedelta(days=30),
    "cases": timedelta(days=365),
    "ratings": timedelta(days=365),
    "sign_ins": timedelta(days=30),
    "figures": timedelta(days=1825),
    "receipts": timedelta(days=1825),
}
COUNTED = {"contacts": 1, "facts": 1}
"""What stays of somebody who has gone: that somebody wrote."""


async def fill(store: Store, address: Address) -> str:
    """Something in every table of the register but receipts; the conversation's id."""
    await put(store, f"{address.key}-1", address, text=f"je suis {address.key}")
    claim = await claimed(store)
    await store.inbox.finish(claim.row, "w1", [prepared(f"{address.key}-1.0", 2, ("oui",))], START)
    for _ in range(2):
        (due,) = await store.outbox.claim("w1", START, LEASE, 9)
        await store.outbox.sent(due.row, START, "p1")
    conversation = claim.conversation.id
    event = {"event": "user", "text": f"je suis {address.key}", "timestamp": START.timestamp()}
    await store.tracker_events.append(conversation, [event, event], 0, head=Head(1, [event]))
    await store.ratings.record(f"{address.key}-1", conversation, "carte", True, START)
    case = await open_case(store, address, conversation)
    await file_letter(store, address, case)
    await store.links.begin(conversation, START)
    await learn(store, address, conversation, case, (await store.agents.all())[0].id)
    return conversation


async def open_case(store: Store, address: Address, conversation: str) -> Case:
    """A case with all that may belong to one, closed past everything that would refuse it."""
    agents = await store.agents.all()
    agent = agents[0] if agents else await hired(store)
    photo = StoredPhoto(f"photo-of-{address.key}", None, "image/jpeg", b"je suis une photo", None)
    await store.photos.add(address, "fr", photo, START)
    case = new(
        conversation, kind=CaseKind.QUESTION, subject=f"je suis {address.key}", contact=f"{address.key}@example.org"
    )
    slot = Slot(after(days=1), after(600, days=1), places=2)
    opened = (await store.cases.open(case, START, slot, [photo.id])).case
    await store.cases.take(opened.id, agent.id, START)
    pending = Pending("r1", opened.id, conversation, agent.id, "", "je suis un agent", (), START)
    await store.cases.say_soon(pending, START)
    closed = update(metadata.tables["cases"]).values(state="closed", closed_at=START, live=False)
    await store.database.write(lambda connection: connection.execute(closed))
    return opened


async def file_letter(store: Store, address: Address, case: Case) -> None:
    """A letter of a case, and an agent's correction of what was read in it."""
    letter = Letter("Trou", f"{address.key}@example.org")
    reading = replace(READING, said=f"je suis {address.key}")
    filed = await store.letters.file(NewLetter(case.conversation_id, "m1", case.id, letter, reading), START)
    label = Label(filed.id, Told.SERVICE, "voirie", "sports", False, "Trou", "un texte masqué", START)
    await store.letters.note(label, (await store.agents.all())[0].id)


async def counts(store: Store) -> dict[str, int]:
    """Rows of every table of the register."""

    def work(connection: Connection) -> dict[str, int]:
        return {
            kept.table: connection.execute(select(func.count()).select_from(metadata.tables[kept.table])).scalar_one()
            for kept in REGISTER
        }

    return await store.database.read(work)


class SubjectsContract:
    async def test_erasing_empties_every_table_of_the_register(self, store: Store) -> None:
        """Everything about an address goes and nothing about another one; the receipt counts it."""
        await fill(store, ANNE)
        before = await counts(store)
        # The tokens of the two conversations would be the same.
        await store.inbox.put(_plain(BRUNO), "fr", START)
        erased = await store.subjects.erase(ANNE, after(5))

        owned = {kept.table for kept in REGISTER if kept.owner and kept.link is not Link.COUNTED}
        assert all(count > 0 for table, count in before.items() if table in owned)
        assert erased.rows == {table: count for table, count in before.items() if table in owned}
        assert await counts(store) == dict.fromkeys(before, 0) | {
            "conversations": 1,
            "inbox": 1,
            "transcript": 1,
            "forgotten": 1,
            "receipts": 1,
            **COUNTED,
        }
        assert erased.at == after(5)
        assert re.fullmatch(r"R-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", erased.receipt)

    async def test_an_unknown_address_gets_a_receipt_over_nothing(self, store: Store) -> None:
        """Whether we knew somebody is not told by an error."""
        erased = await store.subjects.erase(ANNE, START)

        assert sum(erased.rows.values()) == 0
        assert (await counts(store))["receipts"] == 1

    async def test_an_erased_citizen_may_come_back(self, store: Store) -> None:
        """The same address starts a new conversation."""
        old = await fill(store, ANNE)
        await store.subjects.erase(ANNE, START)

        assert await put(store, "anne-2")
        assert (await claimed(store)).conversation.id != old

    async def test_the_receipt_of_an_erasure_is_said_with_it(self, store: Store) -> None:
        """In one transaction: who is killed in between has done neither."""
        await put(store, "m1", ANNE)
        erased = await store.subjects.erase(ANNE, START, lambda done: prepared(f"erased.{done.receipt}"))
        conversation = await store.conversations.find(ANNE)
        assert conversation is not None
        (due,) = await store.outbox.claim("w1", START, LEASE, 9)

        assert [line.ref for line in await store.transcript.read(conversation.id)] == [f"erased.{erased.receipt}"]
        assert due.address == ANNE

    async def test_an_erased_message_that_comes_again_is_known(self, store: Store) -> None:
        """By a hash of its id, for as long as answered messages are kept; then it is forgotten."""
        await put(store, "m1", ANNE)
        await store.subjects.erase(ANNE, START)
        assert not await put(store, "m1", ANNE)
        assert await store.conversations.find(ANNE) is None
        await store.subjects.purge(after(days=31), {"delivered": timedelta(days=30)})

        assert await put(store, "m1", ANNE)

    async def test_a_worker_that_held_an_erased_message_cannot_settle_another(self, store: Store) -> None:
        """Row numbers are not given again: the late worker hits nothing."""
        await put(store, "m1")
        held = await claimed(store)
        await store.subjects.erase(ANNE, START)
        await put(store, "m2", BRUNO)
        other = await claimed(store)

        assert other.row != held.row

    async def test_a_silent_conversation_goes_with_everything_of_it(self, store: Store) -> None:
        """After its time nothing leads to the citizen; its ratings stay without conversation and message id."""
        await fill(store, ANNE)
        removed = await store.subjects.purge(after(days=90, seconds=1), RETENTION)
        kept = await counts(store)

        assert removed == {
            "outbox": 2,
            "inbox": 1,
            "offers": 1,
            "transcript": 2,
            "events": 2,
            "tracker_heads": 1,
            "conversations": 1,
            "case_events": 2,
            "pending": 1,
            "bookings": 1,
            "photos": 1,
            "links": 1,
            "letters": 1,
            "topic_lines": 1,
            "referrals": 1,
        }
        left = {"ratings": 1, "labels": 1, "cases": 1, "lessons": 1, "samples": 1, **COUNTED}
        assert {table: count for table, count in kept.items() if count} == left
        assert await _rating_links(store) == [(None, None)]
        (case,) = await store.cases.view(View.CLOSED, Seen(0, None, None))
        assert (case.conversation_id, case.subject, case.details, case.has_contact) == ("", "", {}, False)

    async def test_a_conversation_with_an_open_case_stays(self, store: Store) -> None:
        """The town still owes its citizen something; erased at the citizen's wish, the case goes too."""
        conversation = await conversation_of(store)
        await store.cases.open(new(conversation), START)
        removed = await store.subjects.purge(after(days=400), RETENTION)
        erased = await store.subjects.erase(ANNE, after(days=400))

        assert removed == {}
        assert (erased.rows["cases"], erased.rows["case_events"]) == (1, 1)

    async def test_closed_cases_and_sign_ins_have_their_own_time(self, store: Store) -> None:
        """A year from its closing a case goes with what belongs to it, though its citizen still writes; sessions a month."""
        await fill(store, ANNE)
        (agent,) = await store.agents.all()
        await store.agents.begin_session("t1", agent.id, "csrf", START)
        await store.agents.failed(("k1",), START)
        signed = await store.subjects.purge(after(days=31), {"sign_ins": timedelta(days=30)})
        removed = await store.subjects.purge(after(days=366), {"cases": timedelta(days=365)})

        assert signed == {"sessions": 1, "failures": 1}
        assert removed == {
            "labels": 1,
            "lessons": 1,
            "referrals": 1,
            "cases": 1,
            "case_events": 2,
            "pending": 1,
            "bookings": 1,
            "photos": 1,
            "letters": 1,
        }

    async def test_what_is_within_its_time_stays(self, store: Store) -> None:
        """At the day itself nothing goes yet, and a new message keeps all of its conversation."""
        await fill(store, ANNE)
        before = await counts(store)
        assert await store.subjects.purge(after(days=29), RETENTION) == {}
        assert await counts(store) == before
        await put(store, "anne-2", at=after(days=80))
        removed = await store.subjects.purge(after(days=120), RETENTION)

        assert removed == {"outbox": 2, "inbox": 1}
        assert (await counts(store))["transcript"] == before["transcript"] + 1

    async def test_nothing_is_written_about_who_was_erased(self, store: Store) -> None:
        """A core that is still answering when the citizen erases everything can store neither events nor a rating."""
        conversation = await fill(store, ANNE)
        await store.subjects.erase(ANNE, after(5))
        with pytest.raises(Stale):
            await store.tracker_events.append(conversation, [{"event": "user", "text": "je suis anne"}], 0)
        recorded = await store.ratings.record("anne-2", conversation, "carte", True, after(6))

        assert recorded is False
        assert {table: count for table, count in (await counts(store)).items() if count} == {
            "forgotten": 1,
            "receipts": 1,
            **COUNTED,
        }

    async def test_unsettled_rows_are_not_delivered_rows(self, store: Store) -> None:
        """What still waits is not old mail, however long it waits."""
        await put(store, "m1")
        await store.inbox.put(_plain(BRUNO), "fr", START, [prepared("r1")])
        await store.subjects.purge(after(days=60), {"delivered": timedelta(days=30)})

        assert (await store.inbox.waiting(START))[0] == 1
        assert (await store.outbox.waiting(START))[0] == 1

    async def test_ratings_and_receipts_have_their_own_time(self, store: Store) -> None:
        """A year for ratings, five for receipts."""
        await store.ratings.record("m1", "c1", "carte", True, START)
        await store.subjects.erase(ANNE, START)

        assert await store.subjects.purge(after(days=366), RETENTION) == {"ratings": 1}
        assert await store.subjects.purge(after(days=1826), RETENTION) == {"receipts": 1}

    async def test_trackers_without_a_conversation_go_by_their_last_event(self, store: Store) -> None:
        """Probes leave trackers that belong to nobody: they go when they have been silent long enough."""
        old, new = START.timestamp(), after(days=50).timestamp()
        await store.tracker_events.append("probe-old", [{"event": "user", "timestamp": old}], 0)
        await store.tracker_events.append("probe-new", [{"event": "user", "timestamp": old}], 0)
        await store.tracker_events.append("probe-new", [{"event": "user", "timestamp": new}], 1)
        removed = await store.subjects.purge(after(days=91), RETENTION)

        assert removed == {"events": 1, "tracker_heads": 0}
        assert await store.tracker_events.senders() == ["probe-new"]

    async def test_a_large_purge_takes_everything(self, store: Store) -> None:
        """More than fits in one batch goes in several, and the counts add up."""
        for number in range(45):
            await store.inbox.put(_plain(Address("web", f"c{number}")), "fr", START, [prepared("r1")])
        for number in range(520):
            await store.ratings.record(f"m{number}", "c", "carte", True, START)
        removed = await store.subjects.purge(after(days=400), RETENTION)

        assert (removed["conversations"], removed["outbox"], removed["ratings"]) == (45, 45, 520)


def _plain(address: Address) -> Message:
    return message(f"{address.key}-plain", address)


async def _rating_links(store: Store) -> list[tuple[str | None, str | None]]:
    ratings = metadata.tables["ratings"]

    def work(connection: Connection) -> list[tuple[str | None, str | None]]:
        found = connection.execute(select(ratings.c.conversation_id, ratings.c.message_id))
        return [(row.conversation_id, row.message_id) for row in found]

    return await store.database.read(work)
