"""Counts of a town that never was, as a contact book keeps them: negative binomial, with weekdays, hours and holidays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import numpy as np

from bot.contacts import Counted, Finding, Span, What
from bot.desk.hours import Hours
from bot.settings import Office, Service, Town
from bot.settings_hours import read_week

DAY = timedelta(days=1)
FIRST = date(2026, 9, 21)
"""A Monday; the month holds the end of summer time (25 October)."""
WEEKDAYS = (1.25, 1.1, 1.0, 1.0, 0.9, 0.35, 0.25)
HOLIDAY = 0.3
"""Of a working day: what comes on a holiday."""
HOUR = np.array([1, 1, 0, 0, 0, 1, 2, 4, 8, 12, 12, 10, 7, 8, 11, 11, 9, 8, 6, 5, 4, 4, 3, 2], float)
EVEN = np.ones(24) * 4 + np.array([0] * 7 + [3] * 17)
CHANNELS: Mapping[str, tuple[float, Any]] = {
    "web": (0.5, HOUR),
    "email": (0.2, HOUR),
    "telegram": (0.12, EVEN),
    "whatsapp": (0.1, EVEN),
    "form": (0.08, HOUR),
}
SERVICES: Mapping[str, float] = {
    "accueil_general": 0.2,
    "etat_civil": 0.25,
    "urbanisme": 0.15,
    "voirie": 0.15,
    "enfance": 0.1,
    "ccas": 0.1,
    "culture": 0.05,
}
ANSWER_SECONDS = 3.5 * 3600
TAKEN_SHARE = 0.5
"""Of the time to an answer: when somebody took the case."""
PROMISE_SECONDS = 15 * 3600
CASES = 0.35
"""Of contacts: how many become a case."""


def office() -> Office:
    """The town's settings."""
    week = read_week({"mon-fri": "9:00-12:30 13:30-17:30"})
    town = Town("Pontavel", "Mairie", "", "02 61 91 40 00", "", "", "https://pontavel.example", opening=week)
    return Office(town=town, services={code: Service(code.capitalize(), "") for code in SERVICES})


@dataclass
class Topic:
    """A topic of the unanswered questions."""

    id: int
    decision: str = ""
    days: dict[date, int] = field(default_factory=dict)


class Topics:
    """The topics of a town."""

    def __init__(self, topics: Sequence[Topic] = ()) -> None:
        self.topics = list(topics)

    async def all(self) -> list[Topic]:
        return self.topics


class Book:
    """The counts of a town and what was found, in memory: what a night needs of a ContactBook."""

    COLUMNS = ("day", "hour", "channel", "service")

    def __init__(self) -> None:
        self.rows: dict[str, Counter[tuple[Any, ...]]] = {}
        self.totals: dict[str, Counter[tuple[Any, ...]]] = {}
        self.kept: list[Finding] = []
        self.dismissed: set[int] = set()

    def add(self, what: str, day: date, hour: int, channel: str, service: str, count: int, total: int = 0) -> None:
        if count > 0:
            key = (day, hour, channel, service)
            self.rows.setdefault(what, Counter())[key] += count
            self.totals.setdefault(what, Counter())[key] += total

    async def counts(self, span: Span, what: str, by: Sequence[str]) -> list[Counted]:
        counts: Counter[tuple[str, ...]] = Counter()
        totals: Counter[tuple[str, ...]] = Counter()
        for key, count in self.rows.get(what, Counter()).items():
            if span.first <= key[0] <= span.last:
                named = dict(zip(self.COLUMNS, (key[0].isoformat(), f"{key[1]:02}", *key[2:]), strict=True))
                short = tuple(named[name] for name in by)
                counts[short] += count
                totals[short] += self.totals[what][key]
        return sorted((Counted(key, counts[key], totals[key]) for key in counts), key=lambda one: -one.count)

    async def findings(self, span: Span, dismissed: bool = False) -> list[Finding]:
        return [one for one in self.kept if dismissed or one.id not in self.dismissed]

    async def find(self, findings: Sequence[Finding], now: datetime) -> int:
        new = 0
        for one in findings:
            name = (one.sort, one.subject, one.first_day)
            old = next(
                (at for at, kept in enumerate(self.kept) if (kept.sort, kept.subject, kept.first_day) == name), None
            )
            if old is None:
                new += 1
                self.kept.append(replace(one, id=len(self.kept) + 1))
            else:
                self.kept[old] = replace(one, id=self.kept[old].id)
        return new


@dataclass(frozen=True)
class Plan:
    """What a month is like; days are numbers from its first, the last one included."""

    days: int = 30
    contacts: float = 150.0
    """On a mean working day."""
    dispersion: float = 0.06
    first: date = FIRST
    strike: int | None = None
    flood: tuple[int, float] | None = None
    """Day and factor: most of it at one service."""
    silent: tuple[str, int, int, int] | None = None
    """Channel, first day, first hour and hour behind the last."""
    late: tuple[str, int, float] | None = None
    """Service, first day, and how many times as long it takes."""
    gap: tuple[int, float] | None = None
    """First day, and questions a day at the end: half as many on the first day."""
    begins: Mapping[str, int] = field(default_factory=dict)
    """Channels that are there from a day on."""
    renamed: tuple[str, str, int] | None = None
    topics: int = 12
    """Of the unanswered questions, with a few a day each."""


def month(plan: Plan, seed: int) -> tuple[Book, Topics]:
    """The counts of a month."""
    chance = np.random.default_rng(seed)
    hours, book = Hours(office()), Book()
    backlog: Counter[str] = Counter()

    def counted(mean: float, dispersion: float = plan.dispersion) -> int:
        return int(chance.poisson(mean * chance.gamma(1 / dispersion, dispersion))) if mean > 0 else 0

    for number in range(plan.days):
        day = plan.first + number * DAY
        works = bool(hours.slots("accueil_general", day))
        weekday = HOLIDAY if hours.why_closed("accueil_general", day) else WEEKDAYS[day.weekday()]
        # What all channels share: the weather and the news.
        base = plan.contacts * weekday * chance.gamma(1 / 0.03, 0.03)
        brought: Counter[str] = Counter()
        for channel, (share, pattern) in CHANNELS.items():
            if number < plan.begins.get(channel, 0):
                continue
            total = counted(base * share)
            for hour, count in enumerate(chance.multinomial(total, pattern / pattern.sum())):
                if plan.silent and plan.silent[0] == channel and number >= plan.silent[1]:
                    count = 0 if plan.silent[2] <= hour < plan.silent[3] else count
                codes, shares = list(SERVICES), np.array(list(SERVICES.values()))
                for code, some in zip(codes, chance.multinomial(count, shares / shares.sum()), strict=True):
                    if plan.renamed and plan.renamed[0] == code and number >= plan.renamed[2]:
                        code = plan.renamed[1]
                    if plan.flood and plan.flood[0] == number and code == "voirie":
                        some = int(some + chance.poisson(some * (plan.flood[1] - 1) / SERVICES["voirie"]))
                    book.add("contacts", day, hour, channel, code, int(some))
                    brought[code] += int(some)
        for code, some in brought.items():
            opened = int(chance.binomial(some, CASES))
            book.add(What.OPENED.value, day, 10, "web", code, opened)
            backlog[code] += opened
            if not works or number == plan.strike:
                continue
            taken = int(chance.binomial(backlog[code], 0.9))
            backlog[code] -= taken
            slow = plan.late[2] if plan.late and plan.late[0] == code and number >= plan.late[1] else 1.0
            times = ANSWER_SECONDS * slow * chance.lognormal(-0.3, 0.8, taken)
            book.add(What.TAKEN.value, day, 11, "web", code, taken, int(times.sum() * TAKEN_SHARE))
            book.add(What.ANSWERED.value, day, 11, "web", code, taken, int(times.sum()))
            book.add(What.LATE.value, day, 12, "web", code, int((times > PROMISE_SECONDS).sum()))
    return book, Topics(_topics(plan, chance, counted))


def _topics(plan: Plan, chance: np.random.Generator, counted: Any) -> list[Topic]:
    topics = [Topic(number + 1) for number in range(plan.topics)]
    for topic in topics:
        mean = float(chance.gamma(1.5, 0.4)) * plan.contacts / 150
        for number in range(plan.days):
            day = plan.first + number * DAY
            if count := counted(mean * WEEKDAYS[day.weekday()], 0.3):
                topic.days[day] = count
    if plan.gap:
        first, most = plan.gap
        planted = Topic(len(topics) + 1)
        for number in range(first, plan.days):
            day = plan.first + number * DAY
            share = 0.5 + 0.5 * (number - first) / max(plan.days - 1 - first, 1)
            if count := counted(most * share, 0.1):
                planted.days[day] = count
        topics.append(planted)
    return topics


def night(plan: Plan, number: int | None = None) -> datetime:
    """Half past three behind a day of the month, the last unless told."""
    day = plan.first + (plan.days if number is None else number + 1) * DAY
    return datetime(day.year, day.month, day.day, 3, 30, tzinfo=timezone.utc)
