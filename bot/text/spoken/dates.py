"""The day a citizen means: « mardi prochain », « le 14 », « 14/12 », « dans 15 jours », « non, jeudi »."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.text.spoken.calendar import Days, Period, monday
from bot.text.spoken.day_rules import RULES, whole_number
from bot.text.spoken.mentions import Bound, WhyNot, bound, meant
from bot.text.spoken.phrase import MONTHS, WAYS, Phrase, Span, phrase

DAY = timedelta(days=1)
_NAMED_AFTER = re.compile(rf"(?<!\S)(?:{WAYS}) du \d{{1,2}} (?:{'|'.join(MONTHS)})(?: \d{{4}})?(?!\S)")
"""« rue du 8 mai 1945 » is no day."""


@dataclass(frozen=True, slots=True)
class DateRead:
    """A day, several it may be, a period, or why there is none."""

    days: tuple[date, ...] = ()
    """What it may be, nearest first; empty for a period."""
    period: Period | None = None
    why: WhyNot | None = None
    refused: date | None = None
    """The day that is past, to say it back."""
    span: Span | None = None
    """Where in the text what was meant stands, from the first word to the last."""

    @property
    def day(self) -> date | None:
        """The day, when there is only one."""
        return self.days[0] if len(self.days) == 1 else None

    @property
    def ambiguous(self) -> bool:
        """Whether one has to ask which of several."""
        return len(self.days) > 1


@dataclass(frozen=True, slots=True)
class DayMention:
    """A day said once in the phrase."""

    at: Span
    says: Days


def read_date(text: str, today: date) -> DateRead:
    """The day, or days, that a text means on a given day in the town's zone."""
    said = phrase(text)
    return date_meant(said, day_mentions(said, today), today)


def day_mentions(said: Phrase, today: date) -> list[DayMention]:
    """Every day a phrase names, meant or not, in order; none of its words is read twice."""
    plain = said.plain
    taken = bytearray(len(plain))
    for street in _NAMED_AFTER.finditer(plain):
        taken[slice(*street.span())] = b"\x01" * len(street[0])
    mentions = []
    for words, reads in RULES:
        for found in words.finditer(plain):
            start, end = found.span()
            if not any(taken[start:end]) and (says := reads(found, today)):
                taken[start:end] = b"\x01" * (end - start)
                mentions.append(DayMention((start, end), says))
    if not mentions and (alone := whole_number(plain, today)):
        mentions = [DayMention(*alone)]
    return sorted(mentions, key=lambda mention: mention.at)


def date_meant(said: Phrase, mentions: list[DayMention], today: date) -> DateRead:
    """What the mentions of a phrase come to."""
    kept = meant(said.plain, mentions)
    if not kept:
        return DateRead(why=WhyNot.NONE)
    good = [mention for mention in kept if mention.says.why is None]
    span = said.source((good or kept)[0].at[0], (good or kept)[-1].at[1])
    if not good:
        says = kept[-1].says
        return DateRead(why=says.why, refused=says.refused, span=span)
    bounded = [_bounded(mention.says, bound(said.plain, mention), today) for mention in good]
    if failed := next((says for says in bounded if says.why), None):
        return DateRead(why=failed.why, refused=failed.refused, span=span)
    says = _together(bounded)
    return DateRead(says.days, says.period, span=span)


def _bounded(says: Days, by: Bound | None, today: date) -> Days:
    """« avant vendredi », « à partir du 14 » as periods."""
    if by is None or by is Bound.ABOUT:
        return says
    if says.period:
        first, last = says.period.first, says.period.last or says.period.first
    else:
        first = last = says.days[0]
    if by is Bound.FROM:
        return Days(period=Period(first, None))
    if by is Bound.AFTER:
        return Days(period=Period(last + DAY, None))
    until = last if by is Bound.UNTIL_INCLUDED else first - DAY
    if until < today:
        return Days(why=WhyNot.PAST, refused=until)
    return Days(period=Period(today, until))


def _together(several: list[Days]) -> Days:
    """What is said in several places: the same day twice, a day and its week, or one day or another."""
    periods = [says.period for says in several if says.period]
    exact = [says for says in several if says.days]
    period = _overlap(periods)
    if not exact:
        return Days(period=period)
    if period:
        inside = [says for says in (_within(says, period) for says in exact) if says.days]
        if not inside and all(says.weekday is not None for says in exact):
            return Days(period=period)
        exact = inside or exact
    common = set(exact[0].days).intersection(*(says.days for says in exact[1:]))
    return Days(tuple(sorted(common or {day for says in exact for day in says.days})))


def _within(says: Days, period: Period) -> Days:
    last = period.last or max(says.days)
    inside = tuple(day for day in says.days if period.first <= day <= last)
    if inside or says.weekday is None or period.last is None:
        return Days(inside, weekday=says.weekday)
    first = monday(period.first) + says.weekday * DAY
    weeks = (first + n * 7 * DAY for n in range((last - first).days // 7 + 1))
    return Days(tuple(day for day in weeks if period.first <= day <= last), weekday=says.weekday)


def _overlap(periods: Iterable[Period]) -> Period | None:
    """What all periods share, or else the last said."""
    shared: Period | None = None
    for period in periods:
        if shared is None:
            shared = period
            continue
        first = max(shared.first, period.first)
        ends = [end for end in (shared.last, period.last) if end]
        last = min(ends) if ends else None
        shared = period if last and last < first else Period(first, last)
    return shared
