"""What a night finds unaided in the counts of the last weeks: docs/findings.md says what each finding means.

A night looks at every day of the last weeks as that day's own night would have, with what was known then. So it finds
the same whether it ran every night or once, and a fact keeps its first day for as long as it lasts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.analytics.findings_early import EarlyGaps, EarlySilences
from bot.analytics.findings_ledger import Ledger, read
from bot.analytics.findings_slow import LATE_SPANS, Delays, Gaps, Topical
from bot.analytics.findings_sorts import EARLY, HISTORY_DAYS, Sort, Stretch
from bot.analytics.findings_statistics import BASE_DAYS, strength
from bot.analytics.findings_unusual import Silences, Standstills, Surges, Table
from bot.contacts import ContactBook, Finding, Span
from bot.desk.hours import Hours
from bot.settings import Office

__all__ = ("Sort", "found", "nightly")

NIGHTS = 56
"""How many days a night looks at: so long after its first day, a fact that lasts has become usual."""
APART_DAYS = 3
"""Of a week-end with a bridge day: what stands out on both sides of it is one fact."""

log = structlog.get_logger(__name__)


class Topicals(Protocol):
    """Where the topics of the unanswered questions are; `bot.topics.Topics` is one."""

    async def all(self) -> Sequence[Topical]:
        """Every topic, decided or not."""


class Family(Protocol):
    """The tests of a night that belong together."""

    def night(self, last: int) -> Iterable[Stretch]:
        """What stands out of the stretches that end on a column of the ledger."""


async def nightly(book: ContactBook, topics: Topicals, hours: Hours, office: Office, now: datetime) -> int:
    """Look at the days before this one and keep what stands out; how many findings are new."""
    last = hours.day(now) - timedelta(days=1)
    first = last - timedelta(days=NIGHTS + BASE_DAYS + max(LATE_SPANS))
    ledger = await read(book, hours, tuple(office.services), first, last)
    if ledger is None:
        return 0
    kept = await book.findings(Span(first, last), dismissed=True)
    findings = [_continued(one, kept) for one in await asyncio.to_thread(found, ledger, await topics.all())]
    new = await book.find(findings, now)
    log.info("findings.night", found=len(findings), new=new, days=ledger.days)
    return new


def found(ledger: Ledger, topics: Sequence[Topical]) -> list[Finding]:
    """What stands out in the last weeks of a ledger, each fact once, the strongest first."""
    surges, silences, delays = Surges(ledger), Silences(ledger), Delays(ledger)
    standstills, gaps = Standstills(ledger), Gaps(topics, ledger)
    early: dict[Sort, EarlyGaps | EarlySilences] = {Sort.GAP: EarlyGaps(gaps), Sort.SILENCE: EarlySilences(ledger)}
    families: tuple[Family, ...] = (surges, silences, delays, standstills, gaps, *early.values())
    nights = range(max(ledger.days - NIGHTS, 0), ledger.days)
    stretches = [stretch for last in nights for family in families for stretch in family.night(last)]
    facts = _one_each(_merged(stretches))
    measured = [
        _of_early(fact, early[fact.sort])
        if fact.detail == EARLY
        else _measured(fact, surges, silences, delays, standstills, gaps)
        for fact in facts
    ]
    return sorted((_finding(fact, ledger) for fact in measured), key=lambda one: (-one.strength, one.sort, one.subject))


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Stretches of one sort and subject that touch each other are one fact.

    Its first day and its detail are those of the night that found it first: they are its name from then on.
    """
    facts: dict[tuple[Sort, str], list[Stretch]] = {}
    for stretch in sorted(stretches, key=lambda one: (one.last, one.p_value, one.first)):
        own = facts.setdefault((stretch.sort, stretch.subject), [])
        if own and stretch.first <= own[-1].last + APART_DAYS:
            own[-1] = replace(own[-1], last=stretch.last, p_value=min(own[-1].p_value, stretch.p_value))
        else:
            own.append(stretch)
    return [fact for own in facts.values() for fact in own]


def _one_each(facts: Sequence[Stretch]) -> list[Stretch]:
    """Without what another fact says already.

    The town's own silence, surge or standstill stands for those of its channels and services; a service that answers
    late takes its first cases late too.
    """

    def said(fact: Stretch) -> bool:
        for other in facts:
            near = fact.first <= other.last + APART_DAYS and other.first <= fact.last + APART_DAYS
            whole = other.sort is fact.sort and not other.subject and fact.subject
            slow = other.sort is Sort.LATE and fact.sort is Sort.STANDSTILL and other.subject == fact.subject
            if (whole or slow) and (near or (slow and 0 <= other.first - fact.last <= 2 * HISTORY_DAYS)):
                return True
        return False

    return [fact for fact in facts if not said(fact)]


def _of_early(fact: Stretch, family: EarlyGaps | EarlySilences) -> Stretch:
    seen, expected = family.measured(fact.subject, fact.first, fact.last)
    return replace(fact, seen=seen, expected=expected)


def _measured(
    fact: Stretch, surges: Surges, silences: Silences, delays: Delays, standstills: Standstills, gaps: Gaps
) -> Stretch:
    """A fact with what was seen and expected over all of its days."""

    def over(table: Table, row: int) -> Stretch:
        seen, expected, _, _ = table.window(fact.first, fact.last)
        return replace(fact, seen=float(seen[row]), expected=float(expected[row]))

    if fact.sort is Sort.SURGE:
        whole = over(surges.table, surges.names.index(fact.subject))
        return whole if fact.subject else replace(whole, detail=surges.main(fact.first, fact.last))
    if fact.sort is Sort.SILENCE:
        return over(silences.table(fact.detail), silences.names.index(fact.subject))
    if fact.sort is Sort.LATE:
        seen, expected = delays.measured(fact.subject, fact.first, fact.last, fact.detail)
        return replace(fact, seen=seen, expected=expected)
    if fact.sort is Sort.STANDSTILL:
        row = standstills.names.index(fact.subject)
        opened = over(standstills.opened, row).seen
        return replace(over(standstills.taken, row), detail=f"{opened:.0f}")
    return over(gaps.table, gaps.names.index(fact.subject))


def _finding(fact: Stretch, ledger: Ledger) -> Finding:
    return Finding(
        sort=fact.sort.value,
        subject=fact.subject,
        first_day=ledger.day(fact.first),
        last_day=ledger.day(fact.last),
        seen=round(fact.seen),
        expected=round(fact.expected),
        strength=strength(fact.p_value),
        detail=fact.detail,
    )


def _continued(finding: Finding, kept: Iterable[Finding]) -> Finding:
    """A finding under the name of the one that it goes on from: a fact that outlasts what a night looks at stays one."""
    apart = timedelta(days=APART_DAYS)
    for old in sorted(kept, key=lambda one: one.first_day):
        if (
            (old.sort, old.subject) == (finding.sort, finding.subject)
            and old.first_day <= finding.last_day
            and finding.first_day <= old.last_day + apart
            and old.first_day < finding.first_day
        ):
            return replace(finding, first_day=old.first_day, detail=old.detail or finding.detail)
    return finding
