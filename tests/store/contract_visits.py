"""What comes of reading answers on the town's pages, as every engine keeps it."""

from __future__ import annotations

from datetime import date

from bot.store.sql import Store
from bot.visits import Outcome

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
POOL, CARD = "article:piscine", "fiche:part:F90001"


class VisitsContract:
    """Counts by day and page."""

    async def test_counts_add_up(self, store: Store) -> None:
        """What is counted on several days and by several processes is one sum by page, the most read first."""
        await store.visits.add({(MONDAY, POOL, Outcome.READ): 2, (MONDAY, CARD, Outcome.READ): 5})
        await store.visits.add({(MONDAY, POOL, Outcome.READ): 1, (MONDAY, POOL, Outcome.UNHELPED): 1})
        await store.visits.add({(TUESDAY, POOL, Outcome.READ): 4, (TUESDAY, POOL, Outcome.ASKED): 2})
        await store.visits.add({})

        counted = await store.visits.since(MONDAY)

        assert [(one.page, one.of(Outcome.READ), one.deflected) for one in counted] == [(POOL, 7, 4), (CARD, 5, 5)]
        assert [one.page for one in await store.visits.since(TUESDAY)] == [POOL]

    async def test_old_days_are_forgotten(self, store: Store) -> None:
        """Only days before the given one go."""
        await store.visits.add({(MONDAY, POOL, Outcome.READ): 2, (TUESDAY, POOL, Outcome.READ): 1})

        assert await store.visits.forget(TUESDAY) == 1
        assert [one.of(Outcome.READ) for one in await store.visits.since(MONDAY)] == [1]
