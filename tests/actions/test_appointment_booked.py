"""An appointment after it was booked: what can still be done with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store.sql import Store
from tests.actions.form_talk import APPOINTMENT, filling, lines, staffed
from tests.actions.test_forms_appointment import TOWN, WHOLE
from tests.knowledge import small

pytestmark = pytest.mark.rasa


async def test_an_appointment_is_cancelled_where_it_was_made(store: Store) -> None:
    """« Annuler mon rendez-vous » offers to; without one, who to call is said."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        none = await form.begin("je veux annuler mon rendez-vous")
        await form.begin(WHOLE)
        await form.say("oui", "affirm")
        (case,) = await form.cases()
        (offer,) = await form.begin("je veux annuler mon rendez-vous")

    assert (lines(none), offer.say) == (["appointment_none_booked"], "appointment_cancel")
    assert offer.values["moment"] == "jeudi 26 novembre à 14 h 30"
    assert offer.buttons[0].payload == f'/withdraw{{"case": "{case.id}"}}'


@pytest.mark.parametrize("is_closed", [False, True])
async def test_an_appointment_that_an_agent_has_seen_is_still_to_come(store: Store, is_closed: bool) -> None:
    """It is told with the number to call: what was prepared is not undone by a button."""
    agent = await staffed(store)
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin(WHOLE)
        await form.say("oui", "affirm")
        (case,) = await form.cases()
        await store.cases.take(case.id, agent, small.NOON)
        if is_closed:
            await store.cases.close(case.id, agent, small.NOON + timedelta(minutes=1))
        (told,) = await form.begin("je veux annuler mon rendez-vous")

    assert (told.say, told.values["number"], told.buttons) == ("appointment_cancel_late", case.number, ())
