"""A wish for a person that is left or repeated, waits, or cannot be met."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from actions.acts import ActionResume
from actions.answer import ActionAnswer
from actions.handoff import FORM, ActionHandoff, ActionWithdraw
from bot.cases import CaseState, Cause
from bot.errors import StoreError
from bot.messages import Address, AnswerStatus
from bot.store.sql import Store
from tests.actions.form_talk import EVENING, FormTalk, forming, lines, staffed
from tests.actions.talk import Talk
from tests.knowledge import small

pytestmark = pytest.mark.rasa


@pytest.mark.parametrize("words", ["laisse tomber", "non laisse tomber", "annule"])
async def test_left_and_taken_up_again(store: Store, words: str) -> None:
    """What was said stays; « reprendre » goes on where it was."""
    async with forming(store) as form:
        await form.begin("parler à quelqu'un pour un passeport")
        said = await form.say(words, "cancel")
        left = form.talk.slots["suspended_form"]
        await form.talk.hear(ActionResume(form.talk.services), "reprendre", "resume")
        followed = form.talk.followed
        asked = await form.begin("reprendre", "resume")
        await form.say("jean@orange.fr")
        (case,) = await form.cases()

    assert (lines(said), left, followed) == (["handoff_left"], FORM, FORM)
    assert lines(asked) == ["handoff_unstaffed+handoff_contact"]
    assert (case.subject, form.talk.slots["suspended_form"]) == ("parler à quelqu'un pour un passeport", None)


async def test_a_new_wish_after_leaving_begins_anew(store: Store) -> None:
    """What was left is forgotten by somebody who asks for a person again."""
    async with forming(store) as form:
        await form.begin("parler à quelqu'un pour un passeport")
        await form.say("laisse tomber", "cancel")
        asked = await form.begin("un humain")

    assert lines(asked) == ["handoff_subject"]


async def test_a_long_subject_that_sounds_like_leaving_is_a_subject(store: Store) -> None:
    """« Je veux annuler l'inscription … » is what it is about."""
    await staffed(store)
    async with forming(store) as form:
        await form.begin("un humain")
        await form.say("je veux annuler l'inscription de ma fille à la cantine depuis lundi", "cancel")
        (case,) = await form.cases()

    assert case.subject.startswith("je veux annuler")


async def test_danger_as_the_subject(store: Store) -> None:
    """What only the model takes for danger gets the numbers first, and an urgent case."""
    await staffed(store)
    async with forming(store) as form:
        await form.begin("un humain")
        said = await form.say("une odeur bizarre dans la cage d'escalier", "emergency")
        (case,) = await form.cases()

    assert lines(said)[0] == "emergency"
    assert case.urgent


async def test_one_case_for_a_message_that_rasa_runs_twice(store: Store) -> None:
    """A kill between the action and the reply makes Rasa run it again: the same case, the same words."""
    await staffed(store)
    async with forming(store) as form:
        talk = form.talk
        talk.listen("un humain pour mon passeport", "ask_human")
        talk.slots = {"handoff_subject": "mon passeport", "handoff_service": "etat_civil"}
        slots, events, said = dict(talk.slots), list(talk.events), []
        for _ in range(2):
            talk.slots, talk.events = dict(slots), list(events)
            said += await talk.act(ActionHandoff(talk.services))
        (case,) = await form.cases()

    assert said[0] == said[1]
    assert said[0].case == case.id


async def test_who_waits_already_is_told_where_they_stand(store: Store) -> None:
    """A second wish opens no second case."""
    await staffed(store)
    async with forming(store) as form:
        await form.begin("parler à quelqu'un pour un passeport")
        (said,) = await form.begin("je veux un humain")
        (case,) = await form.cases()

    assert said.say == "handoff_waiting+handoff_next+handoff_wait_unknown+handoff_meanwhile"
    assert said.values["number"] == case.number


async def test_place_and_wait_are_said(store: Store) -> None:
    """The wait of others, in words, once three of them tell."""
    agent = await staffed(store)
    before = small.NOON - timedelta(hours=1)
    for number in range(3):
        async with forming(store, before) as form:
            form.talk.sender_id = (await store.conversations.open(Address("web", f"before{number}"), "fr", before)).id
            form.talk.slots = {"handoff_subject": "passeport", "handoff_service": "etat_civil"}
            form.talk.listen("un humain", "ask_human")
            (said,) = await form.talk.act(ActionHandoff(form.talk.services))
        await store.cases.take(said.case, agent, before + timedelta(minutes=20))
    await store.agents.seen([agent], small.NOON)
    async with forming(store) as form:
        (said,) = await form.begin("parler à quelqu'un pour un passeport")

    assert said.say == "handoff_opened+handoff_next_wait+handoff_meanwhile"
    assert said.values["wait"] == "environ 20 minutes"


async def test_a_call_back_does_not_keep_anybody_from_the_chat(store: Store) -> None:
    """Asked at night, and again in the morning with somebody there: the second one is a chat."""
    async with forming(store, EVENING) as form:
        await form.begin("parler à quelqu'un pour un passeport")
        await form.say("jean@orange.fr")
        (again,) = await form.begin("un humain")
    morning = EVENING + timedelta(hours=14)
    await staffed(store, morning)
    async with forming(store, morning) as form:
        await form.begin("parler à quelqu'un pour la piscine")
        cases = await form.cases()

    assert again.say == "handoff_callback_waiting+handoff_opens"
    assert [(case.service, case.callback) for case in cases] == [("sports", False), ("etat_civil", True)]


async def test_the_queue_is_left_by_its_button(store: Store) -> None:
    """The case is closed; pressed twice it says the same; another's case is not."""
    await staffed(store)
    async with forming(store) as form:
        (said,) = await form.begin("parler à quelqu'un pour un passeport")
        own = json.loads(said.buttons[0].payload.removeprefix("/withdraw"))["case"]
        withdraw = ActionWithdraw(form.talk.services)
        left = [await form.talk.run(withdraw, "/withdraw", "withdraw", "w", case=own) for _ in range(2)]
        late = await form.talk.run(withdraw, "/withdraw", "withdraw", "x", case="99")
        (case,) = await form.cases()

    assert [line.say for line in left] == ["withdrawn", "withdrawn"]
    assert (late.say, case.state) == ("withdraw_late", CaseState.CLOSED)


@pytest.mark.parametrize("cause", ["lost", "rated", "' OR 1=1"])
async def test_the_button_of_an_offer_knows_the_question(store: Store, cause: str) -> None:
    """« Parler à une personne » under an answer that did not help: nothing is asked again."""
    await staffed(store)
    async with forming(store) as form:
        await form.talk.hear(ActionAnswer(form.talk.services), "horaires de la piscine", "ask_question")
        await form.begin("/handoff", "handoff", cause=cause)
        (case,) = await form.cases()

    assert case.subject == "horaires de la piscine"
    assert case.cause is {"lost": Cause.LOST, "rated": Cause.RATED}.get(cause, Cause.ASKED)


async def test_without_a_conversation_the_phone_is_said(store: Store) -> None:
    """`rasa shell` has none of ours: no case, and no error."""
    await staffed(store)
    async with forming(store) as form:
        form.talk.sender_id = "0" * 32
        said = await form.begin("parler à quelqu'un pour un passeport")

    assert lines(said) == ["reach"]


async def test_a_broken_store_closes_the_form(store: Store) -> None:
    """One honest line, and no form that nobody can leave."""

    async def broken() -> object:
        raise StoreError("away")

    talk = Talk(broken)  # type: ignore[arg-type]
    said = await FormTalk(talk, store).begin("un humain")

    assert [line.status for line in said] == [AnswerStatus.UNAVAILABLE, AnswerStatus.UNAVAILABLE]
    assert talk.slots["requested_slot"] is None
