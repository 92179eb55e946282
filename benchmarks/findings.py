"""What a night finds in months of which the truth is known, and how long it looks at a million contacts.

`python -m benchmarks.findings`: 40 months of 30 days each, quiet ones and such with a planted fact, on seeds on which
nothing was chosen; then 133 days with 7 519 contacts each (a million), five channels, seven services and 60
topics. The counts are in memory: what the database needs to add them up is measured by the benchmark of the figures.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import statistics
import time
from datetime import timedelta
from typing import Any

import structlog

from benchmarks.machine import write
from bot.analytics.findings import NIGHTS, nightly
from bot.analytics.findings_slow import LATE_SPANS
from bot.analytics.findings_statistics import BASE_DAYS
from bot.contacts import Finding
from bot.desk.hours import Hours
from tests.analytics.counted_town import FIRST, Plan, month, night, office

DAYS = NIGHTS + BASE_DAYS + max(LATE_SPANS)
CONTACTS = 1_000_000


SEEDS = range(2000, 2040)
STRIKE, FLOOD, SILENT, LATE, GAP = 18, (22, 2.5), ("telegram", 24, 18, 24), ("urbanisme", 12, 3.0), (15, 4.0)
PLANTED: dict[str, tuple[Plan, set[tuple[str, str]], int, int]] = {
    "standstill": (Plan(strike=STRIKE), {("standstill", "")}, STRIKE, 0),
    "surge": (Plan(flood=FLOOD), {("surge", ""), ("surge", "voirie")}, FLOOD[0], 1),
    "silence": (Plan(silent=SILENT), {("silence", "telegram")}, SILENT[1], 2),
    "late": (Plan(late=LATE), {("late", "urbanisme")}, LATE[1], 4),
    "gap": (Plan(gap=GAP), {("gap", "13")}, GAP[0], 3),
}
"""The month, what may be said of its fact, its first day, and by how many days a finding may be off."""


def main() -> None:
    """Measure and write `results/findings.json`."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    figures: dict[str, Any] = {
        "quiet": {str(contacts): quiet(contacts) for contacts in (40, 150, 600)},
        "million": million(),
    }
    figures["planted"] = {sort: planted(*case) for sort, case in PLANTED.items()}
    print(json.dumps(figures, indent=1), write("findings", figures))


def quiet(contacts: float) -> dict[str, float]:
    """False alarms of months in which nothing was planted."""
    alarms = [len(look(Plan(contacts=contacts), seed)) for seed in SEEDS]
    return {
        "months": len(alarms),
        "median": statistics.median(alarms),
        "mean": statistics.mean(alarms),
        "most": max(alarms),
        "months_with_two_or_fewer": sum(number <= 2 for number in alarms),
    }


def planted(plan: Plan, names: set[tuple[str, str]], number: int, within: int) -> dict[str, float]:
    """In how many months a fact is found, and what is said beside it."""
    months = [look(plan, seed) for seed in SEEDS]
    own = [[one for one in found if (one.sort, one.subject) in names] for found in months]
    day = FIRST + number * timedelta(days=1)
    return {
        "months": len(months),
        "found": sum(any(abs((one.first_day - day).days) <= within for one in found) for found in own),
        "beside_mean": sum(map(len, months)) / len(months) - sum(map(len, own)) / len(months),
    }


def look(plan: Plan, seed: int) -> list[Finding]:
    """What the last night of a month finds."""
    town = office()
    book, topics = month(plan, seed)
    asyncio.run(nightly(book, topics, Hours(town), town, night(plan)))  # type: ignore[arg-type]
    return book.kept


def million() -> dict[str, float]:
    """One night over a million contacts."""
    town = office()
    plan = Plan(days=DAYS, contacts=CONTACTS / DAYS / 0.836, topics=60, silent=("telegram", DAYS - 6, 18, 24))
    book, topics = month(plan, 7)
    rows = {what: sum(counts.values()) for what, counts in book.rows.items()}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, began_cpu = time.perf_counter(), time.process_time()
    asyncio.run(nightly(book, topics, Hours(town), town, night(plan) + timedelta(hours=1)))  # type: ignore[arg-type]
    return {
        "contacts": rows["contacts"],
        "days": DAYS,
        "rows_of_counts": sum(len(counts) for counts in book.rows.values()),
        "seconds": round(time.perf_counter() - began, 2),
        "processor_seconds": round(time.process_time() - began_cpu, 2),
        "memory_more_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "findings": len(book.kept),
    }


if __name__ == "__main__":
    main()
