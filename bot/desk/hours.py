"""When a service is open: the week and the closures of `office.yml`, public holidays, and the town's clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone

from bot.settings import GENERAL_SERVICE, Office
from bot.settings_hours import Closure, Span, Week, calendar

LOOK_AHEAD_DAYS = 60
"""What is closed for so long has no next opening."""
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

Interval = tuple[datetime, datetime]
"""An opening and the closing that ends it, aware, UTC; open at the first moment, closed at the last."""


class Hours:
    """The opening hours of every service of a town; a code that is not there means the general service.

    Moments are aware and in UTC; a day is one of the town's zone.
    """

    def __init__(self, office: Office) -> None:
        town = office.town
        self._zone = office.zone
        self._weeks: dict[str, Week] = {
            code: service.opening or town.opening for code, service in office.services.items()
        }
        self._closures: dict[str, tuple[Closure, ...]] = {
            code: (*service.closures, *town.closures) for code, service in office.services.items()
        }
        # Fills itself year by year, as days are asked for.
        self._holidays = calendar(town.holidays, town.holidays_region)

    def is_open(self, service: str, at: datetime) -> bool:
        """Whether somebody is there at a moment."""
        return any(opens <= at < closes for opens, closes in self.slots(service, self.day(at)))

    def next_opening(self, service: str, at: datetime) -> datetime | None:
        """The first moment, from `at` on, when it opens; None if it does not within 60 days."""
        for opens, _ in self._intervals(service, at):
            # What goes on over midnight does not open there.
            if opens >= at and not self.is_open(service, opens - timedelta.resolution):
                return opens
        return None

    def closes_at(self, service: str, at: datetime) -> datetime | None:
        """When it closes next, if it is open at a moment; None if it is closed, or stays open for 60 days."""
        if not self.is_open(service, at):
            return None
        end = at
        for opens, closes in self._intervals(service, at):
            if opens > end:
                return end
            end = closes
        return None if self.is_open(service, end) else end

    def slots(self, service: str, day: date) -> list[Interval]:
        """The opening intervals of a day of the town, in order and apart; none on a holiday or when it is closed."""
        found: list[Interval] = []
        for span in self._spans(service, day):
            opens, closes = self._moment(day, span.opens_minutes), self._moment(day, span.closes_minutes)
            # An hour that the clock skips in spring is no time to be open, nor to be open twice.
            opens = max(opens, found[-1][1]) if found else opens
            if opens < closes:
                found.append((opens, closes))
        return found

    def why_closed(self, service: str, day: date) -> str | None:
        """The holiday's French name or the closure's reason; None if there is neither, closed by its week or not."""
        if holiday := self._holiday(day):
            return holiday
        return next((closure.why for closure in self._closed(service, day) if not closure.spans), None)

    def minutes_open_between(self, service: str, start: datetime, end: datetime) -> int:
        """How many whole opening minutes lie between two moments; 0 if the second is not the later one."""
        return self.open_between(service, start, end) // MINUTE

    def open_between(self, service: str, start: datetime, end: datetime) -> timedelta:
        """How long it is open between two moments; no time if the second is not the later one."""
        day, last = self.day(start), self.day(end)
        total = timedelta()
        while day <= last:
            for opens, closes in self.slots(service, day):
                total += max(min(closes, end) - max(opens, start), timedelta())
            day += DAY
        return total

    def after_open(self, service: str, start: datetime, minutes: int) -> datetime | None:
        """The moment when so many opening minutes have passed since another: when something is due.

        With none, the first moment when it is open. None if it does not open for 60 days before they have passed.
        """
        left, since = minutes * MINUTE, start
        while interval := next(self._intervals(service, since), None):
            opens, closes = interval
            begun = max(opens, since)
            if begun + left <= closes:
                return begun + left
            left -= closes - begun
            since = closes
        return None

    def day(self, at: datetime) -> date:
        """The day that it is in the town at a moment."""
        return at.astimezone(self._zone).date()

    def minute(self, at: datetime) -> int:
        """How many minutes the clock of the town is past midnight at a moment."""
        local = at.astimezone(self._zone)
        return local.hour * 60 + local.minute

    def _intervals(self, service: str, at: datetime) -> Iterator[Interval]:
        """Those that end after a moment, over 60 days."""
        first = self.day(at)
        for ahead in range(LOOK_AHEAD_DAYS + 1):
            for opens, closes in self.slots(service, first + ahead * DAY):
                if closes > at:
                    yield opens, closes

    def _spans(self, service: str, day: date) -> tuple[Span, ...]:
        if self._holiday(day):
            return ()
        spans = self._weeks[self._known(service)].days[day.weekday()]
        for closure in self._closed(service, day):
            spans = _within(spans, closure.spans)
        return spans

    def _holiday(self, day: date) -> str:
        """Its name, both where two fall on one day, "" on any other day."""
        return " et ".join(self._holidays.get_list(day)) if self._holidays is not None else ""

    def _closed(self, service: str, day: date) -> Iterator[Closure]:
        return (closure for closure in self._closures[self._known(service)] if closure.covers(day))

    def _known(self, service: str) -> str:
        return service if service in self._weeks else GENERAL_SERVICE

    def _moment(self, day: date, minutes: int) -> datetime:
        """What the town's clock shows, in UTC: adding to a local time is arithmetic of the clock."""
        return (datetime.combine(day, time(), self._zone) + minutes * MINUTE).astimezone(timezone.utc)


def _within(spans: tuple[Span, ...], left: tuple[Span, ...]) -> tuple[Span, ...]:
    """What two lists of spans have in common."""
    common = (
        Span(max(one.opens_minutes, other.opens_minutes), min(one.closes_minutes, other.closes_minutes))
        for one in spans
        for other in left
    )
    return tuple(span for span in common if span.opens_minutes < span.closes_minutes)
