"""The contract of cases: opened once, owned by one, never lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.cases import Case, CaseKind, CaseState, Cause, NewCase, Pending, Seen, Slot, View, Waited, What
from bot.errors import CaseClosed, CaseTaken, Missing, SlotTaken
from bot.messages import Address, Kind, Message, Mode, Source
from bot.store.sql import Store
from tests.store.contract_agents import hired
from tests.store.words import ANNE, BRUNO, START, after, claimed, conversation_of, message, prepared, put

ALL = Seen(0, None, None)


def new(conversation_id: str, message_id: str = "m1", kind: CaseKind = CaseKind.QUESTION, **more: object) -> NewCase:
    """A case for the roads."""
    case = NewCase(conversation_id, message_id, "handoff", kind, "voirie", Cause.ASKED, "Le trou de la rue du Lavoir")
    return replace(case, **more)  # type: ignore[arg-type]


async def opened(store: Store, message_id: str = "m1", address: Address = ANNE, at: float = 0, **more: object) -> Case:
    conversation_id = await conversation_of(store, address)
    return (await store.cases.open(new(conversation_id, message_id, **more), after(at))).case  # type: ignore[arg-type]


def reply_of(case: Case, agent_id: int, name: str = "r1", leaves: float = 5) -> Pending:
    source = Source("Voirie", "/articles/voirie")
    return Pending(name, case.id, case.conversation_id, agent_id, "", "Nous passons demain.", (source,), after(leaves))


async def whats(store: Store, case: Case) -> list[What]:
    return [event.what for event in await store.cases.history(case.id)]


async def mode_of(store: Store, case: Case) -> Mode:
    return (await store.conversations.get(case.conversation_id)).mode


class CasesContract:
    async def test_a_case_is_opened_once(self, store: Store) -> None:
        """(conversation, message, effect) is its key: an action that runs twice finds the first one."""
        conversation_id = await conversation_of(store)
        first, second = [await store.cases.open(new(conversation_id), after(at)) for at in (0, 9)]
        other = await store.cases.open(new(conversation_id, "m2"), after(9))

        assert (first.fresh, second.fresh, second.case) == (True, False, first.case)
        assert other.case.number != first.case.number
        assert await whats(store, first.case) == [What.OPENED]

    async def test_a_case_is_in_the_language_of_its_citizen(self, store: Store) -> None:
        """Also where that was heard after the case was opened."""
        case = await opened(store)
        await store.conversations.heard_in(case.conversation_id, "uk")

        assert (case.spoken, (await store.cases.get(case.id)).spoken) == ("", "uk")

    async def test_a_case_needs_its_conversation(self, store: Store) -> None:
        """Of one that is erased, none can be opened."""
        with pytest.raises(Missing):
            await store.cases.open(new("c" + "0" * 32), START)
        with pytest.raises(Missing):
            await store.cases.get(99)

    async def test_a_case_is_taken_by_one_of_two(self, store: Store) -> None:
        """Who comes second is told who has it; the conversation is the agent's from then on."""
        case = await opened(store)
        claire, karim = await hired(store), await hired(store, "karim")
        results = await asyncio.gather(
            *(store.cases.take(case.id, agent.id, after(1)) for agent in (claire, karim)), return_exceptions=True
        )
        (won,) = [one for one in results if isinstance(one, Case)]
        (lost,) = [one for one in results if isinstance(one, CaseTaken)]

        assert (won.state, won.live, lost.by) == (CaseState.TAKEN, True, won.agent_name)
        assert await mode_of(store, case) is Mode.AGENT
        assert await store.cases.take(case.id, won.agent_id or 0, after(2)) == won
        assert await whats(store, case) == [What.OPENED, What.TAKEN]

    async def test_a_form_is_taken_without_its_conversation(self, store: Store) -> None:
        """The bot keeps it until the agent says something."""
        case = await opened(store, kind=CaseKind.STREET_ISSUE)
        claire = await hired(store)
        taken = await store.cases.take(case.id, claire.id, after(1))
        modes = [await mode_of(store, case)]
        with pytest.raises(CaseTaken):
            await store.cases.say_soon(reply_of(case, claire.id), after(2))
        joined = await store.cases.join(case.id, claire.id, after(2))
        modes.append(await mode_of(store, case))

        assert (taken.live, joined.live, modes) == (False, True, [Mode.BOT, Mode.AGENT])

    async def test_a_conversation_is_one_agents(self, store: Store) -> None:
        """Two cases of one citizen: the second agent is told who speaks with them."""
        first, second = await opened(store), await opened(store, "m2", kind=CaseKind.STREET_ISSUE)
        claire, karim = await hired(store), await hired(store, "karim")
        await store.cases.take(first.id, claire.id, after(1))
        await store.cases.take(second.id, karim.id, after(1))
        with pytest.raises(CaseTaken) as refused:
            await store.cases.join(second.id, karim.id, after(2))

        assert refused.value.by == claire.name

    async def test_a_released_case_keeps_its_place(self, store: Store) -> None:
        """It goes back by its age, with its history, and the bot has the conversation again."""
        case, later = await opened(store), await opened(store, "m2", BRUNO, at=1)
        claire = await hired(store)
        await store.cases.take(case.id, claire.id, after(2))
        released = await store.cases.release(case.id, claire.id, after(3), "pause")
        places = [(await store.cases.queued(one.id)).place for one in (case, later)]

        assert (released.state, released.agent_id, places) == (CaseState.WAITING, None, [1, 2])
        assert await mode_of(store, case) is Mode.BOT
        assert await whats(store, case) == [What.OPENED, What.TAKEN, What.RELEASED]

    async def test_a_transferred_case_waits_at_the_other_service(self, store: Store) -> None:
        """With the note for whoever takes it there; of another agent's case nobody disposes."""
        case = await opened(store)
        claire, karim = await hired(store), await hired(store, "karim")
        await store.cases.take(case.id, claire.id, after(1))
        with pytest.raises(CaseTaken):
            await store.cases.transfer(case.id, karim.id, "proprete_dechets", "", after(2))
        moved = await store.cases.transfer(case.id, claire.id, "proprete_dechets", "Un dépôt, pas un trou.", after(3))

        assert (moved.service, moved.state) == ("proprete_dechets", CaseState.WAITING)
        assert [(e.what, e.text) for e in await store.cases.history(case.id)][2:] == [
            (What.TRANSFERRED, "proprete_dechets"),
            (What.NOTE, "Un dépôt, pas un trou."),
        ]

    async def test_a_closed_case_gives_the_conversation_back(self, store: Store) -> None:
        """And puts what tells the core into the inbox, before anything that the citizen says later."""
        case = await opened(store)
        claire = await hired(store)
        await store.cases.take(case.id, claire.id, after(1))
        farewell = Message("closed-1", ANNE, str(case.id), after(2), Kind.RETURN)
        closed = await store.cases.close(case.id, claire.id, after(2), farewell)
        await put(store, "m9", at=after(3))
        claim = await claimed(store, at=after(3))

        assert (closed.state, closed.live, closed.agent_name) == (CaseState.CLOSED, False, claire.name)
        assert (claim.message.kind, claim.conversation.mode) == (Kind.RETURN, Mode.BOT)
        for late in (store.cases.take, store.cases.close, store.cases.join, store.cases.release):
            with pytest.raises(CaseClosed):
                await late(case.id, claire.id, after(4))
        with pytest.raises(CaseClosed):
            await store.cases.say_soon(reply_of(case, claire.id), after(4))

    async def test_an_appointment_is_cancelled_as_its_case_is_closed(self, store: Store) -> None:
        """Its time is free again, and the history says who did it; without the wish it stays."""
        conversation_id, claire = await conversation_of(store), await hired(store)
        slot = Slot(after(days=1), after(1800, days=1), places=2)
        kept, freed = [
            (await store.cases.open(new(conversation_id, f"m{at}", CaseKind.APPOINTMENT), START, slot)).case
            for at in (1, 2)
        ]
        still = await store.cases.close(kept.id, claire.id, after(3))
        closed = await store.cases.close(freed.id, claire.id, after(3), cancels=True)

        assert (still.appointment_at, closed.appointment_at) == (slot.starts_at, None)
        assert (await whats(store, freed))[1:] == [What.CANCELLED, What.CLOSED]

    async def test_what_the_core_was_not_told_is_remembered(self, store: Store) -> None:
        """From the moment an agent takes over, until the core has learnt it; never while the agent still talks."""
        await put(store, "m0")
        case = await opened(store)
        claire = await hired(store)
        await store.cases.take(case.id, claire.id, after(1))
        during = await store.conversations.get(case.conversation_id)
        await store.conversations.told(case.conversation_id, during.untold_after or 0)
        still = await store.conversations.get(case.conversation_id)
        await store.cases.close(case.id, claire.id, after(2))
        await store.conversations.told(case.conversation_id, during.untold_after or 0)
        told = await store.conversations.get(case.conversation_id)
        (line,) = await store.transcript.read(case.conversation_id)

        assert during.untold_after == still.untold_after == line.position
        assert told.untold_after is None

    async def test_an_alarm_makes_every_open_case_urgent(self, store: Store) -> None:
        """In the transaction that stores it; what the core has to hear of it comes behind, and closed ones stay."""
        case, done = await opened(store), await opened(store, "m2")
        claire = await hired(store)
        await store.cases.close(done.id, claire.id, after(1))
        aftermath = Message("m3-alarmed", ANNE, "", after(2), Kind.ALARMED)
        fresh = [
            await store.inbox.put(message("m3", text="au feu"), "fr", after(2), [prepared("m3.alarm")], True, aftermath)
            for _ in range(2)
        ]
        claim = await claimed(store, at=after(2))
        urgent = [(await store.cases.get(one.id)).urgent for one in (case, done)]

        assert (fresh, urgent, claim.message.kind) == ([True, False], [True, False], Kind.ALARMED)
        assert claim.conversation.untold_after == 0
        assert await whats(store, case) == [What.OPENED, What.URGENT]

    async def test_urgent_cases_come_first(self, store: Store) -> None:
        """In the queue and in the place that is told."""
        first, second = await opened(store), await opened(store, "m2", BRUNO, at=1)
        await store.cases.mark_urgent(second.conversation_id, after(2))
        shown = await store.cases.view(View.WAITING, ALL)
        places = [(await store.cases.queued(one.id)).place for one in (first, second)]

        assert ([case.id for case in shown], places) == ([second.id, first.id], [2, 1])

    async def test_each_agent_sees_their_own_tabs(self, store: Store) -> None:
        """An agent the cases of their services; call-backs apart; the closed ones when asked for."""
        mine = await opened(store)
        other = await opened(store, "m2", service="sports")
        callback = await opened(store, "m3", callback=True, contact="anne@example.org")
        claire = await hired(store)
        await store.cases.take(mine.id, claire.id, after(1))
        seen = Seen(claire.id, ("voirie",), ("voirie",))
        tabs = {view: [case.id for case in await store.cases.view(view, seen)] for view in View}
        counts = await store.cases.count(seen)
        await store.cases.close(mine.id, claire.id, after(2))

        assert tabs == {
            View.MINE: [mine.id],
            View.SERVICES: [mine.id, callback.id],
            View.ALL: [mine.id, callback.id],
            View.WAITING: [],
            View.CALLBACKS: [callback.id],
            View.UNTAKEN: [],
            View.CLOSED: [],
        }
        assert counts == {view: len(ids) for view, ids in tabs.items() if view not in {View.CLOSED, View.UNTAKEN}}
        assert [case.id for case in await store.cases.view(View.CLOSED, seen)] == [mine.id]
        assert [case.id for case in await store.cases.view(View.ALL, ALL)] == [other.id, callback.id]

    async def test_waits_are_what_others_waited(self, store: Store) -> None:
        """The newest first, and who took them; of the same service, of those who waited in the chat."""
        claire = await hired(store)
        for number, wait in enumerate((60, 120)):
            case = await opened(store, f"m{number}", Address("web", f"k{number}"), at=number * 1000)
            await store.cases.take(case.id, claire.id, after(number * 1000 + wait))
        waiting = await opened(store, at=5000)

        assert (await store.cases.queued(waiting.id)).before == tuple(
            Waited(after(at), after(at + wait), claire.id) for at, wait in ((1000, 120), (0, 60))
        )

    async def test_an_agent_who_vanishes_loses_their_conversations(self, store: Store) -> None:
        """They go back to the queue with their history; forms and mail, which need no presence, stay."""
        case, form = await opened(store), await opened(store, "m2", BRUNO, kind=CaseKind.APPOINTMENT)
        mail = await opened(store, "m3", Address("email", "bruno"))
        claire = await hired(store, seen_at=after(10))
        for one in (case, form, mail):
            await store.cases.take(one.id, claire.id, after(1))
        present = await store.cases.vanished(after(5), after(20))
        gone = await store.cases.vanished(after(15), after(20))
        form = await store.cases.get(form.id)

        assert (present, [one.id for one in gone]) == ([], [case.id])
        assert (gone[0].state, form.state) == (CaseState.WAITING, CaseState.TAKEN)
        assert (await whats(store, case))[-1] is What.VANISHED

    async def test_a_contact_is_looked_at_in_the_open(self, store: Store) -> None:
        """A case says that it has one; who looks at it stands in the history."""
        case = await opened(store, contact="06 12 34 56 78", details={"place": "rue du Lavoir"})
        claire = await hired(store)
        contact = await store.cases.reveal(case.id, claire.id, after(1))

        assert (case.has_contact, contact, case.details) == (True, "06 12 34 56 78", {"place": "rue du Lavoir"})
        assert (await whats(store, case))[-1] is What.REVEALED

    async def test_a_note_is_kept_once(self, store: Store) -> None:
        """Sent again by a page that got no answer, it is the first one."""
        case = await opened(store)
        claire = await hired(store)
        notes = [await store.cases.note(case.id, claire.id, "n1", "À rappeler.", after(at)) for at in (1, 2)]

        assert notes[0] == notes[1]
        assert (notes[0].text, notes[0].agent_name) == ("À rappeler.", claire.name)

    async def test_a_citizen_rates_and_withdraws_their_own(self, store: Store) -> None:
        """Nobody else's; only what waits can be withdrawn."""
        case = await opened(store)
        other = await conversation_of(store, BRUNO)
        rated = [await store.cases.rate(case.id, whose, 3, after(1)) for whose in (other, case.conversation_id)]
        gone = [await store.cases.withdraw(case.id, whose, after(2)) for whose in (other, case.conversation_id, other)]
        stored = await store.cases.get(case.id)

        assert (rated, gone) == ([False, True], [False, True, False])
        assert (stored.rating, stored.state) == (3, CaseState.CLOSED)
        assert await store.cases.rate(99, other, 3, after(1)) is False

    async def test_a_time_is_booked_as_often_as_there_are_places(self, store: Store) -> None:
        """Then it is taken, and no case is opened for it; a withdrawn appointment frees it."""
        slot = Slot(after(days=1), after(1800, days=1), places=2)
        booked = []
        for number in range(2):
            conversation_id = await conversation_of(store, Address("web", f"k{number}"))
            form = new(conversation_id, kind=CaseKind.APPOINTMENT)
            booked.append((await store.cases.open(form, START, slot)).case)
        third = new(await conversation_of(store), "m3", CaseKind.APPOINTMENT)
        with pytest.raises(SlotTaken):
            await store.cases.open(third, START, slot)
        taken = await store.bookings.taken("voirie", START, after(days=2))
        refused = await store.cases.find(third.conversation_id)
        await store.cases.withdraw(booked[0].id, booked[0].conversation_id, after(1))
        freed = await store.cases.open(third, START, slot)

        assert (taken, refused) == ({slot.starts_at: 2}, [])
        assert booked[0].appointment_at == freed.case.appointment_at == slot.starts_at
        assert await store.bookings.cancel(freed.case.id, after(2))
        assert not await store.bookings.cancel(freed.case.id, after(2))

    async def test_everything_that_happens_can_be_followed(self, store: Store) -> None:
        """By position, whoever did it in whichever process."""
        begun = await store.cases.last_position()
        case = await opened(store)
        claire = await hired(store)
        await store.cases.set_urgent(case.id, claire.id, True, after(1))
        await store.cases.set_urgent(case.id, claire.id, False, after(2))
        events = await store.cases.changed(begun)

        assert [(event.case_id, event.what, event.text) for event in events] == [
            (case.id, What.OPENED, "asked"),
            (case.id, What.URGENT, ""),
            (case.id, What.URGENT, "no"),
        ]
        assert await store.cases.last_position() == events[-1].position
