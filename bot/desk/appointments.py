"""The appointments of a service: which times are open to be booked, which are free, and what is near one that is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from bot.cases import Slot
from bot.casework import Bookings
from bot.desk.hours import Hours
from bot.settings import Office

DAY = timedelta(days=1)
OFFERS = 3
"""Times that are offered at once."""


class Unfit(Enum):
    """Why a time cannot be booked: too soon, too far ahead, not open that day, not open at that time, all places taken."""

    SOON = "soon"
    FAR = "far"
    CLOSED = "closed"
    OUTSIDE = "outside"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a citizen asks for: days from `first` to `last` and times from `start` to `end`, all of them included."""

    first: date
    last: date
    start: time | None = None
    end: time | None = None

    def fits(self, at: datetime) -> bool:
        """Whether a local moment is what was asked for."""
        if not self.first <= at.date() <= self.last:
            return False
        moment = at.time().replace(tzinfo=None)
        return (self.start is None or moment >= self.start) and (self.end is None or moment <= self.end)


class Appointments:
    """The appointment book of a town. Days and times are local, moments aware and in UTC."""

    def __init__(self, office: Office, hours: Hours, bookings: Bookings) -> None:
        self._rules = office.appointments
        self._zone = office.zone
        self._hours = hours
        self._bookings = bookings

    @property
    def services(self) -> tuple[str, ...]:
        """Codes of the services that take appointments."""
        return self._rules.services

    def slot(self, at: datetime) -> Slot:
        """The appointment that begins at a moment."""
        return Slot(at, at + timedelta(minutes=self._rules.minutes), self._rules.places)

    def begins(self, service: str, day: date) -> list[datetime]:
        """The moments of a day at which an appointment of a service may begin, free or not."""
        length = timedelta(minutes=self._rules.minutes)
        found: list[datetime] = []
        for opens, closes in self._hours.slots(service, day):
            at = opens
            while at + length <= closes:
                found.append(at)
                at += length
        return found

    def bounds(self, now: datetime) -> tuple[datetime, date]:
        """The soonest moment that can be booked now, and the last day."""
        soonest = now + timedelta(hours=self._rules.notice_hours)
        return soonest, self._hours.day(now) + timedelta(days=self._rules.days_ahead)

    async def free(self, service: str, wish: Wish, now: datetime, limit: int = OFFERS) -> list[datetime]:
        """The first free moments that fit a wish, in order.

        Raises:
            StoreError: the book cannot be read.
        """
        soonest, last = self.bounds(now)
        first, until = max(wish.first, self._hours.day(soonest)), min(wish.last, last)
        if first > until:
            return []
        taken = await self._taken(service, first, until)
        moments = (at for at in self._every(service, first, until) if at >= soonest and wish.fits(self.local(at)))
        free = (at for at in moments if taken.get(at, 0) < self._rules.places)
        return [at for at, _ in zip(free, range(limit), strict=False)]

    async def unfit(self, service: str, day: date, at: time | None, now: datetime) -> Unfit | None:
        """Why nothing can be booked on a day, or at a time of it; None if something can.

        Raises:
            StoreError: the book cannot be read.
        """
        soonest, last = self.bounds(now)
        if day > last:
            return Unfit.FAR
        begins = self.begins(service, day)
        if not begins:
            return Unfit.CLOSED
        if at is not None:
            begins = [moment for moment in begins if self.local(moment).time().replace(tzinfo=None) == at]
            if not begins:
                return Unfit.OUTSIDE
        begins = [moment for moment in begins if moment >= soonest]
        if not begins:
            return Unfit.SOON
        taken = await self._taken(service, day, day)
        return None if any(taken.get(moment, 0) < self._rules.places for moment in begins) else Unfit.FULL

    def nearest_begin(self, service: str, day: date, at: time) -> time | None:
        """The beginning of the appointment that a time of a day falls into: 14 h 40 is in that of 14 h 30."""
        length = timedelta(minutes=self._rules.minutes)
        wanted = datetime.combine(day, at, self._zone)
        within = [begin for begin in self.begins(service, day) if begin <= wanted < begin + length]
        return self.local(within[0]).time().replace(tzinfo=None) if within else None

    def moment(self, day: date, at: time) -> datetime:
        """The moment of a local day and time."""
        return datetime.combine(day, at, self._zone)

    def local(self, at: datetime) -> datetime:
        """A moment on the town's clock."""
        return at.astimezone(self._zone)

    def _every(self, service: str, first: date, last: date) -> Iterator[datetime]:
        day = first
        while day <= last:
            yield from self.begins(service, day)
            day += DAY

    async def _taken(self, service: str, first: date, last: date) -> Mapping[datetime, int]:
        start = datetime.combine(first, time(), self._zone)
        return await self._bookings.taken(service, start, datetime.combine(last + DAY, time(), self._zone))
