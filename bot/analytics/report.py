"""Makes the figures of a span, and of the span before it, from the counts by day."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from bot.analytics.counters import Count
from bot.analytics.figures import (
    ROWS,
    Asked,
    Card,
    Day,
    Figures,
    Found,
    Hour,
    Mails,
    Moved,
    Mover,
    Row,
    Sentence,
    Series,
    Tables,
    Time,
    Times,
    Trend,
)
from bot.contacts import Backlog, ContactBook, Counted, Finding, Span, Spread, What

WEEK, MONTH = 7, 30
DAY = timedelta(days=1)
CHANNELS, SERVICES, TOPICS, LANGUAGES = "channels", "services", "topics", "languages"
_COLUMN = {CHANNELS: "channel", SERVICES: "service", TOPICS: "topic", LANGUAGES: "language"}
MOVERS = (CHANNELS, SERVICES, TOPICS)

ByDay = dict[tuple[date, str], int]
"""Counts by day and a key."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the codes of a town are called."""

    services: Mapping[str, str]
    topics: Mapping[str, str]

    def of(self, table: str, key: str) -> str:
        """The name of a line of a table; its key where it has none, as a service that was removed."""
        known = {SERVICES: self.services, TOPICS: self.topics}.get(table, {})
        return known.get(key, key)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of the book."""

    contacts: Mapping[str, ByDay]
    """By table."""
    hours: Sequence[Counted]
    counts: Mapping[str, ByDay]
    """By what is counted, keyed by its detail, or its service."""
    judged: Mapping[date, tuple[int, int]]
    """By day: how many, and the sum of their verdicts from 1 to 3."""


def before(span: Span) -> Span:
    """The span of as many days just before one."""
    days = (span.last - span.first).days
    last = _back(span.first, 1)
    return replace(span, first=_back(last, days), last=last)


def _back(day: date, days: int) -> date:
    """So many days before one, and not before all time."""
    return date.fromordinal(max(day.toordinal() - days, 1))


async def figures_of(
    book: ContactBook,
    span: Span,
    names: Names,
    now: datetime,
    say: Callable[[Finding], str] = lambda finding: "",
) -> Figures:
    """The figures of a span; `say` gives a finding its sentence.

    Raises:
        StoreError: not now.
    """
    earlier = before(span)
    longest = replace(span, first=min(earlier.first, _back(span.last, 2 * MONTH - 1)))
    read, spreads, backlog, findings = await asyncio.gather(
        _read(book, longest, span), _spreads(book, span, earlier), book.backlog(now), book.findings(span)
    )
    totals = {what: _split(by_day, span, earlier) for what, by_day in read.counts.items()}
    contacts = _split(read.contacts[CHANNELS], span, earlier)
    trend = Trend(_moved(read, names, span.last, WEEK), _moved(read, names, span.last, MONTH))
    cards = _cards(contacts, totals, read, span, earlier)
    return Figures(
        span=Asked(span.first, span.last, span.channel, span.service, span.language),
        sentence=_sentence(cards[0], _mover(read, names, span, earlier)),
        cards=cards,
        series=Series(_days(read, span), _hours(read.hours)),
        tables=_tables(read, totals, names, span, earlier),
        times=Times(*(_time(now_, was) for now_, was in spreads)),
        mails=_mails(backlog, totals[What.LETTER.value], span, names),
        findings=tuple(_found(one, names, say) for one in findings),
        trend=trend,
    )


async def _read(book: ContactBook, longest: Span, span: Span) -> _Read:
    async def by_day(what: str, key: str = "") -> ByDay:
        found = await book.counts(longest, what, ["day", *([key] if key else [])])
        return {(date.fromisoformat(one.key[0]), one.key[1] if key else ""): one.count for one in found}

    async def judged() -> dict[date, tuple[int, int]]:
        found = await book.counts(longest, What.JUDGED.value, ["day"])
        return {date.fromisoformat(one.key[0]): (one.count, one.total) for one in found}

    keyed = {What.OPENED: "detail", What.MET: "detail", What.RATED: "detail", What.LETTER: "service"}
    wanted = {what.value: key for what, key in keyed.items()}
    wanted |= {what.value: "" for what in (Count.CHATS, Count.CONTAINED, Count.CHATS_RATED, Count.HELPED)}
    contacts, hours, counts, verdicts = await asyncio.gather(
        asyncio.gather(*(by_day(Count.CONTACTS.value, column) for column in _COLUMN.values())),
        book.counts(span, Count.CONTACTS.value, ["day", "hour"]),
        asyncio.gather(*(by_day(what, key) for what, key in wanted.items())),
        judged(),
    )
    return _Read(dict(zip(_COLUMN, contacts, strict=True)), hours, dict(zip(wanted, counts, strict=True)), verdicts)


async def _spreads(book: ContactBook, span: Span, earlier: Span) -> list[tuple[Spread, Spread]]:
    whats = (What.TAKEN, What.ANSWERED, What.CLOSED)
    found = await asyncio.gather(*(book.spread(one, what) for what in whats for one in (span, earlier)))
    return [(found[place], found[place + 1]) for place in range(0, len(found), 2)]


@dataclass(frozen=True, slots=True)
class _Both:
    """Counts by key, of the span and of the one before."""

    now: Counter[str]
    was: Counter[str]


def _split(by_day: ByDay, span: Span, earlier: Span) -> _Both:
    return _Both(_between(by_day, span.first, span.last), _between(by_day, earlier.first, earlier.last))


def _between(by_day: ByDay, first: date, last: date) -> Counter[str]:
    found: Counter[str] = Counter()
    for (day, key), count in by_day.items():
        if first <= day <= last:
            found[key] += count
    return found


def _ratio(part: int | Fraction, whole: int) -> float | None:
    return float(Fraction(part) / whole) if whole else None


def _change(now: int, was: int) -> float | None:
    return _ratio(now - was, was)


def _cards(contacts: _Both, totals: Mapping[str, _Both], read: _Read, span: Span, earlier: Span) -> tuple[Card, ...]:
    def share(key: str, part: Count, whole: Count) -> Card:
        own, of = totals[part.value], totals[whole.value]
        return _share(key, _ratio(own.now.total(), of.now.total()), _ratio(own.was.total(), of.was.total()))

    now, was = contacts.now.total(), contacts.was.total()
    rated = totals[What.RATED.value]
    return (
        Card("contacts", now, "count", was, _change(now, was)),
        share("contained", Count.CONTAINED, Count.CHATS),
        share("helped", Count.HELPED, Count.CHATS_RATED),
        _share("satisfaction", _satisfied(rated.now, read.judged, span), _satisfied(rated.was, read.judged, earlier)),
    )


def _share(key: str, value: float | None, was: float | None) -> Card:
    change = value - was if value is not None and was is not None else None
    return Card(key, value, "share", was, change)


def _satisfied(rated: Counter[str], judged: Mapping[date, tuple[int, int]], span: Span) -> float | None:
    """Of all ratings of answers and verdicts on cases, the share that is good; "partly" is half of one."""
    verdicts = [found for day, found in judged.items() if span.first <= day <= span.last]
    count, total = sum(one for one, _ in verdicts), sum(one for _, one in verdicts)
    return _ratio(rated["helpful"] + Fraction(total - count, 2), rated.total() + count)


def _days(read: _Read, span: Span) -> tuple[Day, ...]:
    """Every day of the span, also those on which nothing happened."""
    kept = (Count.CONTAINED.value, What.OPENED.value, What.LETTER.value)
    whats = [read.contacts[CHANNELS], *(read.counts[what] for what in kept)]
    summed: list[Counter[date]] = []
    for by_day in whats:
        own: Counter[date] = Counter()
        for (day, _), count in by_day.items():
            own[day] += count
        summed.append(own)
    days = ((span.last - span.first) // DAY) + 1
    return tuple(
        Day(day, *(own[day] for own in summed)) for day in (span.first + number * DAY for number in range(days))
    )


def _tables(read: _Read, totals: Mapping[str, _Both], names: Names, span: Span, earlier: Span) -> Tables:
    def contacts(table: str) -> tuple[Row, ...]:
        return _rows(table, _split(read.contacts[table], span, earlier), names)

    return Tables(
        channels=contacts(CHANNELS),
        services=contacts(SERVICES),
        topics=contacts(TOPICS),
        languages=contacts(LANGUAGES),
        causes=_rows("causes", totals[What.OPENED.value], names),
        statuses=_rows("statuses", totals[What.MET.value], names),
    )


def _hours(counted: Iterable[Counted]) -> tuple[Hour, ...]:
    found: Counter[tuple[int, int]] = Counter()
    for one in counted:
        found[date.fromisoformat(one.key[0]).weekday(), int(one.key[1])] += one.count
    return tuple(Hour(weekday, hour, count) for (weekday, hour), count in sorted(found.items()))


def _rows(table: str, both: _Both, names: Names) -> tuple[Row, ...]:
    whole = both.now.total()
    rows = [
        Row(key, names.of(table, key), both.now[key], both.was[key], _ratio(both.now[key], whole))
        for key in both.now.keys() | both.was.keys()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.count, -row.before, row.key))[:ROWS])


def _time(now: Spread, was: Spread) -> Time:
    return Time(now.count, now.median, now.ninetieth, was.median)


def _mails(backlog: Sequence[Backlog], received: _Both, span: Span, names: Names) -> tuple[Mails, ...]:
    """By service; what is open is so now, whatever the span, and in all languages."""
    shown = {one.service: one for one in backlog if span.service in {"", one.service}}
    codes = shown.keys() | received.now.keys() | received.was.keys()
    rows = [
        Mails(
            code,
            names.of(SERVICES, code),
            waiting.open if waiting else 0,
            waiting.late if waiting else 0,
            waiting.oldest // timedelta(hours=1) if waiting else None,
            received.now[code],
            received.was[code],
        )
        for code in codes
        for waiting in [shown.get(code)]
    ]
    return tuple(sorted(rows, key=lambda row: (-row.open, -row.received, row.service)))


def _found(one: Finding, names: Names, say: Callable[[Finding], str]) -> Found:
    known = {**names.topics, **names.services}
    return Found(
        one.id,
        one.sort,
        one.subject,
        known.get(one.subject, one.subject),
        one.first_day,
        one.last_day,
        one.seen,
        one.expected,
        one.strength,
        say(one),
    )


def _moved(read: _Read, names: Names, last: date, days: int) -> Moved:
    span = Span(_back(last, days - 1), last)
    earlier = before(span)
    both = _split(read.contacts[CHANNELS], span, earlier)
    now, was = both.now.total(), both.was.total()
    return Moved(now, was, _change(now, was), _mover(read, names, span, earlier))


def _mover(read: _Read, names: Names, span: Span, earlier: Span) -> Mover | None:
    """The line that moved most; of two that moved as far, a topic says more than a service, and that than a channel."""
    most: Mover | None = None
    for table in reversed(MOVERS):
        both = _split(read.contacts[table], span, earlier)
        for key in sorted(both.now.keys() | both.was.keys()):
            change = both.now[key] - both.was[key]
            if key and abs(change) > abs(most.change if most else 0):
                most = Mover(table, key, names.of(table, key), change)
    return most


def _sentence(contacts: Card, mover: Mover | None) -> Sentence:
    now, was = int(contacts.value or 0), int(contacts.before or 0)
    key = "same" if now == was else "more" if now > was else "fewer"
    if not now:
        key = "empty"
    elif not was:
        key = "first"
    return Sentence(
        key,
        {
            "contacts": now,
            "before": was,
            "change": abs(contacts.change or 0.0),
            "table": mover.table if mover else "",
            "mover": mover.name if mover else "",
            "moved": mover.change if mover else 0,
        },
    )
