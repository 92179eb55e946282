"""What the form before a person takes over asks."""

from __future__ import annotations

from collections.abc import Callable

from rasa_sdk import Tracker

from actions.asking import language, last_question
from actions.base import Events, GuichetAction, entity, words
from actions.forming import since_heard, was_requested
from actions.handoff import CHOICES, CONTACT, FORM, HERE, REFUSED, SERVICE, SUBJECT
from actions.handoff_form import cut, inform
from actions.services import Services
from bot.desk.queue import presence
from bot.settings import GENERAL_SERVICE
from bot.text.contacts import WhyNot, read_contact
from bot.text.moments_words import moment
from bot.text.typography import typeset
from bot.wire import Say, WireButton

WRONG = {
    WhyNot.TOO_SHORT: "contact_short",
    WhyNot.TOO_LONG: "contact_long",
    WhyNot.INVALID: "contact_invalid",
    WhyNot.PREMIUM: "contact_premium",
}


class AskHandoffSubject(GuichetAction):
    """`action_ask_handoff_form_handoff_subject`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{SUBJECT}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """What it is about; the last question is offered once."""
        before = last_question(tracker)
        if before and was_requested(tracker) != SUBJECT:
            buttons = (
                WireButton(inform(SUBJECT, "last"), key="handoff_last_title"),
                WireButton(inform(SUBJECT, "other"), key="handoff_other_title"),
            )
            say(Say("handoff_about_last", values={"question": typeset(cut(before))}, buttons=buttons))
        else:
            named = services.office.services.get(str(tracker.get_slot(SERVICE)))
            if named and was_requested(tracker) != SUBJECT:
                say(Say("handoff_for+handoff_subject", values={"service": typeset(named.name)}))
            else:
                say(Say("handoff_subject"))
        return []


class AskHandoffService(GuichetAction):
    """`action_ask_handoff_form_handoff_service`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{SERVICE}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Which of the likeliest services, or none that the citizen knows of."""
        known = services.office.services
        codes = [code for code in tracker.get_slot(CHOICES) or () if code in known]
        offered = tuple(WireButton(inform(SERVICE, code), title=typeset(known[code].name)) for code in codes)
        unsure = WireButton(inform(SERVICE, GENERAL_SERVICE), key="handoff_unsure_title")
        say(Say("handoff_service", buttons=(*offered, unsure)))
        return []


class AskHandoffContact(GuichetAction):
    """`action_ask_handoff_form_handoff_contact`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{CONTACT}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Why nobody answers now, once, and where to answer; or what is wrong with what was given."""
        service = str(tracker.get_slot(SERVICE))
        buttons = (
            WireButton(inform(CONTACT, HERE), key="contact_here_title"),
            WireButton(inform(CONTACT, REFUSED), key="contact_no_title"),
        )
        changed = any(event.get("name") == SERVICE for event in since_heard(tracker) if event.get("event") == "slot")
        if was_requested(tracker) == CONTACT and not entity(tracker, CONTACT) and not changed:
            text = words(tracker.latest_message.get("text"))
            why = read_contact(text).why
            line = WRONG.get(why, "handoff_contact_again") if why else "handoff_contact_again"
            say(Say(line, buttons=buttons))
            return []
        values, now = services.office.reach(service), services.clock()
        there = await presence(services.agents, services.hours, service, now)
        line = "handoff_unstaffed" if there.is_open else "handoff_closed_long"
        if there.opens_at is not None:
            values["moment"] = moment(there.opens_at, now, services.office.zone, language(tracker))
            line = "handoff_closed"
        say(Say(f"{line}+handoff_contact", values=values, buttons=buttons))
        return []
