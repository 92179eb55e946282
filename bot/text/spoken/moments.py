"""A day and a time said in one breath: « mardi prochain à 14h30 », « le 14 à 9h »; no figure is read as both."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from bot.text.spoken.dates import DateRead, DayMention, date_meant, day_mentions
from bot.text.spoken.mentions import WhyNot, meant
from bot.text.spoken.phrase import Phrase, phrase
from bot.text.spoken.times import HourMention, TimeRead, hour_mentions, time_meant


@dataclass(frozen=True, slots=True)
class MomentRead:
    """The day and the time of a phrase, each read as it would be alone.

    Of « mardi à 9h ou jeudi à 14h » both days and both times are given, not which belongs to which.
    """

    date: DateRead
    time: TimeRead

    @property
    def certain(self) -> bool:
        """Whether one day and one time were said and nothing is left to ask."""
        return self.date.day is not None and self.time.time is not None

    @property
    def silent(self) -> bool:
        """Whether neither a day nor a time was said."""
        return self.date.why is WhyNot.NONE and self.time.why is WhyNot.NONE


def read_moment(text: str, today: date) -> MomentRead:
    """The day, then the time from what the day left over. A lone « 14 » is a day."""
    said = phrase(text)
    days = day_mentions(said, today)
    # « le plus tôt possible » is said of both.
    left = said.without([mention.at for mention in days if not mention.says.open_ended])
    hours = hour_mentions(left)
    return MomentRead(date_meant(said, days, today), time_meant(left, _of_days_kept(said, days, hours)))


def _of_days_kept(said: Phrase, days: list[DayMention], hours: list[HourMention]) -> list[HourMention]:
    """« pas mardi à 9h, jeudi à 10h »: the time of a day that is not meant goes with it, unless it is the only one."""
    kept = meant(said.plain, days)
    if not kept or len(kept) == len(days):
        return hours
    starts = [day.at[0] for day in days]
    kept_starts = {day.at[0] for day in kept}
    fitting = []
    for hour in hours:
        before = bisect_right(starts, hour.at[0])
        if before == 0 or starts[before - 1] in kept_starts:
            fitting.append(hour)
    return fitting or hours
