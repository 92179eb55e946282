"""A day and a time in a citizen's words, against the appointment book: what is settled, what is wrong, what is offered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from actions.forms.form import PROBLEM, Slots, problem
from actions.services import Services
from bot.desk.appointments import Appointments, Unfit, Wish
from bot.text import moments_words
from bot.text.spoken.dates import DateRead
from bot.text.spoken.mentions import WhyNot
from bot.text.spoken.moments import read_moment
from bot.text.spoken.times import TimeRead
from bot.text.wording import DEFAULT

DAY, TIME, SERVICE = "appointment_day", "appointment_time", "appointment_service"
OFFERED = "appointment_offered"
"""The moments that were offered last, in local time."""
WISH = "appointment_wish"
"""The part of the day that was asked for: {"start": "14:00", "end": "18:00"}."""


FAR = timedelta(days=365)


class Wishes:
    """Reads wishes for a service, of which `known` holds what was settled before."""

    def __init__(
        self,
        services: Services,
        book: Appointments,
        known: dict[str, Any],
        language: str = DEFAULT,
        asks: bool = True,
    ) -> None:
        """`asks`: whether the day can be asked now, and nothing has to be asked before."""
        self._services = services
        self._asks = asks
        self._language = language
        self._book = book
        self._known = known
        self._now = services.clock()
        self._today = services.hours.day(self._now)

    async def read(self, text: str, requested: str = "") -> Slots:
        """What a text says of day and time; empty if it says nothing of either.

        Raises:
            StoreError: the book cannot be read.
        """
        said = read_moment(text, self._today)
        if said.silent:
            return {}
        wrong = self._wrong(said.date, said.time, requested)
        if wrong is not None:
            return wrong
        day, at, part = said.date.day, self._time(said.time), _part(said.time)
        if said.date.ambiguous:
            days = await self._possible(said.date.days[:2])
            if not days or (len(days) > 1 and not self._asks):
                return await self.offer(Wish(said.date.days[0], said.date.days[:2][-1], *part))
            if len(days) > 1:
                return self._which(days)
            day = days[0]
        if said.date.period is not None:
            last = said.date.period.last or self._today + FAR
            return await self.offer(Wish(said.date.period.first, last, *part))
        if day is None and self._known.get(DAY):
            day = date.fromisoformat(str(self._known[DAY]))
        if day is None:
            return await self.offer(Wish(self._today, self._today + FAR, *(part if at is None else (at, at))))
        if at is None and part == (None, None) and self._known.get(TIME):
            # « non, jeudi »: at the same time.
            at = time.fromisoformat(str(self._known[TIME]))
        return await self.settle(day, at, part)

    async def recheck(self, day: str | None, at: str | None, wish: dict[str, str] | None) -> Slots:
        """What was wished for before its service was known, against that service's book.

        Raises:
            StoreError: the book cannot be read.
        """
        if day:
            return await self.settle(date.fromisoformat(day), time.fromisoformat(at) if at else None)
        if wish:
            start, end = wish.get("start"), wish.get("end")
            return await self.offer(
                Wish(
                    date.fromisoformat(wish["first"]),
                    date.fromisoformat(wish["last"]),
                    time.fromisoformat(start) if start else None,
                    time.fromisoformat(end) if end else None,
                )
            )
        return {}

    async def settle(self, day: date, at: time | None, part: tuple[time | None, time | None] = (None, None)) -> Slots:
        """A day, and a time of it, if they can be booked; else what is wrong and what is near.

        Raises:
            StoreError: the book cannot be read.
        """
        service = self._known.get(SERVICE)
        if not service:
            # Whether it is open is seen when the service is known.
            return {DAY: day.isoformat(), TIME: at.strftime("%H:%M") if at else None}
        unfit = await self._book.unfit(service, day, at, self._now)
        if unfit is Unfit.OUTSIDE and at is not None and (begin := self._book.nearest_begin(service, day, at)):
            at, unfit = begin, await self._book.unfit(service, day, begin, self._now)
        if unfit is None and at is not None:
            return {DAY: day.isoformat(), TIME: at.strftime("%H:%M"), OFFERED: None, WISH: None}
        if unfit is None:
            offered = await self._book.free(service, Wish(day, day, *part), self._now)
            if not offered:
                return await self._near(service, day, None, Unfit.FULL)
            return {DAY: day.isoformat(), TIME: None, OFFERED: self.written(offered), WISH: None}
        return await self._near(service, day, at, unfit)

    async def _near(self, service: str, day: date, at: time | None, unfit: Unfit) -> Slots:
        """What is wrong with a wish, and the free times around it."""
        whole = Wish(day, day)
        same_day = await self._book.free(service, whole, self._now) if unfit in {Unfit.OUTSIDE, Unfit.FULL} else []
        first = self._today if unfit is Unfit.FAR else day
        later = Wish(first, day + timedelta(days=365))
        offered = same_day or await self._book.free(service, later, self._now)
        values = {
            "day": moments_words.day(day, self._today, self._language),
            "hours": self._open(service, day),
            "days": str(self._services.office.appointments.days_ahead),
            "notice": str(self._services.office.appointments.notice_hours),
            **self._services.office.reach(service),
        }
        line = f"appointment_{unfit.value}"
        if unfit is Unfit.CLOSED and (why := self._services.hours.why_closed(service, day)):
            line, values["why"] = "appointment_closed_why", why
        kept = {DAY: day.isoformat(), TIME: None} if same_day else {DAY: None, TIME: None}
        return {**kept, OFFERED: self.written(offered), WISH: None, PROBLEM: problem(line, **values)}

    async def offer(self, wish: Wish) -> Slots:
        """Free times that fit a wish for more than one day, or the next ones if none does.

        Raises:
            StoreError: the book cannot be read.
        """
        service = self._known.get(SERVICE)
        if not service:
            return {WISH: _stored(wish)}
        line = "appointment_offered"
        offered = await self._book.free(service, wish, self._now)
        if not offered:
            offered = await self._book.free(service, Wish(wish.first, wish.first + FAR), self._now)
            line = "appointment_none_fits"
        return {DAY: None, TIME: None, WISH: None, OFFERED: self.written(offered), PROBLEM: problem(line)}

    async def others(self, offered: Sequence[str]) -> Slots:
        """Free times on a later day than those that were offered and do not suit.

        Raises:
            StoreError: the book cannot be read.
        """
        last = max((datetime.fromisoformat(one).date() for one in offered), default=self._today)
        later = Wish(last + timedelta(days=1), last + FAR)
        found = await self._book.free(str(self._known[SERVICE]), later, self._now)
        line = "appointment_others" if found else "appointment_no_others"
        return {DAY: None, TIME: None, WISH: None, OFFERED: self.written(found) or None, PROBLEM: problem(line)}

    async def _possible(self, days: Sequence[date]) -> list[date]:
        """Of the days that a text may mean, those on which something can be booked; all while the service is not known."""
        service = self._known.get(SERVICE)
        if not service:
            return list(days)
        return [day for day in days if await self._book.unfit(str(service), day, None, self._now) is None]

    def _which(self, days: Sequence[date]) -> Slots:
        named = {f"day{number}": day.isoformat() for number, day in enumerate(days)}
        return {DAY: None, OFFERED: None, PROBLEM: problem("appointment_which_day", **named)}

    def _wrong(self, said: DateRead, at: TimeRead, requested: str) -> Slots | None:
        """A day that does not exist or is over, a time that is none."""
        if said.why is WhyNot.IMPOSSIBLE:
            return {DAY: None, TIME: None, PROBLEM: problem("appointment_no_such_day")}
        if said.why is WhyNot.PAST:
            refused = moments_words.full_day(said.refused, self._language, year=True) if said.refused else ""
            line = "appointment_past" if refused else "appointment_over"
            return {DAY: None, TIME: None, PROBLEM: problem(line, day=refused)}
        if at.why is WhyNot.IMPOSSIBLE:
            return {TIME: None, PROBLEM: problem("appointment_no_such_time")}
        return None

    def _time(self, said: TimeRead) -> time | None:
        """The time that was meant: of « à 3h », the one at which an office may be open."""
        if said.time is not None:
            return said.time
        return next((one for one in said.times if time(7) <= one < time(20)), None)

    def _open(self, service: str, day: date) -> str:
        spans = self._services.hours.slots(service, day)
        local = [(self._book.local(opens), self._book.local(closes)) for opens, closes in spans]
        pattern, joined = (
            ("from {} to {}", " and ") if moments_words.english(self._language) else ("de {} à {}", " et ")
        )
        return joined.join(pattern.format(self._hour(opens), self._hour(closes)) for opens, closes in local)

    def _hour(self, at: datetime) -> str:
        return moments_words.hour(at.hour * 60 + at.minute, self._language)

    def written(self, moments: list[datetime]) -> list[str]:
        """Local moments, as slots and buttons carry them."""
        return [self._book.local(at).replace(tzinfo=None).isoformat(timespec="minutes") for at in moments]


def _part(said: TimeRead) -> tuple[time | None, time | None]:
    """The part of the day that was asked for."""
    return (said.window.first, said.window.last) if said.window is not None and not said.earliest else (None, None)


def _stored(wish: Wish) -> dict[str, str]:
    found = {"first": wish.first.isoformat(), "last": wish.last.isoformat()}
    if wish.start:
        found["start"] = wish.start.isoformat()
    if wish.end:
        found["end"] = wish.end.isoformat()
    return found
