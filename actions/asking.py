"""What a citizen asked before, in which language, and what the bot itself asked last: « oui » answers that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.base import Events, message_key, words
from bot.text.wording import DEFAULT

ASKED = "asked"
"""The slot that keeps a question of the bot's own."""
PERSON, WITHDRAW, CONTACT_HELPED, REMARK, RESUME = "person", "withdraw", "contact_helped", "remark", "resume"
"""What such a question may be about."""
MATTERS = frozenset(
    {
        *("ask_question", "nlu_fallback", "complaint", "ask_opening_hours", "ask_status_of_request"),
        *("report_street_issue", "book_appointment"),
    }
)
"""Intents of messages that a person of the town would have to know of; the others only keep the talk going."""


def language(tracker: Tracker) -> str:
    """In which language the citizen is answered."""
    return str((tracker.latest_message.get("metadata") or {}).get("language") or DEFAULT)


def asked(tracker: Tracker, what: str, **values: Any) -> Events:
    """Remember that the reply to this message ends with a question."""
    return [SlotSet(ASKED, {"what": what, "to": message_key(tracker.latest_message), **values})]


def pending(tracker: Tracker) -> dict[str, Any] | None:
    """What the bot asked in its reply just before this message, None if it asked nothing."""
    question = tracker.get_slot(ASKED)
    before = [message_key(event) for event in heard(tracker, before_this=True)]
    return question if isinstance(question, dict) and before and question.get("to") == before[0] else None


def last_question(tracker: Tracker, before_this: bool = True) -> str:
    """What a citizen typed last that a person would have to know of; "" if there was nothing."""
    for event in heard(tracker, before_this):
        intent = (event.get("parse_data") or event).get("intent") or {}
        if words(event.get("text")) and intent.get("name") in MATTERS:
            return words(event["text"])
    return ""


def heard(tracker: Tracker, before_this: bool) -> Iterator[dict[str, Any]]:
    """What was typed or pressed, the newest first; with `before_this` without the message that is answered now."""
    events = [event for event in tracker.events if event.get("event") == "user"]
    yield from reversed(events[:-1] if before_this else events)
