"""What follows the appointment form: the appointment is booked, or one is cancelled."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, time

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet

from actions.asking import language
from actions.base import Events, GuichetAction, message_key
from actions.forming import offer_to_resume
from actions.forms.appointment import (
    CANCELLED,
    CONFIRMED,
    CONTACT,
    DAY,
    FORM,
    NONE,
    SERVICE,
    SUBJECT,
    TIME,
    ValidateAppointmentForm,
)
from actions.forms.appointment_asks import recap
from actions.forms.form import FAILED, PROBLEM, problem
from actions.forms.wishes import OFFERED
from actions.services import Services
from bot.cases import CaseKind, CaseState, Cause, NewCase
from bot.desk.appointments import Appointments
from bot.desk.queue import due
from bot.errors import Missing, SlotTaken
from bot.rasa_events import SUSPENDED_FORM
from bot.text import moments_words
from bot.wire import Say, WireButton

EFFECT = "appointment"


class ActionAppointment(GuichetAction):
    """`action_appointment`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_appointment"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Book what the form has gathered."""
        if tracker.get_slot(SUSPENDED_FORM) == FORM:
            # Left, and that was said.
            return []
        if tracker.get_slot(CANCELLED):
            await offer_to_cancel(services, say, tracker)
            return forgotten()
        if not services.office.appointments.services:
            say(Say("appointment_none"))
            return forgotten()
        if not tracker.get_slot(CONFIRMED):
            return forgotten()
        service = str(tracker.get_slot(SERVICE))
        day, at = date.fromisoformat(str(tracker.get_slot(DAY))), time.fromisoformat(str(tracker.get_slot(TIME)))
        book = Appointments(services.office, services.hours, services.bookings)
        now, begins = services.clock(), book.moment(day, at)
        new = NewCase(
            conversation_id=tracker.sender_id,
            message_id=message_key(tracker.latest_message),
            effect=EFFECT,
            kind=CaseKind.APPOINTMENT,
            service=service,
            cause=Cause.FORM,
            subject=str(tracker.get_slot(SUBJECT)),
            details={
                "subject": str(tracker.get_slot(SUBJECT)),
                "moment": moments_words.in_full(begins, now, services.office.zone),
            },
            contact="" if tracker.get_slot(CONTACT) == NONE else str(tracker.get_slot(CONTACT)),
            due_at=due(CaseKind.APPOINTMENT, False, services.hours, services.office, service, now),
        )
        try:
            opened = await services.cases.open(new, now, book.slot(begins))
        except SlotTaken:
            # Somebody else was faster; the form goes on with other times.
            taken = problem("appointment_just_taken")
            cleared = {TIME: None, CONFIRMED: None, OFFERED: None, PROBLEM: taken, SUSPENDED_FORM: FORM}
            return [*(SlotSet(name, value) for name, value in cleared.items()), FollowupAction(FORM)]
        except Missing:
            # `rasa shell` has no conversation of ours, and an erased one is gone.
            say(Say("reach"))
            return forgotten()
        values = {**recap(services, tracker), "number": opened.case.number}
        say(Say("appointment_booked", values=values, case=opened.case.id))
        return [*forgotten(), *offer_to_resume(say, tracker)]


async def offer_to_cancel(services: Services, say: Callable[[Say], None], tracker: Tracker) -> None:
    """The appointments of this conversation that are to come, each with the way to cancel it.

    One that an agent has taken, or was done with, is still to come.

    Raises:
        StoreError: they cannot be read.
    """
    now, zone = services.clock(), services.office.zone
    booked = [
        case
        for case in await services.cases.find(tracker.sender_id)
        if case.appointment_at is not None and case.appointment_at > now
    ]
    if not booked:
        say(Say("appointment_none_booked"))
    for case in booked:
        assert case.appointment_at is not None
        values = {
            **services.office.reach(case.service),
            "number": case.number,
            "moment": moments_words.in_full(case.appointment_at, now, zone, language(tracker)),
        }
        if case.state is CaseState.WAITING:
            cancel = WireButton(f"/withdraw{json.dumps({'case': str(case.id)})}", key="appointment_cancel_title")
            say(Say("appointment_cancel", values=values, buttons=(cancel,)))
        else:
            say(Say("appointment_cancel_late", values=values))


def forgotten() -> Events:
    """What the form gathered is used, or is not wanted any more."""
    return [SlotSet(name, None) for name in (*ValidateAppointmentForm.gathered, FAILED, PROBLEM)]
