"""What the forms of citizens have in common: begun, gone on with, corrected, left, and handed to a person when stuck."""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Callable, Collection
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.base import REQUESTED, Events, GuichetAction, entity, words
from actions.forming import begins, interrupted, left, plain, since_heard
from actions.services import Services
from bot.messages import Location
from bot.rasa_events import SUSPENDED_FORM
from bot.text.contacts import WhyNot, read_contact
from bot.wire import Say, WireButton

FAILED = "form_failed"
"""The slot that counts answers which did not answer: {"slot": …, "count": …}."""
PROBLEM = "form_problem"
"""The slot that keeps what is wrong with the last answer: {"line": …, "values": {…}}; said when it is asked again."""
STUCK = 3
"""After so many of them to one question, a person is offered."""
NO_FAILURE = frozenset({"appointment_offered", "appointment_others", "appointment_which_day"})
"""Lines that narrow a wish down: who hears them has answered."""
LEADING = NO_FAILURE | {"appointment_none_fits"}
"""Lines that say nothing without the choices of the question that they lead to."""
CHATTER_CONFIDENCE = 0.6
"""Short answers (« passeport », « mardi à 14h30 ») are unlike any example; a guess below this is not heeded."""
SIGNS = {
    "ask_status_of_request": r"demandes?|dossiers?|suivi|avance\w*|statut|numero|reponse|nouvelles|ou en est|status|request",
    "ask_opening_hours": r"horaires?|ouv\w+|ferm\w+|heures?|open\w*|clos\w*|hours?",
    "goodbye": r"revoir|bye|bonne|adieu|salut|ciao|bientot|plus tard|a plus|see you",
    "ask_human": r"humain|personne|quelqu un|agent|conseiller\w*|parler|standard|human|person|someone|somebody",
}
"""What such an act names where it is meant; folded. The model alone takes « pour mon passeport » for one of them."""
_SIGNS = {name: re.compile(rf"\b(?:{pattern})\b") for name, pattern in SIGNS.items()}
CONTACT_WHY = {
    WhyNot.TOO_SHORT: "contact_short",
    WhyNot.TOO_LONG: "contact_long",
    WhyNot.INVALID: "contact_invalid",
    WhyNot.PREMIUM: "contact_premium",
}
_NO = re.compile(r"(?:non|nan|nope|no)\b")
_ONLY_DIGITS = re.compile(r"[+\d][\d\s.()/-]*")
_WITHOUT = re.compile(r"\b(?:sans|pas de|aucune?|non|no|skip|passe[rz]?|without|inutile|pas besoin)\b")
ALARMS = {"emergency": "emergency", "self_harm_distress": "distress"}
PERSON_BUTTON = WireButton("/handoff" + json.dumps({"cause": "lost"}), key="person_title")
LEAVE = WireButton("/cancel", key="form_leave_title")

Slots = dict[str, Any]


class ValidateForm(GuichetAction):
    """What a message means for a form; a subclass reads it."""

    form: ClassVar[str]
    opener: ClassVar[str]
    """The intent that opens it."""
    gathered: ClassVar[tuple[str, ...]]
    """Its slots, in no order."""
    choices: ClassVar[frozenset[str]] = frozenset()
    """The slots that `LEADING` lines lead to."""

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
        if goes_on:
            # What is wrong with an older answer is not said again; what has just kept the form from its end is.
            wrong = next((event for event in since_heard(tracker) if event.get("name") == PROBLEM), {})
            slots: Slots = {PROBLEM: wrong.get("value"), FAILED: None}
        else:
            slots = dict.fromkeys((*self.gathered, FAILED, PROBLEM))
            slots |= await self.begin(services, say, tracker)
        events = self._asked(tracker, slots, await self.missing(services, tracker, slots))
        return [*([SlotSet(SUSPENDED_FORM, None)] if suspended == self.form else []), *events]

    def _asked(self, tracker: Tracker, slots: Slots, requested: str | None) -> Events:
        """The slots, how often the question was not answered, and what is asked next."""
        before = str(tracker.get_slot(REQUESTED) or "")
        failed: dict[str, Any] | None = None
        wrong = slots.get(PROBLEM)
        if wrong and wrong["line"] in LEADING and (requested not in slots or requested not in self.choices):
            # The question that it leads to comes later, or not.
            wrong = slots[PROBLEM] = None
        if requested is not None and requested == before and wrong and wrong["line"] not in NO_FAILURE:
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


def is_opened_by(tracker: Tracker, form: str) -> bool:
    """Whether the form was opened by the message that is being answered."""
    events = list(tracker.events)
    heard = next((at for at in range(len(events) - 1, -1, -1) if events[at].get("event") == "user"), 0)
    loops = [event.get("name") for event in events[:heard] if event.get("event") == "active_loop"]
    return not loops or loops[-1] != form


def inform(**values: str) -> str:
    """What a button of a form sends."""
    return f"/inform{json.dumps(values)}"


def typed(tracker: Tracker) -> str:
    """The citizen's own words; "" for a button."""
    return words(tracker.latest_message.get("text"))


def intent_of(tracker: Tracker) -> str:
    """What the model takes a message for."""
    return str(tracker.latest_message.get("intent", {}).get("name") or "")


def is_chatter(tracker: Tracker, acts: Collection[str]) -> bool:
    """Whether a message is surely one of these acts, which keep a talk going and answer no question."""
    intent = tracker.latest_message.get("intent", {})
    name = str(intent.get("name") or "")
    if name not in acts or float(intent.get("confidence") or 0) < CHATTER_CONFIDENCE:
        return False
    return name not in _SIGNS or _SIGNS[name].search(plain(typed(tracker))) is not None


def refuses(tracker: Tracker) -> bool:
    """Whether a message says no, also where the model takes it for the wish to leave: « non finalement »."""
    return intent_of(tracker) == "deny" or _NO.match(plain(typed(tracker))) is not None


def declines(text: str) -> bool:
    """Whether typed words leave out what need not be given: « sans », « pas de photo »."""
    return _WITHOUT.search(plain(text)) is not None


def wrong_contact(text: str) -> dict[str, Any] | None:
    """What is wrong with words that are meant as a contact and are none; None if they are not meant as one."""
    read = read_contact(text)
    if read.contact is None and read.span is not None:
        return problem(CONTACT_WHY.get(read.why or WhyNot.NONE, "contact_invalid"))
    if read.contact is None and "@" in text:
        return problem("contact_invalid")
    return problem("contact_short") if read.contact is None and _ONLY_DIGITS.fullmatch(text) else None


def position_of(tracker: Tracker) -> Location | None:
    """The position that a citizen sent as their message, None if they sent none."""
    given = (tracker.latest_message.get("metadata") or {}).get("position")
    return Location(float(given[0]), float(given[1])) if isinstance(given, list) and len(given) == 2 else None


def photos_of(tracker: Tracker) -> list[str]:
    """The ids of the photos that came with a message."""
    given = (tracker.latest_message.get("metadata") or {}).get("photos")
    return [str(one) for one in given] if isinstance(given, list) else []
