"""The figures of a span of days, as `guichet report --json` prints them and the page shows them.

`as_json` gives exactly the fields below, by their names: this module is the one place that says what they are called.
Shares lie in [0, 1]; changes are signed ratios (0.1: a tenth more than before); both are None where there is nothing to
divide by. Times are in seconds. "before" is the same figure of the span of as many days just before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from bot.contacts import Span


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the page says first, by its key in the desk's words.

    Keys: `empty` (no contact in the span), `first` (none before it), `same`, `more`, `fewer`. Values, all of them text or
    numbers: `contacts`, `before`, `change` (ratio, without its sign), and of what moved most `table`, `mover`, `moved`
    (signed contacts); the last three are "" and 0 where nothing moved.
    """

    key: str
    values: dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Card:
    """One of the four large figures, by its key: contacts, contained, helped, satisfaction."""

    key: str
    value: float | None
    unit: str
    """`count` or `share`."""
    before: float | None
    change: float | None
    """Of a count its ratio; of a share the difference."""


@dataclass(frozen=True, slots=True)
class Day:
    """The counts of one day; every day of the span has one."""

    day: date
    contacts: int
    contained: int
    cases: int
    mails: int


@dataclass(frozen=True, slots=True)
class Hour:
    """Contacts by weekday (0 is Monday) and hour of the town; those without any are left out."""

    weekday: int
    hour: int
    contacts: int


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn over time."""

    days: tuple[Day, ...]
    hours: tuple[Hour, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table, the largest first."""

    key: str
    """A code or an id; "" for what has none."""
    name: str
    """A service's or an article's own name; elsewhere the key, which the page has words for."""
    count: int
    before: int
    share: float | None
    """Of the table's whole, also where it is cut to `figures.ROWS` lines."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Contacts by channel, service, topic and language; cases by cause; questions by the status of their answer."""

    channels: tuple[Row, ...]
    services: tuple[Row, ...]
    topics: tuple[Row, ...]
    languages: tuple[Row, ...]
    causes: tuple[Row, ...]
    statuses: tuple[Row, ...]


ROWS = 50
"""Lines of a table at most."""


@dataclass(frozen=True, slots=True)
class Time:
    """How long something took, in seconds; `before` is the median of the span before."""

    count: int
    median: int | None
    ninetieth: int | None
    before: int | None


@dataclass(frozen=True, slots=True)
class Times:
    """From the opening of a case: until somebody took it and until it was answered first, within opening hours; until it
    was closed, all hours.
    """

    wait: Time
    first_answer: Time
    close: Time


@dataclass(frozen=True, slots=True)
class Mails:
    """Letters of a service: those open now, and those received in the span."""

    service: str
    name: str
    open: int
    late: int
    oldest_hours: int | None
    """How long the oldest open one has been open; None if none is."""
    received: int
    before: int


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """What became by rules of the cases that nobody of a service took in time, each time that it happened."""

    service: str
    """Where they waited."""
    name: str
    relayed: int
    """They went on by themselves to another service."""
    relayed_before: int
    untaken: int
    """They stayed, and the supervisors were told."""
    untaken_before: int


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of a night, with its sentence."""

    id: int
    sort: str
    subject: str
    name: str
    first_day: date
    last_day: date
    seen: int
    expected: int
    strength: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Mover:
    """What moved most: the line whose contacts changed most, up or down."""

    table: str
    """channels, services or topics."""
    key: str
    name: str
    change: int
    """In contacts, signed."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Contacts of the last days of the span against as many just before them."""

    contacts: int
    before: int
    change: float | None
    mover: Mover | None


@dataclass(frozen=True, slots=True)
class Trend:
    """The last 7 and the last 30 days that end with the span."""

    week: Moved
    month: Moved


@dataclass(frozen=True, slots=True)
class Notice:
    """What has to be known beside the figures, by its key in the desk's words.

    Keys: `counting` (`days` of the span or of the one before are being counted anew), `night` (`steps` of the last night
    were not done), `young` (nothing is compared with what is usual before the day `from`). Values are text.
    """

    key: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it."""

    span: Span
    sentence: Sentence
    cards: tuple[Card, ...]
    series: Series
    tables: Tables
    times: Times
    mails: tuple[Mails, ...]
    unclaimed: tuple[Unclaimed, ...]
    findings: tuple[Found, ...]
    trend: Trend
    notices: tuple[Notice, ...] = ()


def as_json(figures: Figures) -> dict[str, Any]:
    """The figures as JSON has them: days in ISO 8601, tuples as lists."""
    built: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(figures))
    return built
