"""What comes of reading answers on the town's pages, on one database; see `bot.visits.Visits`."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Date, bindparam, delete, func, select, text

from bot.store.engine import Database
from bot.store.visit_tables import visits
from bot.visits import Counted, Counts, Outcome

_ADD = text(
    "INSERT INTO visits (day, page, outcome, count) VALUES (:day, :page, :outcome, :count) "
    "ON CONFLICT (day, page, outcome) DO UPDATE SET count = visits.count + excluded.count"
).bindparams(bindparam("day", type_=Date))


class SqlVisits:
    """See `Visits`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, counts: Counts) -> None:
        """See `Visits.add`."""
        # In one order for all processes: PostgreSQL would have two that add to the same rows wait for each other.
        rows = [
            {"day": day, "page": page, "outcome": outcome.value, "count": count}
            for (day, page, outcome), count in sorted(counts.items())
        ]

        def work(connection: Connection) -> None:
            connection.execute(_ADD, rows)

        if rows:
            await self._database.write(work)

    async def since(self, day: date) -> list[Counted]:
        """See `Visits.since`."""
        summed = (
            select(visits.c.page, visits.c.outcome, func.sum(visits.c.count).label("count"))
            .where(visits.c.day >= day)
            .group_by(visits.c.page, visits.c.outcome)
        )

        def work(connection: Connection) -> list[Counted]:
            found: dict[str, dict[Outcome, int]] = {}
            for row in connection.execute(summed):
                found.setdefault(row.page, {})[Outcome(row.outcome)] = int(row[2])
            pages = [Counted(page, outcomes) for page, outcomes in found.items()]
            return sorted(pages, key=lambda one: (-one.of(Outcome.READ), one.page))

        return await self._database.read(work)

    async def forget(self, before: date) -> int:
        """See `Visits.forget`."""

        def work(connection: Connection) -> int:
            return connection.execute(delete(visits).where(visits.c.day < before)).rowcount

        return await self._database.write(work)
