"""Cases that go on because nobody took them: each one UPDATE that names the version it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, and_, bindparam, func, literal_column, select, update

from bot.cases import CaseEvent, CaseState, What
from bot.relays import GOING, PLACING, Mark, Relay, Untaken, read_relay
from bot.store.case_order import OPEN
from bot.store.case_rows import CASES, EVENTS, as_case, as_event, note_down
from bot.store.columns import Number
from bot.store.desk_tables import case_events, cases
from bot.store.engine import Database
from bot.store.offers import locked

_TOLD = case_events.c.what.in_(sorted(what.value for what in PLACING | GOING))
LAST = (
    select(case_events.c.what)
    .where(case_events.c.case_id == cases.c.id, _TOLD)
    .order_by(case_events.c.position.desc())
    .limit(1)
    .correlate(cases)
    .scalar_subquery()
)
"""What was done last with a case, of `PLACING` and `GOING`: NULL if nothing was kept."""
PLACE = cases.c.id + literal_column("0", Number)
"""Plainly by `id`, both engines would go through the closed cases of years instead of the index of open ones."""
_FREE = and_(cases.c.state == CaseState.WAITING.value, OPEN, cases.c.offered_to.is_(None))
UNTAKEN = (
    CASES.where(bindparam("after", type_=Number) < PLACE, _FREE)
    .where(func.coalesce(LAST, "") != What.UNTAKEN.value)
    .order_by(PLACE)
    .limit(bindparam("at_most", type_=Integer))
)


class SqlRelays:
    """See `bot.relays.Relays`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def untaken(self, after: int, limit: int = 500) -> list[Untaken]:
        """See `Relays.untaken`."""
        found = UNTAKEN.params(after=after, at_most=limit)

        def work(connection: Connection) -> list[Untaken]:
            # The case is read before its history: what happens between the two has another version by then.
            rows = connection.execute(found).all()
            events = _events(connection, [row.id for row in rows])
            return [Untaken(as_case(row), row.opened_for, events.get(row.id, [])) for row in rows]

        return await self._database.read(work)

    async def relay(self, case_id: int, version: int, relay: Relay, now: datetime) -> bool:
        """See `Relays.relay`."""
        values: dict[str, Any] = {"version": version + 1}
        if relay.service:
            values |= {"service": relay.service, "passes": 0}
        change = update(cases).where(cases.c.id == case_id, _FREE, cases.c.version == version).values(**values)

        def work(connection: Connection) -> bool:
            conversation_id = locked(connection, case_id)
            if connection.execute(change).rowcount != 1:
                return False
            note_down(connection, case_id, conversation_id, relay.what, now, text=relay.text)
            return True

        return await self._database.write(work)

    async def marks(self, case_ids: Sequence[int]) -> Mapping[int, Mark]:
        """See `Relays.marks`."""
        waiting = select(cases.c.id).where(
            cases.c.id.in_(case_ids),
            cases.c.state == CaseState.WAITING.value,
            LAST.in_(sorted(what.value for what in GOING)),
        )

        def work(connection: Connection) -> Mapping[int, Mark]:
            events = _events(connection, list(connection.execute(waiting).scalars()))
            last = {case_id: told[-1] for case_id, told in events.items()}
            return {
                case_id: Mark(read_relay(event.text), event.at)
                for case_id, event in last.items()
                if event.what in GOING
            }

        return await self._database.read(work) if case_ids else {}


def _events(connection: Connection, case_ids: Sequence[int]) -> dict[int, list[CaseEvent]]:
    """The placing and going of cases, each in order."""
    by_case: dict[int, list[CaseEvent]] = {}
    if case_ids:
        found = EVENTS.where(case_events.c.case_id.in_(case_ids), _TOLD).order_by(case_events.c.position)
        for event in map(as_event, connection.execute(found)):
            by_case.setdefault(event.case_id, []).append(event)
    return by_case
