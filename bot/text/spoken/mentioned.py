"""Every moment that a text mentions, each with its place and its value in ISO 8601: for entities, where forms ask for one.

The grammar is that of `dates` and `times`. A long text is read around the words that belong to it, so that most of it
costs nothing; what is denied or taken back (« pas mardi, jeudi ») is no mention.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import TypeVar

from bot.text.spoken.calendar import Period
from bot.text.spoken.dates import DateRead, DayMention, date_meant, day_mentions
from bot.text.spoken.hour_rules import Window
from bot.text.spoken.mentions import Mention, meant
from bot.text.spoken.phrase import MONTHS, WEEKDAYS, Phrase, Span, phrase
from bot.text.spoken.times import HourMention, TimeRead, hour_mentions, time_meant

M = TypeVar("M", bound=Mention)

MAX_FOUND = 50
MAX_VALUES = 4
OPEN = ".."
"""An end that is not said: ISO 8601-2."""
_AROUND = 10
"""Words on either side of a word of time that are read with it: as far as a « pas » or a « plutôt » reaches."""
_ANCHOR = re.compile(
    rf"(?<!\S)(?:\d{{1,8}}|{'|'.join((*WEEKDAYS, *MONTHS))}|aujourdhui|demain|hier|semaine|weekend|we|jour|mois|annee|ans?"
    r"|quinzaine|huitaine|matin|apresmidi|soir|journee|midi|minuit|maintenant|suite|possible|tot|asap|soon|ouverture|noel|an|sylvestre|toussaint|assomption)(?!\S)"
)
_JOINED = re.compile(r"(?: |,|le|la|de|du|en|dans|vers|ce|a|au|l|c est|s il vous plait|si possible)*")
_CHOICE = re.compile(r"(?: |,|le|ou|et|a)*")
"""What stands between two days or two times of which one is wanted."""
_FIGURES = re.compile(r"\d+")
_REACH = 60
"""Characters between a day and its time."""


@dataclass(frozen=True, slots=True)
class When:
    """A moment that a text mentions."""

    span: Span
    values: tuple[str, ...]
    """ISO 8601, local with the offset where both day and time are known: « 2026-12-01 », « T14:30 »,
    « 2026-12-01T14:30+01:00 », or two of them with "/" between for a span of time, ".." where it is open. Several where
    it may mean several, nearest first."""


def mentioned(text: str, now: datetime, zone: tzinfo) -> list[When]:
    """Every moment of a text, in order; `now` is aware. Figures that stand alone (« 14 ») are none."""
    found: list[When] = []
    today = now.astimezone(zone).date()
    for part in _parts(phrase(text)):
        found += _read(part, today, zone)
        if len(found) >= MAX_FOUND:
            break
    return found[:MAX_FOUND]


def _parts(said: Phrase) -> Iterator[Phrase]:
    """The stretches of a phrase that a moment may stand in."""
    starts, plain = said.starts, said.plain
    bounds: list[list[int]] = []
    for found in _ANCHOR.finditer(plain):
        word = bisect_right(starts, found.start()) - 1
        first, last = max(word - _AROUND, 0), min(word + _AROUND + 1, len(starts))
        if bounds and first <= bounds[-1][1]:
            bounds[-1][1] = last
        else:
            bounds.append([first, last])
    for first, last in bounds:
        start = starts[first]
        end = starts[last] - 1 if last < len(starts) else len(plain)
        yield Phrase(plain[start:end], tuple(at - start for at in starts[first:last]), said.sources[first:last])


def _read(said: Phrase, today: date, zone: tzinfo) -> Iterator[When]:
    days = day_mentions(said, today)
    left = said.without([day.at for day in days if not day.says.open_ended])
    hours = hour_mentions(left)
    kept_days = [one for one in meant(said.plain, days) if not _FIGURES.fullmatch(said.plain[slice(*one.at)])]
    kept_hours = [one for one in meant(left.plain, hours) if not _FIGURES.fullmatch(said.plain[slice(*one.at)])]
    if not kept_days and not kept_hours:
        return
    day_groups = _grouped(said.plain, kept_days, [one.at for one in kept_hours])
    hour_groups = _grouped(said.plain, kept_hours, [one.at for one in kept_days])
    taken: set[int] = set()
    whens: list[When] = []
    for place, group in enumerate(day_groups):
        read = date_meant(said, group, today)
        # A period and a time of day are no one moment: each stands for itself.
        own = [] if read.period else _hours_of(place, day_groups, hour_groups, taken)
        at = time_meant(left, own) if own else TimeRead()
        marks = [*(one.at for one in group), *(one.at for one in own)]
        span = said.source(min(start for start, _ in marks), max(end for _, end in marks))
        if values := _values(read, at, zone):
            whens.append(When(span, values))
    for place, alone in enumerate(hour_groups):
        if place not in taken:
            at = time_meant(left, alone)
            if values := _values(DateRead(), at, zone):
                whens.append(When(said.source(alone[0].at[0], alone[-1].at[1]), values))
    yield from sorted(whens, key=lambda one: one.span)


def _grouped(plain: str, mentions: Sequence[M], others: Sequence[Span]) -> list[list[M]]:
    """Mentions that say one thing together: nothing but small words stands between them, and nothing of the other kind."""
    groups: list[list[M]] = []
    starts = [start for start, _ in others]
    for mention in mentions:
        if groups:
            end = groups[-1][-1].at[1]
            gap = plain[end : mention.at[0]]
            between = bisect_left(starts, mention.at[0]) - bisect_left(starts, end)
            if not between and (_JOINED.fullmatch(gap) or _CHOICE.fullmatch(gap)):
                groups[-1].append(mention)
                continue
        groups.append([mention])
    return groups


def _hours_of(
    place: int, days: list[list[DayMention]], hours: list[list[HourMention]], taken: set[int]
) -> list[HourMention]:
    """The times that go with a group of days: those behind it, before the next one; else those right before it."""
    start, end = days[place][0].at[0], days[place][-1].at[1]
    until = days[place + 1][0].at[0] if place + 1 < len(days) else end + _REACH
    since = days[place - 1][-1].at[1] if place else start - _REACH
    behind = [at for at, group in enumerate(hours) if end <= group[0].at[0] < min(until, end + _REACH)]
    before = [at for at, group in enumerate(hours) if max(since, start - _REACH) <= group[0].at[0] < start]
    own = [at for at in (behind[:1] or before[-1:]) if at not in taken]
    taken.update(own)
    return [hour for at in own for hour in hours[at]]


def _values(said: DateRead, at: TimeRead, zone: tzinfo) -> tuple[str, ...]:
    days = said.days or ((said.refused,) if said.refused else ())
    window = None if at.window == Window(None, None) else at.window
    if days and at.times:
        values = [_iso(day, moment, zone) for day in days for moment in at.times]
    elif days and window:
        values = [_between(*(_iso(day, end, zone) if end else OPEN for end in _ends(window))) for day in days]
    elif days:
        values = [day.isoformat() for day in days]
    elif said.period:
        values = [_period(said.period)]
    elif at.times:
        values = [f"T{moment:%H:%M}" for moment in at.times]
    elif window:
        values = [_between(*(f"T{end:%H:%M}" if end else OPEN for end in _ends(window)))]
    else:
        values = []
    return tuple(values[:MAX_VALUES])


def _ends(window: Window) -> tuple[time | None, time | None]:
    return window.first, window.last


def _period(period: Period) -> str:
    return _between(period.first.isoformat(), period.last.isoformat() if period.last else OPEN)


def _between(first: str, last: str) -> str:
    return f"{first}/{last}"


def _iso(day: date, moment: time, zone: tzinfo) -> str:
    return datetime.combine(day, moment, zone).isoformat(timespec="minutes")
