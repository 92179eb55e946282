"""What one night finds unusual in the counts of the days before it: one test family for each sort, pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from bot.analytics.findings_ledger import HOURS, Ledger, Series
from bot.analytics.findings_sorts import HISTORY_DAYS, Sort, Stretch
from bot.analytics.findings_statistics import BASE_DAYS, LEAST_DISPERSION, Floats, Usual, rejected, tails, usual

FALSE_SHARE = 0.02
"""Of what a night says of one sort, at most so much may be false."""
SURGE_SPANS = (1, 2, 3, 5, 7)
SURGE_FACTOR = 2.0
SURGE_EXCESS = 15.0
"""Contacts a day beyond the usual ones, from which on somebody can do something about it."""

SILENCE_SPANS = (1, 2, 3, 4, 5, 6, 7, 10, 14)
SILENCE_SHARE = 0.35
"""Of what is usual: what is left of a channel that is nearly silent."""
SILENCE_LACK = 8.0
"""Contacts that did not come."""

STANDSTILL_SHARE = 0.15
STANDSTILL_TAKEN = 5.0
"""Cases that are usually taken on such a day of the town, at the least."""
STANDSTILL_TAKEN_SERVICE = 10.0
"""And of one service: one agent's day off is no strike."""
STANDSTILL_OPENED = 0.25
"""Of the cases that are usually opened: nobody takes what nobody brings."""


@lru_cache
def blocks() -> tuple[tuple[int, int], ...]:
    """Runs of hours of a day, as first hour and number: a quarter and a half, beginning every third, and the whole."""
    return (*((start, length) for length in (6, 12) for start in range(0, HOURS, 3)), (0, HOURS))


def block_hours(block: tuple[int, int]) -> list[int]:
    """The hours of a block; one that goes over midnight takes both ends of the same day."""
    return [(block[0] + hour) % HOURS for hour in range(block[1])]


def named(block: tuple[int, int]) -> str:
    """A block as a detail: 18-24, 21-3; "" for the whole day."""
    start, length = block
    return "" if length == HOURS else f"{start}-{(start + length - 1) % HOURS + 1}"


class Table:
    """Counts by series and day, and what is usual on every day, worked out once for each first day of a stretch."""

    def __init__(
        self, counts: Floats, ledger: Ledger, begun: Iterable[int], least_dispersion: float = LEAST_DISPERSION
    ) -> None:
        self._least = least_dispersion
        self.counts = counts
        self.begun = np.fromiter(begun, int)
        """(series,): the column of the first day of each."""
        self.ordinary = ledger.ordinary
        self.weekdays = ledger.weekdays
        self._known = self.ordinary & (np.arange(ledger.days) >= self.begun[:, None])
        self._usual: dict[int, Usual] = {}

    def usual(self, first: int) -> Usual:
        """What was usual before a column."""
        if first not in self._usual:
            start = max(first - BASE_DAYS, 0)
            days = slice(start, first)
            self._usual[first] = usual(
                self.counts[:, days], self._known[:, days], int(self.weekdays[first]), self._least
            )
        return self._usual[first]

    def level(self, first: int, columns: Floats | slice) -> Floats:
        """(series, days): what is usual on these days, as it was known before `first`."""
        return np.asarray(self.usual(first).level[:, self.weekdays[columns]])

    def window(self, first: int, last: int, history_days: int = HISTORY_DAYS) -> tuple[Floats, Floats, Floats, Floats]:
        """Seen, expected, and P(X <= seen) and P(X >= seen) of the ordinary days of a stretch, each (series,).

        A series without enough history, and a stretch without an ordinary day, have 1 for both.
        """
        columns = np.flatnonzero(self.ordinary[first : last + 1]) + first
        if not columns.size:
            empty = np.zeros(len(self.counts))
            return empty, empty, np.ones_like(empty), np.ones_like(empty)
        known = self.usual(first)
        weekdays = self.weekdays[columns]
        seen = self.counts[:, columns].sum(axis=1)
        expected = known.level[:, weekdays].sum(axis=1)
        below, above = tails(seen, expected, columns.size, known.days, known.dispersion)
        young = self.begun > first - history_days
        return seen, expected, np.where(young, 1.0, below), np.where(young, 1.0, above)


def begins(counts: Floats) -> list[int]:
    """By series: the first column with anything; that behind the last one where there is nothing."""
    return [int(np.argmax(row > 0)) if (row > 0).any() else counts.shape[1] for row in counts]


class Surges:
    """Days with far more contacts than usual, of the town and of each service."""

    def __init__(self, ledger: Ledger) -> None:
        self.names = ("", *(name for name in ledger.services.names if name))
        rows = [ledger.hours.sum(axis=(0, 2)), *(_row(ledger.services, name, ledger.days) for name in self.names[1:])]
        self.table = Table(np.array(rows), ledger, begins(np.array(rows)))

    def night(self, last: int) -> Iterator[Stretch]:
        """What stands out of the stretches that end on a column."""
        table, tests = self.table, []
        for span in SURGE_SPANS:
            first = last - span + 1
            if first < HISTORY_DAYS:
                continue
            seen, expected, _, above = table.window(first, last)
            level = table.level(first, slice(first, last + 1))
            # Each end is itself a day of it: a long stretch around one loud day is not the fact.
            ends = [table.counts[:, at] >= SURGE_FACTOR * level[:, at - first] for at in (first, last)]
            large = (seen >= SURGE_FACTOR * expected) & (seen - expected >= SURGE_EXCESS * span) & ends[0] & ends[1]
            tests.append((first, seen, expected, np.where(large & table.ordinary[last], above, 1.0)))
        for begun, row, many, usually, p_value in _standing_out(tests):
            yield Stretch(Sort.SURGE, self.names[row], begun, last, many, usually, p_value)

    def main(self, first: int, last: int) -> str:
        """The service to which most of the town's surge goes; "" if no service has half of it."""
        seen, expected, _, _ = self.table.window(first, last)
        excess = seen - expected
        if len(excess) < 2 or excess[0] <= 0:
            return ""
        most = int(np.argmax(excess[1:])) + 1
        return self.names[most] if excess[most] >= excess[0] / 2 else ""


class Silences:
    """Hours of the day at which a channel brings hardly anything any more."""

    def __init__(self, ledger: Ledger) -> None:
        self.names = ("", *ledger.channels)
        hours = np.concatenate([ledger.hours.sum(axis=0, keepdims=True), ledger.hours])
        begun = begins(hours.sum(axis=2))
        self.tables = {block: Table(hours[:, :, block_hours(block)].sum(axis=2), ledger, begun) for block in blocks()}

    def night(self, last: int) -> Iterator[Stretch]:
        """What stands out of the stretches that end on a column."""
        tests, whose = [], []
        for block, table in self.tables.items():
            for span in SILENCE_SPANS:
                first = last - span + 1
                if first < HISTORY_DAYS:
                    continue
                seen, expected, below, _ = table.window(first, last)
                wanted = expected * self._shared(seen, expected)
                level = table.level(first, slice(first, last + 1))
                ends = [table.counts[:, at] <= np.maximum(level[:, at - first] / 2, 1) for at in (first, last)]
                small = (seen <= SILENCE_SHARE * wanted) & (wanted - seen >= SILENCE_LACK) & ends[0] & ends[1]
                tests.append((first, seen, expected, np.where(small & table.ordinary[last], below, 1.0)))
                whose.append(block)
        for at, (begun, row, few, usually, p_value) in _standing_out_of(tests):
            yield Stretch(Sort.SILENCE, self.names[row], begun, last, few, usually, p_value, named(whose[at]))

    def table(self, detail: str) -> Table:
        """The counts of the hours that a detail names."""
        return next(table for block, table in self.tables.items() if named(block) == detail)

    def _shared(self, seen: Floats, expected: Floats) -> Floats:
        """By series: what the other channels have left of what is usual, at most 1: a quiet town silences no channel."""
        rest_seen, rest_expected = seen[0] - seen, expected[0] - expected
        shared = np.where(rest_expected >= 1, rest_seen / np.maximum(rest_expected, 1), 1.0)
        shared[0] = 1.0
        return np.clip(shared, 0, 1)


class Standstills:
    """Working days on which cases were opened and hardly any was taken."""

    def __init__(self, ledger: Ledger) -> None:
        self.names = ("", *(name for name in ledger.taken.names if name))
        self.working = ledger.working
        opened, taken = (_rows(series, self.names, ledger.days) for series in (ledger.opened, ledger.taken))
        self.taken = Table(taken, ledger, begins(taken))
        self.opened = Table(opened, ledger, begins(opened))
        self.least = np.array([STANDSTILL_TAKEN, *[STANDSTILL_TAKEN_SERVICE] * (len(self.names) - 1)])

    def night(self, last: int) -> Iterator[Stretch]:
        """What stands out of a day."""
        if last < HISTORY_DAYS or not self.working[last]:
            return
        seen, expected, below, _ = self.taken.window(last, last)
        opened, wanted, _, _ = self.opened.window(last, last)
        still = (seen <= STANDSTILL_SHARE * expected) & (expected >= self.least)
        still &= (opened >= STANDSTILL_OPENED * wanted) & (opened > seen)
        for first, row, taken, usually, p_value in _standing_out([(last, seen, expected, np.where(still, below, 1.0))]):
            yield Stretch(Sort.STANDSTILL, self.names[row], first, last, taken, usually, p_value, f"{opened[row]:.0f}")


Tests = list[tuple[int, Floats, Floats, Floats]]
"""Of a family: first column, seen, expected and p-values by series."""


def _standing_out(tests: Tests) -> Iterator[tuple[int, int, float, float, float]]:
    return (found for _, found in _standing_out_of(tests))


def _standing_out_of(tests: Tests) -> Iterator[tuple[int, tuple[int, int, float, float, float]]]:
    """The tests of a family that stand out: the place in it, and first column, series, seen, expected and p-value."""
    if not tests:
        return
    p_values = np.array([test[3] for test in tests])
    for at, row in np.argwhere(rejected(p_values, FALSE_SHARE)):
        first, seen, expected, _ = tests[at]
        yield int(at), (first, int(row), float(seen[row]), float(expected[row]), float(p_values[at, row]))


def _row(series: Series, name: str, days: int) -> Floats:
    at = series.row(name)
    return np.zeros(days) if at is None else series.counts[at]


def _rows(series: Series, names: Iterable[str], days: int) -> Floats:
    """The counts by name; those of "" are the town's: all of them."""
    return np.array([series.counts.sum(axis=0) if not name else _row(series, name, days) for name in names])
