"""When a service is open, on a clock that jumps twice a year."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.hours import DAY, Hours
from bot.settings import Office, Service, read_office
from bot.settings_hours import WEEK, Closure, Week, read_week
from tests.knowledge import small

ROOT = Path(__file__).resolve().parents[2]
PARIS = ZoneInfo("Europe/Paris")
MARTINIQUE = ZoneInfo("America/Martinique")
OPENING = read_week({"mon-fri": "9:00-12:30 13:30-17:30", "sat": "9:00-12:00"})
NIGHT = read_week({"mon-sun": "0:00-24:00"})


def at(text: str, zone: ZoneInfo = PARIS) -> datetime:
    """A moment by the town's clock, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(timezone.utc)


def town(services: dict[str, Service] | None = None, **changed: Any) -> Office:
    """The small town, open by the week of these tests."""
    of_town = msgspec.structs.replace(small.OFFICE.town, **{"opening": OPENING, **changed})
    return msgspec.structs.replace(small.OFFICE, town=of_town, services={**small.OFFICE.services, **(services or {})})


def one(opening: Week, *closures: Closure, **changed: Any) -> Hours:
    """Hours of a town whose service `x` has a week of its own."""
    return Hours(town({"x": Service(name="X", about="", opening=opening, closures=closures)}, **changed))


def local(hours: Hours, service: str, day: str, zone: ZoneInfo = PARIS) -> list[str]:
    """The slots of a day by the town's clock."""
    slots = hours.slots(service, date.fromisoformat(day))
    return [f"{opens.astimezone(zone):%H:%M}-{closes.astimezone(zone):%H:%M}" for opens, closes in slots]


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T08:59:59", False),
        ("2026-11-23T09:00", True),
        ("2026-11-23T12:29:59", True),
        ("2026-11-23T12:30", False),
        ("2026-11-23T13:30", True),
        ("2026-11-23T17:30", False),
        ("2026-11-28T11:00", True),
        ("2026-11-28T14:00", False),
        ("2026-11-29T10:00", False),
        ("2026-11-11T10:00", False),
    ],
)
def test_it_is_open_from_the_first_moment_to_before_the_last(moment: str, is_open: bool) -> None:
    """By the week; not on Sunday, not on Armistice Day."""
    assert Hours(town()).is_open("accueil_general", at(moment)) == is_open


@pytest.mark.parametrize("service", ["ecoles", "accueil_general", "nobody_knows_it"])
def test_a_service_without_hours_keeps_the_town_halls(service: str) -> None:
    """And a code that is not there means the general service."""
    assert local(Hours(town()), service, "2026-11-23") == ["09:00-12:30", "13:30-17:30"]


def test_a_service_has_its_own_hours() -> None:
    """Whatever the town hall's are."""
    hours = one(read_week({"tue": "14:00-18:30"}))

    assert (local(hours, "x", "2026-11-23"), local(hours, "x", "2026-11-24")) == ([], ["14:00-18:30"])


def test_moments_are_utc() -> None:
    """Whoever compares, stores or sends them has nothing to convert."""
    hours = Hours(town())
    opens, closes = hours.slots("ecoles", date(2026, 11, 23))[0]
    found = [opens, closes, hours.next_opening("ecoles", opens + DAY), hours.closes_at("ecoles", opens)]

    assert {moment.tzinfo for moment in found if moment} == {timezone.utc}
    assert opens.isoformat() == "2026-11-23T08:00:00+00:00"


@pytest.mark.parametrize(
    ("moment", "opens", "closes"),
    [
        ("2026-11-23T08:00", "2026-11-23T09:00", None),
        ("2026-11-23T09:00", "2026-11-23T09:00", "2026-11-23T12:30"),
        ("2026-11-23T10:00", "2026-11-23T13:30", "2026-11-23T12:30"),
        ("2026-11-23T18:00", "2026-11-24T09:00", None),
        ("2026-11-28T12:00", "2026-11-30T09:00", None),
        # Christmas is a Friday, and the office keeps the days around it.
        ("2026-12-23T18:00", "2026-12-28T09:00", None),
        ("2026-12-31T17:30", "2027-01-02T09:00", None),
    ],
)
def test_when_it_opens_and_closes_next(moment: str, opens: str, closes: str | None) -> None:
    """Over lunch, night, Sunday, a closure and the year's end."""
    hours = Hours(town(closures=(Closure(date(2026, 12, 24), "congés", date(2026, 12, 26)),)))

    assert hours.next_opening("ecoles", at(moment)) == at(opens)
    assert hours.closes_at("ecoles", at(moment)) == (at(closes) if closes else None)


def test_what_never_opens_has_no_next_opening() -> None:
    """Closed for 60 days and more."""
    hours = one(OPENING, Closure(date(2026, 11, 1), "travaux", date(2027, 3, 1)))
    now = at("2026-11-23T10:00")

    assert hours.next_opening("x", now) is None
    assert hours.after_open("x", now, 1) is None
    assert hours.why_closed("x", date(2026, 11, 23)) == "travaux"


def test_a_service_that_never_closes() -> None:
    """It does not open at midnight, for it did not close; on a holiday it does close."""
    hours = one(NIGHT)
    always = one(NIGHT, holidays="")

    assert hours.closes_at("x", at("2026-12-20T10:00")) == at("2026-12-25T00:00")
    assert hours.next_opening("x", at("2026-12-20T10:00")) == at("2026-12-26T00:00")
    assert (always.closes_at("x", at("2026-12-20T10:00")), always.next_opening("x", at("2026-12-20T10:00"))) == (
        None,
        None,
    )


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-01-01", "Jour de l'an"),
        ("2026-04-06", "Lundi de Pâques"),
        ("2026-05-14", "Ascension"),
        ("2026-05-25", "Lundi de Pentecôte"),
        ("2026-07-14", "Fête nationale"),
        ("2027-03-29", "Lundi de Pâques"),
        ("2027-05-06", "Ascension"),
        ("2027-12-25", "Noël"),
        ("2008-05-01", "Ascension et Fête du Travail"),
        ("2026-12-24", "congés"),
        ("2026-12-26", "congés"),
        ("2026-12-27", None),
        ("2026-11-23", None),
    ],
)
def test_why_it_is_closed(day: str, why: str | None) -> None:
    """The holiday in French or the closure's reason; a Sunday needs none."""
    hours = Hours(town(closures=(Closure(date(2026, 12, 24), "congés", date(2026, 12, 26)),)))
    when = date.fromisoformat(day)

    assert hours.why_closed("ecoles", when) == why
    assert why is None or hours.slots("ecoles", when) == []


def test_a_region_has_its_own_holidays() -> None:
    """Good Friday in Moselle, the abolition of slavery in Martinique; a town may keep none."""
    friday, abolition = date(2026, 4, 3), date(2026, 5, 22)

    def why(day: date, **changed: str) -> str | None:
        return Hours(town(**changed)).why_closed("ecoles", day)

    assert (why(friday), why(friday, holidays_region="57")) == (None, "Vendredi saint")
    assert (why(abolition), why(abolition, holidays_region="972")) == (None, "Abolition de l'esclavage")
    assert why(date(2026, 12, 25), holidays="") is None


def test_a_service_is_closed_alone() -> None:
    """Its closures are its own, the town's are everybody's."""
    hours = one(
        OPENING, Closure(date(2026, 11, 24), "inventaire"), closures=(Closure(date(2026, 11, 23), "déménagement"),)
    )

    assert (local(hours, "x", "2026-11-23"), local(hours, "x", "2026-11-24")) == ([], [])
    assert (local(hours, "ecoles", "2026-11-23"), local(hours, "ecoles", "2026-11-24")) == (
        [],
        ["09:00-12:30", "13:30-17:30"],
    )


def test_a_part_of_a_day_is_left() -> None:
    """On Christmas Eve what is open closes at four; nothing opens that would not."""
    eve = Closure(date(2026, 12, 24), "veille de Noël", only="9:00-16:00")
    hours = one(read_week({"thu": "8:00-10:00 17:00-18:00"}), closures=(eve,))

    assert local(hours, "ecoles", "2026-12-24") == ["09:00-12:30", "13:30-16:00"]
    assert local(hours, "x", "2026-12-24") == ["09:00-10:00"]
    assert hours.why_closed("ecoles", date(2026, 12, 24)) is None


@pytest.mark.parametrize(
    ("day", "opens", "length"),
    [
        ("2026-03-28", "2026-03-28T08:00:00+00:00", 24),
        ("2026-03-29", "2026-03-29T07:00:00+00:00", 23),
        ("2026-10-25", "2026-10-25T08:00:00+00:00", 25),
        ("2027-03-28", "2027-03-28T07:00:00+00:00", 23),
        ("2027-10-31", "2027-10-31T08:00:00+00:00", 25),
    ],
)
def test_the_clock_changes(day: str, opens: str, length: int) -> None:
    """Nine o'clock is nine by the town's clock on both changes; the night is an hour shorter or longer."""
    daily, night = one(read_week({"mon-sun": "9:00-12:00"})), one(NIGHT)
    when = date.fromisoformat(day)
    midnight = at(f"{day}T00:00")
    until = at(f"{when + DAY}T00:00")

    assert daily.slots("x", when)[0][0].isoformat() == opens
    assert night.minutes_open_between("x", midnight, until) == length * 60
    assert night.after_open("x", midnight, length * 60) == until


def test_an_hour_that_the_clock_skips_is_not_open() -> None:
    """At the end of March there is no time from two to three; nothing opens twice either."""
    skipped = one(read_week({"sun": "2:00-3:00"}))
    around = one(read_week({"sun": "1:00-2:30 2:45-3:15 3:30-4:00"}))
    slots = around.slots("x", date(2026, 3, 29))

    assert local(skipped, "x", "2026-03-29") == []
    assert all(before[1] <= after[0] for before, after in pairwise(slots))


def test_a_town_across_the_ocean() -> None:
    """Fort-de-France opens when Paris has lunch, on its own day, and knows no change of the clock."""
    hours = Hours(town(zone="America/Martinique", holidays_region="972"))

    assert hours.slots("ecoles", date(2026, 7, 6))[0][0].isoformat() == "2026-07-06T13:00:00+00:00"
    assert hours.slots("ecoles", date(2026, 12, 7))[0][0].isoformat() == "2026-12-07T13:00:00+00:00"
    assert hours.day(datetime(2026, 7, 6, 2, tzinfo=timezone.utc)) == date(2026, 7, 5)
    assert hours.next_opening("ecoles", at("2026-05-21T20:00", MARTINIQUE)) == at("2026-05-23T09:00", MARTINIQUE)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-23T09:00", "2026-11-23T17:30", 450),
        ("2026-11-23T12:00", "2026-11-23T14:00", 60),
        ("2026-11-23T17:00", "2026-11-24T09:30", 60),
        ("2026-11-27T17:00", "2026-11-30T10:00", 30 + 180 + 60),
        ("2026-11-10T17:00", "2026-11-12T10:00", 30 + 60),
        ("2026-11-24T10:00", "2026-11-23T10:00", 0),
        ("2026-11-23T09:00:30", "2026-11-23T09:01:29", 0),
        ("2026-11-23T23:00", "2026-11-24T01:00", 0),
    ],
)
def test_opening_minutes_between_two_moments(start: str, end: str, minutes: int) -> None:
    """Lunch, night, Sunday and Armistice Day do not count."""
    assert Hours(town()).minutes_open_between("ecoles", at(start), at(end)) == minutes


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-23T12:15", 30, "2026-11-23T13:45"),
        ("2026-11-23T09:00", 450, "2026-11-23T17:30"),
        ("2026-11-23T09:00", 451, "2026-11-24T09:01"),
        ("2026-11-28T11:55", 15, "2026-11-30T09:10"),
        ("2026-11-22T10:00", 0, "2026-11-23T09:00"),
        ("2026-11-23T10:00", 0, "2026-11-23T10:00"),
    ],
)
def test_when_something_is_due(start: str, minutes: int, due: str) -> None:
    """After so many minutes within opening hours."""
    assert Hours(town()).after_open("ecoles", at(start), minutes) == at(due)


def test_the_example_town_opens_every_service() -> None:
    """Each of Pontavel's services is open some time next week."""
    office = read_office(ROOT / "office.yml")
    hours = Hours(office)
    monday = at("2026-11-23T00:00")
    opened = [
        code for code in office.services if (hours.next_opening(code, monday) or monday + 9 * DAY) < monday + 7 * DAY
    ]

    assert opened == list(office.services)


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """Any week that office.yml may say, of quarters of hours."""
    quarters = st.lists(st.integers(0, 96), min_size=2, max_size=8, unique=True).map(sorted)
    raw = {}
    for day in draw(st.sets(st.sampled_from(WEEK), min_size=1)):
        drawn = draw(quarters)
        pairs = zip(drawn[::2], drawn[1::2], strict=False)
        raw[day] = " ".join(
            f"{opens // 4}:{opens % 4 * 15:02d}-{closes // 4}:{closes % 4 * 15:02d}" for opens, closes in pairs
        )
    return read_week(raw)


ZONES = st.sampled_from(["Europe/Paris", "America/Martinique", "America/Miquelon", "Pacific/Noumea", "Africa/Cairo"])
MOMENTS = st.timedeltas(timedelta(), timedelta(days=730)).map(lambda passed: at("2026-01-01T00:00") + passed)


@given(weeks(), ZONES, MOMENTS)
def test_the_next_opening_is_one(week: Week, zone: str, now: datetime) -> None:
    """Closed just before, open from then on, not before it was asked, and the first: no opening minute lies between."""
    hours = one(week, zone=zone)
    opens = hours.next_opening("x", now)
    closes = hours.closes_at("x", now)

    assert opens is not None or hours.is_open("x", now)
    if opens is not None:
        assert opens >= now
        assert hours.is_open("x", opens)
        assert not hours.is_open("x", opens - timedelta.resolution)
        assert hours.minutes_open_between("x", closes or now, opens) == 0


@given(weeks(), ZONES, MOMENTS)
def test_slots_are_in_order_and_apart(week: Week, zone: str, now: datetime) -> None:
    """Also from one day to the next, whatever the clock does."""
    hours = one(week, zone=zone)
    today = hours.day(now)
    moments = [moment for day in (today, today + DAY) for slot in hours.slots("x", day) for moment in slot]

    assert moments == sorted(moments)
    assert all(opens < closes for opens, closes in hours.slots("x", today))


@given(weeks(), ZONES, MOMENTS, st.integers(1, 3000))
def test_due_is_after_as_many_opening_minutes(week: Week, zone: str, now: datetime, minutes: int) -> None:
    """What is counted forward is counted between."""
    hours = one(week, zone=zone)
    due = hours.after_open("x", now, minutes)

    assert due is None or hours.minutes_open_between("x", now, due) == minutes
