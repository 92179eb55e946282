"""Rasa's log without what citizens say.

Rasa 3.6 logs JSON lines with the words of a message in fields such as `text`, and tracebacks with the values of local
variables. Here a line keeps its event, its level and, of an exception, its type and where it was raised.
"""

from __future__ import annotations

import json
import logging
from typing import Any

KEPT = ("event", "event_info", "event_key", "level", "timestamp", "logger", "model_id", "model_filename")
MAX_FRAMES = 12


def install() -> None:
    """Make every log record of this process wordless."""
    made = logging.getLogRecordFactory()

    def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = made(*args, **kwargs)
        if isinstance(record.msg, str) and record.msg.startswith("{"):
            record.msg, record.args = without_words(record.msg), ()
        return record

    logging.setLogRecordFactory(factory)


def without_words(line: str) -> str:
    """A JSON log line without anything that a citizen may have said; other lines stay as they are."""
    try:
        found: Any = json.loads(line)
    except ValueError:
        return line
    if not isinstance(found, dict):
        return line
    kept = {key: found[key] for key in KEPT if key in found}
    if isinstance(found.get("exception"), list):
        kept["exception"] = [_place(raised) for raised in found["exception"] if isinstance(raised, dict)]
    return json.dumps(kept, ensure_ascii=False, default=str)


def _place(raised: dict[str, Any]) -> dict[str, Any]:
    frames = raised.get("frames") or []
    places = [f"{frame.get('filename')}:{frame.get('lineno')} {frame.get('name')}" for frame in frames[-MAX_FRAMES:]]
    return {"type": raised.get("exc_type"), "frames": places}
