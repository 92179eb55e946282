"""The contract of letters that are filed with their message: all of it or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cases import CaseKind, Cause, NewCase, What
from bot.errors import Stale, StoreError
from bot.mailroom import Acknowledged, Filing, NewLetter
from bot.messages import Address, Kind, Message
from bot.store.base import Claimed
from bot.store.sql import Store
from tests.store.contract_letters import LUCIE, NEIGHBOUR, READING, SUGGESTED, case_of, letter
from tests.store.words import LEASE, START, after, conversation_of, prepared


async def to_be_opened(store: Store, address: Address) -> NewCase:
    conversation_id = await conversation_of(store, address)
    return NewCase(conversation_id, "m1", "letter", CaseKind.QUESTION, "voirie", Cause.MAIL, "Trou", urgent=True)


async def to_be_settled(store: Store) -> tuple[Filing, Claimed]:
    """A letter with its case, and its claimed message."""
    await store.inbox.put(Message("m1", LUCIE, "Un trou.", START, Kind.LETTER, letter=letter()), "fr", START)
    (claim,) = await store.inbox.claim_some("w1", START, LEASE, 1)
    one = claim.conversation.id
    new = NewLetter(one, "m1", None, letter(), READING, Acknowledged.SENT, ("trou",), None, SUGGESTED)
    case = replace(await to_be_opened(store, LUCIE), number="D-2345-6789")
    return Filing(new, START, case), claim


class FilingContract:
    """Message, letter, case and reply in one transaction."""

    async def test_a_letter_is_settled_with_its_case(self, store: Store) -> None:
        """Message, letter, case and reply are one transaction, at the moment and under the number that it says."""
        filing, claim = await to_be_settled(store)

        await store.inbox.finish(claim.row, "w1", [prepared("r1")], after(1), filing)

        one = await store.letters.find(claim.conversation.id, "m1")
        (case,) = await store.cases.find(claim.conversation.id)
        assert one is not None
        assert (one.case_id, one.letter, one.reading, one.suggested) == (case.id, letter(), READING, SUGGESTED)
        assert (case.number, case.opened_at, case.urgent) == ("D-2345-6789", START, True)
        assert [line.what for line in await store.cases.history(case.id)] == [What.OPENED, What.URGENT]
        assert [line.ref for line in await store.transcript.read(claim.conversation.id)] == ["m1", "r1"]

    async def test_a_letter_that_cannot_be_settled_leaves_nothing(self, store: Store) -> None:
        """Neither for a claim that is another's, nor under a number that is taken, nor twice."""
        filing, claim = await to_be_settled(store)
        taken = replace(await to_be_opened(store, NEIGHBOUR), number="D-2345-6789")
        await store.cases.open(taken, START)

        with pytest.raises(Stale):
            await store.inbox.finish(claim.row, "w2", [prepared("r1")], START, filing)
        with pytest.raises(StoreError):
            await store.inbox.finish(claim.row, "w1", [prepared("r1")], START, filing)
        assert await store.letters.find(claim.conversation.id, "m1") is None
        assert await store.cases.find(claim.conversation.id) == []
        await store.letters.file(filing.letter, START)
        with pytest.raises(Stale):
            await store.inbox.finish(claim.row, "w1", [prepared("r1")], START, replace(filing, case=None))
        assert [line.ref for line in await store.transcript.read(claim.conversation.id)] == ["m1"]

    async def test_a_further_letter_is_told_in_its_case(self, store: Store) -> None:
        """It is settled under the case that goes on, whose history says so."""
        filing, claim = await to_be_settled(store)
        case = await case_of(store, claim.conversation.id, "m0")
        further = replace(filing, letter=replace(filing.letter, case_id=case.id), case=None)

        await store.inbox.finish(claim.row, "w1", [], START, further)

        assert [one.message_id for one in await store.letters.of_case(case.id)] == ["m1"]
        assert [line.what for line in await store.cases.history(case.id)][-1] is What.WROTE
