"""The appointment book: what can be booked, what is free, and why something is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.cases import CaseKind, Cause, NewCase
from bot.desk.appointments import Appointments, Unfit, Wish
from bot.desk.hours import Hours
from bot.errors import SlotTaken
from bot.messages import Address
from bot.settings_desk import Appointments as Rules
from bot.settings_hours import read_week
from bot.store.sql import Store
from tests.databases import opened
from tests.knowledge import small

SERVICE = "etat_civil"
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
CHRISTMAS = date(2026, 12, 25)
OFFICE = msgspec.structs.replace(
    small.OFFICE,
    town=msgspec.structs.replace(
        small.OFFICE.town, opening=read_week({"mon-fri": "9:00-12:30 13:30-17:30"}), holidays="FR"
    ),
    appointments=Rules(services=(SERVICE,), minutes=30, places=1, notice_hours=24, days_ahead=40),
)
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as made:
        yield made


@pytest.fixture
def book(store: Store) -> Appointments:
    return Appointments(OFFICE, Hours(OFFICE), store.bookings)


def local(day: date, at: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(at), PARIS)


async def booked(store: Store, book: Appointments, at: datetime, message_id: str = "m1") -> None:
    """Somebody has that time."""
    conversation = await store.conversations.open(Address("web", f"of {message_id}"), "fr", small.NOON)
    new = NewCase(
        conversation_id=conversation.id,
        message_id=message_id,
        effect="appointment",
        kind=CaseKind.APPOINTMENT,
        service=SERVICE,
        cause=Cause.FORM,
        subject="un passeport",
    )
    await store.cases.open(new, small.NOON, book.slot(at))


def clock(moments: list[datetime]) -> list[str]:
    return [moment.astimezone(PARIS).strftime("%d %H:%M") for moment in moments]


def test_a_day_is_cut_into_appointments(book: Appointments) -> None:
    """Half hours that end before the office closes, at noon as in the evening."""
    begins = clock(book.begins(SERVICE, TUESDAY))

    assert (len(begins), begins[0], begins[6], begins[7], begins[-1]) == (
        15,
        "24 09:00",
        "24 12:00",
        "24 13:30",
        "24 17:00",
    )


@pytest.mark.parametrize("day", [date(2026, 11, 28), date(2026, 11, 29), CHRISTMAS])
def test_a_closed_day_has_none(book: Appointments, day: date) -> None:
    """Saturday, Sunday and a public holiday."""
    assert book.begins(SERVICE, day) == []


@pytest.mark.parametrize(
    ("day", "at", "why"),
    [
        (TUESDAY, "14:30", None),
        (TUESDAY, None, None),
        (TUESDAY, "09:00", Unfit.SOON),
        (MONDAY, None, Unfit.SOON),
        (TUESDAY, "12:30", Unfit.OUTSIDE),
        (TUESDAY, "23:00", Unfit.OUTSIDE),
        (TUESDAY, "14:40", Unfit.OUTSIDE),
        (date(2026, 11, 29), "10:00", Unfit.CLOSED),
        (CHRISTMAS, "10:00", Unfit.CLOSED),
        (date(2028, 3, 14), "10:00", Unfit.FAR),
    ],
)
async def test_why_a_time_cannot_be_booked(book: Appointments, day: date, at: str | None, why: Unfit | None) -> None:
    """Monday 13 h, a day's notice: what can be asked for from Tuesday 13 h on."""
    assert await book.unfit(SERVICE, day, time.fromisoformat(at) if at else None, small.NOON) is why


async def test_what_is_taken_is_full(store: Store, book: Appointments) -> None:
    """The time is, its day is not, and the next time is offered."""
    await booked(store, book, local(TUESDAY, "14:30"))
    free = await book.free(SERVICE, Wish(TUESDAY, TUESDAY, time(14)), small.NOON)

    assert await book.unfit(SERVICE, TUESDAY, time(14, 30), small.NOON) is Unfit.FULL
    assert await book.unfit(SERVICE, TUESDAY, None, small.NOON) is None
    assert clock(free) == ["24 14:00", "24 15:00", "24 15:30"]


async def test_nobody_gets_a_taken_time(store: Store, book: Appointments) -> None:
    """The second booking of one place is refused by the store."""
    await booked(store, book, local(TUESDAY, "14:30"))
    with pytest.raises(SlotTaken):
        await booked(store, book, local(TUESDAY, "14:30"), "m2")


async def test_free_times_go_on_the_next_open_day(book: Appointments) -> None:
    """From Friday evening to Monday morning."""
    free = await book.free(SERVICE, Wish(date(2026, 11, 27), CHRISTMAS, time(17)), small.NOON)

    assert clock(free) == ["27 17:00", "30 17:00", "01 17:00"]


@pytest.mark.parametrize(
    "wish", [Wish(MONDAY, MONDAY), Wish(CHRISTMAS, CHRISTMAS), Wish(date(2028, 3, 1), date(2028, 3, 9))]
)
async def test_nothing_is_free_where_nothing_can_be_booked(book: Appointments, wish: Wish) -> None:
    """Today, a holiday, years ahead."""
    assert await book.free(SERVICE, wish, small.NOON) == []


@pytest.mark.parametrize(
    ("at", "begin"),
    [("14:30", time(14, 30)), ("14:40", time(14, 30)), ("14:59", time(14, 30)), ("12:45", None), ("23:00", None)],
)
def test_a_time_falls_into_an_appointment(book: Appointments, at: str, begin: time | None) -> None:
    """14 h 40 is in that of 14 h 30; the pause and the night are in none."""
    assert book.nearest_begin(SERVICE, TUESDAY, time.fromisoformat(at)) == begin


def test_the_clock_may_change_in_between(book: Appointments) -> None:
    """Nine by the town's clock, on the Monday after the last Sunday of March as before it."""
    monday, before = date(2027, 3, 29) + timedelta(days=1), date(2027, 3, 26)
    hours = [book.begins(SERVICE, day)[0].astimezone(timezone.utc).hour for day in (before, monday)]

    assert hours == [8, 7]
