"""A person takes over: what is asked, which case is opened, and what its citizen hears."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from actions.answer import ActionAnswer
from actions.feedback import ActionAffirm, ActionDeny
from actions.forming import ActionResume
from actions.handoff import FORM, ActionHandoff, ActionWithdraw
from actions.returned import ActionRateContact, ActionReturned
from bot.cases import CaseKind, CaseState, Cause
from bot.errors import StoreError
from bot.messages import Address, AnswerStatus
from bot.store.sql import Store
from bot.text import wording
from bot.wire import Say
from tests.actions.form_talk import FormTalk, forming, staffed
from tests.actions.talk import OFFICE, Talk
from tests.knowledge import small

pytestmark = pytest.mark.rasa

EVENING = small.NOON + timedelta(hours=7)
"""20 h: closed since 17 h."""


def lines(said: list[Say]) -> list[str]:
    return [line.say for line in said]


async def test_it_is_asked_what_it_is_about(store: Store) -> None:
    """A mere wish for a person; the answer, whatever it is, becomes the case's subject."""
    await staffed(store)
    async with forming(store) as form:
        asked = await form.begin("je veux parler à quelqu'un")
        (said,) = await form.say("comment avoir un passeport ?")
        (case,) = await form.cases()

    assert lines(asked) == ["handoff_subject"]
    assert said.say == "handoff_opened+handoff_next+handoff_meanwhile"
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

    assert lines(said) == ["handoff_opened+handoff_next+handoff_meanwhile"]
    assert case.service == "etat_civil"


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
    async with forming(store, EVENING) as form:
        (asked,) = await form.begin("parler à quelqu'un pour un passeport")
        (said,) = await form.say("mon numéro c'est le 06 12 34 56 78")
        (case,) = await form.cases()
        contact = await store.cases.reveal(case.id, 0, EVENING)

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


@pytest.mark.parametrize("words", ["laisse tomber", "non laisse tomber", "annule"])
async def test_left_and_taken_up_again(store: Store, words: str) -> None:
    """What was said stays; « reprendre » goes on where it was."""
    async with forming(store) as form:
        await form.begin("parler à quelqu'un pour un passeport")
        said = await form.say(words, "cancel")
        left = form.talk.slots["suspended_form"]
        await form.talk.hear(ActionResume(form.talk.services), "reprendre", "resume")
        followed = form.talk.followed
        asked = await form.begin("reprendre", "resume")
        await form.say("jean@orange.fr")
        (case,) = await form.cases()

    assert (lines(said), left, followed) == (["handoff_left"], FORM, FORM)
    assert lines(asked) == ["handoff_unstaffed+handoff_contact"]
    assert (case.subject, form.talk.slots["suspended_form"]) == ("parler à quelqu'un pour un passeport", None)


async def test_a_new_wish_after_leaving_begins_anew(store: Store) -> None:
    """What was left is forgotten by somebody who asks for a person again."""
    async with forming(store) as form:
        await form.begin("parler à quelqu'un pour un passeport")
        await form.say("laisse tomber", "cancel")
        asked = await form.begin("un humain")

    assert lines(asked) == ["handoff_subject"]


async def test_a_long_subject_that_sounds_like_leaving_is_a_subject(store: Store) -> None:
    """« Je veux annuler l'inscription … » is what it is about."""
    await staffed(store)
    async with forming(store) as form:
        await form.begin("un humain")
        await form.say("je veux annuler l'inscription de ma fille à la cantine depuis lundi", "cancel")
        (case,) = await form.cases()

    assert case.subject.startswith("je veux annuler")


async def test_danger_as_the_subject(store: Store) -> None:
    """What only the model takes for danger gets the numbers first, and an urgent case."""
    await staffed(store)
    async with forming(store) as form:
        await form.begin("un humain")
        said = await form.say("une odeur bizarre dans la cage d'escalier", "emergency")
        (case,) = await form.cases()

    assert lines(said)[0] == "emergency"
    assert case.urgent


async def test_one_case_for_a_message_that_rasa_runs_twice(store: Store) -> None:
    """A kill between the action and the reply makes Rasa run it again: the same case, the same words."""
    await staffed(store)
    async with forming(store) as form:
        talk = form.talk
        talk.listen("un humain pour mon passeport", "ask_human")
        talk.slots = {"handoff_subject": "mon passeport", "handoff_service": "etat_civil"}
        slots, events, said = dict(talk.slots), list(talk.events), []
        for _ in range(2):
            talk.slots, talk.events = dict(slots), list(events)
            said += await talk.act(ActionHandoff(talk.services))
        (case,) = await form.cases()

    assert said[0] == said[1]
    assert said[0].case == case.id


async def test_who_waits_already_is_told_where_they_stand(store: Store) -> None:
    """A second wish opens no second case."""
    await staffed(store)
    async with forming(store) as form:
        await form.begin("parler à quelqu'un pour un passeport")
        (said,) = await form.begin("je veux un humain")
        (case,) = await form.cases()

    assert said.say == "handoff_waiting+handoff_next+handoff_meanwhile"
    assert said.values["number"] == case.number


async def test_place_and_wait_are_said(store: Store) -> None:
    """The wait of others, in words, once three of them tell."""
    agent = await staffed(store)
    before = small.NOON - timedelta(hours=1)
    for number in range(3):
        async with forming(store, before) as form:
            form.talk.sender_id = (await store.conversations.open(Address("web", f"before{number}"), "fr", before)).id
            form.talk.slots = {"handoff_subject": "passeport", "handoff_service": "etat_civil"}
            form.talk.listen("un humain", "ask_human")
            (said,) = await form.talk.act(ActionHandoff(form.talk.services))
        await store.cases.take(said.case, agent, before + timedelta(minutes=20))
    await store.agents.seen([agent], small.NOON)
    async with forming(store) as form:
        (said,) = await form.begin("parler à quelqu'un pour un passeport")

    assert said.say == "handoff_opened+handoff_next_wait+handoff_meanwhile"
    assert said.values["wait"] == "environ 20 minutes"


async def test_a_call_back_does_not_keep_anybody_from_the_chat(store: Store) -> None:
    """Asked at night, and again in the morning with somebody there: the second one is a chat."""
    async with forming(store, EVENING) as form:
        await form.begin("parler à quelqu'un pour un passeport")
        await form.say("jean@orange.fr")
        (again,) = await form.begin("un humain")
    morning = EVENING + timedelta(hours=14)
    await staffed(store, morning)
    async with forming(store, morning) as form:
        await form.begin("parler à quelqu'un pour la piscine")
        cases = await form.cases()

    assert again.say == "handoff_callback_waiting+handoff_opens"
    assert [(case.service, case.callback) for case in cases] == [("sports", False), ("etat_civil", True)]


async def test_the_queue_is_left_by_its_button(store: Store) -> None:
    """The case is closed; pressed twice it says the same; another's case is not."""
    await staffed(store)
    async with forming(store) as form:
        (said,) = await form.begin("parler à quelqu'un pour un passeport")
        own = json.loads(said.buttons[0].payload.removeprefix("/withdraw"))["case"]
        withdraw = ActionWithdraw(form.talk.services)
        left = [await form.talk.run(withdraw, "/withdraw", "withdraw", "w", case=own) for _ in range(2)]
        late = await form.talk.run(withdraw, "/withdraw", "withdraw", "x", case="99")
        (case,) = await form.cases()

    assert [line.say for line in left] == ["withdrawn", "withdrawn"]
    assert (late.say, case.state) == ("withdraw_late", CaseState.CLOSED)


@pytest.mark.parametrize("cause", ["lost", "rated", "' OR 1=1"])
async def test_the_button_of_an_offer_knows_the_question(store: Store, cause: str) -> None:
    """« Parler à une personne » under an answer that did not help: nothing is asked again."""
    await staffed(store)
    async with forming(store) as form:
        await form.talk.hear(ActionAnswer(form.talk.services), "horaires de la piscine", "ask_question")
        await form.begin("/handoff", "handoff", cause=cause)
        (case,) = await form.cases()

    assert case.subject == "horaires de la piscine"
    assert case.cause is {"lost": Cause.LOST, "rated": Cause.RATED}.get(cause, Cause.ASKED)


async def test_without_a_conversation_the_phone_is_said(store: Store) -> None:
    """`rasa shell` has none of ours: no case, and no error."""
    await staffed(store)
    async with forming(store) as form:
        form.talk.sender_id = "0" * 32
        said = await form.begin("parler à quelqu'un pour un passeport")

    assert lines(said) == ["reach"]


async def test_a_broken_store_closes_the_form(store: Store) -> None:
    """One honest line, and no form that nobody can leave."""

    async def broken() -> object:
        raise StoreError("away")

    talk = Talk(broken)  # type: ignore[arg-type]
    said = await FormTalk(talk, store).begin("un humain")

    assert [line.status for line in said] == [AnswerStatus.UNAVAILABLE, AnswerStatus.UNAVAILABLE]
    assert talk.slots["requested_slot"] is None


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
