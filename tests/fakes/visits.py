"""Counts of visits in memory."""

from __future__ import annotations

from collections import Counter
from datetime import date

from bot.visits import Counted, Counts, Outcome


class FewVisits:
    """See `bot.visits.Visits`."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[date, str, Outcome]] = Counter()

    async def add(self, counts: Counts) -> None:
        """See `Visits.add`."""
        self.counts.update(dict(counts))

    async def since(self, day: date) -> list[Counted]:
        """See `Visits.since`."""
        pages: dict[str, dict[Outcome, int]] = {}
        for (at, page, outcome), count in self.counts.items():
            if at >= day:
                counted = pages.setdefault(page, {})
                counted[outcome] = counted.get(outcome, 0) + count
        return [Counted(page, outcomes) for page, outcomes in pages.items()]

    async def forget(self, before: date) -> int:
        """See `Visits.forget`."""
        old = [key for key in self.counts if key[0] < before]
        for key in old:
            del self.counts[key]
        return len(old)
