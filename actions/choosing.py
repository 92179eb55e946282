"""What a citizen says to titles that were offered."""

from __future__ import annotations

from dataclasses import dataclass

from rasa_sdk import Tracker

from actions.base import OFFERED, words
from actions.services import Services
from bot.knowledge import choice
from bot.knowledge.answer import CHOICES

ANSWERING = frozenset({"affirm", "deny"})
"""What is said to titles, and is no question."""


async def titles(services: Services, tracker: Tracker) -> dict[str, str]:
    """The titles that were offered last and can still be chosen, by article id and in their order.

    Raises:
        StoreError: see `KnowledgeBase.title`.
    """
    offered = tracker.get_slot(OFFERED)
    found: dict[str, str] = {}
    for article_id in offered if isinstance(offered, list) else []:
        if title := await services.knowledge.title(str(article_id)):
            found[str(article_id)] = title
    return found


@dataclass(frozen=True, slots=True)
class Picked:
    """What typed words choose among the titles that were offered, and the question that its article is to answer."""

    article_id: str
    question: str


def picked(tracker: Tracker, offered: dict[str, str]) -> Picked | None:
    """« Le premier », « la 2 », a word of one title, or what only one title is about: « et les horaires ? »."""
    text, ids, names = words(tracker.latest_message.get("text")), list(offered), list(offered.values())
    at = choice.place(text, len(names))
    if at is None:
        at = choice.named(text, names)
    if at is not None:
        return Picked(ids[at], asked_before(tracker))
    at = choice.side(text, names)
    return None if at is None else Picked(ids[at], text)


def asked_before(tracker: Tracker) -> str:
    """The question that led to a choice of titles: the last that a citizen typed before what chooses among them."""
    heard = [event for event in tracker.events if event.get("event") == "user"]
    for event in reversed(heard[:-1]):
        intent = (event.get("parse_data") or event).get("intent") or {}
        text = words(event.get("text"))
        if text and intent.get("name") not in ANSWERING and choice.place(text, CHOICES) is None:
            return text
    return ""
