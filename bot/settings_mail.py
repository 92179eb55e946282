"""Settings of a service's mail, a part of `office.yml`: how long an answer takes, and what the law makes of silence."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from enum import Enum
from typing import Annotated

from msgspec import Meta, Struct

MONTHS_A_YEAR = 12
Words = tuple[Annotated[str, Meta(min_length=2)], ...]


class Means(str, Enum):
    """What a formal request is once nobody has answered in time (CRPA, articles L231-1 to L231-6)."""

    ACCEPTANCE = "acceptance"
    REFUSAL = "refusal"


class After(Struct, frozen=True, forbid_unknown_fields=True):
    """How long after its receipt; the law counts in months mostly."""

    months: Annotated[int, Meta(ge=0, le=24)] = 0
    days: Annotated[int, Meta(ge=0, le=366)] = 0

    def __post_init__(self) -> None:
        if not (self.months or self.days):
            raise ValueError("has months or days")

    def end(self, start: date) -> date:
        """The day on which it ends: the same day of a later month, or that month's last where there is none such."""
        months = start.month - 1 + self.months
        year, month = start.year + months // MONTHS_A_YEAR, months % MONTHS_A_YEAR + 1
        day = min(start.day, calendar.monthrange(year, month)[1])
        return date(year, month, day) + timedelta(days=self.days)


class Silence(Struct, frozen=True, forbid_unknown_fields=True):
    """What silence means, after how long, and what can be done against it."""

    means: Means
    after: After
    appeal: str = ""
    """The ways and delays of appeal, whole sentences in French that a citizen reads; needed where silence refuses."""

    def __post_init__(self) -> None:
        if self.means is Means.REFUSAL and not self.appeal.strip():
            raise ValueError(".appeal: is missing; a refusal by silence names the ways and delays of appeal")


class Procedure(Struct, frozen=True, forbid_unknown_fields=True):
    """One of several requests of a service whose papers or delays differ; a request whose letter has its words."""

    name: Annotated[str, Meta(min_length=1)]
    """As a citizen reads it: « déclaration préalable »."""
    words: Annotated[Words, Meta(min_length=1)]
    """One of them stands in the letter; case, accents and plurals do not count, and « * » stands for any ending."""
    silence: Silence | None = None
    documents: tuple[str, ...] = ()


class Mail(Struct, frozen=True, forbid_unknown_fields=True):
    """What an acknowledgement of this service says beyond its number and its contacts."""

    days: Annotated[int, Meta(ge=1, le=250)] | None = None
    """Working days of the town hall until an answer; None: by `desk.case_due_hours`, and nothing is promised."""
    formal: bool | Words = False
    """Which requests the law gives a decision to: all, or those whose letter has one of these words."""
    silence: Silence | None = None
    """Of a formal request that is none of the procedures."""
    documents: tuple[str, ...] = ()
    """What every request to this service needs."""
    procedures: tuple[Procedure, ...] = ()
    """The first that fits a request is it."""
    address: str = ""
    """Where letters on paper go, if not to the town hall."""

    def __post_init__(self) -> None:
        if self.silence is not None and not self.formal:
            raise ValueError(".silence: counts for formal requests, and formal names none")
