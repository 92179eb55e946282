"""What comes of reading an answer on the town's pages: counts by day and page, and nothing about whoever read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol


class Outcome(str, Enum):
    """What happened on an answer's page that somebody reached by a search on the town's pages."""

    READ = "read"
    """It was opened."""
    HELPED = "helped"
    """« Cela répond à ma question » : oui."""
    UNHELPED = "unhelped"
    """Non."""
    ASKED = "asked"
    """The chat was opened on it, or a number or mail address of it followed: the first of these only."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One page's counts."""

    page: str
    """"article:piscine" or "fiche:part:F1341"."""
    outcomes: Mapping[Outcome, int]

    def of(self, outcome: Outcome) -> int:
        """How often something happened."""
        return self.outcomes.get(outcome, 0)

    @property
    def deflected(self) -> int:
        """Visits that ended with the answer: opened after a search, and neither « non » nor a contact from the page."""
        return max(0, self.of(Outcome.READ) - self.of(Outcome.UNHELPED) - self.of(Outcome.ASKED))


Counts = Mapping[tuple[date, str, Outcome], int]
"""By day in the town, page and outcome."""


class Visits(Protocol):
    """The counts' storage."""

    async def add(self, counts: Counts) -> None:
        """Add to what is counted, in one transaction."""

    async def since(self, day: date) -> list[Counted]:
        """Every page's counts from a day on, the most read first."""

    async def forget(self, before: date) -> int:
        """Remove the counts of earlier days; how many rows went."""
