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
    Card,
    Day,
    Figures,
    Found,
    Hour,
    Mails,
    Moved,
    Mover,
    Notice,
    Row,
    Sentence,
    Series,
    Tables,
    Time,
    Times,
    Trend,
    Unclaimed,
)
from bot.contacts import Backlog, ContactBook, Counted, Finding, Span, Spread, What

WEEK, MONTH = 7, 30
DAY = timedelta(days=1)
CHANNELS, SERVICES, TOPICS, LANGUAGES = "channels", "services", "topics", "languages"
_COLUMN = {CHANNELS: "channel", SERVICES: "service", TOPICS: "topic", LANGUAGES: "language"}
MOVERS = (CHANNELS, SERVICES, TOPICS)
CODE = "{code}"


@dataclass(frozen=True, slots=True)
class Names:
    """What the codes of a town are called."""

    services: Mapping[str, str]
    topics: Mapping[str, str]
    former: str = CODE
    """What a service is called that the town no longer has, with `CODE` for its code."""

    def of(self, table: str, key: str) -> str:
        """The name of a line of a table; its key where it has none."""
        if table == SERVICES and key and key not in self.services:
            return self.former.replace(CODE, key)
        known = {SERVICES: self.services, TOPICS: self.topics}.get(table, {})
        return known.get(key, key)


@dataclass(frozen=True, slots=True)
class _Both:
    """Counts by key, of a run of days and of the one before it."""

    now: Counter[str]
    was: Counter[str]


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of the book."""

    contacts: Mapping[str, Sequence[_Both]]
    """By table: of the span, of the last week and of the last month."""
    totals: Mapping[str, _Both]
    """By what is counted, keyed by its detail, or its service."""
    days: Sequence[Mapping[str, int]]
    """Contacts, contained chats, cases and letters by day."""
    hours: Sequence[Counted]
    judged: tuple[tuple[int, int], tuple[int, int]]
    """How many verdicts, and their sum, of the span and of the one before."""


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
    notices: Sequence[Notice] = (),
) -> Figures:
    """The figures of a span; `say` gives a finding its sentence, `notices` are told with them.

    Raises:
        StoreError: not now.
    """
    earlier = before(span)
    read, spreads, backlog, findings = await asyncio.gather(
        _read(book, span, earlier), _spreads(book, span, earlier), book.backlog(now, span), book.findings(span)
    )
    cards = _cards(read)
    return Figures(
        span=span,
        sentence=_sentence(cards[0], _mover(read, 0, names)),
        cards=cards,
        series=Series(_days(read, span), _hours(read.hours)),
        tables=_tables(read, names),
        times=Times(*(_time(one, was) for one, was in spreads)),
        mails=_mails(backlog, read.totals[What.LETTER.value], names),
        unclaimed=_unclaimed(read.totals[What.RELAYED.value], read.totals[What.UNTAKEN.value], names),
        findings=tuple(_found(one, names, say) for one in findings),
        trend=Trend(_moved(read, 1, names), _moved(read, 2, names)),
        notices=tuple(notices),
    )


async def _read(book: ContactBook, span: Span, earlier: Span) -> _Read:
    pair = [(one.first, one.last) for one in (span, earlier)]
    runs = list(pair)
    for length in (WEEK, MONTH):
        last = replace(span, first=_back(span.last, length - 1))
        runs += [(one.first, one.last) for one in (last, before(last))]

    async def compared(what: str, by: str, runs: Sequence[tuple[date, date]]) -> list[_Both]:
        found = await book.compare(span, runs, what, by)
        counts = [Counter({one.key: one.counts[place] for one in found}) for place in range(len(runs))]
        return [_Both(+counts[place], +counts[place + 1]) for place in range(0, len(runs), 2)]

    async def by_day(what: str) -> dict[str, int]:
        return {one.key[0]: one.count for one in await book.counts(span, what, ["day"])}

    async def judged(one: Span) -> tuple[int, int]:
        found = await book.counts(one, What.JUDGED.value, [])
        return (found[0].count, found[0].total) if found else (0, 0)

    keyed = {What.OPENED.value: "detail", What.MET.value: "detail", What.RATED.value: "detail"}
    keyed |= {what.value: "service" for what in (What.LETTER, What.RELAYED, What.UNTAKEN)}
    keyed |= {what.value: "" for what in (Count.CHATS, Count.CONTAINED, Count.CHATS_RATED, Count.HELPED)}
    drawn = (Count.CONTACTS.value, Count.CONTAINED.value, What.OPENED.value, What.LETTER.value)
    contacts, totals, days, hours, verdicts = await asyncio.gather(
        asyncio.gather(*(compared(Count.CONTACTS.value, column, runs) for column in _COLUMN.values())),
        asyncio.gather(*(compared(what, by, pair) for what, by in keyed.items())),
        asyncio.gather(*(by_day(what) for what in drawn)),
        book.counts(span, Count.CONTACTS.value, ["day", "hour"]),
        asyncio.gather(judged(span), judged(earlier)),
    )
    return _Read(
        dict(zip(_COLUMN, contacts, strict=True)),
        {what: both for what, (both,) in zip(keyed, totals, strict=True)},
        days,
        hours,
        (verdicts[0], verdicts[1]),
    )


async def _spreads(book: ContactBook, span: Span, earlier: Span) -> list[tuple[Spread, Spread]]:
    whats = (What.TAKEN, What.ANSWERED, What.CLOSED)
    found = await asyncio.gather(*(book.spread(one, what) for what in whats for one in (span, earlier)))
    return [(found[place], found[place + 1]) for place in range(0, len(found), 2)]


def _ratio(part: int | Fraction, whole: int) -> float | None:
    return float(Fraction(part) / whole) if whole else None


def _change(now: int, was: int) -> float | None:
    return _ratio(now - was, was)


def _cards(read: _Read) -> tuple[Card, ...]:
    def share(key: str, part: Count, whole: Count) -> Card:
        own, of = read.totals[part.value], read.totals[whole.value]
        return _share(key, _ratio(own.now.total(), of.now.total()), _ratio(own.was.total(), of.was.total()))

    contacts, rated = read.contacts[CHANNELS][0], read.totals[What.RATED.value]
    now, was = contacts.now.total(), contacts.was.total()
    return (
        Card("contacts", now, "count", was, _change(now, was)),
        share("contained", Count.CONTAINED, Count.CHATS),
        share("helped", Count.HELPED, Count.CHATS_RATED),
        _share("satisfaction", _satisfied(rated.now, *read.judged[0]), _satisfied(rated.was, *read.judged[1])),
    )


def _share(key: str, value: float | None, was: float | None) -> Card:
    change = value - was if value is not None and was is not None else None
    return Card(key, value, "share", was, change)


def _satisfied(rated: Counter[str], count: int, total: int) -> float | None:
    """Of all ratings of answers and verdicts on cases (1 to 3), the share that is good; "partly" is half of one."""
    return _ratio(rated["helpful"] + Fraction(total - count, 2), rated.total() + count)


def _days(read: _Read, span: Span) -> tuple[Day, ...]:
    """Every day of the span, also those on which nothing happened."""
    days = (span.first + number * DAY for number in range((span.last - span.first).days + 1))
    return tuple(Day(day, *(counted.get(day.isoformat(), 0) for counted in read.days)) for day in days)


def _tables(read: _Read, names: Names) -> Tables:
    contacts = {table: _rows(table, own[0], names) for table, own in read.contacts.items()}
    return Tables(
        **contacts,
        causes=_rows("causes", read.totals[What.OPENED.value], names),
        statuses=_rows("statuses", read.totals[What.MET.value], names),
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


def _mails(backlog: Sequence[Backlog], received: _Both, names: Names) -> tuple[Mails, ...]:
    """By service; what is open is so now, whatever the days of the span."""
    shown = {one.service: one for one in backlog}
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


def _unclaimed(relayed: _Both, untaken: _Both, names: Names) -> tuple[Unclaimed, ...]:
    """By the service where the cases waited, the one with most of both first."""
    codes = relayed.now.keys() | relayed.was.keys() | untaken.now.keys() | untaken.was.keys()
    rows = [
        Unclaimed(
            code,
            names.of(SERVICES, code),
            relayed.now[code],
            relayed.was[code],
            untaken.now[code],
            untaken.was[code],
        )
        for code in codes
    ]
    return tuple(sorted(rows, key=lambda row: (-row.relayed - row.untaken, -row.untaken, row.service)))


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


def _moved(read: _Read, which: int, names: Names) -> Moved:
    both = read.contacts[CHANNELS][which]
    now, was = both.now.total(), both.was.total()
    return Moved(now, was, _change(now, was), _mover(read, which, names))


def _mover(read: _Read, which: int, names: Names) -> Mover | None:
    """The line that moved most; of two that moved as far, a topic says more than a service, and that than a channel."""
    most: Mover | None = None
    for table in reversed(MOVERS):
        both = read.contacts[table][which]
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
