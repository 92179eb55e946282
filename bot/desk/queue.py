"""The queue of a service: where a citizen stands in it, how long that may take, and when a case is late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.agents import Agents
from bot.cases import CaseKind
from bot.casework import Cases
from bot.desk.hours import Hours
from bot.settings_desk import Desk

LEAST_WAITS = 3
"""With fewer waits of others to go by, nobody can say how long it will be."""
SEEN_WITHIN = timedelta(seconds=90)
"""An agent whose page was heard of within this time is there."""
LOOK_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands: `place` 1 is next; `wait` is None where nobody can say."""

    place: int
    wait: timedelta | None


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a service answers in the chat now; `opens_at` is its next opening if it does not, None if unknown."""

    is_open: bool
    is_staffed: bool
    opens_at: datetime | None

    @property
    def answers(self) -> bool:
        """Within opening hours, and with somebody at the desk."""
        return self.is_open and self.is_staffed


async def standing(cases: Cases, case_id: int) -> Standing:
    """Where a waiting case stands; its wait is the median of the last ones at that service.

    Raises:
        Missing: it is not waiting.
    """
    queued = await cases.queued(case_id)
    return Standing(queued.place, expected(queued.waits))


def expected(waits: Sequence[timedelta]) -> timedelta | None:
    """What others waited; None if there were too few."""
    return sorted(waits)[len(waits) // 2] if len(waits) >= LEAST_WAITS else None


async def presence(agents: Agents, hours: Hours, service: str, now: datetime) -> Presence:
    """Whether somebody answers for a service now."""
    is_open = hours.is_open(service, now)
    staffed = await agents.available(service, now - SEEN_WITHIN) > 0
    return Presence(is_open, staffed, None if is_open else hours.next_opening(service, now))


def due(kind: CaseKind, callback: bool, hours: Hours, desk: Desk, service: str, now: datetime) -> datetime | None:
    """When a case that is opened now is late: so many opening minutes later; None if the service does not open for long."""
    is_chat = kind is CaseKind.QUESTION and not callback
    left = timedelta(minutes=desk.chat_due_minutes) if is_chat else timedelta(hours=desk.case_due_hours)
    day = hours.day(now)
    while day <= hours.day(now + LOOK_AHEAD):
        for opens, closes in hours.slots(service, day):
            start = max(opens, now)
            if start >= closes:
                continue
            if closes - start >= left:
                return start + left
            left -= closes - start
        day += timedelta(days=1)
    return None
