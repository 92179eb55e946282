"""The form before a person takes over: what it is about, which service, and where to answer when nobody is there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.asking import PERSON, last_question, pending
from actions.base import REQUESTED, Events, GuichetAction, entity, words
from actions.forming import begins, interrupted, is_question, left, plain
from actions.handoff import (
    CASE,
    CAUSE,
    CHOICES,
    CONTACT,
    FORM,
    GATHERED,
    HERE,
    REFUSED,
    SERVICE,
    SUBJECT,
    URGENT,
    already,
)
from actions.services import Services
from bot.cases import MAX_SUBJECT_CHARS, Cause
from bot.desk import routing
from bot.desk.queue import presence
from bot.desk.routing import Routed
from bot.knowledge import choice
from bot.rasa_events import SUSPENDED_FORM
from bot.settings import GENERAL_SERVICE
from bot.text.contacts import read_contact
from bot.wire import Say, WireButton

NO_SUBJECT = frozenset(
    {
        *("greet", "goodbye", "thank", "bot_identity", "repeat_or_rephrase", "language_switch", "privacy_request"),
        "resume",
    }
)
"""What is answered and then asked again, also where any words would do."""
ALARMS = {"emergency": "emergency", "self_harm_distress": "distress"}
_UNSURE = re.compile(r"\b(?:sais pas|sai pas|aucune idee|don t know|no idea|not sure|peu importe|n importe|autre)\b")
_HERE = re.compile(r"\b(?:ici|dans (?:le|ce) (?:chat|tchat)|sans coordonnees|pas de (?:telephone|tel|mail)|here)\b")


class ValidateHandoffForm(GuichetAction):
    """`validate_handoff_form`: what a message means for the form."""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"validate_{FORM}"

    def given_up(self, tracker: Tracker) -> Events:
        """See `GuichetAction.given_up`: the form asks again; one that has not begun does not begin."""
        requested = None if begins(tracker, FORM) else tracker.get_slot(REQUESTED)
        return [*([SlotSet(requested, None)] if requested else []), SlotSet(REQUESTED, requested)]

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Slots, and which one comes next; nothing where the message is none of the form's business."""
        if begins(tracker, FORM):
            return await self._begin(services, tracker)
        if interrupted(tracker, FORM):
            return await self._next(services, tracker, {})
        hear = {SUBJECT: self._subject, SERVICE: self._service, CONTACT: self._contact}.get(
            str(tracker.get_slot(REQUESTED)), self._subject
        )
        heard = await hear(services, say, tracker)
        return [] if heard is None else heard

    async def _begin(self, services: Services, tracker: Tracker) -> Events:
        """With what the message, or the one before it, tells already."""
        waiting = await already(services, tracker.sender_id)
        if waiting is not None:
            return [SlotSet(CASE, waiting.id), SlotSet(SUSPENDED_FORM, None), SlotSet(REQUESTED, None)]
        intent = tracker.latest_message.get("intent", {}).get("name")
        was_left = tracker.get_slot(SUSPENDED_FORM) == FORM
        events: Events = [SlotSet(SUSPENDED_FORM, None)] if was_left else []
        if was_left and tracker.get_slot(SUBJECT) and intent in {"resume", "affirm"}:
            return [*events, *await self._next(services, tracker, {})]
        slots: dict[str, Any] = dict.fromkeys(GATHERED)
        question = pending(tracker) or {}
        if intent == "handoff" or question.get("what") == PERSON:
            slots[CAUSE] = _cause(entity(tracker, "cause") or question.get("cause"))
            slots.update(await self._about(services, tracker, last_question(tracker)))
        else:
            text = words(tracker.latest_message.get("text"))
            index = await services.knowledge.index()
            if told := routing.told_with(text, index, services.office):
                bare = routing.names_only(text, [services.office.services[one] for one in told.services], index)
                slots.update(_routed(told) if told.sure or not bare else {})
                slots[SUBJECT] = None if bare else cut(text)
        return [*events, *await self._next(services, tracker, slots)]

    async def _subject(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events | None:
        message = tracker.latest_message
        text, intent = words(message.get("text")), message.get("intent", {}).get("name")
        before = last_question(tracker)
        if left(tracker):
            return leave(say)
        chosen = entity(tracker, SUBJECT) or {"affirm": "last", "deny": "other"}.get(intent)
        if chosen == "other" and not before and intent == "deny":
            return leave(say)
        if chosen:
            about = await self._about(services, tracker, before if chosen == "last" else "")
            return await self._next(services, tracker, {SUBJECT: None, **about})
        if not text or intent in NO_SUBJECT:
            return None
        slots = await self._about(services, tracker, text)
        if (
            intent == "ask_human"
            and not tracker.get_slot(SERVICE)
            and not routing.told_with(text, await services.knowledge.index(), services.office)
        ):
            # Who only repeats that they want a person gets one.
            slots[SERVICE] = GENERAL_SERVICE
        if intent in ALARMS:
            # The lexicon of `bot.safety` was not sure, the model is: the numbers first, and a person soon.
            say(Say(ALARMS[intent]))
            slots[URGENT] = True
        return await self._next(services, tracker, slots)

    async def _service(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events | None:
        message = tracker.latest_message
        text, intent = words(message.get("text")), message.get("intent", {}).get("name")
        offered = [*(tracker.get_slot(CHOICES) or ()), GENERAL_SERVICE]
        pressed = str(entity(tracker, SERVICE) or "")
        if pressed in services.office.services:
            return await self._next(services, tracker, {SERVICE: pressed})
        if left(tracker):
            return leave(say)
        if not text:
            return None
        at = choice.place(text, len(offered))
        named = routing.naming(text, services.office)
        if at is not None:
            return await self._next(services, tracker, {SERVICE: offered[at]})
        if named and not is_question(text):
            return await self._next(services, tracker, {SERVICE: named[0]})
        if intent == "deny" or _UNSURE.search(plain(text)):
            return await self._next(services, tracker, {SERVICE: GENERAL_SERVICE})
        if intent in NO_SUBJECT or intent in ALARMS or is_question(text):
            return None
        index = await services.knowledge.index()
        found = routing.route(text, index, services.office)
        if not found.services:
            found = routing.route(f"{tracker.get_slot(SUBJECT)} {text}", index, services.office)
        return await self._next(services, tracker, {SERVICE: (*found.services, GENERAL_SERVICE)[0]})

    async def _contact(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events | None:
        message = tracker.latest_message
        text, intent = words(message.get("text")), message.get("intent", {}).get("name")
        if pressed := entity(tracker, CONTACT):
            slots = {CONTACT: HERE if pressed == HERE else REFUSED}
            return await self._next(services, tracker, slots)
        read = read_contact(text)
        if read.contact is not None:
            return await self._next(services, tracker, {CONTACT: read.contact.value})
        if read.span is not None:
            # It looks like one; what is wrong with it is said when it is asked again.
            return await self._next(services, tracker, {CONTACT: None})
        if left(tracker):
            return leave(say)
        if text and not is_question(text) and _HERE.search(plain(text)):
            return await self._next(services, tracker, {CONTACT: HERE})
        if intent == "deny":
            return await self._next(services, tracker, {CONTACT: REFUSED})
        named = routing.naming(text, services.office)
        if len(named) == 1 and not is_question(text) and named[0] != tracker.get_slot(SERVICE):
            return await self._next(services, tracker, {SERVICE: named[0]})
        return None

    async def _about(self, services: Services, tracker: Tracker, subject: str) -> dict[str, Any]:
        """A subject and the service that it leads to, where that is sure."""
        if not subject:
            return {}
        index = await services.knowledge.index()
        answered = index.place(str(tracker.get_slot("answered_article") or ""))
        last = index.articles[answered].service if answered is not None else ""
        if tracker.get_slot(REQUESTED) == SUBJECT and tracker.get_slot(SERVICE):
            # The service was named with the wish for a person.
            return {SUBJECT: cut(subject)}
        return {SUBJECT: cut(subject), **_routed(routing.route(subject, index, services.office, last))}

    async def _next(self, services: Services, tracker: Tracker, slots: dict[str, Any]) -> Events:
        """What is known now, and what is asked next: a contact only where nobody answers now."""
        known = {name: slots.get(name, tracker.get_slot(name)) for name in (SUBJECT, SERVICE, CONTACT)}
        requested = next((name for name in (SUBJECT, SERVICE) if known[name] is None), None)
        if requested is None and known[CONTACT] is None:
            there = await presence(services.agents, services.hours, str(known[SERVICE]), services.clock())
            requested = None if there.answers else CONTACT
        return [*(SlotSet(name, value) for name, value in slots.items()), SlotSet(REQUESTED, requested)]


def leave(say: Callable[[Say], None]) -> Events:
    """The form is left; what it knows stays, should the citizen come back to it."""
    say(Say("handoff_left", buttons=(WireButton("/resume", key="resume_title"),)))
    return [SlotSet(SUSPENDED_FORM, FORM), SlotSet(REQUESTED, None)]


def inform(slot: str, value: str) -> str:
    """What a button of the form sends."""
    return f"/inform{json.dumps({slot: value})}"


def _routed(routed: Routed) -> dict[str, Any]:
    if routed.sure or len(routed.services) < 2:
        return {SERVICE: (*routed.services, GENERAL_SERVICE)[0], CHOICES: None}
    return {SERVICE: None, CHOICES: [code for code in routed.services if code != GENERAL_SERVICE]}


def _cause(value: object) -> str:
    return str(value) if value in {cause.value for cause in Cause} else Cause.ASKED.value


def cut(text: str) -> str:
    """A text as long as a case's subject may be."""
    return text if len(text) <= MAX_SUBJECT_CHARS else f"{text[: MAX_SUBJECT_CHARS - 1]}…"
