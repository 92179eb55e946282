"""Spans of days, days that are none or over, and any text at all. Today is Thursday 26 November 2026."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.spoken.calendar import Period
from bot.text.spoken.dates import DateRead, read_date
from bot.text.spoken.mentions import WhyNot
from bot.text.spoken.phrase import MONTHS, WEEKDAYS

THURSDAY = date(2026, 11, 26)

PERIODS = {
    "la semaine prochaine": ("2026-11-30", "2026-12-06"),
    "la sem prochaine": ("2026-11-30", "2026-12-06"),
    "next week": ("2026-11-30", "2026-12-06"),
    "cette semaine": ("2026-11-26", "2026-11-29"),
    "this week": ("2026-11-26", "2026-11-29"),
    "fin de semaine": ("2026-11-26", "2026-11-27"),
    "en fin de semaine prochaine": ("2026-12-03", "2026-12-04"),
    "début de semaine": ("2026-11-30", "2026-12-01"),
    "début de semaine prochaine": ("2026-11-30", "2026-12-01"),
    "ce week-end": ("2026-11-28", "2026-11-29"),
    "début janvier": ("2027-01-01", "2027-01-10"),
    "mi-décembre": ("2026-12-11", "2026-12-20"),
    "fin février": ("2027-02-21", "2027-02-28"),
    "en janvier": ("2027-01-01", "2027-01-31"),
    "le mois prochain": ("2026-12-01", "2026-12-31"),
    "next month": ("2026-12-01", "2026-12-31"),
    "fin du mois": ("2026-11-26", "2026-11-30"),
    "début du mois prochain": ("2026-12-01", "2026-12-10"),
    "early January": ("2027-01-01", "2027-01-10"),
    "end of january": ("2027-01-21", "2027-01-31"),
    "du 14 au 16 décembre": ("2026-12-14", "2026-12-16"),
    "entre le 14 et le 16": ("2026-12-14", "2026-12-16"),
    "du 28 décembre au 3 janvier": ("2026-12-28", "2027-01-03"),
    "entre mardi et jeudi": ("2026-12-01", "2026-12-03"),
    "avant vendredi 4": ("2026-11-26", "2026-12-03"),
    "d'ici vendredi 4": ("2026-11-26", "2026-12-04"),
    "au plus tard le 4": ("2026-11-26", "2026-12-04"),
    "avant Noël": ("2026-11-26", "2026-12-24"),
    "après noël": ("2026-12-26", None),
    "à partir du 14": ("2026-12-14", None),
    "après le 14": ("2026-12-15", None),
    "pas avant le 14": ("2026-12-14", None),
    "dès que possible": ("2026-11-26", None),
    "le plus tôt possible": ("2026-11-26", None),
}
IMPOSSIBLE = (
    "31 février",
    "le 31 novembre",
    "32/13",
    "32/12/2026",
    "14/13",
    "30/02/2027",
    "le 32",
    "45",
    "29 février 2027",
)
PAST = {
    "le 14 de ce mois": "2026-11-14",
    "hier": "2026-11-25",
    "yesterday": "2026-11-25",
    "avant-hier": "2026-11-24",
    "mardi dernier": "2026-11-24",
    "last tuesday": "2026-11-24",
    "le mardi 24": "2026-11-24",
    "le 14 novembre": "2026-11-14",
    "14/11": "2026-11-14",
    "14/12/1998": "1998-12-14",
    "le 10 juillet": "2026-07-10",
    "il y a 3 jours": "2026-11-23",
    "2 weeks ago": "2026-11-12",
    "il y a quelques jours": None,
    "il y a 5 mois": None,
}
NOTHING = (
    *("", " ", "oui", "???", "je ne sais pas", "mais oui", "14h30", "à 9h", "9h", "merci", "pas mardi", "la marche"),
    *("06 12 34 56 78", "06.12.34.56.78", "06/12/34/56/78", "12 rue du 8 mai 1945", "place du 11 novembre", "14 euros"),
    *(
        "3 personnes",
        "44990 Pontavel",
        "14 rue Pasteur",
        "le 14 rue Pasteur",
        "mon mari",
        "may I come",
        "24h/24",
        "2026",
    ),
    *("les vacances de noël", "le sapin de noel", "rue de la toussaint", "le marché de Noël", "à Noëlle"),
    *("pour moi", "je demande un passeport", "dossier 123456789", "avec mes 2 enfants", "3,14", "0 1 2 3"),
)


@pytest.mark.parametrize(("text", "ends"), PERIODS.items())
def test_periods(text: str, ends: tuple[str, str | None]) -> None:
    """A week, a part of a month, « avant » and « à partir de » give first and last day, none of them past."""
    read = read_date(text, THURSDAY)

    assert read.period == Period(date.fromisoformat(ends[0]), date.fromisoformat(ends[1]) if ends[1] else None)
    assert (read.days, read.why) == ((), None)


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_days_that_do_not_exist(text: str) -> None:
    """31 February is told from nothing at all."""
    assert read_date(text, THURSDAY).why is WhyNot.IMPOSSIBLE


@pytest.mark.parametrize(("text", "iso"), PAST.items())
def test_days_that_are_past(text: str, iso: str | None) -> None:
    """A day before today is refused, and said back when it is known; six months back without a year is next year."""
    read = read_date(text, THURSDAY)

    assert (read.days, read.why) == ((), WhyNot.PAST)
    assert read.refused == (date.fromisoformat(iso) if iso else None)


@pytest.mark.parametrize("text", NOTHING)
def test_no_day(text: str) -> None:
    """Times, numbers of other things, streets named after days and look-alike words are no dates."""
    assert read_date(text, THURSDAY) == DateRead(why=WhyNot.NONE)


WORDS = [
    *(
        "mardi",
        "prochain",
        "le",
        "14",
        "31",
        "/",
        "12",
        "décembre",
        "février",
        "demain",
        "non",
        "pas",
        ",",
        "à",
        "9h30",
    ),
    *(
        "en",
        "huit",
        "dans",
        "999999999",
        "jours",
        "la",
        "semaine",
        "prochaine",
        "fin",
        "du",
        "mois",
        "ou",
        "et",
        "entre",
    ),
    *("2026", "-", ".", "?", "9999", "0", "avant", "après", "dernier", "1er", "mi", "janvier", "sept", "½", "²", "٣"),
]


@given(
    st.text() | st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join),
    st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)),
)
def test_any_text_is_read(text: str, today: date) -> None:
    """Nothing raises; a day is never before today; exactly one of days, period and reason is given."""
    read = read_date(text, today)

    assert [bool(read.days), read.period is not None, read.why is not None].count(True) == 1
    assert all(day >= today for day in read.days)
    assert read.days == tuple(sorted(set(read.days)))
    if read.span:
        assert 0 <= read.span[0] < read.span[1] <= len(text)


@given(st.integers(min_value=0, max_value=400), st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_a_full_date_is_read_as_written(ahead: int, today: date) -> None:
    """Every day of the coming year, in figures and with its weekday and month's name, is read back."""
    day = today + timedelta(days=ahead)
    words = f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"

    assert read_date(words, today).day == day
    assert read_date(f"{day:%d/%m/%Y}", today).day == day
