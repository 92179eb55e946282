"""What the forms of citizens have in common: begun, gone on with, corrected, left, and handed to a person when stuck."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.base import REQUESTED, Events, GuichetAction, entity, words
from actions.forming import begins, interrupted, left
from actions.services import Services
from bot.rasa_events import SUSPENDED_FORM
from bot.wire import Say, WireButton

FAILED = "form_failed"
"""The slot that counts answers which did not answer: {"slot": …, "count": …}."""
PROBLEM = "form_problem"
"""The slot that keeps what is wrong with the last answer: {"line": …, "values": {…}}; said when it is asked again."""
STUCK = 3
"""After so many of them to one question, a person is offered."""
ALARMS = {"emergency": "emergency", "self_harm_distress": "distress"}
PERSON_BUTTON = WireButton("/handoff" + json.dumps({"cause": "lost"}), key="person_title")

Slots = dict[str, Any]


class ValidateForm(GuichetAction):
    """What a message means for a form; a subclass reads it."""

    form: ClassVar[str]
    opener: ClassVar[str]
    """The intent that opens it."""
    gathered: ClassVar[tuple[str, ...]]
    """Its slots, in no order."""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"validate_{self.form}"

    def given_up(self, tracker: Tracker) -> Events:
        """See `GuichetAction.given_up`: the form asks again; one that has not begun does not begin."""
        requested = None if begins(tracker, self.form) else tracker.get_slot(REQUESTED)
        return [*([SlotSet(requested, None)] if requested else []), SlotSet(REQUESTED, requested)]

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Slots, and which one comes next; nothing where the message is none of the form's business."""
        requested = str(tracker.get_slot(REQUESTED) or "")
        intent = tracker.latest_message.get("intent", {}).get("name")
        if begins(tracker, self.form):
            return await self._begin(services, say, tracker, str(intent))
        if interrupted(tracker, self.form):
            return self._asked(tracker, {}, await self.missing(services, tracker, {}))
        if left(tracker):
            return leave(say, self.form)
        if intent in ALARMS and not entity(tracker, requested) and not self.takes_any_words(requested):
            # The lexicon of `bot.safety` was not sure, the model is: the numbers, and the form waits.
            say(Say(ALARMS[str(intent)]))
            return leave(None, self.form)
        heard = await self.hear(services, say, tracker, requested)
        if heard is None:
            return []
        return self._asked(tracker, heard, await self.missing(services, tracker, heard))

    @abstractmethod
    async def begin(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Slots:
        """What the message that opens the form tells already."""

    @abstractmethod
    async def hear(
        self, services: Services, say: Callable[[Say], None], tracker: Tracker, requested: str
    ) -> Slots | None:
        """What an answer changes; None where it is none.

        A requested slot that is set to None is asked again, with `PROBLEM` said before.
        """

    @abstractmethod
    async def missing(self, services: Services, tracker: Tracker, slots: Slots) -> str | None:
        """The slot that is asked next, None when nothing is missing; `slots` are those that this message changes."""

    def takes_any_words(self, requested: str) -> bool:
        """Whether whatever is typed answers a question."""
        return False

    async def _begin(self, services: Services, say: Callable[[Say], None], tracker: Tracker, intent: str) -> Events:
        suspended = tracker.get_slot(SUSPENDED_FORM)
        goes_on = suspended == self.form and intent != self.opener
        own = dict.fromkeys((*self.gathered, FAILED, PROBLEM)) if not goes_on else {PROBLEM: None, FAILED: None}
        slots = own if goes_on else {**own, **await self.begin(services, say, tracker)}
        events = self._asked(tracker, slots, await self.missing(services, tracker, slots))
        return [*([SlotSet(SUSPENDED_FORM, None)] if suspended == self.form else []), *events]

    def _asked(self, tracker: Tracker, slots: Slots, requested: str | None) -> Events:
        """The slots, how often the question was not answered, and what is asked next."""
        before = str(tracker.get_slot(REQUESTED) or "")
        failed: dict[str, Any] | None = None
        if requested is not None and requested == before and slots.get(PROBLEM):
            last = tracker.get_slot(FAILED) or {}
            count = int(last.get("count", 0)) if last.get("slot") == requested else 0
            failed = {"slot": requested, "count": count + 1}
        slots = {PROBLEM: None, **slots, FAILED: failed}
        return [*(SlotSet(name, value) for name, value in slots.items()), SlotSet(REQUESTED, requested)]


def leave(say: Callable[[Say], None] | None, form: str) -> Events:
    """The form is left; what it knows stays, should the citizen come back to it."""
    if say is not None:
        say(Say("form_left", buttons=(WireButton("/resume", key="resume_title"),)))
    return [SlotSet(SUSPENDED_FORM, form), SlotSet(REQUESTED, None)]


def problem(line: str, **values: str) -> dict[str, Any]:
    """What is said before a question is asked again."""
    return {"line": line, "values": values}


def asking(tracker: Tracker, line: str, again: str) -> tuple[str, dict[str, str], tuple[WireButton, ...]]:
    """The lines of a question: after a problem its words, then the question, shorter the second time.

    With the values that they name, and the way to a person for whoever is stuck.
    """
    wrong = tracker.get_slot(PROBLEM)
    failed = tracker.get_slot(FAILED) or {}
    stuck = int(failed.get("count", 0)) >= STUCK
    buttons = (PERSON_BUTTON,) if stuck else ()
    if isinstance(wrong, dict):
        lines = f"{wrong['line']}+{again}" if again else str(wrong["line"])
        values = {str(name): str(value) for name, value in (wrong.get("values") or {}).items()}
        return (f"{lines}+form_stuck" if stuck else lines), values, buttons
    return line, {}, buttons


def inform(**values: str) -> str:
    """What a button of a form sends."""
    return f"/inform{json.dumps(values)}"


def typed(tracker: Tracker) -> str:
    """The citizen's own words; "" for a button."""
    return words(tracker.latest_message.get("text"))


def intent_of(tracker: Tracker) -> str:
    """What the model takes a message for."""
    return str(tracker.latest_message.get("intent", {}).get("name") or "")


def photos_of(tracker: Tracker) -> list[str]:
    """The ids of the photos that came with a message."""
    given = (tracker.latest_message.get("metadata") or {}).get("photos")
    return [str(one) for one in given] if isinstance(given, list) else []
