"""A person is asked for: what is asked back, and which case is opened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.answer import ActionAnswer
from bot.cases import CaseKind, Cause
from bot.store.sql import Store
from bot.text import wording
from bot.wire import Say
from tests.actions.form_talk import EVENING, FormTalk, forming, lines, staffed
from tests.actions.talk import OFFICE
from tests.knowledge import small

pytestmark = pytest.mark.rasa


async def test_it_is_asked_what_it_is_about(store: Store) -> None:
    """A mere wish for a person; the answer, whatever it is, becomes the case's subject."""
    await staffed(store)
    async with forming(store) as form:
        asked = await form.begin("je veux parler à quelqu'un")
        (said,) = await form.say("comment avoir un passeport ?")
        (case,) = await form.cases()

    assert lines(asked) == ["handoff_subject"]
    assert said.say == "handoff_opened+handoff_next+handoff_wait_unknown+handoff_meanwhile"
    assert (said.case, said.values["number"], said.values["service"]) == (case.id, case.number, "État civil")
    assert (case.subject, case.service) == ("comment avoir un passeport ?", "etat_civil")
    assert (case.kind, case.cause, case.callback, case.urgent) == (CaseKind.QUESTION, Cause.ASKED, False, False)
    assert case.due_at == small.NOON + timedelta(minutes=OFFICE.desk.chat_due_minutes)


async def test_a_wish_that_tells_its_matter_is_not_asked_again(store: Store) -> None:
    """« Parler à quelqu'un pour mon passeport » opens the case at once."""
    await staffed(store)
    async with forming(store) as form:
        said = await form.begin("je veux parler à quelqu'un pour mon passeport")
        (case,) = await form.cases()

    assert lines(said) == ["handoff_opened+handoff_next+handoff_wait_unknown+handoff_meanwhile"]
    assert case.service == "etat_civil"


@pytest.mark.parametrize("repeated", [False, True])
async def test_a_service_that_is_named_keeps_the_case(store: Store, repeated: bool) -> None:
    """« Quelqu'un de l'état civil » has said whom, and is asked what about; any matter goes there."""
    await staffed(store)
    async with forming(store) as form:
        asked = await form.begin("je voudrais parler à quelqu'un de l'état civil")
        if repeated:
            await form.say("je veux parler à quelqu'un", "ask_human")
        else:
            await form.say("les horaires de la piscine")
        (case,) = await form.cases()

    assert [(one.say, one.values) for one in asked] == [("handoff_for+handoff_subject", {"service": "État civil"})]
    assert case.service == "etat_civil"
    assert case.subject == ("je veux parler à quelqu'un" if repeated else "les horaires de la piscine")


@pytest.mark.parametrize("answer", ["button", "oui"])
async def test_the_last_question_may_be_it(store: Store, answer: str) -> None:
    """It is quoted, and taken with a button or a yes; nothing has to be said twice."""
    await staffed(store)
    async with forming(store) as form:
        await form.talk.hear(ActionAnswer(form.talk.services), "horaires de la piscine", "ask_question")
        (asked,) = await form.begin("un humain svp")
        await (form.press(asked.buttons[0]) if answer == "button" else form.say("oui", "affirm"))
        (case,) = await form.cases()

    assert (asked.say, asked.values) == ("handoff_about_last", {"question": "horaires de la piscine"})
    assert (case.subject, case.service) == ("horaires de la piscine", "sports")


async def test_or_something_else(store: Store) -> None:
    """« Autre chose » asks the open question; what comes then is the subject."""
    await staffed(store)
    async with forming(store) as form:
        await form.talk.hear(ActionAnswer(form.talk.services), "horaires de la piscine", "ask_question")
        (asked,) = await form.begin("un humain svp")
        other = await form.press(asked.buttons[1])
        await form.say("mon passeport est perdu")
        (case,) = await form.cases()

    assert lines(other) == ["handoff_subject"]
    assert (case.subject, case.service) == ("mon passeport est perdu", "etat_civil")


async def test_who_only_repeats_the_wish_gets_a_person(store: Store) -> None:
    """« Un humain » to the question what it is about goes to the general service."""
    await staffed(store)
    async with forming(store) as form:
        await form.begin("je veux un humain")
        await form.say("un humain", "ask_human")
        (case,) = await form.cases()

    assert (case.service, case.subject) == ("accueil_general", "un humain")


async def unsure(form: FormTalk) -> Say:
    """The question for the service, where several are as likely."""
    await form.begin("je veux un humain")
    (asked,) = await form.say("une inscription et un passeport et la piscine")
    return asked


async def test_unsure_the_services_are_offered(store: Store) -> None:
    """At most three, and « je ne sais pas »."""
    await staffed(store)
    async with forming(store) as form:
        asked = await unsure(form)
        await form.press(asked.buttons[1])
        (case,) = await form.cases()

    assert asked.say == "handoff_service"
    assert asked.buttons[-1].key == "handoff_unsure_title"
    assert 2 <= len(asked.buttons) <= 4
    assert OFFICE.services[case.service].name == asked.buttons[1].title


@pytest.mark.parametrize(
    ("typed", "intent", "service"),
    [
        ("je ne sais pas", "nlu_fallback", "accueil_general"),
        ("non", "deny", "accueil_general"),
        ("l'état civil", "ask_question", "etat_civil"),
        ("c'est pour la piscine", "ask_question", "sports"),
    ],
)
async def test_a_service_may_be_typed(store: Store, typed: str, intent: str, service: str) -> None:
    """By its name, by what it does, or not known."""
    await staffed(store)
    async with forming(store) as form:
        await unsure(form)
        await form.say(typed, intent)
        (case,) = await form.cases()

    assert case.service == service


async def test_a_question_for_the_service_is_answered_by_others(store: Store) -> None:
    """The form leaves it to the rules, then asks the same again."""
    await staffed(store)
    async with forming(store) as form:
        asked = await unsure(form)
        left = await form.say("la piscine est ouverte quand ?")
        again = await form.again()

    assert (left, again) == ([], [asked])


async def test_closed_the_next_opening_is_said_and_a_contact_asked(store: Store) -> None:
    """« Il ouvre demain mardi à 9 h »; a number makes a call-back, shown masked."""
    agent = await staffed(store, small.NOON - timedelta(hours=3))
    async with forming(store, EVENING) as form:
        (asked,) = await form.begin("parler à quelqu'un pour un passeport")
        (said,) = await form.say("mon numéro c'est le 06 12 34 56 78")
        (case,) = await form.cases()
        contact = await store.cases.reveal(case.id, agent, EVENING)

    assert (asked.say, asked.values["moment"]) == ("handoff_closed+handoff_contact", "demain mardi à 9 h")
    assert said.say == "handoff_opened+handoff_callback_phone+handoff_opens"
    assert said.values["contact"] == "06 ·· ·· ·· 78"
    assert (case.callback, contact) == (True, "+33612345678")


async def test_open_but_nobody_there(store: Store) -> None:
    """In opening hours without an agent that is said, and an address taken."""
    async with forming(store) as form:
        (asked,) = await form.begin("parler à quelqu'un pour un passeport")
        (said,) = await form.say("jean@orange.fr")
        (case,) = await form.cases()

    assert asked.say == "handoff_unstaffed+handoff_contact"
    assert said.say == "handoff_opened+handoff_callback_email"
    assert (case.callback, case.has_contact) == (True, True)


@pytest.mark.parametrize(
    ("typed", "line"),
    [("06 12 34", "contact_short"), ("06 12 34 56 78 90", "contact_long"), ("a@b", "contact_invalid")],
)
async def test_a_contact_that_is_none_is_asked_again(store: Store, typed: str, line: str) -> None:
    """What is wrong with it is said; no case is opened."""
    async with forming(store) as form:
        await form.begin("parler à quelqu'un pour un passeport")
        said = await form.say(typed)

        assert lines(said) == [line]
        assert await form.cases() == []


async def test_no_contact_no_case(store: Store) -> None:
    """« Non » is told phone, counter and hours, and nothing is passed on."""
    async with forming(store) as form:
        await form.begin("parler à quelqu'un pour un passeport")
        said = await form.say("non", "deny")

        assert said == [Say("handoff_refused", values=OFFICE.reach("etat_civil"))]
        assert await form.cases() == []


async def test_the_answer_may_come_here(store: Store) -> None:
    """« Répondez-moi ici » opens a case that waits in this conversation, without a contact."""
    async with forming(store, EVENING) as form:
        (asked,) = await form.begin("parler à quelqu'un pour un passeport")
        (said,) = await form.press(asked.buttons[0])
        (case,) = await form.cases()

    assert said.say == "handoff_opened+handoff_opens+handoff_here+handoff_meanwhile"
    assert (case.callback, case.has_contact) == (False, False)


async def test_another_service_may_be_named_before_the_contact(store: Store) -> None:
    """« Plutôt les écoles » corrects the service, and what is said of its hours is said anew."""
    async with forming(store, EVENING) as form:
        await form.begin("parler à quelqu'un pour un passeport")
        (asked,) = await form.say("plutôt le service sports et loisirs")
        await form.say("jean@orange.fr")
        (case,) = await form.cases()

    assert (asked.say, asked.values["service"]) == ("handoff_closed+handoff_contact", "Sports et loisirs")
    assert case.service == "sports"


async def test_a_question_instead_of_a_contact(store: Store) -> None:
    """It is answered by the rules; then the contact is asked again, shorter."""
    async with forming(store) as form:
        await form.begin("parler à quelqu'un pour un passeport")
        left = await form.say("combien coûte un passeport ?")
        again = await form.again()

    assert (left, lines(again)) == ([], ["handoff_contact_again"])


async def test_every_line_can_be_said(store: Store) -> None:
    """In both languages, with the values that the action gives."""
    catalogue = wording.load(OFFICE)
    said: list[Say] = []
    async with forming(store, EVENING) as form:
        said += await form.begin("un humain")
        said += await form.say("un passeport")
        said += await form.say("06 12")
        said += await form.say("jean@orange.fr")
        said += await form.begin("un humain")
    await staffed(store)
    async with forming(store) as form:
        said += await form.begin("parler à quelqu'un pour la piscine")
        said += await form.begin("un humain")
    for line in said:
        for key in line.say.split("+"):
            for language in catalogue.languages:
                assert "{" not in catalogue.say(key, language, **line.values)
        for button in line.buttons:
            assert button.title or catalogue.say(button.key)
