"""Danger inside a form: what was gathered so far becomes an urgent case, so that a person of the town sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rasa_sdk import Tracker

from actions.base import Events, GuichetAction, message_key
from actions.forms import appointment, street_issue
from actions.forms.street_issue_asks import gathered
from actions.handoff import FORM as HANDOFF_FORM
from actions.handoff import SERVICE as HANDOFF_SERVICE
from actions.handoff import SUBJECT as HANDOFF_SUBJECT
from actions.services import Services
from bot.cases import CaseKind, CaseState, Cause, NewCase
from bot.desk.queue import due
from bot.errors import Missing
from bot.rasa_events import SUSPENDED_FORM
from bot.settings import GENERAL_SERVICE
from bot.wire import Say

EFFECT = "danger"


class ActionAlarmed(GuichetAction):
    """`action_alarmed`: says nothing; the numbers were said before Rasa was asked."""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_alarmed"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Open one urgent case for the form that the alarm has left open, unless there is an open one already."""
        new = _case(services, tracker)
        if new is not None:
            known = await services.cases.find(tracker.sender_id)
            is_known = any(case.kind is new.kind and case.state is not CaseState.CLOSED for case in known)
            try:
                if not is_known:
                    opened = await services.cases.open(new, services.clock())
                    say(Say("", case=opened.case.id))
                    return []
            except Missing:
                # The citizen has erased everything meanwhile.
                pass
        say(Say(""))
        return []


def _case(services: Services, tracker: Tracker) -> NewCase | None:
    """The urgent case of the form that was left open, None if none was."""
    form = tracker.get_slot(SUSPENDED_FORM)
    if form == street_issue.FORM:
        new = gathered(services, tracker, Cause.DANGER)
    elif form == appointment.FORM:
        service = str(tracker.get_slot(appointment.SERVICE) or GENERAL_SERVICE)
        new = _plain(services, tracker, CaseKind.APPOINTMENT, service, tracker.get_slot(appointment.SUBJECT))
    elif form == HANDOFF_FORM:
        service = str(tracker.get_slot(HANDOFF_SERVICE) or GENERAL_SERVICE)
        new = _plain(services, tracker, CaseKind.QUESTION, service, tracker.get_slot(HANDOFF_SUBJECT))
    else:
        return None
    said = _alarm(tracker) or new.subject
    return replace(new, effect=EFFECT, urgent=True, subject=said, details={**new.details, "alarm": said})


def _plain(services: Services, tracker: Tracker, kind: CaseKind, service: str, subject: object) -> NewCase:
    now = services.clock()
    return NewCase(
        conversation_id=tracker.sender_id,
        message_id=message_key(tracker.latest_message),
        effect=EFFECT,
        kind=kind,
        service=service,
        cause=Cause.DANGER,
        subject=str(subject or ""),
        details={"subject": str(subject)} if subject else {},
        due_at=due(CaseKind.QUESTION, False, services.hours, services.office, service, now),
    )


def _alarm(tracker: Tracker) -> str:
    """The words that were answered as danger: what was said last, before the gateway told of it."""
    for event in reversed(tracker.events):
        text = str(event.get("text") or "")
        if event.get("event") == "user" and text and not text.startswith("/"):
            return text
    return ""
