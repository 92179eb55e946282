"""What the sentence that opens a form tells already is not asked again, and may be corrected."""

from __future__ import annotations

import msgspec
import pytest

from actions.forms.appointment import CONTACT, DAY, SERVICE, SUBJECT, TIME
from actions.forms.street_issue import CATEGORY, PLACE
from actions.forms.wishes import OFFERED
from bot.settings_desk import Appointments
from bot.store.sql import Store
from tests.actions.form_talk import APPOINTMENT, STREET_ISSUE, CitizenForm, filling
from tests.actions.talk import OFFICE

pytestmark = pytest.mark.rasa

TOWN = msgspec.structs.replace(
    OFFICE, appointments=Appointments(services=("etat_civil", "ecoles"), notice_hours=24, days_ahead=40)
)
"""Monday 23 November, 13 h."""


def known(form: CitizenForm, *names: str) -> list[object]:
    return [form.talk.slots.get(name) for name in names]


@pytest.mark.parametrize(
    ("text", "service", "day", "time", "asked"),
    [
        ("je voudrais un rdv au service état civil mardi prochain à 14h30", "etat_civil", None, None, SUBJECT),
        ("rdv état civil jeudi à 14h30 pour un passeport", "etat_civil", "2026-11-26", "14:30", CONTACT),
        ("un rendez-vous le 3 à 10h à l'état civil pour ma cni", "etat_civil", "2026-12-03", "10:00", CONTACT),
        (
            "bonjour, rdv lundi en huit à 9h à l'etat civil, acte de naissance",
            "etat_civil",
            "2026-11-30",
            "09:00",
            CONTACT,
        ),
        ("rdv à l'état civil dans 15 jours pour un passeport", "etat_civil", "2026-12-07", None, TIME),
    ],
)
async def test_an_appointment_knows_what_was_said(
    store: Store, text: str, service: str, day: str | None, time: str | None, asked: str
) -> None:
    """Service, day and time of the sentence are slots at once; what comes next is what it did not say."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin(text)
        found = known(form, SERVICE, DAY, TIME)
        requested = form.talk.slots.get("requested_slot")

    assert found[0] == service
    if day:
        assert found[1:] == [day, time]
    assert requested == asked


async def test_what_was_said_at_first_is_corrected_later(store: Store) -> None:
    """« Non, plutôt vendredi à 10h » while the contact is asked for."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin("rdv état civil jeudi à 14h30 pour un passeport")
        await form.say("non, plutôt vendredi à 10h", "deny")
        found = known(form, DAY, TIME)

    assert found == ["2026-11-27", "10:00"]


@pytest.mark.parametrize(
    ("text", "category", "place"),
    [
        ("un lampadaire éteint 3 bis avenue de la Gare depuis hier", "light", "3 bis avenue de la Gare"),
        ("je signale un nid de poule au 12 rue des Lilas", "road", "12 rue des Lilas"),
        ("dépôt sauvage devant l'école Jules Ferry", "rubbish", "devant l'école Jules Ferry"),
    ],
)
async def test_a_report_knows_what_was_said(store: Store, text: str, category: str, place: str) -> None:
    """Kind and place are not asked for."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await form.begin(text)
        found = known(form, CATEGORY, PLACE)

    assert found == [category, place]


@pytest.mark.parametrize(
    "text",
    [
        "je voudrais un rdv à l'état civil dans 8 jours le matin",
        "je veux un rendez-vous à l'état civil la semaine prochaine le matin",
        "rdv état civil samedi ou dimanche",
    ],
)
async def test_nothing_is_announced_that_is_not_shown(store: Store, text: str) -> None:
    """What it is for is asked alone; « voici ce qui est libre » and « de quel jour » wait for their buttons."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        said = await form.begin(text)
        offered = known(form, DAY, OFFERED)

    assert [line.say for line in said] == ["appointment_subject"]
    assert offered[1]


async def test_of_two_closed_days_none_is_asked(store: Store) -> None:
    """« Dans 8 jours » may be a Sunday or a Saturday to a service that is open on neither: what is near is offered."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        said = await form.begin("rdv état civil samedi ou dimanche pour un passeport")

    assert [line.say.split("+")[0] for line in said] == ["appointment_none_fits"]
    assert said[0].buttons


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("rdv état civil il y a 3 jours pour un passeport", "appointment_past+appointment_day_again"),
        ("rdv état civil il y a quelques jours pour un passeport", "appointment_over+appointment_day_again"),
    ],
)
async def test_a_day_that_is_over_is_told_so(store: Store, text: str, line: str) -> None:
    """It does exist in the calendar."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        said = await form.begin(text)

    assert [one.say for one in said] == [line]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("rdv état civil pour un passeport mon mail est lea.b@free.fr jeudi à 10h", "un passeport"),
        ("rdv état civil pour un passeport, tél : 06 12 34 56 78", "un passeport"),
        ("rdv état civil pour un passeport joignable au 06 12 34 56 78", "un passeport"),
        ("rdv état civil à Noël", None),
    ],
)
async def test_what_it_is_for_is_what_they_said(store: Store, text: str, subject: str | None) -> None:
    """Neither the words before a contact nor a holiday."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin(text)
        found = known(form, SUBJECT)

    assert found == [subject]
