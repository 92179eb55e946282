"""A remark for the town: heard, and passed on to its people if the citizen agrees."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.base import REQUESTED, Events, GuichetAction, message_key, words
from actions.forming import begins, interrupted, is_question, left, offer_to_resume
from actions.handoff_form import NO_SUBJECT, cut
from actions.services import Services
from bot.cases import CaseKind, Cause, NewCase
from bot.desk.queue import due
from bot.errors import Missing
from bot.rasa_events import SUSPENDED_FORM
from bot.settings import GENERAL_SERVICE
from bot.text.french import listed
from bot.text.french import words as subject_words
from bot.text.typography import typeset
from bot.wire import Say, WireButton

FORM = "remark_form"
REMARK, AGREED = "remark", "remark_agreed"
EFFECT = "remark"
ANNOUNCING = listed(
    """
    remarque remarques avis commentaire commentaires suggestion suggestions idee idees retour retours opinion critique
    critiques proposition propositions compliment compliments feedback comment comments enquete satisfaction note noter
    donner laisser deposer exprimer partager soumettre proposer faire ameliorer amelioration petite petit quelques
    give leave share my site mairie ville accueil service services passage questionnaire evaluer evaluation
    """
)
"""Words that announce a remark and do not make one; folded."""
KEEPS_TALKING = NO_SUBJECT - {"thank"}
"""Not a remark; praise often begins with thanks."""


class ValidateRemarkForm(GuichetAction):
    """`validate_remark_form`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"validate_{FORM}"

    def given_up(self, tracker: Tracker) -> Events:
        """See `GuichetAction.given_up`."""
        return [SlotSet(REMARK, None), SlotSet(REQUESTED, None)]

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """The remark as it was typed, then whether it may be passed on."""
        text = words(tracker.latest_message.get("text"))
        intent = tracker.latest_message.get("intent", {}).get("name")
        requested = str(tracker.get_slot(REQUESTED) or "")
        if begins(tracker, FORM):
            said = any(word not in ANNOUNCING for word in subject_words(text))
            slots = {REMARK: cut(text) if said else None, AGREED: None}
            suspended = tracker.get_slot(SUSPENDED_FORM) == FORM
            return [*([SlotSet(SUSPENDED_FORM, None)] if suspended else []), *_next(tracker, slots)]
        if interrupted(tracker, FORM):
            return _next(tracker, {})
        if requested == AGREED and intent in {"affirm", "deny"}:
            return _next(tracker, {AGREED: intent == "affirm"})
        if left(tracker) or (requested == REMARK and intent == "deny"):
            # Nothing is kept of it: there is nothing to come back to.
            return _next(tracker, {REMARK: tracker.get_slot(REMARK) or "", AGREED: False})
        asks = intent == "ask_question" and is_question(text)
        if requested != REMARK or not text or intent in KEEPS_TALKING or asks:
            return []
        return _next(tracker, {REMARK: cut(text)})


class AskRemark(GuichetAction):
    """`action_ask_remark_form_remark`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{REMARK}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """What is it."""
        say(Say("remark_ask"))
        return []


class AskRemarkAgreed(GuichetAction):
    """`action_ask_remark_form_remark_agreed`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{AGREED}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Whether the town's people may read it."""
        buttons = (WireButton("/affirm", key="remark_yes_title"), WireButton("/deny", key="no_title"))
        say(Say("remark_agreed", values={"remark": typeset(str(tracker.get_slot(REMARK)))}, buttons=buttons))
        return []


class ActionRemark(GuichetAction):
    """`action_remark`: what follows the form."""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_remark"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Open a case for the reception, or drop the remark."""
        remark, agreed = tracker.get_slot(REMARK), tracker.get_slot(AGREED)
        events: Events = [SlotSet(REMARK, None), SlotSet(AGREED, None)]
        if remark and agreed:
            try:
                await pass_on(services, say, tracker, str(remark))
            except Missing:
                say(Say("reach"))
        elif agreed is not None:
            say(Say("remark_dropped"))
        return [*events, *offer_to_resume(say, tracker)]


async def pass_on(services: Services, say: Callable[[Say], None], tracker: Tracker, remark: str) -> None:
    """Open the case. Nobody waits for it in the chat: it stands beside the queue, as a call-back without a contact.

    Raises:
        Missing: the conversation is not one of ours.
        StoreError: it cannot be opened now.
    """
    now = services.clock()
    new = NewCase(
        conversation_id=tracker.sender_id,
        message_id=message_key(tracker.latest_message),
        effect=EFFECT,
        kind=CaseKind.QUESTION,
        service=GENERAL_SERVICE,
        cause=Cause.ASKED,
        subject=remark,
        callback=True,
        due_at=due(CaseKind.QUESTION, True, services.hours, services.office, GENERAL_SERVICE, now),
    )
    case = (await services.cases.open(new, now)).case
    say(Say("remark_passed_on", values={"number": case.number}, case=case.id))


def _next(tracker: Tracker, slots: Mapping[str, str | bool | None]) -> Events:
    known = {name: slots.get(name, tracker.get_slot(name)) for name in (REMARK, AGREED)}
    requested = next((name for name in (REMARK, AGREED) if known[name] is None), None)
    return [*(SlotSet(name, value) for name, value in slots.items()), SlotSet(REQUESTED, requested)]
