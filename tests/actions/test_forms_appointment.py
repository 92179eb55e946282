"""An appointment, from a citizen's words to a case with a number."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import msgspec
import pytest

from actions.forms.appointment import CONTACT, DAY, SERVICE, SUBJECT, TIME
from actions.forms.appointment_done import ActionAppointment
from bot.cases import Case, CaseKind, Cause, NewCase, Slot
from bot.messages import Address
from bot.settings_desk import Appointments
from bot.store.sql import Store
from bot.wire import Say
from tests.actions.form_talk import APPOINTMENT, CitizenForm, filling
from tests.actions.talk import OFFICE
from tests.knowledge import small

pytestmark = pytest.mark.rasa

TOWN = msgspec.structs.replace(
    OFFICE, appointments=Appointments(services=("etat_civil", "ecoles"), notice_hours=24, days_ahead=40)
)
WHOLE = "rdv état civil pour mon passeport jeudi à 14h30, 06 12 34 56 78"
"""Monday 23 November, 13 h: Thursday is the 26th."""


def lines(said: list[Say]) -> list[str]:
    return [line.say for line in said]


def known(form: CitizenForm, *names: str) -> list[object]:
    return [form.talk.slots.get(name) for name in names]


async def taken(store: Store, at: datetime, service: str = "etat_civil") -> None:
    """Somebody else has that time."""
    conversation = await store.conversations.open(Address("web", f"of {at}"), "fr", small.NOON)
    new = NewCase(conversation.id, "m1", "appointment", CaseKind.APPOINTMENT, service, Cause.FORM, "autre")
    await store.cases.open(new, small.NOON, Slot(at, at + timedelta(minutes=30), 1))


THURSDAY_1430 = datetime(2026, 11, 26, 13, 30, tzinfo=timezone.utc)


async def test_asked_step_by_step(store: Store) -> None:
    """Service, subject, day and time, contact, then all of it; a yes books it under a number."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        (service,) = await form.begin("je voudrais un rendez-vous")
        (subject,) = await form.press(service.buttons[0])
        (day,) = await form.say("refaire mon passeport")
        (contact,) = await form.press(day.buttons[0])
        (recap,) = await form.say("camille@example.org")
        (said,) = await form.say("oui", "affirm")
        (case,) = await form.cases()

    assert [asked.say for asked in (service, subject, day, contact, recap)] == [
        "appointment_service",
        "appointment_subject",
        "appointment_day",
        "appointment_contact",
        "appointment_recap",
    ]
    assert (said.say, said.case, said.values["number"]) == ("appointment_booked", case.id, case.number)
    assert (case.kind, case.cause, case.service) == (CaseKind.APPOINTMENT, Cause.FORM, "etat_civil")
    assert (case.subject, case.has_contact) == ("refaire mon passeport", True)
    assert case.details["moment"] == recap.values["moment"]


async def test_everything_in_one_sentence(store: Store) -> None:
    """Nothing is asked but whether it is right; the subject is what stands after « pour », the date is whole."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        (recap,) = await form.begin(WHOLE)
        await form.say("oui", "affirm")
        (case,) = await form.cases()

    assert recap.say == "appointment_recap"
    assert recap.values["moment"] == "jeudi 26 novembre à 14 h 30"
    assert (recap.values["subject"], recap.values["contact"]) == ("mon passeport", "06 12 34 56 78")
    assert case.appointment_at == THURSDAY_1430


async def test_an_english_speaker_reads_english(store: Store) -> None:
    """Days, hours and what is wrong with them too."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        form.talk.language = "en"
        await form.begin("I would like an appointment, etat civil, for my passport")
        (closed,) = await form.say("december 25")
        (outside,) = await form.say("on thursday at 11pm")
        await form.say("at 2:30pm")
        (recap,) = await form.say("+33 6 12 34 56 78")

    assert closed.values["day"] == "on Friday 25 December"
    assert (outside.values["day"], outside.values["hours"]) == ("on Thursday", "from 9:00 to 17:00")
    assert recap.values["moment"] == "Thursday 26 November at 14:30"


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("le 31 février", "appointment_no_such_day"),
        ("hier", "appointment_past"),
        ("le 12/10/2026", "appointment_past"),
        ("dimanche", "appointment_closed"),
        ("le 25 décembre à 10h", "appointment_closed_why"),
        ("jeudi à 23h", "appointment_outside"),
        ("jeudi à 45h", "appointment_no_such_time"),
        ("demain à 9h", "appointment_soon"),
        ("le 12 mars 2028", "appointment_far"),
        ("jeudi à 14h30", "appointment_full"),
        ("jeudi ou vendredi", "appointment_which_day"),
    ],
)
async def test_a_day_that_cannot_be_is_said_and_others_offered(store: Store, typed: str, line: str) -> None:
    """Why not, in one line, and buttons with what can be; the form still asks for the moment."""
    await taken(store, THURSDAY_1430)
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin("rdv état civil pour un passeport")
        (said,) = await form.say(typed)

    assert said.say.split("+")[0] == line
    assert len(said.buttons) >= 2
    assert form.talk.slots[TIME] is None


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("0612", "contact_short"),
        ("06 12 34 56 78 90 12 34", "contact_long"),
        ("camille@", "contact_invalid"),
        ("0899 12 34 56", "contact_premium"),
    ],
)
async def test_a_contact_that_is_none_is_said(store: Store, typed: str, line: str) -> None:
    """With the reason, and asked again; digits are not taken for a time here."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin("rdv état civil pour un passeport jeudi à 14h30")
        (said,) = await form.say(typed)

    assert said.say == f"{line}+appointment_contact_again"
    assert known(form, DAY, TIME, CONTACT) == ["2026-11-26", "14:30", None]


@pytest.mark.parametrize(("typed", "intent"), [("non", "deny"), ("pas de contact", "deny"), ("sans", "nlu_fallback")])
async def test_a_contact_need_not_be_given(store: Store, typed: str, intent: str) -> None:
    """The recap says that there is none, and the case has none."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin("rdv état civil pour un passeport jeudi à 14h30")
        (recap,) = await form.say(typed, intent)
        await form.say("oui", "affirm")
        (case,) = await form.cases()

    assert (recap.values["contact"], case.has_contact) == ("aucun", False)


@pytest.mark.parametrize(
    ("typed", "slot", "value"),
    [
        ("non, vendredi", DAY, "2026-11-27"),
        ("non, vendredi", TIME, "14:30"),
        ("plutôt 10h", TIME, "10:00"),
        ("non vendredi à 9h30", TIME, "09:30"),
        ("c'est pour un acte de naissance", SUBJECT, "un acte de naissance"),
        ("non, camille@example.org", CONTACT, "camille@example.org"),
        ("non plutôt le service écoles", SERVICE, "ecoles"),
    ],
)
async def test_a_correction_at_the_end(store: Store, typed: str, slot: str, value: str) -> None:
    """« Non, vendredi » changes the day and keeps the rest; the recap is said again."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin(WHOLE)
        (recap,) = await form.say(typed, "deny")

    assert recap.say == "appointment_recap"
    assert known(form, slot) == [value]


async def test_a_no_at_the_end_asks_what_to_change(store: Store) -> None:
    """By button, « rien », or the way out; nothing is booked meanwhile."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin(WHOLE)
        (change,) = await form.say("non", "deny")
        back = await form.say("rien", "deny")
        await form.say("non", "deny")
        (day,) = await form.press(change.buttons[0])
        left = await form.press(change.buttons[-1])
        cases = await form.cases()

    assert (change.say, lines(back), day.say) == ("appointment_change", ["appointment_recap"], "appointment_day")
    assert (lines(left), cases) == (["form_left"], [])


async def test_a_no_to_the_times_offers_others(store: Store) -> None:
    """Of a later day."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        (first,) = await form.begin("rdv état civil pour un passeport")
        (others,) = await form.say("non", "deny")

    assert others.say == "appointment_others+appointment_day_again"
    assert not {button.payload for button in first.buttons} & {button.payload for button in others.buttons}


@pytest.mark.parametrize(("typed", "at"), [("la 2", "13:30"), ("le deuxième", "13:30"), ("le 3", None)])
async def test_a_time_may_be_chosen_by_its_place(store: Store, typed: str, at: str | None) -> None:
    """« Le 3 » is a day of the month."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin("rdv état civil pour un passeport")
        await form.say(typed)

    assert form.talk.slots[TIME] == at


async def test_a_message_that_is_no_answer_changes_nothing(store: Store) -> None:
    """A question, a greeting and an insult are answered by others; then the same is asked again."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        (asked,) = await form.begin("rdv état civil pour un passeport")
        for text, intent in (
            ("combien coûte un passeport ?", "ask_question"),
            ("bonjour", "greet"),
            ("vous êtes nuls", "complaint"),
        ):
            assert await form.say(text, intent) == []
            assert await form.again() == [asked]


async def test_a_short_subject_is_not_taken_for_an_act(store: Store) -> None:
    """The model takes « pour mon passeport » for a question after a request."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin("rdv état civil")
        await form.say("pour mon passeport", "ask_status_of_request")

    assert known(form, SUBJECT) == ["pour mon passeport"]


async def test_the_subject_may_tell_the_service(store: Store) -> None:
    """« C'est pour un passeport » to the question with whom; a day on the way is kept and not talked about yet."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin("je voudrais un rendez-vous")
        (again,) = await form.say("la semaine prochaine")
        (day,) = await form.say("c'est pour un passeport")

    assert (again.say, day.say) == ("appointment_service", "appointment_offered+appointment_day_again")
    assert known(form, SERVICE, SUBJECT) == ["etat_civil", "un passeport"]


async def test_a_contact_is_no_subject(store: Store) -> None:
    """It is kept as what it is, and the subject asked again."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin("rdv état civil")
        said = await form.say("06 12 34 56 78")

    assert (lines(said), known(form, SUBJECT, CONTACT)) == (["appointment_subject"], [None, "06 12 34 56 78"])


async def test_a_service_without_appointments_is_said(store: Store) -> None:
    """With its phone number, and the services that take some."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        (said,) = await form.begin("un rendez-vous avec le service sports et loisirs")

    assert said.say == "appointment_not_here+appointment_service_again"
    assert said.values["service"] == "Sports et loisirs"


async def test_who_is_stuck_is_offered_a_person(store: Store) -> None:
    """At the third answer that does not do."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin("rdv état civil pour un passeport")
        (said,) = await form.says("hier", "le 31 février", "dimanche")

    assert said.say == "appointment_closed+appointment_day_again+form_stuck"
    assert said.buttons[-1].key == "person_title"


async def test_left_and_taken_up_again(store: Store) -> None:
    """What was said before is still known; a new wish begins anew."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin("rdv état civil pour un passeport jeudi à 14h30")
        left = await form.say("laisse tomber", "cancel")
        resumed = await form.say("reprendre", "resume")
        kept = known(form, SUBJECT, DAY, TIME, "suspended_form")
        await form.say("annuler", "cancel")
        anew = await form.begin("rdv état civil")

    assert (lines(left), lines(resumed), lines(anew)) == (
        ["form_left"],
        ["appointment_contact"],
        ["appointment_subject"],
    )
    assert kept == ["un passeport", "2026-11-26", "14:30", None]
    assert known(form, SUBJECT, DAY, TIME) == [None, None, None]


async def test_taken_between_the_offer_and_the_yes(store: Store) -> None:
    """That is said, the form goes on with other times, and one case comes of it."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        await form.begin(WHOLE)
        await taken(store, THURSDAY_1430)
        (said,) = await form.say("oui", "affirm")
        (recap,) = await form.press(said.buttons[0])
        await form.say("oui", "affirm")
        cases = await form.cases()

    assert said.say == "appointment_just_taken+appointment_time_again"
    assert recap.say == "appointment_recap"
    assert [case.appointment_at for case in cases] == [datetime(2026, 11, 26, 8, tzinfo=timezone.utc)]


async def confirmed_twice(form: CitizenForm) -> tuple[Say, Say, list[Case]]:
    """The action runs again for the message that it has answered, as after a crash between commit and reply."""
    await form.begin(WHOLE)
    kept = dict(form.talk.slots)
    (first,) = await form.say("oui", "affirm", "confirmation")
    form.talk.slots = {**kept, "appointment_confirmed": True}
    (second,) = await form.talk.act(ActionAppointment(form.talk.services))
    return first, second, await form.cases()


async def test_one_message_books_once(store: Store) -> None:
    """The second run says what the first said."""
    async with filling(store, APPOINTMENT, TOWN) as form:
        first, second, cases = await confirmed_twice(form)

    assert first == second
    assert len(cases) == 1


async def test_a_town_without_appointments_says_so(store: Store) -> None:
    """No question is asked."""
    async with filling(store, APPOINTMENT, OFFICE) as form:
        said = await form.begin("je voudrais un rendez-vous")

    assert lines(said) == ["appointment_none"]
