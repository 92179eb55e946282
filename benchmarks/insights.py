"""The figures of a large town: a year of contacts on PostgreSQL, the figures of a month, and the count of a night.

    python -m benchmarks.insights [--contacts 1000000] [--runs 10]

Contacts and what happened in them are made in the database, by chance with a fixed seed: channels, services and topics of
which some are far more frequent than others, in the hours in which people write. Then every day is counted (the most that a
night could ever have to do), one day is (what a usual night does), and the figures are asked for as the page does. Writes
results/insights.json.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, text

from benchmarks import machine
from bot.analytics.figures import Figures
from bot.analytics.report import Names, figures_of
from bot.contacts import Span
from bot.store.sql import Store, migrate, open_store
from tests.servers import running_postgresql

FIRST = date(2025, 12, 1)
DAYS = 365
LAST = FIRST + timedelta(days=DAYS - 1)
NOW = datetime(2026, 12, 1, 4, tzinfo=timezone.utc)
SERVICES, TOPICS = 30, 400
NAMES = Names(
    {f"service{n}": f"Service {n}" for n in range(SERVICES)}, {f"article{n}": f"Article {n}" for n in range(TOPICS)}
)

_SEED = text("SELECT setseed(0.5)")
# The squares of chance make the first of each list the most frequent; people write from 7 to 22.
_CONTACTS = text(
    f"""
INSERT INTO contacts (way, channel, language, service, topic, started_at, ended_at, day, hour, questions, answered, lost,
    cause, helpful, returned)
SELECT CASE channel WHEN 'email' THEN 'mail' WHEN 'form' THEN 'form' ELSE 'chat' END, channel, language,
    CASE WHEN s < 0.1 THEN '' ELSE 'service' || floor(s * s * {SERVICES})::int END,
    CASE WHEN t < 0.1 THEN '' ELSE 'article' || floor(t * t * {TOPICS})::int END,
    at, at + interval '3 minutes', :day, extract(hour FROM at), 2, CASE WHEN a < 0.8 THEN 1 ELSE 0 END,
    CASE WHEN a < 0.8 THEN 0 ELSE 1 END, CASE WHEN c < 0.25 THEN 'asked' ELSE '' END,
    CASE WHEN h < 0.1 THEN true WHEN h < 0.15 THEN false END, r < 0.05
FROM (
    SELECT (ARRAY['web', 'email', 'form', 'telegram', 'whatsapp', 'messenger'])[1 + floor(6 * random() ^ 2)::int] AS channel,
        (ARRAY['fr', 'en', 'ar', 'tr'])[1 + floor(4 * random() ^ 4)::int] AS language,
        random() AS s, random() AS t, random() AS a, random() AS c, random() AS h, random() AS r,
        CAST(:day AS timestamp) AT TIME ZONE 'UTC' + interval '7 hours' + random() * interval '15 hours' AS at
    FROM generate_series(1, :many)
) AS made
"""
)
_FACT = (
    "INSERT INTO facts (contact_id, what, at, day, hour, channel, language, service, topic, detail, value) SELECT id, "
)
_REST = "channel, language, service, topic, "
_FACTS = [
    text(
        f"{_FACT}{what}, {at}, CAST({at} AT TIME ZONE 'UTC' AS date), extract(hour FROM {at} AT TIME ZONE 'UTC'), {_REST}{detail}, {value} FROM contacts WHERE day = :day AND {which}"
    )
    for what, at, detail, value, which in (
        ("'met'", "started_at", "CASE WHEN answered > 0 THEN 'answered' ELSE 'lost' END", "NULL", "way = 'chat'"),
        ("'met'", "ended_at", "'choose'", "NULL", "way = 'chat' AND random() < 0.6"),
        ("'rated'", "ended_at", "CASE WHEN helpful THEN 'helpful' ELSE 'useless' END", "NULL", "helpful IS NOT NULL"),
        ("'letter'", "started_at", "'request'", "NULL", "way <> 'chat'"),
        ("'opened'", "ended_at", "cause", "NULL", "cause <> ''"),
        ("'taken'", "(ended_at + interval '2 hours')", "''", "(random() * 20000)::int", "cause <> ''"),
        ("'answered'", "(ended_at + interval '3 hours')", "''", "(random() * 40000)::int", "cause <> ''"),
        ("'closed'", "(ended_at + interval '2 days')", "''", "(random() * 400000)::int", "cause <> ''"),
        (
            "'judged'",
            "(ended_at + interval '2 days')",
            "''",
            "1 + floor(3 * random())::int",
            "cause <> '' AND returned",
        ),
    )
]


async def fill(store: Store, contacts: int) -> dict[str, int]:
    """So many contacts, as many each day; rows by table."""

    def one_day(connection: Connection, day: date, many: int) -> None:
        connection.execute(_CONTACTS, {"day": day, "many": many})
        for statement in _FACTS:
            connection.execute(statement, {"day": day})

    def begin(connection: Connection) -> None:
        # One connection for all of them: the seed is its.
        connection.execute(_SEED)
        for number in range(DAYS):
            many = contacts * (number + 1) // DAYS - contacts * number // DAYS
            one_day(connection, FIRST + timedelta(days=number), many)

    await store.database.write(begin)
    for table in ("contacts", "facts"):
        await vacuum(store, table)
    return {table: await size(store, table) for table in ("contacts", "facts")}


async def vacuum(store: Store, table: str) -> None:
    """What PostgreSQL does by itself, now."""
    await store.database.write_one(lambda connection: connection.execute(text(f"VACUUM ANALYZE {table}")))


async def size(store: Store, table: str) -> int:
    """Rows of a table."""
    counted = text(f"SELECT count(*) FROM {table}")
    return int(await store.database.read(lambda connection: connection.execute(counted).scalar_one()))


async def timed(work: Callable[[], Awaitable[Any]]) -> float:
    """Seconds of a piece of work."""
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def run(store: Store, contacts: int, runs: int) -> dict[str, Any]:
    rows: dict[str, int] = {}

    async def filling() -> None:
        rows.update(await fill(store, contacts))

    async def count() -> None:
        while await store.contacts.roll_up():
            pass

    filled = await timed(filling)
    print(f"filled in {filled:.0f} s: {rows}")
    await store.contacts.make_stale(date.min, date.max)
    everything = await timed(count)
    await vacuum(store, "daily")
    rows["daily"] = await size(store, "daily")
    print(f"every day counted in {everything:.1f} s: {rows}")
    nights = []
    for number in range(runs):
        day = LAST - timedelta(days=number)
        await store.contacts.make_stale(day, day)
        nights.append(await timed(count))
    spans = {
        "month": Span(LAST - timedelta(days=29), LAST),
        "month of one service": Span(LAST - timedelta(days=29), LAST, service="service0"),
        "quarter": Span(LAST - timedelta(days=90), LAST),
        "year": Span(FIRST, LAST),
    }
    asked: dict[str, Any] = {}
    for name, span in spans.items():

        async def ask(span: Span = span) -> Figures:
            return await figures_of(store.contacts, span, NAMES, NOW)

        seconds = [await timed(ask) for _ in range(runs if name != "year" else 3)]
        asked[name] = {"first_ms": round(seconds[0] * 1000, 1), **machine.summary(seconds[1:])}
        print(f"figures of a {name}: {asked[name]}")
    return {
        "rows": rows,
        "roll_up": {
            "days": DAYS,
            "all_seconds": round(everything, 1),
            "one_day_ms": round(statistics.median(nights) * 1000, 1),
            "process_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        },
        "figures": asked,
    }


async def measure(url: str, contacts: int, runs: int) -> dict[str, Any]:
    store = await open_store(url)
    try:
        return await run(store, contacts, runs)
    finally:
        await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    with running_postgresql() as server:
        url = server.create("insights")
        migrate(url)
        figures = asyncio.run(measure(url, options.contacts, options.runs))
    print(machine.write("insights", {"contacts": options.contacts, **figures}))


if __name__ == "__main__":
    main()
