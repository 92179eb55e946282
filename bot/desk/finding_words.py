"""The French sentence of what a night found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.analytics.findings_sorts import EARLY
from bot.contacts import Finding
from bot.desk.words import Words
from bot.text.moments_words import MONTHS

ONGOING = timedelta(days=4)
"""A fact that was seen so lately goes on as far as anybody knows: a week-end and a bridge day say nothing."""
HOUR_SECONDS = 3600
FEW = 10
"""Below it a duration is said with one decimal place."""
OF_SERVICES = frozenset({"late", "surge", "standstill"})
MIDNIGHTS = ("0", "24")


@dataclass(frozen=True, slots=True)
class Sentences:
    """Says each finding as of one day; call it with a finding."""

    words: Words
    services: Mapping[str, str]
    """Names by code."""
    topics: Mapping[str, str]
    """The words of the topics of the unanswered questions, by id."""
    today: date
    open_hours: float = 7.0
    """Of a usual working day: in these are times to the answer counted."""

    def __call__(self, finding: Finding) -> str:
        """A whole sentence; what the words do not know is said by the words for any finding."""
        group, key = "finding", f"{finding.sort}{self._form(finding)}"
        values = {
            "name": self._name(finding),
            "when": self._when(finding),
            "seen": number(finding.seen),
            "expected": number(finding.expected),
            "detail": finding.detail,
        }
        if finding.sort == "late":
            values |= {"seen": self._duration(finding.seen), "expected": self._duration(finding.expected)}
        if finding.sort == "silence" and finding.detail != EARLY:
            values["detail"] = between(finding.detail)
        if finding.sort == "surge":
            values["detail"] = self._service(finding.detail)
        return self.words.say(group, key if self.words.name(group, key) != key else "other", **values)

    def _form(self, finding: Finding) -> str:
        """Which of the sentences of a sort: about the town or about one part of it, with or without its detail."""
        whole = "" if finding.subject or finding.sort in {"gap", "late"} else "_town"
        if finding.detail == EARLY:
            return "_early"
        if finding.sort == "gap":
            return "" if finding.expected else "_new"
        if finding.sort == "late":
            detail = finding.detail if finding.expected else finding.detail.replace("others", "alone")
            return f"_{detail}" if detail else ""
        return whole + ("_detail" if finding.detail and finding.sort in {"silence", "surge"} else "")

    def _name(self, finding: Finding) -> str:
        if finding.sort == "silence":
            return self.words.name("channel", finding.subject)
        if finding.sort == "gap":
            return self.topics.get(finding.subject, finding.subject)
        return self._service(finding.subject) if finding.sort in OF_SERVICES else finding.subject

    def _service(self, code: str) -> str:
        """Its name, or its code as that of a service that was removed."""
        return self.services.get(code) or (self.words.say("former", "service", code=code) if code else "")

    def _when(self, finding: Finding) -> str:
        form = "on" if finding.first_day == finding.last_day else "between"
        # What happens on a day is over with it; the rest goes on until something says otherwise.
        lasting = finding.sort in {"gap", "late", "silence"} or form == "between"
        if lasting and finding.last_day >= self.today - ONGOING:
            form = "since"
        first, last = finding.first_day, finding.last_day
        return self.words.say("when", form, first=self._day(first), last=self._day(last))

    def _day(self, day: date) -> str:
        return day_words(day) if day.year == self.today.year else f"{day_words(day)} {day.year}"

    def _duration(self, seconds: int) -> str:
        hours = seconds / HOUR_SECONDS
        days = hours / max(self.open_hours, 1)
        if days >= 1.5:
            return self.words.say("duration", "days", count=number(days))
        if hours >= 1:
            return self.words.say("duration", "hour" if number(hours) == "1" else "hours", count=number(hours))
        return self.words.say("duration", "minutes", count=number(round(seconds / 60)))


def day_words(day: date) -> str:
    """A day without its year: 1er mars."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]}"


def number(value: float) -> str:
    """As French writes it: a comma, a narrow space between thousands; one decimal place below ten where it says anything."""
    shown = round(value, 1) if value < FEW else round(value)
    text = f"{shown:,.1f}" if shown != round(shown) else f"{round(shown):,}"
    return text.replace(",", "\u202f").replace(".", ",")


def between(hours: str) -> str:
    """Hours such as 18-24 in words: « 18 h et minuit »."""
    first, _, last = hours.partition("-")
    return " et ".join("minuit" if hour in MIDNIGHTS else f"{hour} h" for hour in (first, last))
