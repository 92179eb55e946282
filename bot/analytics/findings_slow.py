"""What one night finds in the answers of the services and in what could not be answered: two test families."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

import numpy as np

from bot.analytics.findings_ledger import Ledger
from bot.analytics.findings_sorts import HISTORY_DAYS, Sort, Stretch
from bot.analytics.findings_statistics import BASE_DAYS, Floats, higher, rejected, share_higher
from bot.analytics.findings_unusual import FALSE_SHARE, Table, begins
from bot.topics import WINDOW

LATE_SPANS = (7, 10, 14, 21)
LATE_FACTOR = 1.5
LATE_SECONDS = 2 * 3600
"""Of opening time more than usual, from which on citizens feel it."""
UNFELT_SECONDS = 3600
"""A wait of minutes or of half an hour is the same to who waits for a file."""
LATE_ANSWERS = 8
"""In the stretch, at the least."""
LATE_DAYS = 4
"""With an answer, in the stretch; one long day is no habit."""
BASE_ANSWER_DAYS = 4
"""With an answer, before the stretch: a service that opens on three days a week has so many in two."""
PROMISE_SPAN = 14
PROMISE_DAYS = 7
"""Of a town that has just begun, before a service is compared with the others."""
PROMISE_SHARE = 0.4
"""Of its cases past their time, from which on a service does not keep its promise."""
PROMISE_FACTOR = 2.5
"""Against the median of the other services."""
PROMISE_USUAL = 0.1
"""A share that any service may have, also where the others have none."""
PROMISE_CASES = 8
"""Past their time, at the least."""
PROMISE_ALIKE = 0.02
"""How much alike the cases of one service are (intraclass correlation)."""

OTHERS, TAKEN = "others", "taken"
"""The detail of a service that is late: against the others rather than its own past; until a case is taken."""
ANSWERED_SHARE = 0.7
"""Of the cases that a service takes: with fewer answered, it is judged by how soon it takes them."""

GAP_SPANS = (7, 14)
GAP_QUESTIONS = 8
GAP_FACTOR = 3.0
GAP_DISPERSION = 0.3
"""At the least: questions about one thing come in bunches."""
GAP_HISTORY_DAYS = 10
"""Before the stretch, where the night itself has two weeks before it."""
GAP_DAYS = 3
"""With a question, in the stretch: what is asked on one day alone is news, and no missing article."""


class Topical(Protocol):
    """What is known of a topic of the unanswered questions; `bot.topics.Topic` is one."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def decision(self) -> str:
        """What was made of it; "" as long as nobody has decided."""

    @property
    def days(self) -> Mapping[date, int]:
        """How many of its questions were asked on which day."""


class Delays:
    """Services that answer late, against their own past and against the promise."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.names = tuple(sorted({*ledger.answered.names, *ledger.taken.names} - {""}))
        self._kinds = {kind: (self._table(kind, "counts"), self._table(kind, "totals")) for kind in ("", TAKEN)}
        counted = {kind: counts.sum(axis=1) for kind, (counts, _) in self._kinds.items()}
        # Many appointments are dealt with at the counter and never answered in writing.
        self._kind = [
            "" if done >= ANSWERED_SHARE * took else TAKEN
            for done, took in zip(counted[""], counted[TAKEN], strict=True)
        ]

    def night(self, last: int) -> Iterator[Stretch]:
        """What stands out of the stretches that end on a column."""
        if last < PROMISE_DAYS - 1:
            return
        # A service is compared with the others from the first days on, with its own past when it has one.
        spans = LATE_SPANS if last >= HISTORY_DAYS else ()
        tests = [
            test
            for at, name in enumerate(self.names)
            for test in (*(self._own_past(at, last - span + 1, last) for span in spans), self._promise(name, last))
        ]
        kept = rejected(np.array([test.p_value for test in tests]), FALSE_SHARE)
        yield from (test for test, keep in zip(tests, kept, strict=True) if keep)

    def _table(self, kind: str, what: str) -> Floats:
        series = self._ledger.taken if kind == TAKEN else self._ledger.answered
        table = np.zeros((len(self.names), self._ledger.days))
        for at, name in enumerate(self.names):
            if (row := series.row(name)) is not None:
                table[at] = getattr(series, what)[row]
        return table

    def measured(self, name: str, first: int, last: int, detail: str = "") -> tuple[float, float]:
        """Mean seconds in a stretch, and what they are compared with; 0 without any.

        The weeks before it, or where the detail says OTHERS the median of the other services; to the first answer, or
        where it says TAKEN until somebody took the case.
        """
        at, kind = self.names.index(name), TAKEN if TAKEN in detail else ""
        means = [self._mean(kind, other, first, last) for other in range(len(self.names)) if other != at]
        others = [mean for mean in means if mean]
        before = self._mean(kind, at, max(first - BASE_DAYS, 0), first - 1)
        expected = before if OTHERS not in detail else float(np.median(others)) if others else 0.0
        return self._mean(kind, at, first, last), expected

    def _mean(self, kind: str, at: int, first: int, last: int) -> float:
        counts, totals = self._kinds[kind]
        count = counts[at, first : last + 1].sum()
        return float(totals[at, first : last + 1].sum() / count) if count else 0.0

    def _daily(self, at: int, first: int, last: int) -> Floats:
        """The mean of each day with an answer, or with a case that was taken."""
        counts, totals = (table[at, max(first, 0) : last + 1] for table in self._kinds[self._kind[at]])
        return np.asarray(totals[counts > 0] / counts[counts > 0])

    def _own_past(self, at: int, first: int, last: int) -> Stretch:
        name, kind, p_value, seen, expected = self.names[at], self._kind[at], 1.0, 0.0, 0.0
        if first > 0:
            now, before = self._daily(at, first, last), self._daily(at, first - BASE_DAYS, first - 1)
            seen, expected = self.measured(name, first, last, kind)
            answers = self._kinds[kind][0][at, first : last + 1].sum()
            if (
                now.size >= LATE_DAYS
                and before.size >= BASE_ANSWER_DAYS
                and answers >= LATE_ANSWERS
                and seen >= LATE_FACTOR * expected
                and seen - expected >= LATE_SECONDS
                # One long answer moves a mean and no median.
                and np.median(now) >= LATE_FACTOR * np.median(before)
            ):
                p_value = higher(now, before, UNFELT_SECONDS)
        return Stretch(Sort.LATE, name, first, last, seen, expected, p_value, kind)

    def _promise(self, name: str, last: int) -> Stretch:
        first = max(last - PROMISE_SPAN + 1, 0)
        shares = {other: self._late_share(other, first, last) for other in self.names}
        late, cases = shares.pop(name)
        others = [hits / trials for hits, trials in shares.values() if trials >= PROMISE_CASES]
        usual = max(float(np.median(others)) if others else 0.0, PROMISE_USUAL)
        detail = OTHERS + self._kind[self.names.index(name)]
        seen, expected = self.measured(name, first, last, detail)
        p_value = 1.0
        if (
            late >= PROMISE_CASES
            and late / cases >= max(PROMISE_SHARE, PROMISE_FACTOR * usual)
            and seen - expected >= LATE_SECONDS
        ):
            p_value = share_higher(late, cases, usual, PROMISE_ALIKE)
        return Stretch(Sort.LATE, name, first, last, seen, expected, p_value, detail)

    def _late_share(self, name: str, first: int, last: int) -> tuple[float, float]:
        """Cases past their time and cases opened in a stretch; no fewer of these than of those."""
        counted = []
        for series in (self._ledger.late, self._ledger.opened):
            at = series.row(name)
            counted.append(0.0 if at is None else float(series.counts[at, first : last + 1].sum()))
        return counted[0], max(counted)


class Gaps:
    """Topics of the unanswered questions, not yet decided, that are asked about more and more."""

    def __init__(self, topics: Sequence[Topical], ledger: Ledger) -> None:
        open_ones = [topic for topic in topics if not topic.decision]
        self.names = tuple(str(topic.id) for topic in open_ones)
        counts = np.zeros((len(open_ones), ledger.days))
        for row, topic in enumerate(open_ones):
            for day, count in topic.days.items():
                if 0 <= (column := ledger.column(day)) < ledger.days:
                    counts[row, column] += count
        # Nobody asked before the first question: that is history too, not the lack of it. But further back than its
        # questions are grouped nothing is known of a topic.
        grouped = max(ledger.days - WINDOW.days, 0)
        self.table = Table(counts, ledger, np.minimum(begins(counts), grouped), GAP_DISPERSION)

    def night(self, last: int) -> Iterator[Stretch]:
        """What stands out of the stretches that end on a column."""
        if not self.names:
            return
        tests, p_values = [], []
        for span in GAP_SPANS:
            first = last - span + 1
            if first < GAP_HISTORY_DAYS or last < HISTORY_DAYS:
                continue
            seen, expected, _, above = self.table.window(first, last, GAP_HISTORY_DAYS)
            days = (self.table.counts[:, first : last + 1] > 0).sum(axis=1)
            many = (seen >= GAP_QUESTIONS) & (seen >= GAP_FACTOR * expected) & (days >= GAP_DAYS)
            many &= self.table.counts[:, last] > 0
            tests.append((first, seen, expected))
            p_values.append(np.where(many, above, 1.0))
        if not tests:
            return
        table = np.array(p_values)
        for at, row in np.argwhere(rejected(table, FALSE_SHARE)):
            first, seen, expected = tests[at]
            begun = first + int(np.argmax(self.table.counts[row, first : last + 1] > 0))
            yield Stretch(
                Sort.GAP, self.names[row], begun, last, float(seen[row]), float(expected[row]), float(table[at, row])
            )
