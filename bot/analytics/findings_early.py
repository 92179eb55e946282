"""What one night finds in a town's first two weeks, of what needs no past to stand out: one day, or the others, show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bot.analytics.findings_ledger import Floats, Ledger
from bot.analytics.findings_slow import GAP_DAYS, GAP_QUESTIONS, Gaps
from bot.analytics.findings_sorts import EARLY, HISTORY_DAYS, Sort, Stretch
from bot.analytics.findings_statistics import share_higher

GAP_SPAN = 7
GAP_SHARE = 0.5
"""Of all that could not be answered: a question with so much of it is worth an article, whatever was asked before."""
GAP_USUAL = 0.2
"""What one question may have of it in any town."""
GAP_ALIKE = 0.02
"""How much alike the questions of a few days are (intraclass correlation)."""

SILENCE_DAYS = 4
"""Working days with contacts before it, at the least."""
SILENCE_DISPERSION = 0.15
"""Of a channel's days about their mean: more than what channels have that were there for months."""
SILENCE_CHANCE = 0.001
"""That a channel in order brings nothing on a working day."""


class EarlyGaps:
    """Questions without an article that are a large part of all that could not be answered."""

    def __init__(self, gaps: Gaps) -> None:
        self._names = gaps.names
        self._counts = gaps.table.counts

    def night(self, last: int) -> Iterator[Stretch]:
        """What stands out of the days up to a column."""
        first = last - GAP_SPAN + 1
        if last >= HISTORY_DAYS or first < 0 or not self._names:
            return
        counts = self._counts[:, first : last + 1]
        seen = counts.sum(axis=1)
        many = (seen >= max(GAP_QUESTIONS, GAP_SHARE * seen.sum())) & ((counts > 0).sum(axis=1) >= GAP_DAYS)
        for row in np.flatnonzero(many & (counts[:, -1] > 0)):
            begun = first + int(np.argmax(counts[row] > 0))
            p_value = share_higher(float(seen[row]), float(seen.sum()), GAP_USUAL, GAP_ALIKE)
            yield Stretch(Sort.GAP, self._names[row], begun, last, float(seen[row]), 0.0, p_value, EARLY)

    def measured(self, name: str, first: int, last: int) -> tuple[float, float]:
        """Questions in a stretch, and none that were to be expected."""
        return float(self._counts[self._names.index(name), first : last + 1].sum()), 0.0


class EarlySilences:
    """Channels that bring nothing on a working day, while they did on the ones before and the others go on."""

    def __init__(self, ledger: Ledger) -> None:
        self._names: Sequence[str] = ledger.channels
        self._counts: Floats = ledger.hours.sum(axis=2)
        self._working = ledger.working & ledger.ordinary

    def night(self, last: int) -> Iterator[Stretch]:
        """What stands out of a day."""
        if last >= HISTORY_DAYS or not self._working[last]:
            return
        days = np.flatnonzero(self._working[:last])
        if days.size < SILENCE_DAYS:
            return
        usual = self._counts[:, days].mean(axis=1)
        whole = self._counts[:, last].sum()
        for row, name in enumerate(self._names):
            active = int((self._counts[row, days] > 0).sum())
            if self._counts[row, last] or active < SILENCE_DAYS:
                continue
            rest = usual.sum() - usual[row]
            # In a week in which everybody is away each channel brings little; one channel alone tells nothing of itself.
            wanted = usual[row] * min(whole / rest, 1.0) if rest >= 1 else usual[row]
            p_value = float((1 + SILENCE_DISPERSION * wanted) ** (-1 / SILENCE_DISPERSION))
            if p_value <= SILENCE_CHANCE:
                yield Stretch(Sort.SILENCE, name, last, last, 0.0, float(usual[row]), p_value, EARLY)

    def measured(self, name: str, first: int, last: int) -> tuple[float, float]:
        """Contacts in a stretch, and as many as its working days would have brought before it."""
        row = self._names.index(name)
        days = np.flatnonzero(self._working[:first])
        usual = float(self._counts[row, days].mean()) if days.size else 0.0
        return float(self._counts[row, first : last + 1].sum()), usual * float(self._working[first : last + 1].sum())
