"""How long somebody who waits may have to wait: a range, from what others waited at like times, or nothing at all."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from bot.cases import Queued, Waited
from bot.desk.hours import Hours

LEAST_WAITS = 3
"""With fewer waits of others to go by, nobody can say how long it will be."""
WITHIN = timedelta(days=28)
ALIKE_MINUTES = 90
"""So near in the time of day are like times, on the same sort of day."""
SAMPLES = 50
LOW, HIGH = 0.2, 0.8
"""Of what others waited: three of five waits lie between."""
MOST = timedelta(hours=3)
"""Who might wait longer is told nothing rather than a number."""
MOST_CHANGE = 3.0
"""More agents than then, or fewer, change what is said by no more than this factor."""
SATURDAY = 5
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Range:
    """From how long to how long a wait is expected to be."""

    low: timedelta
    high: timedelta


def expected(queued: Queued, present: int, now: datetime, hours: Hours) -> Range | None:
    """What somebody at a place of a queue may wait with so many agents there; None where nobody can say.

    Each wait of another is divided by the place that they had then, multiplied by the place now, and by how many agents
    took cases on that day against those who are there.
    """
    if present < 1 or not hours.is_open(queued.service, now):
        return None
    recent = [one for one in queued.before if now - WITHIN <= one.opened_at <= one.taken_at <= now]
    samples = _open([one for one in recent if _alike(one.opened_at, now, hours)], queued.service, hours)
    if len(samples) < LEAST_WAITS:
        samples = _open(recent, queued.service, hours)
    if len(samples) < LEAST_WAITS:
        return None
    opened = sorted(one.opened_at for one in recent)
    taken = sorted(one.taken_at for one in recent)
    staff = _staff(recent, hours)
    paces = []
    for one in samples:
        ahead = max(0, bisect_left(opened, one.opened_at) - bisect_right(taken, one.opened_at))
        then = staff.get(hours.day(one.taken_at), 1)
        change = min(MOST_CHANGE, max(1 / MOST_CHANGE, then / present))
        paces.append((one.taken_at - one.opened_at) / (ahead + 1) * change)
    paces.sort()
    found = Range(_quantile(paces, LOW) * queued.place, _quantile(paces, HIGH) * queued.place)
    return found if found.high <= MOST else None


def _open(waits: Sequence[Waited], service: str, hours: Hours) -> list[Waited]:
    """The newest of those who came when it was open: who came at night waited for the morning."""
    found: list[Waited] = []
    for one in waits:
        if len(found) == SAMPLES:
            break
        if hours.is_open(service, one.opened_at):
            found.append(one)
    return found


def _alike(at: datetime, now: datetime, hours: Hours) -> bool:
    if (hours.day(at).weekday() >= SATURDAY) != (hours.day(now).weekday() >= SATURDAY):
        return False
    apart = abs(hours.minute(at) - hours.minute(now))
    return min(apart, DAY_MINUTES - apart) <= ALIKE_MINUTES


def _staff(waits: Sequence[Waited], hours: Hours) -> dict[date, int]:
    """How many agents took cases on each day of the town."""
    who: defaultdict[date, set[int]] = defaultdict(set)
    for one in waits:
        if one.agent_id is not None:
            who[hours.day(one.taken_at)].add(one.agent_id)
    return {day: len(ids) for day, ids in who.items()}


def _quantile(values: Sequence[timedelta], share: float) -> timedelta:
    """The order statistic at ceil(share * n) - 1 of sorted values."""
    return values[ceil(share * len(values)) - 1]
