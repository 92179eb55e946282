"""Danger while a form is open: the numbers at once, and an urgent case with what was gathered."""

from __future__ import annotations

import msgspec
import pytest

from actions.base import REQUESTED
from actions.forms.alarm import ActionAlarmed
from bot.cases import CaseKind, Cause
from bot.rasa_events import SUSPENDED_FORM
from bot.settings_desk import Appointments
from bot.store.sql import Store
from bot.wire import Say
from tests.actions.form_talk import APPOINTMENT, STREET_ISSUE, CitizenForm, Kind, filling
from tests.actions.talk import OFFICE

pytestmark = pytest.mark.rasa

TOWN = msgspec.structs.replace(OFFICE, appointments=Appointments(services=("etat_civil",)))
BEGUN = [
    (APPOINTMENT, "rdv état civil pour un passeport", CaseKind.APPOINTMENT, "etat_civil"),
    (STREET_ISSUE, "un trou devant l'école", CaseKind.STREET_ISSUE, "accueil_general"),
]
FIRE = "il y a le feu"


async def alarmed(form: CitizenForm, message_id: str = "alarm") -> list[Say]:
    """What the gateway does: the form is suspended, the words are remembered, then Rasa is told."""
    talk = form.talk
    talk.listen(FIRE, "said_to_agent")
    if talk.loop:
        talk.slots |= {SUSPENDED_FORM: talk.loop, REQUESTED: None}
        talk.open("")
    return await talk.hear(ActionAlarmed(talk.services), "/alarmed", "alarmed", message_id)


@pytest.mark.parametrize(("kind", "text", "of", "service"), BEGUN)
async def test_an_open_form_becomes_an_urgent_case(
    store: Store, kind: Kind, text: str, of: CaseKind, service: str
) -> None:
    """With the words of danger; nothing is said, for the numbers were."""
    async with filling(store, kind, TOWN) as form:
        await form.begin(text)
        (said,) = await alarmed(form)
        (case,) = await form.cases()

    assert said == Say("", case=case.id)
    assert (case.kind, case.service, case.cause, case.urgent) == (of, service, Cause.DANGER, True)
    assert (case.subject, case.details["alarm"]) == (FIRE, FIRE)


@pytest.mark.parametrize(("kind", "text"), [begun[:2] for begun in BEGUN])
async def test_two_alarms_open_one_case(store: Store, kind: Kind, text: str) -> None:
    """Told again, or in danger again."""
    async with filling(store, kind, TOWN) as form:
        await form.begin(text)
        await alarmed(form)
        again = [await alarmed(form), await alarmed(form, "another")]
        cases = await form.cases()

    assert again == [[Say("")], [Say("")]]
    assert len(cases) == 1


async def test_an_alarm_without_a_form_opens_nothing(store: Store) -> None:
    """The gateway has marked what was open."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        said = await alarmed(form)
        cases = await form.cases()

    assert (said, cases) == ([Say("")], [])


@pytest.mark.parametrize(("intent", "line"), [("emergency", "emergency"), ("self_harm_distress", "distress")])
async def test_danger_that_only_the_model_hears_gets_the_numbers(store: Store, intent: str, line: str) -> None:
    """The form is left for later and asks nothing on top of them."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin("rdv état civil pour un passeport")
        said = await form.say("je vois de la fumée noire", intent)

    assert [one.say for one in said] == [line]
    assert (form.talk.loop, form.talk.slots[SUSPENDED_FORM]) == ("", "appointment_form")


async def test_the_form_goes_on_after_the_alarm(store: Store) -> None:
    """« Reprendre » asks what was open."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        (asked,) = await form.begin("rdv état civil pour un passeport")
        await alarmed(form)
        resumed = await form.say("reprendre", "resume")

    assert resumed == [asked]
