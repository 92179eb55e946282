"""When a town is open, a part of `office.yml`: the week, the days on which it is closed, and the holidays of its country."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Annotated, Any

import holidays
from msgspec import Meta, Struct, field

from bot.text.moments_words import DAY_MINUTES, DAYS, HOUR_MINUTES, hour

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_SPANS = 4
SPANS_FORM = "times are written 9:00-12:30 13:30-17:30"
LANGUAGE = "fr"

_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DASH = re.compile(r"\s*[-–]\s*")
_COMMA = re.compile(r"\s*,\s*")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A part of a day, in minutes of the clock since its midnight; 1440 is the end of the day."""

    opens_minutes: int
    closes_minutes: int


class Week:
    """The opening hours of a week: seven days from Monday, each with its spans in order; without any, it is closed.

    No dataclass: msgspec would read the keys of `opening` as its fields.
    """

    __slots__ = ("days",)

    def __init__(self, days: tuple[tuple[Span, ...], ...] = ((),) * len(WEEK)) -> None:
        self.days = days

    def __bool__(self) -> bool:
        return any(self.days)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Week) and self.days == other.days

    def __hash__(self) -> int:
        return hash(self.days)

    def __repr__(self) -> str:
        return f"Week({self.words})"

    @property
    def words(self) -> str:
        """In French, to go on in a sentence: « du lundi au vendredi, de 9 h à 12 h, et le samedi, de 9 h à 11 h »."""
        alike: dict[tuple[Span, ...], list[int]] = {}
        for day, spans in enumerate(self.days):
            if spans:
                alike.setdefault(spans, []).append(day)
        parts = [f"{_days_words(days)}, {_spans_words(spans)}" for spans, days in alike.items()]
        return ", et ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


class Closure(Struct, frozen=True, forbid_unknown_fields=True):
    """Days on which it is closed though the week says open, the first and the last included."""

    first: date = field(name="from")
    why: Annotated[str, Meta(min_length=1)]
    """The reason that citizens read."""
    until: date | None = None
    """None for a single day."""
    only: str = ""
    """What is left of the opening hours of these days; "" leaves nothing."""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f".until: {self.last} comes before {self.first}")
        if self.only:
            try:
                read_spans(self.only)
            except ValueError as error:
                raise ValueError(f".only: {error}") from error

    @property
    def last(self) -> date:
        """The last day."""
        return self.until or self.first

    @property
    def spans(self) -> tuple[Span, ...]:
        """What may be open on these days."""
        return read_spans(self.only) if self.only else ()

    def covers(self, day: date) -> bool:
        """Whether a day is one of them."""
        return self.first <= day <= self.last


def decode(kind: type, raw: Any) -> Any:
    """The value of a type that msgspec does not know (its `dec_hook`).

    Raises:
        ValueError: in the words of whoever wrote it; a text that begins with a dot goes on with the place.
    """
    if kind is Week:
        return read_week(raw)
    raise NotImplementedError(kind)


def read_week(raw: Any) -> Week:
    """The week that stands in `opening`: by a day, a range or a list of days, the spans of each of them.

    Raises:
        ValueError: not a week; the text begins with the key, after a dot.
    """
    if not isinstance(raw, Mapping):
        raise ValueError("days are expected, one line each: mon-fri: 9:00-12:30 13:30-17:30")
    if not raw:
        raise ValueError("no day is named; without this setting a service keeps the town hall's")
    found: dict[int, tuple[Span, ...]] = {}
    for key, text in raw.items():
        try:
            spans = read_spans(text)
            for day in _days(key):
                if day in found:
                    raise ValueError(f"{WEEK[day]} is named twice")
                found[day] = spans
        except ValueError as error:
            raise ValueError(f".{key}: {error}") from error
    return Week(tuple(found.get(day, ()) for day in range(len(WEEK))))


def read_spans(text: Any) -> tuple[Span, ...]:
    """The spans of a day in order: `9:00-12:30 13:30-17:30`.

    Raises:
        ValueError: not so written, more than four, backwards, or one within another.
    """
    parts = _DASH.sub("-", text).replace(",", " ").split() if isinstance(text, str) else []
    if not parts:
        raise ValueError(SPANS_FORM)
    if len(parts) > MAX_SPANS:
        raise ValueError(f"there are at most {MAX_SPANS} spans a day")
    spans = sorted(_span(part) for part in parts)
    for before, after in pairwise(spans):
        if after.opens_minutes < before.closes_minutes:
            raise ValueError(f"{_written(before)} and {_written(after)} overlap")
        if after.opens_minutes == before.closes_minutes:
            raise ValueError(f"{_written(before)} and {_written(after)} are one: write it so")
    return tuple(spans)


def calendar(country: str, region: str) -> holidays.HolidayBase | None:
    """The public holidays of a country, of one of its regions if it is named, with French names; None without a country.

    Raises:
        ValueError: there is no such calendar; the text begins with the setting, after a dot.
    """
    if not country:
        if region:
            raise ValueError(".holidays_region: is a part of a country, and holidays names none")
        return None
    try:
        national = holidays.country_holidays(country, language=LANGUAGE)
    except NotImplementedError as error:
        raise ValueError(f'.holidays: there is no calendar {country}; France is FR, and "" is none') from error
    if not region:
        return national
    try:
        return holidays.country_holidays(country, subdiv=region, language=LANGUAGE)
    except NotImplementedError as error:
        known = ", ".join(national.subdivisions) or "none"
        raise ValueError(f".holidays_region: there is no {region} in {country}; there are {known}") from error


def _days(key: Any) -> Iterable[int]:
    """The days that a key names: `sat`, `mon-fri`, `mon,wed,fri`."""
    for part in _COMMA.split(str(key).strip()):
        names = _DASH.split(part.lower())
        for name in names:
            if name not in WEEK:
                raise ValueError(f"{name or 'nothing'} is not a day; days are {' '.join(WEEK)}")
        if len(names) > 2:
            raise ValueError("a range has two days: mon-fri")
        first, last = WEEK.index(names[0]), WEEK.index(names[-1])
        if first > last:
            raise ValueError(f"{names[0]} comes after {names[-1]}; the week begins on mon")
        yield from range(first, last + 1)


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is not a time; {SPANS_FORM}")
    hours_minutes = [int(number) for number in match.groups()]
    opens, closes = (
        _minutes(hours, minutes) for hours, minutes in zip(hours_minutes[::2], hours_minutes[1::2], strict=True)
    )
    if opens >= closes:
        raise ValueError(f"{text}: closes before it opens")
    return Span(opens, closes)


def _minutes(hours: int, minutes: int) -> int:
    found = hours * HOUR_MINUTES + minutes
    if minutes >= HOUR_MINUTES or found > DAY_MINUTES:
        raise ValueError(f"there is no {hours}:{minutes:02d}")
    return found


def _written(span: Span) -> str:
    return f"{hour(span.opens_minutes, 'en')}-{hour(span.closes_minutes, 'en')}"


def _days_words(days: list[int]) -> str:
    """« du lundi au mercredi et le vendredi », « le mardi et le jeudi », « tous les jours »."""
    if len(days) == len(WEEK):
        return "tous les jours"
    words: list[str] = []
    # Days that follow each other are as far from their place in the list.
    for _, run in groupby(enumerate(days), key=lambda place_day: place_day[1] - place_day[0]):
        together = [DAYS[day] for _, day in run]
        if len(together) > 2:
            words.append(f"du {together[0]} au {together[-1]}")
        else:
            words.extend(f"le {name}" for name in together)
    return _listed(words)


def _spans_words(spans: tuple[Span, ...]) -> str:
    if spans == (Span(0, DAY_MINUTES),):
        return "jour et nuit"
    return _listed([f"de {hour(span.opens_minutes)} à {hour(span.closes_minutes)}" for span in spans])


def _listed(words: list[str]) -> str:
    return " et ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
