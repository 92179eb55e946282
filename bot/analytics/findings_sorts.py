"""What a night can find, and what it finds first: days that stand out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

HISTORY_DAYS = 14
"""With fewer days before it a day is compared with nothing: of it only that is said which needs no past."""
EARLY = "early"
"""The detail of what was found without a past."""


class Sort(str, Enum):
    """GAP: questions about something that no article covers become more. LATE: a service answers later than it did, or
    is past its promise far more often than the others. SILENCE: a channel brings hardly anything, at certain hours or at
    all. SURGE: far more contacts than usual. STANDSTILL: a working day on which hardly any case was taken.
    """

    GAP = "gap"
    LATE = "late"
    SILENCE = "silence"
    SURGE = "surge"
    STANDSTILL = "standstill"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days that stand out, both included: columns of the ledger of a night."""

    sort: Sort
    subject: str
    first: int
    last: int
    seen: float
    """In the unit of `Finding.seen`."""
    expected: float
    p_value: float
    detail: str = ""
    """As `Finding.detail`."""
