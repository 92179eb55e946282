"""The bot has the conversation again, and the contact is rated."""

from __future__ import annotations

import pytest

from actions.answer import ActionAnswer
from actions.feedback import ActionAffirm, ActionDeny
from actions.handoff import FORM
from actions.returned import ActionRateContact, ActionReturned
from bot.store.sql import Store
from tests.actions.form_talk import FormTalk, forming, lines, staffed
from tests.knowledge import small

pytestmark = pytest.mark.rasa


async def closed_case(form: FormTalk, agent: int) -> int:
    (said,) = await form.begin("parler à quelqu'un pour un passeport")
    await form.store.cases.take(said.case, agent, small.NOON)
    await form.store.cases.close(said.case, agent, small.NOON)
    return said.case


async def test_the_bot_is_back(store: Store) -> None:
    """It says so, and asks whether the contact helped; a form that an agent had interrupted is offered."""
    agent = await staffed(store)
    async with forming(store) as form:
        case_id = await closed_case(form, agent)
        form.talk.slots["suspended_form"] = "appointment_form"
        returned = ActionReturned(form.talk.services)
        said = await form.talk.hear(returned, "/returned", "returned", case=str(case_id))

    assert lines(said) == ["returned+rate_contact", "resume_appointment_form"]
    assert [button.key for button in said[0].buttons] == ["yes_title", "partly_title", "no_title"]
    assert [button.payload for button in said[1].buttons] == ["/resume"]


async def test_the_form_that_led_to_the_person_is_not_offered(store: Store) -> None:
    """It has had its answer."""
    agent = await staffed(store)
    async with forming(store) as form:
        case_id = await closed_case(form, agent)
        form.talk.slots["suspended_form"] = FORM
        said = await form.talk.hear(ActionReturned(form.talk.services), "/returned", "returned", case=str(case_id))

    assert lines(said) == ["returned+rate_contact"]
    assert form.talk.slots["suspended_form"] is None


async def test_another_citizens_case_is_not_rated(store: Store) -> None:
    """A case of another conversation is not even named."""
    async with forming(store) as form:
        said = await form.talk.hear(ActionReturned(form.talk.services), "/returned", "returned", case="77")
        rated = await form.talk.hear(
            ActionRateContact(form.talk.services), "/rate_contact", "rate_contact", case="77", rating="3"
        )

    assert (lines(said), lines(rated)) == (["returned"], ["more"])


@pytest.mark.parametrize(("answer", "rating"), [("oui", 3), ("en partie", 2), ("non", 1), ("button", 2)])
async def test_a_contact_is_rated(store: Store, answer: str, rating: int) -> None:
    """By its button, or in words right after the question."""
    agent = await staffed(store)
    async with forming(store) as form:
        talk = form.talk
        case_id = await closed_case(form, agent)
        await talk.hear(ActionReturned(talk.services), "/returned", "returned", case=str(case_id))
        if answer == "button":
            await talk.hear(
                ActionRateContact(talk.services), "/rate_contact", "rate_contact", case=str(case_id), rating="2"
            )
        elif answer == "en partie":
            await talk.hear(ActionAnswer(talk.services), answer, "nlu_fallback")
        else:
            action = ActionAffirm if answer == "oui" else ActionDeny
            await talk.hear(action(talk.services), answer, "affirm" if answer == "oui" else "deny")
        (case,) = await form.cases()

    assert case.rating == rating


async def test_who_was_not_helped_is_offered_a_person_again(store: Store) -> None:
    """A rating of « non » is no end."""
    agent = await staffed(store)
    async with forming(store) as form:
        talk = form.talk
        case_id = await closed_case(form, agent)
        (said,) = await talk.hear(
            ActionRateContact(talk.services), "/rate_contact", "rate_contact", case=str(case_id), rating="1"
        )

    assert (said.say, said.buttons[0].key) == ("contact_useless", "person_title")


@pytest.mark.parametrize(("case", "rating"), [("x", "3"), ("1", "9"), ("", "")])
async def test_a_rating_that_is_none(store: Store, case: str, rating: str) -> None:
    """A payload that nobody offered changes nothing."""
    async with forming(store) as form:
        rate = ActionRateContact(form.talk.services)
        said = await form.talk.hear(rate, "/rate_contact", "rate_contact", case=case, rating=rating)

    assert lines(said) == ["more"]
