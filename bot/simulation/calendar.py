"""How many citizens come on which day and at which hour: weekdays, seasons and public holidays; hours are the town's."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from random import Random
from zoneinfo import ZoneInfo

from bot.desk.hours import Hours
from bot.settings import Office

MAIL, FORM, POST = "email", "form", "mastodon"
CHANNELS: Mapping[str, float] = {
    "web": 0.47,
    "telegram": 0.17,
    "whatsapp": 0.08,
    MAIL: 0.18,
    FORM: 0.07,
    POST: 0.03,
}
"""Shares of the contacts; telegram stands for what one writes in the evening."""
WEEKDAYS = (1.28, 1.12, 1.05, 1.06, 1.02, 0.62, 0.45)
"""Monday first; usual for a counter: most on Mondays."""
MONTHS = (1.08, 1.0, 1.0, 0.98, 1.0, 1.06, 0.85, 0.75, 1.22, 1.05, 1.0, 0.9)
"""January first: bills and new rules, summer, the return to school."""
HOLIDAY = 0.4
MOST_A_DAY = 20_000
SMOOTH = 30
"""From which mean on a Poisson number is drawn from the bell that is as good as the same."""

_OFFICE = (1, 1, 0, 0, 0, 1, 3, 8, 16, 22, 22, 18, 14, 15, 18, 18, 16, 14, 10, 8, 7, 6, 4, 2)
_EVENING = (3, 1, 1, 0, 0, 1, 3, 7, 9, 10, 11, 11, 12, 11, 9, 9, 10, 12, 15, 17, 17, 16, 12, 8)
_WEEKEND = (3, 2, 1, 1, 0, 1, 2, 4, 8, 12, 14, 13, 10, 10, 11, 11, 11, 11, 11, 10, 10, 8, 6, 4)
HOURS: Mapping[str, Sequence[int]] = {"telegram": _EVENING, "whatsapp": _EVENING, POST: _EVENING}
"""Weights of the twenty-four hours of a day in the week; every other channel has those of offices."""


class Calendar:
    """The town's days."""

    def __init__(self, office: Office, hours: Hours, contacts_per_day: int) -> None:
        """`contacts_per_day` is the mean over the days of a week outside of seasons and holidays."""
        self._services = tuple(office.services)
        self._hours = hours
        self._mean = contacts_per_day * 7 / sum(WEEKDAYS)
        self.zone: ZoneInfo = office.zone

    def works(self, day: date) -> bool:
        """Whether any service opens."""
        return any(self._hours.slots(service, day) for service in self._services)

    def expected(self, day: date) -> float:
        """The mean number of contacts of a day."""
        holiday = day.weekday() < 5 and not self.works(day)
        return self._mean * WEEKDAYS[day.weekday()] * MONTHS[day.month - 1] * (HOLIDAY if holiday else 1)

    def count(self, day: date, random: Random, times: float = 1) -> int:
        """How many come, by chance around the mean, a Poisson number."""
        return min(poisson(self.expected(day) * times, random), MOST_A_DAY)

    def moment(self, day: date, channel: str, random: Random) -> datetime:
        """When one of them comes, in UTC: no hour that the clock skips, and each of those that come twice."""
        weights = HOURS.get(channel, _OFFICE) if day.weekday() < 5 and self.works(day) else _WEEKEND
        (hour,) = random.choices(range(24), weights)
        local = datetime.combine(day, time(hour, random.randrange(60), random.randrange(60)), self.zone)
        # In spring an hour does not exist: what falls into it comes an hour later by that day's clock.
        return local.replace(fold=random.randrange(2)).astimezone(timezone.utc)

    def day(self, at: datetime) -> date:
        """The town's day of a moment."""
        return at.astimezone(self.zone).date()

    def starts(self, day: date) -> datetime:
        """The first moment of a day, in UTC."""
        return datetime.combine(day, time(), self.zone).astimezone(timezone.utc)

    def ends(self, day: date) -> datetime:
        """The first moment behind a day, in UTC: 23, 24 or 25 hours after its start."""
        return self.starts(day + timedelta(days=1))


def poisson(mean: float, random: Random) -> int:
    """A Poisson number; by multiplication (Knuth) where it is small, rounded from a normal one where it is large."""
    if mean > SMOOTH:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    bound, number, product = math.exp(-mean), 0, random.random()
    while product > bound:
        number += 1
        product *= random.random()
    return number
