"""What the sentence that opens a form tells already is not asked again, and may be corrected."""

from __future__ import annotations

import msgspec
import pytest

from actions.forms.appointment import CONTACT, DAY, SERVICE, SUBJECT, TIME
from actions.forms.street_issue import CATEGORY, PLACE
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
