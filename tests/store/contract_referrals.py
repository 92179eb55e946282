"""The contract of what is passed on: asked once, answered once, never sent without a yes, gone with its citizen."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.agents import NewAgent, Role
from bot.cases import Case, CaseKind, Cause, NewCase, What
from bot.errors import CaseClosed, CaseTaken, Missing, Stale
from bot.messages import Address
from bot.referrals import NewReferral, Referral, State
from bot.store.sql import Store
from tests.store.words import START, after, conversation_of

NADIA = Address("web", "browser-of-nadia")


async def taken(store: Store, message_id: str = "m1") -> tuple[Case, int]:
    """A case that an agent has."""
    conversation_id = await conversation_of(store, NADIA)
    new = NewCase(conversation_id, message_id, "handoff", CaseKind.QUESTION, "accueil_general", Cause.ASKED, "RSA")
    case = (await store.cases.open(new, START)).case
    agent = await store.agents.add(NewAgent(f"claire-{message_id}", "Claire", Role.AGENT, (), "x"), START)
    return await store.cases.take(case.id, agent.id, START), agent.id


def to_caf(case: Case, agent_id: int) -> NewReferral:
    return NewReferral(case.id, "caf", "Caf du Val", "caf@val.example", "Je demande le RSA.", True, agent_id)


async def asked(store: Store) -> tuple[Referral, NewReferral]:
    case, agent_id = await taken(store)
    new = to_caf(case, agent_id)
    return await store.referrals.ask(new, START), new


async def steps(store: Store, case_id: int) -> list[tuple[What, str]]:
    told = await store.cases.history(case_id)
    return [(one.what, one.text) for one in told if one.what in {What.REFERRAL, What.PASSED_ON}]


class ReferralsContract:
    """What every engine promises about referrals."""

    async def test_what_was_asked_is_kept_as_it_was_read(self, store: Store) -> None:
        """To whom, every word, and who asked when."""
        referral, new = await asked(store)

        assert await store.referrals.get(referral.id) == referral
        assert await store.referrals.of_case(new.case_id) == [referral]
        assert (referral.state, referral.name, referral.email, referral.text, referral.closes) == (
            *(State.ASKED, new.name, new.email, new.text),
            True,
        )
        assert (referral.agent_name, referral.asked_at) == ("Claire", START)

    async def test_nothing_leaves_without_a_yes(self, store: Store) -> None:
        """Neither by itself nor by an agent's hand, asked or refused."""
        referral, _ = await asked(store)

        assert await store.referrals.due() == []
        assert await store.referrals.sent(referral.id, after(60), referral.agent_id) is None
        assert await store.referrals.answer(referral.id, False, after(60)) is not None
        assert await store.referrals.due() == []
        assert await store.referrals.sent(referral.id, after(120), referral.agent_id) is None
        assert (await store.referrals.get(referral.id)).state is State.REFUSED

    async def test_every_step_is_in_the_history(self, store: Store) -> None:
        """Asked, agreed, passed on: the last by the code of the body."""
        referral, new = await asked(store)
        await store.referrals.answer(referral.id, True, after(60))
        (due,) = await store.referrals.due()
        sent = await store.referrals.sent(due.id, after(120))

        assert sent is not None
        assert (sent.state, sent.answered_at, sent.sent_at) == (State.SENT, after(60), after(120))
        assert await store.referrals.due() == []
        assert await steps(store, new.case_id) == [
            (What.REFERRAL, "asked:Caf du Val"),
            (What.REFERRAL, "given:Caf du Val"),
            (What.PASSED_ON, "caf"),
        ]

    async def test_the_first_answer_counts(self, store: Store) -> None:
        """Pressed at the same moment in two windows, one of them is the answer, and it is noted once."""
        referral, new = await asked(store)
        answers = await asyncio.gather(
            *(store.referrals.answer(referral.id, given, after(1)) for given in (True, False))
        )

        assert sum(one is not None for one in answers) == 1
        assert len(await steps(store, new.case_id)) == 2
        assert await store.referrals.answer(referral.id, True, after(2)) is None

    async def test_an_answer_that_an_agent_heard_says_so(self, store: Store) -> None:
        """The history tells a citizen's own yes from one that was written down."""
        referral, new = await asked(store)
        await store.referrals.answer(referral.id, True, after(60), referral.agent_id)

        assert (await steps(store, new.case_id))[-1] == (What.REFERRAL, "noted:Caf du Val")

    async def test_a_body_is_asked_about_once(self, store: Store) -> None:
        """A no stands; what was taken back or never answered may be asked anew."""
        referral, new = await asked(store)
        with pytest.raises(Stale):
            await store.referrals.ask(new, after(1))
        assert await store.referrals.withdraw(referral.id, new.agent_id, after(2)) is not None
        again = await store.referrals.ask(replace(new, text="Autrement dit."), after(3))
        await store.referrals.answer(again.id, False, after(4))
        with pytest.raises(Stale):
            await store.referrals.ask(new, after(5))

        assert (again.id, again.text, again.asked_at, again.answered_at) == (
            *(referral.id, "Autrement dit.", after(3)),
            None,
        )

    async def test_a_yes_may_be_taken_back_until_it_has_left(self, store: Store) -> None:
        """Afterwards it is too late."""
        referral, new = await asked(store)
        await store.referrals.answer(referral.id, True, after(1))
        assert await store.referrals.withdraw(referral.id, new.agent_id, after(2)) is not None
        assert await store.referrals.due() == []
        again = await store.referrals.ask(new, after(3))
        await store.referrals.answer(again.id, True, after(4))
        await store.referrals.sent(again.id, after(5))

        assert await store.referrals.withdraw(again.id, new.agent_id, after(6)) is None

    async def test_what_no_server_takes_is_left_to_an_agent(self, store: Store) -> None:
        """It is tried no more, and can still be passed on by hand."""
        referral, new = await asked(store)
        await store.referrals.answer(referral.id, True, after(1))
        assert await store.referrals.failed(referral.id, after(2)) is not None
        assert await store.referrals.due() == []
        sent = await store.referrals.sent(referral.id, after(3), new.agent_id)

        assert sent is not None
        assert [text for _, text in await steps(store, new.case_id)][-2:] == ["failed:Caf du Val", "caf"]

    async def test_silence_is_no_yes(self, store: Store) -> None:
        """What was not answered in time has lapsed, and nothing of it leaves."""
        referral, new = await asked(store)
        assert await store.referrals.lapse(START, after(60)) == 0
        assert await store.referrals.lapse(after(1), after(60)) == 1

        assert (await store.referrals.get(referral.id)).state is State.LAPSED
        assert await store.referrals.answer(referral.id, True, after(61)) is None
        assert (await steps(store, new.case_id))[-1] == (What.REFERRAL, "lapsed:Caf du Val")

    async def test_only_who_has_the_case_asks(self, store: Store) -> None:
        """Not for a colleague's case, nor for one that is closed or does not exist."""
        case, agent_id = await taken(store)
        with pytest.raises(CaseTaken):
            await store.referrals.ask(to_caf(case, agent_id + 1000), START)
        with pytest.raises(Missing):
            await store.referrals.ask(replace(to_caf(case, agent_id), case_id=case.id + 1000), START)
        await store.cases.close(case.id, agent_id, after(1))
        with pytest.raises(CaseClosed):
            await store.referrals.ask(to_caf(case, agent_id), after(2))

    async def test_it_is_gone_with_its_citizen(self, store: Store) -> None:
        """Who erases everything has nothing passed on any more, whatever they said before."""
        referral, _ = await asked(store)
        await store.referrals.answer(referral.id, True, after(1))
        await store.subjects.erase(NADIA, after(2))

        assert await store.referrals.due() == []
        assert await store.referrals.sent(referral.id, after(3)) is None
        with pytest.raises(Missing):
            await store.referrals.get(referral.id)

    async def test_two_who_ask_at_once_ask_once(self, store: Store) -> None:
        """A button that is pressed twice: one question, and a clear no to the other."""
        case, agent_id = await taken(store)
        new = to_caf(case, agent_id)
        both = await asyncio.gather(*(store.referrals.ask(new, START) for _ in range(4)), return_exceptions=True)

        assert [type(one) for one in both if isinstance(one, BaseException)] == [Stale] * 3
        assert len(await store.referrals.of_case(case.id)) == 1
