"""`guichet topics`: the groups of questions that could not be answered, as the last night left them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot import clock
from bot.commands.knowledge_store import opened
from bot.settings import Settings, load
from bot.topics import RECENT_DAYS, Topic, is_back, weekly_since


def topics(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List the groups, the most asked first: their words, course, counts, nearest articles, and what was decided."""
    settings = load()
    today = clock.now().astimezone(settings.office.zone).date()
    found = sorted(asyncio.run(_all(settings)), key=lambda topic: (-topic.asked, topic.id))
    shapes = [_shape(topic, today, settings) for topic in found]
    if as_json:
        print(json.dumps(shapes, ensure_ascii=False))
        return
    if not shapes:
        Console(stderr=True).print("No group yet: the gateway makes them at night.")
        return
    Console().print(_table(shapes))


async def _all(settings: Settings) -> list[Topic]:
    async with opened(settings) as store:
        return await store.topics.all()


def _shape(topic: Topic, today: date, settings: Settings) -> dict[str, Any]:
    decided_on = topic.decided_at.astimezone(settings.office.zone).date() if topic.decided_at else None
    since = weekly_since(topic, decided_on, today) if decided_on else None
    return {
        "id": topic.id,
        "words": list(topic.words),
        "service": topic.service,
        "course": topic.course.value,
        "questions": topic.asked,
        "last_week": sum(count for day, count in topic.days.items() if 0 < (today - day).days <= RECENT_DAYS),
        "first_day": topic.first_day.isoformat(),
        "last_day": topic.last_day.isoformat(),
        "nearest": [{"id": one.id, "title": one.title, "score": one.score} for one in topic.nearest],
        "decision": topic.decision.value,
        "decided_for": topic.decided_for,
        "decided_at": topic.decided_at.isoformat() if topic.decided_at else None,
        "weekly_before": None if topic.weekly_before is None else topic.weekly_before / 1000,
        "weekly_since": None if since is None else since / 1000,
        "is_back": decided_on is not None and is_back(topic, decided_on, today),
    }


def _table(shapes: Sequence[dict[str, Any]]) -> Table:
    table = Table("id", "words", "course", "questions", "last week", "service", "nearest", "decision")
    for one in shapes:
        nearest = one["nearest"][0]["id"] if one["nearest"] else ""
        shown = (one["id"], " ".join(one["words"][:3]), one["course"], one["questions"], one["last_week"])
        table.add_row(*(_plain(cell) for cell in (*shown, one["service"], nearest, one["decision"])))
    return table


def _plain(cell: object) -> str:
    """Words of citizens are no markup of the terminal's."""
    return str(cell).replace("[", "\\[")
