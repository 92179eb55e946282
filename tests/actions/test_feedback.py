"""« Oui » and « non », and what is stored of them."""

import pytest

from actions.feedback import ActionAffirm
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


async def test_an_answer_that_did_not_help(talk: Talk, store: Store) -> None:
    """« Non » is stored and leads to the service that knows."""
    await talk.ask("comment avoir un passeport")

    assert await talk.ask("non", "deny") == Say(
        "rated_useless", values={"service": "État civil", "service_phone": "01 00 00 00 01"}
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
