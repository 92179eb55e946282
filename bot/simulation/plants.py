"""Facts that are planted into a simulated month, and the truth about them, which tests compare findings with.

The truth is a JSON file that nothing but a test reads::

    {"seed": 1, "first": "2026-10-01", "last": "2026-10-30", "contacts": 4512, "planted": [
      {"plant": "late", "sort": "late", "subject": "urbanisme", "first_day": "2026-10-13", "last_day": "2026-10-30",
       "first_hour": 0, "last_hour": 24, "words": [], "count": 41},
      {"plant": "silence", "sort": "silence", "subject": "telegram", …, "first_hour": 18, "last_hour": 24, "count": 37}]}
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from enum import Enum
from pathlib import Path

import msgspec
from msgspec import Struct

from bot.errors import ConfigurationError

LEAST_DAYS = 14
"""A fact stands out against what is usual: shorter runs have no usual days."""


class Plant(str, Enum):
    """What can be planted; beside each the sort of finding that it should become.

    TOPIC (gap): citizens ask more and more about something that no article covers. LATE (late): a service takes and
    answers its cases days later than it did and than the others do. SILENCE (silence): a channel brings nothing at
    certain hours. STRIKE (standstill): an open day on which citizens come and no agent takes anything. FLOOD (surge): a
    day with several times as many contacts, most of them about water.
    """

    TOPIC = "topic"
    LATE = "late"
    SILENCE = "silence"
    STRIKE = "strike"
    FLOOD = "flood"


SORTS = {
    Plant.TOPIC: "gap",
    Plant.LATE: "late",
    Plant.SILENCE: "silence",
    Plant.STRIKE: "standstill",
    Plant.FLOOD: "surge",
}
"""The sort of `bot.contacts.Finding` that says the same."""
LATE_SERVICE = "urbanisme"
SILENT_CHANNEL = "telegram"
SILENT_HOURS = (18, 24)


class Planted(Struct, frozen=True, forbid_unknown_fields=True):
    """One planted fact: both days belong to it, the last hour does not; all in the town's zone."""

    plant: Plant
    sort: str
    subject: str
    """The service or the channel that it is about; "" for the whole town, and for a topic, which is known by `words`."""
    first_day: date
    last_day: date
    first_hour: int = 0
    last_hour: int = 24
    words: tuple[str, ...] = ()
    """Of a topic: every question about it holds at least one of these, and no other question holds any; folded."""
    count: int = 0
    """TOPIC, FLOOD: contacts that were planted. LATE: its cases. STRIKE: cases opened. SILENCE: contacts left out."""

    def covers(self, day: date, hour: int = 0) -> bool:
        """Whether something at this day and hour of the town's falls into it."""
        return self.first_day <= day <= self.last_day and self.first_hour <= hour < self.last_hour


class Truth(Struct, frozen=True, forbid_unknown_fields=True):
    """What was simulated, and what a night is to find in it."""

    seed: int
    first: date
    last: date
    contacts: int
    planted: tuple[Planted, ...] = ()

    def of(self, plant: Plant) -> Planted | None:
        """The fact of this name; None if it was not planted."""
        return next((one for one in self.planted if one.plant is plant), None)


def read_plants(text: str) -> tuple[Plant, ...]:
    """Names between commas, in the order of `Plant`; "all" and "none" are names too.

    Raises:
        ConfigurationError: there is no such fact.
    """
    names = {name.strip() for name in text.split(",") if name.strip()}
    if names == {"all"}:
        return tuple(Plant)
    if names == {"none"}:
        return ()
    known = {plant.value for plant in Plant}
    if unknown := sorted(names - known):
        raise ConfigurationError(
            f"--plant: there is no {unknown[0]!r}; it knows {', '.join(sorted(known))}, all and none"
        )
    return tuple(plant for plant in Plant if plant.value in names)


def require_days(plants: Collection[Plant], days: int) -> None:
    """Let nothing be planted into too few days.

    Raises:
        ConfigurationError: it would be.
    """
    if plants and days < LEAST_DAYS:
        raise ConfigurationError(f"facts can be planted in {LEAST_DAYS} days or more, not in {days}; use --plant none")


def planned(
    plants: Collection[Plant], first: date, days: int, works: Callable[[date], bool], words: Sequence[str]
) -> tuple[Planted, ...]:
    """When each fact happens in a run of days; `works` says whether the town's offices open, `words` name the topic.

    Raises:
        ConfigurationError: the run is too short for it.
    """
    require_days(plants, days)
    last = first + timedelta(days=days - 1)

    def at(share: float) -> date:
        return first + timedelta(days=int(days * share))

    def working(day: date) -> date:
        while not works(day) and day < last:
            day += timedelta(days=1)
        return day

    spans = {
        Plant.TOPIC: (at(0.5), last),
        Plant.LATE: (at(0.4), last),
        Plant.SILENCE: (at(0.8), last),
        Plant.STRIKE: (working(at(0.6)),) * 2,
        Plant.FLOOD: (working(at(0.7) + timedelta(days=1)),) * 2,
    }
    subjects = {Plant.LATE: LATE_SERVICE, Plant.SILENCE: SILENT_CHANNEL}
    return tuple(
        Planted(
            plant,
            SORTS[plant],
            subjects.get(plant, ""),
            *spans[plant],
            *(SILENT_HOURS if plant is Plant.SILENCE else (0, 24)),
            tuple(words) if plant is Plant.TOPIC else (),
        )
        for plant in Plant
        if plant in plants
    )


def write_truth(truth: Truth, file: Path) -> None:
    """Write the truth beside what was simulated."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(truth), indent=2) + b"\n")


def read_truth(file: Path) -> Truth:
    """What `write_truth` wrote.

    Raises:
        ConfigurationError: it cannot be read, or is nothing of the kind.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=Truth)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigurationError(f"{file}: this is not the truth of a simulation: {error}") from error
