"""The queue of a service: where a citizen stands in it, how long that may take, and when a case is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.agents import Agents
from bot.cases import Case, CaseKind, What
from bot.casework import Cases
from bot.desk.hours import Hours
from bot.desk.waits import Range, expected
from bot.settings import Office
from bot.settings_desk import ServiceRouting

SEEN_WITHIN = timedelta(seconds=90)
"""An agent whose page was heard of within this time is there."""

OUT_OF_SIGHT = frozenset({What.TRANSFERRED, What.RELAYED, What.PASSED, What.TAKEN})
"""After which somebody may not see a case any more whom it was shown to."""

QUEUE_MOVES = frozenset(
    {
        What.OPENED,
        What.TAKEN,
        What.RELEASED,
        What.VANISHED,
        What.TRANSFERRED,
        What.RELAYED,
        What.URGENT,
        What.CLOSED,
        What.WITHDRAWN,
    }
)
"""After which others have another place in the queue."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands: `place` 1 is next; `wait` is None where nobody can say."""

    place: int
    wait: Range | None


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


async def standing(cases: Cases, agents: Agents, hours: Hours, case_id: int, now: datetime) -> Standing:
    """Where a waiting case stands, and what its citizen may have to wait; see `waits.expected`.

    Raises:
        Missing: it is not waiting.
    """
    queued = await cases.queued(case_id)
    there = await agents.available(queued.service, now - SEEN_WITHIN)
    return Standing(queued.place, expected(queued, there, now, hours))


async def presence(agents: Agents, hours: Hours, service: str, now: datetime) -> Presence:
    """Whether somebody answers for a service now."""
    is_open = hours.is_open(service, now)
    staffed = await agents.available(service, now - SEEN_WITHIN) > 0
    return Presence(is_open, staffed, None if is_open else hours.next_opening(service, now))


def due(kind: CaseKind, callback: bool, hours: Hours, office: Office, service: str, since: datetime) -> datetime | None:
    """When a case that waits since a moment is late: so many opening minutes of its service later, by its own settings.

    None if the service does not open for long.
    """
    known = office.services.get(service)
    own = known.routing if known else ServiceRouting()
    if kind is CaseKind.QUESTION and not callback:
        return hours.after_open(service, since, own.chat_due_minutes or office.desk.chat_due_minutes)
    return hours.after_open(service, since, 60 * (own.promise_hours or office.desk.case_due_hours))


def moved_with(case: Case, services: set[str]) -> bool:
    """Whether a waiting case may have another place now that one of these queues has moved."""
    return case.waits_live and case.service in services
