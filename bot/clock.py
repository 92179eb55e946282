"""Time, always aware and in UTC; tests pass a clock of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

Clock = Callable[[], datetime]


def now() -> datetime:
    """This moment, aware, UTC."""
    return datetime.now(timezone.utc)
