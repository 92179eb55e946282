"""What the forms read off Rasa's tracker: whether one begins, was interrupted, or is to be left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.asking import RESUME, asked
from actions.base import REQUESTED, Events, GuichetAction, words
from actions.services import Services
from bot.rasa_events import SUSPENDED_FORM
from bot.text.french import fold
from bot.text.french import words as subject_words
from bot.wire import Say, WireButton

CANCEL = "cancel"
CANCEL_WORDS = 4
"""« Laisse tomber, on oublie le rendez-vous » leaves a form; a longer text that sounds like it says more."""

_DROPPED = re.compile(
    r"\b(?:laiss\w* tomb\w+|on (?:laisse|oublie|arrete|abandonne)|j (?:abandonne|arrete)|annul\w*|abandonn\w*|never mind|stop)\b"
)
_NO = re.compile(r"(?:non|no)\b")
"""« Non finalement » answers the question that was asked."""
_ASKS = re.compile(
    r"\?\s*$|^(?:et )?(?:comment|combien|quand|ou|quel|quels|quelle|quelles|pourquoi|qui|que|quoi|est ce que|est-ce que"
    r"|c est quoi|how|what|when|where|which|who|why|can|do|does|is|are)\b"
)


class ActionSuspend(GuichetAction):
    """`action_suspend`: another form begins, the open one waits."""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_suspend"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Keep the form's name; its slots stay."""
        form = open_form(tracker)
        return [SlotSet(SUSPENDED_FORM, form), ActiveLoop(None), SlotSet(REQUESTED, None)] if form else []


class ActionGoOn(GuichetAction):
    """`action_go_on`: nothing to say; the open form asks again. Rasa wants something between an act and the form."""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_go_on"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Nothing."""
        return []


def resumed(say: Callable[[Say], None], tracker: Tracker) -> Events:
    """Go on with the form that was left; its validation empties the slot that names it."""
    form = tracker.get_slot(SUSPENDED_FORM)
    if not form:
        say(Say("resume_nothing"))
        return []
    return [FollowupAction(str(form))]


def offer_to_resume(say: Callable[[Say], None], tracker: Tracker) -> Events:
    """Ask whether to go on with a form that was left, where one was."""
    form = tracker.get_slot(SUSPENDED_FORM)
    if not form:
        return []
    say(Say(f"resume_{form}", buttons=(WireButton("/resume", key="resume_title"),)))
    return asked(tracker, RESUME)


def open_form(tracker: Tracker) -> str:
    """The name of the open form, "" if none is."""
    return str((tracker.active_loop or {}).get("name") or "")


def begins(tracker: Tracker, form: str) -> bool:
    """Whether a form was opened by this message: nothing was asked of the citizen before."""
    opened = any(event.get("event") == "active_loop" and event.get("name") == form for event in since_heard(tracker))
    return opened or open_form(tracker) != form


def interrupted(tracker: Tracker, form: str) -> bool:
    """Whether this message was answered by somebody else already, so that a form only has to ask again."""
    return any(
        event.get("event") == "action_execution_rejected" and event.get("name") == form
        for event in since_heard(tracker)
    )


def was_requested(tracker: Tracker) -> str:
    """What a form had asked for when this message came."""
    before = False
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            before = True
        elif before and event.get("event") == "slot" and event.get("name") == REQUESTED:
            return str(event.get("value") or "")
    return ""


def left(tracker: Tracker) -> bool:
    """Whether this message leaves an open form."""
    text = words(tracker.latest_message.get("text"))
    if tracker.latest_message.get("intent", {}).get("name") == CANCEL and not _NO.match(plain(text)):
        return not text or len(subject_words(text)) <= CANCEL_WORDS
    return bool(_DROPPED.search(plain(text))) and len(subject_words(text)) <= CANCEL_WORDS


def is_question(text: str) -> bool:
    """Whether a text asks something, as far as its form tells."""
    return _ASKS.search(fold(text).strip()) is not None


def plain(text: str) -> str:
    """Folded words with single spaces: for patterns."""
    return re.sub(r"[^a-z0-9]+", " ", fold(text)).strip()


def since_heard(tracker: Tracker) -> Iterator[dict[str, Any]]:
    """What happened since the last message, the newest first."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return
        yield event
