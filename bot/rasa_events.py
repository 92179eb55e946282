"""Rasa's events, as far as we read and write them: what a bot said, and what was said without the core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.messages import Author
from bot.store.base import CITIZEN, Entry

SAID_TO_AGENT = "said_to_agent"
"""The intent under which Rasa keeps what a citizen said to somebody else; declared in domain.yml, obeyed by no rule."""
SUSPENDED_FORM = "suspended_form"
"""The slot that keeps the name of a form that was left open; declared in domain.yml."""

LOCKED_BY = "locked_by"
"""In the metadata of a probe's events: which of our locks the core held when it wrote them."""
LOCK_OF_PROCESS = "process"
"""A lock within one process of Rasa."""
LOCK_OF_REDIS = "redis"
"""A lock that all processes of Rasa share."""

REFS = ("ref", "message_id")
"""Where an event's metadata carries the id of what was said."""


def metadata_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the gateway sent along with a message, or what we wrote beside an event."""
    metadata = event.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def items_of(event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A `bot` event as the `rest` channel gave it out (`OutputChannel.send_response`, `CollectingOutputChannel`)."""
    data = event.get("data")
    data = data if isinstance(data, dict) else {}
    text = event.get("text")
    if text and data.get("buttons"):
        yield {"text": text, "buttons": data["buttons"]}
    elif text:
        yield from ({"text": paragraph} for paragraph in str(text).strip().split("\n\n"))
    for kind in ("custom", "image", "attachment"):
        if data.get(kind):
            yield {kind: data[kind]}


def suspended(loop: Any, at: datetime) -> list[dict[str, Any]]:
    """What ends an open form and keeps its name."""
    name = loop.get("name") if isinstance(loop, dict) else None
    if not isinstance(name, str):
        return []
    timestamp = at.timestamp()
    return [
        {"event": "slot", "name": SUSPENDED_FORM, "value": name, "timestamp": timestamp},
        {"event": "active_loop", "name": None, "timestamp": timestamp},
        {"event": "slot", "name": "requested_slot", "value": None, "timestamp": timestamp},
    ]


def remembered(entry: Entry) -> dict[str, Any]:
    """A line of the transcript as an event that no rule answers."""
    timestamp = entry.at.timestamp()
    if entry.author == CITIZEN:
        return {
            "event": "user",
            "timestamp": timestamp,
            "text": entry.text,
            "parse_data": {
                "text": entry.text,
                "intent": {"name": SAID_TO_AGENT, "confidence": 1.0},
                "intent_ranking": [],
                "entities": [],
            },
            "metadata": {"ref": entry.ref},
        }
    author = Author(entry.author).value
    metadata = {"ref": entry.ref, "author": author}
    return {"event": "bot", "timestamp": timestamp, "text": entry.text, "data": {}, "metadata": metadata}
