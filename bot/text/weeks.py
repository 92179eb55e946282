"""A week's opening hours in a few words of a language: « lunes–viernes 9:00–12:30, 13:30–17:30 »."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.text.moments_words import DAYS_ENGLISH, HOUR_MINUTES

Spans = Sequence[tuple[int, int]]
"""When it opens and closes, in minutes of the clock since midnight; 1440 is the end of the day."""


@dataclass(frozen=True, slots=True)
class Names:
    """How a language says days and hours."""

    days: tuple[str, ...]
    """From Monday."""
    between: str = "{}–{}"
    """From a day or an hour to another."""
    comma: str = ", "
    semicolon: str = "; "


NAMES: Mapping[str, Names] = {
    "en": Names(DAYS_ENGLISH),
    "es": Names(("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")),
    "de": Names(("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")),
    "pt": Names(("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")),
    "tr": Names(("Pazartesi", "Salı", "Çarşamba", "Perşembe", "Cuma", "Cumartesi", "Pazar")),
    "uk": Names(("понеділок", "вівторок", "середа", "четвер", "п’ятниця", "субота", "неділя")),
    "zh": Names(("周一", "周二", "周三", "周四", "周五", "周六", "周日"), "{}至{}", "、", "；"),
    # In words: beside a dash, figures are shown from right to left, and nobody knows which comes first.
    "ar": Names(
        ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"), "من {} إلى {}", "، ", "؛ "
    ),
}  # fmt: skip


def week_in(language: str, days: Sequence[Spans]) -> str:
    """Seven days from Monday, each with its spans in order; "" where the language has no names here."""
    names = NAMES.get(language)
    if names is None:
        return ""
    alike: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for day, spans in enumerate(days):
        if spans:
            alike.setdefault(tuple(spans), []).append(day)
    return names.semicolon.join(f"{_days(names, open_on)} {_spans(names, spans)}" for spans, open_on in alike.items())


def _days(names: Names, days: Sequence[int]) -> str:
    said: list[str] = []
    # Days that follow each other are as far from their place in the list.
    for _, run in groupby(enumerate(days), key=lambda place_day: place_day[1] - place_day[0]):
        together = [names.days[day] for _, day in run]
        said += [names.between.format(together[0], together[-1])] if len(together) > 2 else together
    return names.comma.join(said)


def _spans(names: Names, spans: Spans) -> str:
    return names.comma.join(names.between.format(_hour(opens), _hour(closes)) for opens, closes in spans)


def _hour(minutes: int) -> str:
    return f"{minutes // HOUR_MINUTES}:{minutes % HOUR_MINUTES:02d}"
