"""What a rule of the grammar of days stands for on a given day: match in, days out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.text.spoken.calendar import (
    IMPOSSIBLE,
    WEEK,
    Days,
    day_of_month,
    in_month,
    monday,
    month_end,
    month_later,
    next_weekday,
    one_day,
    span_of_days,
    year_of,
)
from bot.text.spoken.mentions import WhyNot
from bot.text.spoken.phrase import MONTHS, WEEKDAYS

Reads = Callable[["re.Match[str]", date], Days | None]

SHORT_DAYS = {
    short: number
    for number, shorts in enumerate(("lun mon", "mar tue", "mer wed", "jeu thu", "ven fri", "sam sat", "dim sun"))
    for short in shorts.split()
}
WEEKDAY = {name: number for number, name in enumerate(WEEKDAYS)} | SHORT_DAYS
_SHORT_MONTHS = {
    short: number
    for number, shorts in enumerate(
        ("jan", "fev feb", "mar", "avr apr", "may", "jun", "jul jui", "aug", "sept sep", "oct", "nov", "dec"), start=1
    )
    for short in shorts.split()
}
MONTH = {name: number for number, name in enumerate(MONTHS, start=1)} | _SHORT_MONTHS
COUNTS = {"un": 1, "une": 1, "a": 1, "couple of": 2}
UNITS = {"jour": 1, "j": 1, "semaine": 7, "quinzaine": 14, "huitaine": 7, "dizaine de jour": 10}
HOLIDAYS = {
    **dict.fromkeys(("noel", "jour de noel"), (25, 12)),
    **dict.fromkeys(("jour de l an", "nouvel an", "premier de l an"), (1, 1)),
    **dict.fromkeys(("saint sylvestre", "st sylvestre"), (31, 12)),
    "toussaint": (1, 11),
    "assomption": (15, 8),
}
"""Holidays whose date is the same each year: day and month."""
MAX_DAYS_AHEAD = 3660
WEEK_PARTS = {
    "debut": (0, 1),
    "early": (0, 1),
    "milieu": (1, 3),
    "mi": (1, 3),
    "mid": (1, 3),
    "fin": (3, 4),
    "end": (3, 4),
}
"""First and last weekday; who says « fin de semaine » to an office means Thursday or Friday."""
MONTH_PARTS = {
    "debut": (1, 10),
    "early": (1, 10),
    "milieu": (11, 20),
    "mi": (11, 20),
    "mid": (11, 20),
    "fin": (21, 31),
    "end": (21, 31),
}


def number_alone(found: re.Match[str], today: date) -> Days:
    """« le 14 », « mardi 14 »."""
    said = found.groupdict()
    return day_of_month(int(said["day"]), weekday_of(said), today)


def numeric_date(found: re.Match[str], today: date) -> Days:
    """« 14/12/2026 », « lundi 14/12 »."""
    said = found.groupdict()
    return in_month(int(said["day"]), int(said["month"]), year_of(said.get("year")), weekday_of(said), today)


def named_month(found: re.Match[str], today: date) -> Days:
    """« (mardi) 14 décembre (2026) »."""
    said = found.groupdict()
    return in_month(int(said["day"]), MONTH[said["month"]], year_of(said["year"]), weekday_of(said), today)


def weekday_of(said: dict[str, str | None]) -> int | None:
    """The weekday that a match names, from Monday 0; None when it names none."""
    weekday = said.get("weekday")
    return WEEKDAY[weekday.split()[0]] if weekday else None


def only_real(reads: Reads) -> Reads:
    """For forms that are more often something else: read only if the day exists."""

    def read(found: re.Match[str], today: date) -> Days | None:
        says = reads(found, today)
        return None if says is IMPOSSIBLE else says

    return read


def number_to_number(found: re.Match[str], today: date) -> Days:
    """« du 14 au 16 (décembre) », « entre le 14 et le 16 »."""
    said = found.groupdict()
    number, until = int(said["from"]), int(said["until"])
    if month := said.get("month"):
        year = year_of(said["year"])
        first = in_month(number, MONTH[said["from_month"] or month], year, None, today)
        last = in_month(until, MONTH[month], year, None, today)
    else:
        first = day_of_month(number, None, today)
        last = day_of_month(until, None, first.days[0]) if first.days else IMPOSSIBLE
    return from_to(first, last, today)


def number_or_number(found: re.Match[str], today: date) -> Days:
    """« le 14 ou 15 décembre »."""
    several = [
        in_month(int(found[name]), MONTH[found["month"]], year_of(found["year"]), None, today)
        for name in ("one", "other")
    ]
    days = sorted({day for says in several for day in says.days})
    return Days(tuple(days)) if days else several[-1]


def weekday_to_weekday(found: re.Match[str], today: date) -> Days:
    """« entre mardi et jeudi »: the coming ones."""
    first = next_weekday(WEEKDAY[found["from"]], today)
    return from_to(Days((first,)), Days((next_weekday(WEEKDAY[found["until"]], first),)), today)


def from_to(first: Days, last: Days, today: date) -> Days:
    """A period from the nearest first day to the nearest last one."""
    if not first.days or not last.days:
        return first if not first.days else last
    if last.days[0] < first.days[0]:
        return IMPOSSIBLE
    return span_of_days(first.days[0], last.days[0], today)


def in_a_while(found: re.Match[str], today: date) -> Days:
    """« dans 3 jours »; « 8 jours » is a week to some and eight days to others, « 15 jours » is two weeks."""
    count = found["count"]
    number = int(count) if count.isdigit() else COUNTS[count]
    unit = found["unit"]
    if unit == "mois" or unit.startswith("an"):
        months = number * (1 if unit == "mois" else 12)
        return IMPOSSIBLE if months * 30 > MAX_DAYS_AHEAD else Days((month_later(today, months),))
    days = number * UNITS[unit]
    if days > MAX_DAYS_AHEAD:
        return IMPOSSIBLE
    exact = {8: (7, 8), 15: (14,)}.get(days, (days,)) if unit in {"jour", "j"} else (days,)
    return Days(tuple(today + timedelta(days=ahead) for ahead in exact))


def days_ago(found: re.Match[str], today: date) -> Days:
    """« il y a 3 jours », « il y a quelques mois »: past, and which day if it is counted in days or weeks."""
    count, unit = found["ago"] or found["ago_in_english"], found["ago_unit"] or found["ago_unit_in_english"]
    number = int(count) if count.isdigit() else COUNTS.get(count)
    days = number * UNITS[unit] if number and unit in UNITS else 0
    return Days(why=WhyNot.PAST, refused=today - timedelta(days=days) if 0 < days <= MAX_DAYS_AHEAD else None)


def holiday(found: re.Match[str], today: date) -> Days:
    """« à Noël », « au nouvel an »: the next one, if the last is over."""
    number, month = HOLIDAYS[found["holiday"] or found["bounded_holiday"]]
    day = date(today.year, month, number)
    return one_day(day if day >= today else day.replace(year=today.year + 1), today)


def week_part(found: re.Match[str], today: date) -> Days:
    """A week or a part of it; the part of this week that is past already means next week's."""
    said = found.groupdict()
    part = said.get("part")
    first, last = WEEK_PARTS[part] if part else (0, 6)
    start = monday(today)
    if said.get("next") or (part and start + timedelta(days=last) < today):
        start += WEEK
    return span_of_days(start + timedelta(days=first), start + timedelta(days=last), today)


def weekend(found: re.Match[str], today: date) -> Days:
    """Saturday and Sunday; on a weekend « prochain » is the one after."""
    saturday = monday(today) + timedelta(days=5)
    if found.groupdict().get("next") and today.weekday() >= 5:
        saturday += WEEK
    return span_of_days(saturday, saturday + timedelta(days=1), today)


def month_part(found: re.Match[str], today: date) -> Days:
    """« début janvier », « mi-mars », « fin du mois », « le mois prochain »: ten days, or the whole."""
    said = found.groupdict()
    name, part = said["month"], said.get("part")
    first = today.replace(day=1)
    if name == "mois":
        over = part is not None and today.day > MONTH_PARTS[part][1]
        first = month_later(first, 1 if said.get("next") or over else 0)
    else:
        first = date(today.year + (MONTH[name] < today.month), MONTH[name], 1)
    end = month_end(first)
    begins, ends = MONTH_PARTS[part] if part else (1, 31)
    return span_of_days(first.replace(day=begins), first.replace(day=min(ends, end.day)), today)


def number_in_month(months: int) -> Reads:
    """« le 14 de ce mois », « le 14 du mois prochain »."""

    def read(found: re.Match[str], today: date) -> Days:
        first = month_later(today.replace(day=1), months)
        return in_month(int(found["day"]), first.month, first.year, weekday_of(found.groupdict()), today)

    return read


def weekday_in_week(weeks: int) -> Reads:
    """« mardi de la semaine prochaine »: the weekday so many calendar weeks ahead."""

    def read(found: re.Match[str], today: date) -> Days:
        return one_day(monday(today) + timedelta(days=WEEKDAY[found["weekday"]]) + weeks * WEEK, today)

    return read


def in_eight(found: re.Match[str], today: date) -> Days:
    """« mardi en huit », « demain en quinze »: one or two weeks after the coming one."""
    weeks = 1 if found["ahead"] == "8" else 2
    day = found["day"]
    if day in WEEKDAY:
        return Days((next_weekday(WEEKDAY[day], today, weeks),))
    return Days((today + timedelta(days=day == "demain") + weeks * WEEK,))


def last_weekday(found: re.Match[str], today: date) -> Days:
    """« mardi dernier »."""
    return one_day(next_weekday(WEEKDAY[found["weekday"]], today, -1), today)


def days_from_now(days: int) -> Reads:
    """« demain », « hier »."""
    return lambda found, today: one_day(today + timedelta(days=days), today)


def by_weekday(reads: Callable[[int, date], Days]) -> Reads:
    """A rule about the weekday that is named."""
    return lambda found, today: reads(WEEKDAY[found["weekday"]], today)
