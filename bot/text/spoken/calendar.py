"""Which day a phrase's words stand for, counted from today: weekdays, days of a month, weeks ahead."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from bot.text.spoken.mentions import WhyNot

WEEK = timedelta(days=7)
MONTHS_BACK = 6
"""A day without a year that is farther back than this is meant for next year."""
MONTHS_AHEAD = 3
"""How far « mardi 14 » is looked for when no month is said."""
YEARS = range(1900, 2200)
LEAP_YEARS = 8
"""How many years ahead 29 February is looked for."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included; None where it is open."""

    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Days:
    """What one mention stands for: days it may be, or a period, or why it is neither."""

    days: tuple[date, ...] = ()
    """Nearest first."""
    period: Period | None = None
    why: WhyNot | None = None
    refused: date | None = None
    """The day that is past."""
    weekday: int | None = None
    """Set when nothing but a weekday was said: any week's will do."""

    @property
    def open_ended(self) -> bool:
        """Whether it is a period without an end."""
        return self.period is not None and self.period.last is None


IMPOSSIBLE = Days(why=WhyNot.IMPOSSIBLE)


def one_day(day: date, today: date) -> Days:
    """A day that is known for sure."""
    return Days((day,)) if day >= today else Days(why=WhyNot.PAST, refused=day)


def span_of_days(first: date, last: date, today: date) -> Days:
    """A period without the part that is past."""
    if last < today:
        return Days(why=WhyNot.PAST, refused=last)
    return Days(period=Period(max(first, today), last))


def next_weekday(weekday: int, today: date, weeks: int = 0) -> date:
    """The first such weekday from today on (today counts), `weeks` later."""
    return today + timedelta(days=(weekday - today.weekday()) % 7) + weeks * WEEK


def bare_weekday(weekday: int, today: date) -> Days:
    """« mardi »: the coming one; on a Tuesday it may be today or a week from now."""
    day = next_weekday(weekday, today)
    return Days((day, day + WEEK) if day == today else (day,), weekday=weekday)


def next_named(weekday: int, today: date) -> Days:
    """« mardi prochain »: the coming one, but not today; also the week after's while this week's is still to come."""
    day = next_weekday(weekday, today + timedelta(days=1))
    return Days((day, day + WEEK) if monday(day) == monday(today) else (day,))


def monday(day: date) -> date:
    """The first day of a day's week."""
    return day - timedelta(days=day.weekday())


def month_later(day: date, months: int) -> date:
    """The same day so many months later, or the month's last when it is shorter."""
    ahead = day.year * 12 + day.month - 1 + months
    year, month = divmod(ahead, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def in_month(number: int, month: int, year: int | None, weekday: int | None, today: date) -> Days:
    """« (mardi) 14 décembre (2026) »: a weekday that contradicts the number makes both possible."""
    if year is not None:
        day = _existing(number, month, year) if year in YEARS else None
        return _checked(day, weekday, today) if day else IMPOSSIBLE
    day = _existing(number, month, today.year)
    if day is None:
        days = (_existing(number, month, today.year + ahead) for ahead in range(1, LEAP_YEARS + 1))
        day = next((day for day in days if day), None)
        return _checked(day, weekday, today) if day else IMPOSSIBLE
    if day < month_later(today, -MONTHS_BACK):
        day = _existing(number, month, today.year + 1) or day
    return _checked(day, weekday, today)


def day_of_month(number: int, weekday: int | None, today: date) -> Days:
    """« le 14 » is the next 14th; « mardi 14 » the next one that is a Tuesday, within a few months."""
    if not 1 <= number <= 31:
        return IMPOSSIBLE
    first = today.replace(day=1)
    months = [month_later(first, ahead) for ahead in range(-1, MONTHS_AHEAD)]
    days = [day for month in months if (day := _existing(number, month.month, month.year))]
    ahead = [day for day in days if day >= today]
    if weekday is None:
        return Days((ahead[0],))
    if fitting := next((day for day in ahead if day.weekday() == weekday), None):
        return Days((fitting,))
    if past := next((day for day in reversed(days) if day < today and day.weekday() == weekday), None):
        return Days(why=WhyNot.PAST, refused=past)
    return _checked(ahead[0], weekday, today)


def year_of(digits: str | None) -> int | None:
    """« 26 » is 2026."""
    return None if digits is None else int(digits) + (2000 if len(digits) <= 2 else 0)


def _existing(number: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _checked(day: date, weekday: int | None, today: date) -> Days:
    if weekday is None or day.weekday() == weekday:
        return one_day(day, today)
    nearest = min((next_weekday(weekday, day, weeks) for weeks in (-1, 0)), key=lambda other: abs(other - day))
    days = tuple(sorted(other for other in (day, nearest) if other >= today))
    return Days(days) if days else Days(why=WhyNot.PAST, refused=day)
