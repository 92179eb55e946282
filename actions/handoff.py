"""A person takes over: a case is opened for a service, and its citizen hears what happens next."""

from __future__ import annotations

import json
from collections.abc import Callable

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.asking import WITHDRAW, asked, language
from actions.base import LOST, Events, GuichetAction, entity, message_key
from actions.forming import offer_to_resume
from actions.services import Services
from bot.cases import Case, CaseKind, CaseState, Cause, NewCase
from bot.desk.queue import due, presence, standing
from bot.errors import Missing
from bot.rasa_events import SUSPENDED_FORM
from bot.settings import GENERAL_SERVICE
from bot.text.contacts import Kind, mask, read_contact
from bot.text.moments_words import between, moment
from bot.wire import Say, WireButton

FORM = "handoff_form"
SUBJECT, SERVICE, CONTACT = "handoff_subject", "handoff_service", "handoff_contact"
CAUSE, URGENT, CHOICES, CASE = "handoff_cause", "handoff_urgent", "handoff_choices", "handoff_case"
GATHERED = (SUBJECT, SERVICE, CONTACT, CAUSE, URGENT, CHOICES, CASE)
HERE, REFUSED = "here", "no"
"""What stands for a contact: the answer is to come into this conversation; no case at all."""
EFFECT = "handoff"


class ActionHandoff(GuichetAction):
    """`action_handoff`: what follows the form, however it ended."""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_handoff"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Open the case that the form has gathered, or say why there is none to open."""
        subject, service = tracker.get_slot(SUBJECT), str(tracker.get_slot(SERVICE) or GENERAL_SERVICE)
        if tracker.get_slot(SUSPENDED_FORM) == FORM:
            # Left, and that was said.
            return []
        if known := tracker.get_slot(CASE):
            return [*forgotten(), *await still_waiting(services, say, tracker, int(known))]
        if not subject:
            return forgotten()
        if tracker.get_slot(CONTACT) == REFUSED:
            say(Say("handoff_refused", values=services.office.reach(service)))
            return forgotten()
        try:
            case = await opened(services, tracker, str(subject), service)
        except Missing:
            # `rasa shell` has no conversation of ours, and an erased one is gone.
            say(Say("reach"))
            return forgotten()
        await told(services, say, tracker, case)
        return [*forgotten(), SlotSet(LOST, None), *offer_to_resume(say, tracker)]


class ActionWithdraw(GuichetAction):
    """`action_withdraw`: the button « Quitter la file »."""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_withdraw"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Take the case out of the queue, if it is still there."""
        await withdraw(services, say, tracker, str(entity(tracker, "case") or ""))
        return []


async def withdraw(services: Services, say: Callable[[Say], None], tracker: Tracker, case_id: str) -> None:
    """Close a waiting case of this conversation at its citizen's wish.

    Raises:
        StoreError: it cannot be done now.
    """
    if not case_id.isdecimal():
        say(Say("withdraw_late"))
        return
    if await services.cases.withdraw(int(case_id), tracker.sender_id, services.clock()):
        case = await services.cases.get(int(case_id))
        say(Say("withdrawn", values={"number": case.number}, case=case.id))
        return
    own = [case for case in await services.cases.find(tracker.sender_id) if case.id == int(case_id)]
    # Rasa may run an action twice for a message: what it closed the first time is closed at the second.
    closed = bool(own) and own[0].state is CaseState.CLOSED and own[0].agent_id is None
    say(Say("withdrawn", values={"number": own[0].number}, case=own[0].id) if closed else Say("withdraw_late"))


async def opened(services: Services, tracker: Tracker, subject: str, service: str) -> Case:
    """The case of this message, opened if it is not yet.

    Raises:
        Missing: the conversation is not one of ours.
        StoreError: it cannot be opened now.
    """
    now = services.clock()
    contact = str(tracker.get_slot(CONTACT) or "")
    contact = "" if contact in {HERE, REFUSED} else contact
    there = await presence(services.agents, services.hours, service, now)
    callback = bool(contact) and not there.answers
    new = NewCase(
        conversation_id=tracker.sender_id,
        message_id=message_key(tracker.latest_message),
        effect=EFFECT,
        kind=CaseKind.QUESTION,
        service=service,
        cause=Cause(tracker.get_slot(CAUSE) or Cause.ASKED),
        subject=subject,
        contact=contact,
        callback=callback,
        urgent=bool(tracker.get_slot(URGENT)),
        due_at=due(CaseKind.QUESTION, callback, services.hours, services.office, service, now),
    )
    return (await services.cases.open(new, now)).case


async def told(services: Services, say: Callable[[Say], None], tracker: Tracker, case: Case) -> None:
    """Say that a case was opened, and what happens next.

    Raises:
        StoreError: nobody can say now.
    """
    values = _facts(services, case)
    if case.callback:
        read = read_contact(str(tracker.get_slot(CONTACT))).contact
        way = "handoff_callback_email" if read and read.kind is Kind.EMAIL else "handoff_callback_phone"
        values["contact"] = mask(read) if read else ""
        lines = ["handoff_opened", way, *_when(services, tracker, case, values)]
    else:
        lines = ["handoff_opened", *await _queue(services, tracker, case, values), "handoff_meanwhile"]
    say(Say("+".join(lines), values=values, buttons=leaving(case), case=case.id))


async def already(services: Services, conversation_id: str) -> Case | None:
    """The case that makes a second one needless: one that waits here, or for a call-back while nobody answers.

    Raises:
        StoreError: the cases cannot be read now.
    """
    for case in await services.cases.find(conversation_id):
        if case.kind is not CaseKind.QUESTION or case.state is CaseState.CLOSED:
            continue
        if case.callback and not case.has_contact:
            # A remark that was passed on: nobody waits for an answer to it.
            continue
        there = await presence(services.agents, services.hours, case.service, services.clock())
        if not case.callback or not there.answers:
            return case
    return None


async def still_waiting(services: Services, say: Callable[[Say], None], tracker: Tracker, case_id: int) -> Events:
    """Say where a case stands, and offer to leave the queue.

    Raises:
        Missing, StoreError: nobody can say now.
    """
    case = await services.cases.get(case_id)
    values = _facts(services, case)
    if case.state is not CaseState.WAITING:
        say(Say("handoff_with_agent", values={**values, "agent": case.agent_name or values["service"]}))
        return []
    if case.callback:
        lines = ["handoff_callback_waiting", *_when(services, tracker, case, values)]
    else:
        lines = ["handoff_waiting", *await _queue(services, tracker, case, values), "handoff_meanwhile"]
    say(Say("+".join(lines), values=values, buttons=leaving(case)))
    return []


async def offer_to_withdraw(services: Services, say: Callable[[Say], None], tracker: Tracker, case: Case) -> Events:
    """Ask whether a waiting case is to leave the queue."""
    say(Say("withdraw_offer", values=_facts(services, case), buttons=leaving(case)))
    return asked(tracker, WITHDRAW, case=case.id)


def leaving(case: Case) -> tuple[WireButton, ...]:
    """The button that takes a case out of the queue."""
    return (WireButton(f"/withdraw{json.dumps({'case': str(case.id)})}", key="withdraw_title"),)


def forgotten() -> Events:
    """What the form gathered is used, or is not wanted any more."""
    return [SlotSet(name, None) for name in GATHERED]


def _facts(services: Services, case: Case) -> dict[str, str]:
    return {"number": case.number, **services.office.reach(case.service)}


async def _queue(services: Services, tracker: Tracker, case: Case, values: dict[str, str]) -> list[str]:
    """The lines on place and wait; or when it opens, where nobody is there."""
    there = await presence(services.agents, services.hours, case.service, services.clock())
    if not there.answers:
        return [*(_when(services, tracker, case, values) or ["handoff_unstaffed"]), "handoff_here"]
    try:
        stands = await standing(services.cases, services.agents, services.hours, case.id, services.clock())
    except Missing:
        # An agent was faster.
        return ["handoff_taken"]
    values["place"] = str(stands.place)
    if stands.wait is None:
        return ["handoff_next" if stands.place == 1 else "handoff_place", "handoff_wait_unknown"]
    values["wait"] = between(stands.wait.low, stands.wait.high, language(tracker))
    return ["handoff_next_wait" if stands.place == 1 else "handoff_place_wait"]


def _when(services: Services, tracker: Tracker, case: Case, values: dict[str, str]) -> list[str]:
    """The line on the next opening, none where it is open or nobody knows."""
    now = services.clock()
    if services.hours.is_open(case.service, now):
        return []
    opens = services.hours.next_opening(case.service, now)
    if opens is None:
        return []
    values["moment"] = moment(opens, now, services.office.zone, language(tracker))
    return ["handoff_opens"]
