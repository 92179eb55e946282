"""Groups of unanswered questions as the desk's page reads them: pure functions to the dictionaries of docs/desk-protocol.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil

from bot.desk.shapes import Shape, Shapes
from bot.desk.topics import Shown
from bot.desk.words import Words
from bot.knowledge.library import is_fiche
from bot.knowledge.lookup import fiche_url
from bot.text.typography import typeset
from bot.topics import RECENT_DAYS, SETTLING_DAYS, Decision, Example, Near, Topic, weekly_before, weekly_since

WEEKS = 8
NAME_WORDS = 3
SAME = 0.1
"""A change by less than this share of what was before is none."""


class TopicShapes:
    """Turns groups into what the page shows."""

    def __init__(self, shapes: Shapes, words: Words) -> None:
        self._shapes = shapes
        self._words = words

    def row(self, shown: Shown, today: date, decided_on: date | None = None, target: str = "") -> Shape:
        """A group; `target` is what it was decided for, as agents call it."""
        topic = shown.topic
        yesterday = today - timedelta(days=1)
        return {
            "id": topic.id,
            "name": " · ".join(topic.words[:NAME_WORDS]),
            "words": list(topic.words),
            "service": shown.service,
            "service_name": self._shapes.service(shown.service),
            "course": topic.course.value,
            "course_name": self._words.name("topic_course", topic.course.value),
            "count": topic.asked,
            "recent": topic.between(today - timedelta(days=RECENT_DAYS), yesterday),
            "usual": weekly_before(topic, today - timedelta(days=RECENT_DAYS)) / 1000,
            "weeks": [
                {"first": first.isoformat(), "count": topic.between(first, first + timedelta(days=6))}
                for first in (today - timedelta(days=7 * back) for back in range(WEEKS, 0, -1))
            ],
            "first_day": topic.first_day.isoformat(),
            "last_day": topic.last_day.isoformat(),
            "nearest": [self._near(one) for one in topic.nearest],
            "is_open": shown.is_open,
            "is_back": shown.is_back,
            "decision": self._decision(shown, today, decided_on, target) if decided_on else None,
        }

    def examples(self, found: Sequence[Example]) -> list[Shape]:
        """Questions, masked before."""
        return [
            {
                "text": one.text,
                "at": one.at.isoformat(),
                "why": one.why.value,
                "why_name": self._words.name("topic_why", one.why.value),
            }
            for one in found
        ]

    def _near(self, near: Near) -> Shape:
        url = fiche_url(near.id) if is_fiche(near.id) else f"/articles/{near.id}"
        return {
            "id": near.id,
            "title": typeset(near.title),
            "url": url,
            "percent": round(100 * near.score),
            "service_name": self._shapes.service(near.service),
        }

    def _decision(self, shown: Shown, today: date, decided_on: date, target: str) -> Shape:
        topic = shown.topic
        return {
            "what": topic.decision.value,
            "name": self._words.name("topic_decision", topic.decision.value),
            "for": topic.decided_for,
            "for_title": target,
            "draft": topic.decided_for if topic.decision is Decision.ARTICLE else "",
            "at": topic.decided_at.isoformat() if topic.decided_at else None,
            "by": topic.decided_by,
            "outcome": self._outcome(shown, today, decided_on),
        }

    def _outcome(self, shown: Shown, today: date, decided_on: date) -> Shape:
        key = outcome(shown.topic, decided_on, today)
        if shown.is_back:
            key = "back"
        since = weekly_since(shown.topic, decided_on, today)
        day = decided_on + timedelta(days=SETTLING_DAYS + 1)
        values = {
            "before": _number(shown.topic.weekly_before or 0),
            "since": _number(since or 0),
            "day": f"{day.day}/{day.month:02}",
        }
        return {"key": key, "text": typeset(self._words.say("topic_outcome", key, **values))}


def outcome(topic: Topic, decided_on: date, today: date) -> str:
    """What came of a decision: soon, none (nobody asks any more), shrank, same or grew."""
    since = weekly_since(topic, decided_on, today)
    if since is None:
        return "soon"
    if since == 0:
        return "none"
    before = topic.weekly_before or 0
    if abs(since - before) <= SAME * before:
        return "same"
    return "shrank" if since < before else "grew"


def _number(thousandths: int) -> str:
    """As people write it: whole from ten on, else with one digit behind the comma where it has one."""
    value = thousandths / 1000
    if value >= 10 or value == int(value):
        return str(round(value))
    return f"{ceil(value * 10) / 10:.1f}".replace(".", ",").removesuffix(",0")
