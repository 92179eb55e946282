"""What is said to whoever complains, insults, did not follow, asks for hours, for a request, another language or their data."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import msgspec
import pytest

from actions.acts import (
    ActionCancel,
    ActionComplaint,
    ActionLanguage,
    ActionPrivacy,
    ActionRepeat,
    ActionStatusOfRequest,
    named_language,
    shorter,
)
from actions.asking import ASKED, PERSON
from actions.opening import ActionOpeningHours
from bot.cases import Case, CaseKind, Cause, NewCase
from bot.messages import Address
from bot.rasa_events import SUSPENDED_FORM
from bot.store.sql import Store
from bot.text.references import read_number
from bot.wire import WireButton
from tests.actions.form_talk import forming, staffed
from tests.actions.talk import OFFICE, Talk, talking
from tests.knowledge import small

pytestmark = pytest.mark.rasa

CHRISTMAS_EVE = datetime(2026, 12, 24, 12, tzinfo=timezone.utc)
"""A Thursday, 13 h by the small town's clock."""
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


async def of_somebody_else(store: Store) -> Case:
    conversation = await store.conversations.open(Address("web", "another"), "fr", small.NOON)
    new = NewCase(conversation.id, "m1", "handoff", CaseKind.QUESTION, "etat_civil", Cause.ASKED, "un secret")
    return (await store.cases.open(new, small.NOON)).case


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("vos services sont vraiment décevants", "complaint"),
        ("c'est honteux d'attendre trois mois", "complaint"),
        ("espèce de connard", "insult"),
        ("you idiots", "insult"),
        ("je suis convaincu que ça ne marche pas", "complaint"),
    ],
)
async def test_whoever_is_angry_is_offered_a_person(talk: Talk, text: str, line: str) -> None:
    """Calmly, insulted or not; a yes then leads to one."""
    said = await talk.run(ActionComplaint(talk.services), text, "complaint", "m1")

    assert said.say == line
    assert said.buttons[0].payload.startswith("/handoff")
    assert said.buttons[1].payload == "/deny"
    assert talk.slots[ASKED]["what"] == PERSON


@pytest.mark.parametrize(("text", "line"), [("trop long votre truc", "complaint_noted"), ("connard", "insult_noted")])
async def test_anger_in_a_form_is_noted_and_the_form_goes_on(talk: Talk, text: str, line: str) -> None:
    """Nothing is offered beside the question that is asked again."""
    talk.open("appointment_form")
    said = await talk.run(ActionComplaint(talk.services), text, "complaint", "m1")

    assert (said.say, said.buttons) == (line, ())


async def test_the_state_of_ones_own_request(store: Store) -> None:
    """By its number or without; its place while it waits, its end once it is closed."""
    agent = await staffed(store)
    async with forming(store) as form:
        await form.begin("je veux un humain pour mon passeport perdu")
        (case,) = await form.cases()
        action = ActionStatusOfRequest(form.talk.services)
        waiting = await form.talk.run(action, "où en est ma demande ?", "ask_status_of_request", "m8")
        await store.cases.take(case.id, agent, small.NOON)
        taken = await form.talk.run(action, f"et {case.number.lower()} ?", "ask_status_of_request", "m9")
        await store.cases.close(case.id, agent, small.NOON)
        closed = await form.talk.run(action, "des nouvelles ?", "ask_status_of_request", "m10")

    assert waiting.say == "status_question+status_waiting+handoff_place+handoff_wait_unknown"
    assert (waiting.values["number"], waiting.values["place"]) == (case.number, "1")
    assert (taken.say, taken.values["agent"]) == ("status_question+status_taken", "Claire M.")
    assert closed.say == "status_question+status_closed"


async def test_somebody_elses_request_is_unknown(store: Store) -> None:
    """A number that was overheard tells nothing."""
    case = await of_somebody_else(store)
    async with talking(store) as talk:
        action = ActionStatusOfRequest(talk.services)
        said = await talk.run(action, f"où en est {case.number} ?", "ask_status_of_request", "m1")
        none = await talk.run(action, "où en est ma demande ?", "ask_status_of_request", "m2")

    assert (said.say, said.values) == ("status_unknown", {"number": case.number})
    assert none.say == "status_none"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("D-7K3M-92QX", "D-7K3M-92QX"),
        ("d7k3m92qx svp", "D-7K3M-92QX"),
        ("mon numéro : d 7k3m 92qx.", "D-7K3M-92QX"),
        ("j'attends d'accorder mes violons", ""),
        ("", ""),
    ],
)
def test_a_number_is_read_however_it_is_typed(text: str, number: str) -> None:
    """A word of eight letters is none."""
    assert read_number(text) == number


async def test_the_last_answer_is_said_again(talk: Talk) -> None:
    """With its buttons and its source, so that it can still be rated, and counted once; first of all, a welcome."""
    action = ActionRepeat(talk.services)
    first = await talk.run(action, "pardon ?", "repeat_or_rephrase", "m0")
    answered = await talk.ask("horaires de la piscine")
    again = await talk.run(action, "j'ai pas compris", "repeat_or_rephrase", "m9")

    assert first.say == "greet"
    (source,) = answered.sources
    assert (again.say, again.buttons) == ("repeat+answer+helped", answered.buttons)
    assert (source.article, again.sources) == ("piscine", (msgspec.structs.replace(source, article=""),))
    assert again.values["passage"] in answered.values["passage"]


def test_what_is_said_again_is_shorter() -> None:
    """Whole sentences, never nothing, never much more than it may be."""
    long = "Une phrase qui dit une chose utile. " * 30

    assert shorter("Court.") == "Court."
    assert len(shorter(long)) <= 300
    assert shorter(long).endswith("utile.")
    assert shorter("x" * 900).endswith("…")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("do you speak english?", "language"),
        ("parlez français", "language"),
        ("¿hablas español?", "language_es+language"),
        ("Sprechen Sie Deutsch?", "language_de+language"),
        ("هل تتكلم العربية", "language_ar+language"),
        ("klingon ?", "language"),
    ],
)
async def test_another_language_is_answered_in_it_where_there_is_a_line(talk: Talk, text: str, line: str) -> None:
    """And how to change it is said in any case."""
    said = await talk.run(ActionLanguage(talk.services), text, "language_switch", "m1")

    assert said.say == line
    assert said.buttons == (WireButton('/speak{"language": "en"}', title="Continue in English"),)


def test_the_language_that_is_wanted_comes_before_the_one_that_is_spoken() -> None:
    """« I don't speak French, español? »"""
    assert named_language("I don't speak French, español?") == "es"


async def test_what_is_kept_is_told(talk: Talk) -> None:
    """With the time that `office.yml` sets."""
    said = await talk.run(ActionPrivacy(talk.services), "que faites-vous de mes données ?", "privacy_request", "m1")

    assert (said.say, said.values["case_days"]) == ("privacy", str(OFFICE.retention.cases))


async def test_nothing_to_cancel(talk: Talk) -> None:
    """A form that was left is forgotten; where there is none that is said."""
    action = ActionCancel(talk.services)
    nothing = await talk.run(action, "annule", "cancel", "m1")
    talk.slots[SUSPENDED_FORM] = "appointment_form"
    dropped = await talk.run(action, "annule", "cancel", "m2")

    assert (nothing.say, dropped.say) == ("cancel_nothing", "dropped")
    assert talk.slots[SUSPENDED_FORM] is None


async def test_a_place_in_the_queue_is_not_given_up_by_a_word(store: Store) -> None:
    """It is asked first."""
    await staffed(store)
    async with forming(store) as form:
        await form.begin("je veux un humain pour mon passeport perdu")
        said = await form.talk.run(ActionCancel(form.talk.services), "laissez tomber", "cancel", "m9")
        (case,) = await form.cases()

    assert case.closed_at is None
    assert any(button.payload.startswith("/withdraw") for button in said.buttons)


@pytest.mark.parametrize(
    ("at", "text", "lines"),
    [
        (small.NOON, "vous êtes ouverts ?", "hours_open+hours_week"),
        (SUNDAY, "vous êtes ouverts ?", "hours_closed+hours_week"),
        (small.NOON, "ouvert samedi ?", "hours_day_closed+hours_week"),
        (small.NOON, "l'état civil est ouvert jeudi ?", "hours_day+hours_week"),
        (CHRISTMAS_EVE, "c'est ouvert demain ?", "hours_day_why+hours_week"),
        (CHRISTMAS_EVE, "les horaires de la mairie", "hours_open+hours_week+hours_closures"),
    ],
)
async def test_hours_now_and_on_a_day(store: Store, at: datetime, text: str, lines: str) -> None:
    """Of the town hall or of a service; a public holiday within a week is named."""
    async with talking(store, clock=lambda: at) as talk:
        said = await talk.run(ActionOpeningHours(talk.services), text, "ask_opening_hours", "m1")

    assert said.say == lines


async def test_when_it_closes_and_when_it_opens(store: Store) -> None:
    """In words, by the town's clock."""
    async with talking(store, clock=lambda: small.NOON) as talk:
        open_now = await talk.run(ActionOpeningHours(talk.services), "ouvert ?", "ask_opening_hours", "m1")
    async with talking(store, clock=lambda: small.NOON - timedelta(days=1)) as talk:
        closed = await talk.run(ActionOpeningHours(talk.services), "ouvert ?", "ask_opening_hours", "m2")

    assert open_now.values["moment"] == "17 h"
    assert closed.values["moment"] == "demain lundi à 9 h"
