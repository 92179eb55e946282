"""« Oui » and « non », and what is stored of them."""

import json

import pytest

from actions.feedback import ActionAffirm
from actions.offering import person_button
from bot.cases import Cause
from bot.store.sql import Store
from bot.wire import Say
from tests.actions.talk import Talk, ratings

pytestmark = pytest.mark.rasa


async def test_an_answer_is_rated_once(talk: Talk, store: Store) -> None:
    """« Oui » after an answer is stored under the message's id; a second « oui » rates nothing."""
    await talk.ask("comment avoir un passeport")
    said = [(await talk.ask("/affirm", "affirm")).say for _ in range(2)]

    assert said == ["rated_helpful", "more"]
    assert await ratings(store) == [("m2", "passeport-adulte", True)]


async def test_a_message_that_rasa_runs_twice(talk: Talk, store: Store) -> None:
    """A kill between the action and the reply makes Rasa run it again: the same words, one rating."""
    await talk.ask("comment avoir un passeport")
    slots = dict(talk.slots)
    said = []
    for _ in range(2):
        talk.slots = dict(slots)
        said.append((await talk.run(ActionAffirm(talk.services), "oui", "affirm", "m2")).say)

    assert said == ["rated_helpful", "rated_helpful"]
    assert await ratings(store) == [("m2", "passeport-adulte", True)]


async def test_messages_without_an_id_are_rated_each(talk: Talk, store: Store) -> None:
    """An imported message has none. Rasa cuts long trackers, so how many events there are names no message."""
    passport = await talk.ask("comment avoir un passeport")
    pool = await talk.ask("horaires de la piscine")
    for moment, answer in ((1.25, passport), (2.5, pool)):
        intent, brace, own = answer.buttons[0].payload.removeprefix("/").partition("{")
        entities = [{"entity": name, "value": value} for name, value in json.loads(brace + own).items()]
        heard = {"text": answer.buttons[0].payload, "intent": {"name": intent}, "entities": entities}
        talk.events = [{"event": "user", "timestamp": moment, **heard}]
        assert [said.say for said in await talk.act(ActionAffirm(talk.services))] == ["rated_helpful"]

    sender = talk.sender_id
    assert await ratings(store) == [
        (f"{sender} 1.25", "passeport-adulte", True),
        (f"{sender} 2.5", "piscine", True),
    ]


async def test_an_answer_that_did_not_help(talk: Talk, store: Store) -> None:
    """« Non » is stored and leads to the service that knows."""
    await talk.ask("comment avoir un passeport")

    assert await talk.ask("non", "deny") == Say(
        "rated_useless",
        values={"service": "État civil", "service_phone": "01 00 00 00 01"},
        buttons=(person_button(Cause.RATED),),
    )
    assert await ratings(store) == [("m2", "passeport-adulte", False)]


async def test_each_button_rates_its_own_answer(talk: Talk, store: Store) -> None:
    """« Oui » under the first answer, pressed after the second, is about the first; the second can still be rated."""
    passport = await talk.ask("comment avoir un passeport")
    await talk.ask("horaires de la piscine")
    said = [(await talk.press(passport.buttons[0])).say, (await talk.ask("non", "deny")).say]

    assert said == ["rated_helpful", "rated_useless"]
    assert await ratings(store) == [("m3", "passeport-adulte", True), ("m4", "piscine", False)]


async def test_a_change_of_mind_counts(talk: Talk, store: Store) -> None:
    """« Oui », then « Non » under the same answer: both are kept, the later one last; the same twice is one."""
    passport = await talk.ask("comment avoir un passeport")
    for button in (passport.buttons[0], passport.buttons[0], passport.buttons[1]):
        await talk.press(button)

    assert await ratings(store) == [("m2", "passeport-adulte", True), ("m4", "passeport-adulte", False)]


@pytest.mark.parametrize("before", [(), ("passeport", "blabla")])
async def test_yes_to_something_else_is_no_rating(talk: Talk, store: Store, before: tuple[str, ...]) -> None:
    """Nothing answered, or not understood: yes and no only keep the talk going."""
    for text in before:
        await talk.ask(text)
    said = [(await talk.ask(text, intent)).say for text, intent in (("oui", "affirm"), ("non", "deny"))]

    assert said == ["more", "more"]
    assert await ratings(store) == []


@pytest.mark.parametrize("text", ["le premier", "la 2", "non le deuxième"])
async def test_a_choice_where_nothing_is_offered_is_no_rating(talk: Talk, store: Store, text: str) -> None:
    """« Le premier » after an answer says nothing about it, whatever Rasa takes it for."""
    await talk.ask("comment avoir un passeport")
    said = [(await talk.ask(text, intent)).say for intent in ("affirm", "deny")]

    assert said == ["nothing_offered", "nothing_offered"]
    assert await ratings(store) == []


@pytest.mark.parametrize("again", ["lost", "rated"])
async def test_yes_to_a_person_leads_to_one(talk: Talk, again: str) -> None:
    """After two failures, or after an answer that did not help, « oui » is to the person that was offered."""
    if again == "lost":
        for text in ("blabla", "la lune"):
            await talk.ask(text)
    else:
        await talk.ask("comment avoir un passeport")
        await talk.ask("non", "deny")
    said = await talk.hear(ActionAffirm(talk.services), "oui", "affirm")

    assert (said, talk.followed) == ([], "handoff_form")


async def test_no_to_a_person_rates_nothing(talk: Talk, store: Store) -> None:
    """« Non » to the offer is not a second « non » to the answer."""
    await talk.ask("comment avoir un passeport")
    said = [(await talk.ask("non", "deny")).say for _ in range(2)]

    assert said == ["rated_useless", "more"]
    assert [helpful for _, _, helpful in await ratings(store)] == [False]


async def test_an_offer_is_answered_at_once_or_not_at_all(talk: Talk) -> None:
    """« Oui » after another answer is about that answer."""
    for text in ("blabla", "la lune", "comment avoir un passeport"):
        await talk.ask(text)

    assert (await talk.ask("oui", "affirm")).say == "rated_helpful"
