"""The counts that a night looks at, as arrays by day: read once, from the ContactBook alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from bot.analytics.counters import Count
from bot.contacts import ContactBook, Counted, Span, What
from bot.desk.hours import Hours

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DAY = timedelta(days=1)
HOURS = 24
OPEN_SHARE = 0.5
"""Of a usual day's opening time: a day with less of it, such as an eve, is compared with no other."""


@dataclass(frozen=True, slots=True)
class Series:
    """Counts and totals by subject and day, both of the shape (subjects, days)."""

    names: tuple[str, ...]
    counts: Floats
    totals: Floats

    def row(self, name: str) -> int | None:
        """Where a subject stands; None if there is none of this name."""
        return self.names.index(name) if name in self.names else None


@dataclass(frozen=True, slots=True)
class Ledger:
    """A run of days of the town, and what was counted on each."""

    first: date
    """The first day with anything; no earlier than what was read."""
    days: int
    ordinary: Bools
    """(days,): no holiday and no closure that the week does not have."""
    working: Bools
    """(days,): some service is open for about as long as usual."""
    open_hours: float
    """Of a usual working day."""
    channels: tuple[str, ...]
    hours: Floats
    """Contacts, of the shape (channels, days, 24)."""
    services: Series
    opened: Series
    taken: Series
    answered: Series
    late: Series

    def day(self, index: int) -> date:
        """The day of a column."""
        return self.first + index * DAY

    def column(self, day: date) -> int:
        """The column of a day; below 0 or not below `days` outside."""
        return (day - self.first).days

    @property
    def weekdays(self) -> NDArray[np.int64]:
        """(days,): 0 is Monday."""
        return (np.arange(self.days) + self.first.weekday()) % 7


async def read(book: ContactBook, hours: Hours, services: Sequence[str], first: date, last: date) -> Ledger | None:
    """The counts of these days; None if nobody came on any of them."""
    span = Span(first, last)
    by_hour = await book.counts(span, Count.CONTACTS.value, ("day", "hour", "channel"))
    if not by_hour:
        return None
    begun = min(date.fromisoformat(row.key[0]) for row in by_hour)
    days = (last - begun).days + 1
    channels = tuple(sorted({row.key[2] for row in by_hour}))
    place = {name: number for number, name in enumerate(channels)}
    table = np.zeros((len(channels), days, HOURS))
    for row in by_hour:
        table[place[row.key[2]], (date.fromisoformat(row.key[0]) - begun).days, int(row.key[1])] += row.count

    async def series(what: str) -> Series:
        return _series(await book.counts(span, what, ("day", "service")), begun, days)

    open_hours, ordinary, working = _calendar(hours, services, begun, days)
    return Ledger(
        begun,
        days,
        ordinary,
        working,
        open_hours,
        channels,
        table,
        await series(Count.CONTACTS.value),
        await series(What.OPENED.value),
        await series(What.TAKEN.value),
        await series(What.ANSWERED.value),
        await series(What.LATE.value),
    )


def _series(rows: Iterable[Counted], first: date, days: int) -> Series:
    rows = [row for row in rows if first <= date.fromisoformat(row.key[0])]
    names = tuple(sorted({row.key[1] for row in rows}))
    place = {name: number for number, name in enumerate(names)}
    counts, totals = np.zeros((len(names), days)), np.zeros((len(names), days))
    for row in rows:
        at = place[row.key[1]], (date.fromisoformat(row.key[0]) - first).days
        counts[at] += row.count
        totals[at] += row.total
    return Series(names, counts, totals)


def _calendar(hours: Hours, services: Sequence[str], first: date, days: int) -> tuple[float, Bools, Bools]:
    """How many hours a working day has, which days are ordinary ones, and on which somebody works."""
    opens = np.zeros(days)
    ordinary = np.ones(days, bool)
    for column in range(days):
        day = first + column * DAY
        for service in services:
            slots = hours.slots(service, day)
            opens[column] = max(opens[column], sum((ends - begins).total_seconds() for begins, ends in slots) / 3600)
        ordinary[column] = not all(hours.why_closed(service, day) for service in services)
    some = opens[opens > 0]
    usual = float(np.median(some)) if some.size else 0.0
    return usual, ordinary, opens >= max(usual * OPEN_SHARE, 1e-9)
