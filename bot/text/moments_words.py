"""Days, hours, moments and durations in words, French first; plain spaces, as in the catalogues."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from math import ceil, floor

ENGLISH = "en"
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
DAYS_ENGLISH = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_ENGLISH = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NEAR_DAYS = 6
"""A day of the week alone means the next one: as many days ahead it is not mistaken for today."""
MINUTE = timedelta(minutes=1)
HOUR_MINUTES = 60
DAY_MINUTES = 24 * HOUR_MINUTES


def moment(at: datetime, now: datetime, zone: tzinfo, language: str = "fr") -> str:
    """An aware moment as people of a time zone say it now, to go on in a sentence.

    « aujourd’hui à 13 h 30 », « demain mardi à 9 h », « jeudi à 9 h », « lundi 14 décembre à 9 h »; "tomorrow, Tuesday,
    at 9:00", "on Thursday at 9:00".
    """
    local = at.astimezone(zone)
    when = day(local.date(), now.astimezone(zone).date(), language)
    minutes = local.hour * HOUR_MINUTES + local.minute
    return f"{when} {'at' if english(language) else 'à'} {hour(minutes, language)}"


def day(on: date, today: date, language: str = "fr") -> str:
    """A day as it is said today: « demain mardi », « jeudi », « lundi 14 décembre », "on Monday 14 December"."""
    ahead = (on - today).days
    said_in_english = english(language)
    weekday = (DAYS_ENGLISH if said_in_english else DAYS)[on.weekday()]
    if ahead == 0:
        return "today" if said_in_english else "aujourd’hui"
    if ahead == 1:
        return f"tomorrow, {weekday}," if said_in_english else f"demain {weekday}"
    if ahead == -1:
        return f"yesterday, {weekday}," if said_in_english else f"hier {weekday}"
    if 0 < ahead <= NEAR_DAYS:
        return f"on {weekday}" if said_in_english else weekday
    return f"{'on ' if said_in_english else ''}{full_day(on, language, year=on.year != today.year)}"


def full_day(on: date, language: str = "fr", *, year: bool = True) -> str:
    """A day by its date: « vendredi 1er janvier 2027 », "Friday 1 January 2027"."""
    suffix = f" {on.year}" if year else ""
    if english(language):
        return f"{DAYS_ENGLISH[on.weekday()]} {on.day} {MONTHS_ENGLISH[on.month - 1]}{suffix}"
    return f"{DAYS[on.weekday()]} {'1er' if on.day == 1 else on.day} {MONTHS[on.month - 1]}{suffix}"


def in_full(at: datetime, now: datetime, zone: tzinfo, language: str = "fr", *, year: bool = False) -> str:
    """A moment with its date, however near: what is booked is read again on another day. With `year`, always with it."""
    local = at.astimezone(zone)
    on = full_day(local.date(), language, year=year or local.year != now.astimezone(zone).year)
    minutes = local.hour * HOUR_MINUTES + local.minute
    return f"{on} {'at' if english(language) else 'à'} {hour(minutes, language)}"


def hour(minutes: int, language: str = "fr") -> str:
    """A time of day, given in minutes since midnight: « 9 h », « 13 h 30 », "13:30"."""
    hours, rest = divmod(minutes, HOUR_MINUTES)
    if english(language):
        return f"{hours}:{rest:02d}"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def duration(span: timedelta, language: str = "fr") -> str:
    """About how long: « moins d’une minute », « environ 5 minutes », « environ 1 h 20 », « environ 3 jours ».

    Rounded as one would say it: to five minutes from ten on, to ten from an hour on, to days from two days on.
    """
    said_in_english = english(language)
    about = "about" if said_in_english else "environ"
    if span < MINUTE:
        return "less than a minute" if said_in_english else "moins d’une minute"
    minutes = span / MINUTE
    if minutes >= 2 * DAY_MINUTES:
        return f"{about} {round(minutes / DAY_MINUTES)} {'days' if said_in_english else 'jours'}"
    step = 1 if minutes < 10 else 5 if minutes < HOUR_MINUTES else 10
    rounded = step * round(minutes / step)
    if rounded < HOUR_MINUTES:
        return f"{about} {rounded} minute{'s' if rounded > 1 else ''}"
    hours, rest = divmod(rounded, HOUR_MINUTES)
    if said_in_english:
        return f"{about} {hours} h {rest} min" if rest else f"{about} {hours} h"
    return f"{about} {hour(rounded)}"


def between(low: timedelta, high: timedelta, language: str = "fr") -> str:
    """From about how long to how long: « entre 5 et 10 minutes », « moins de 4 minutes », « entre 50 minutes et 1 h 20 ».

    Rounded as `duration` does, the lower end down and the upper end up: it promises no more than it knows.
    """
    said_in_english = english(language)
    if high < MINUTE:
        return duration(high, language)
    first, last = _rounded(low, up=False), _rounded(high, up=True)
    if first == last:
        return duration(timedelta(minutes=last), language)
    if first == 0:
        return f"{'less than' if said_in_english else 'moins de'} {_span(last, said_in_english)}"
    start = str(first) if last < HOUR_MINUTES else _span(first, said_in_english)
    end = _span(last, said_in_english)
    return f"between {start} and {end}" if said_in_english else f"entre {start} et {end}"


def _rounded(span: timedelta, *, up: bool) -> int:
    minutes = span / MINUTE
    step = 1 if minutes < 10 else 5 if minutes < HOUR_MINUTES else 10
    return step * (ceil if up else floor)(minutes / step)


def _span(minutes: int, said_in_english: bool) -> str:
    if minutes < HOUR_MINUTES:
        return f"{minutes} minute{'s' if minutes > 1 else ''}"
    hours, rest = divmod(minutes, HOUR_MINUTES)
    if said_in_english:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return hour(minutes)


def english(language: str) -> bool:
    """Whether words are said in English; every other language is answered in French."""
    return language.split("-")[0].lower() == ENGLISH
