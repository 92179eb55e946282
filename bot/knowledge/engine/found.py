"""What a search over the fiches gives, and what a dialogue may ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.fiches import Fiche
from bot.knowledge.leaves import Outline


@dataclass(frozen=True, slots=True)
class Found:
    """A fiche that may answer."""

    key: str
    """"part:F1341"."""
    title: str
    score: float
    """How likely it is the right one, in [0, 1]; falls with the rank."""
    strength: float
    """What ranks it, comparable within one search only."""
    leaf: int
    """Its leaf that fits the question best, whatever the case; 0 where it has none."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a question finds."""

    hits: tuple[Found, ...]
    """The likeliest first."""
    in_scope: float
    """How likely the fiches are about this question at all, in [0, 1]: the gate."""


class Searcher(Protocol):
    """One state of the fiches, searched from any number of threads."""

    version: int

    def search(self, question: str, limit: int = 5, audience: str | None = None) -> Findings:
        """The fiches that answer, of one audience or of both; a page in both audiences is found once."""

    def fiche(self, key: str) -> Fiche | None:
        """A fiche by its key; None if there is none. Redirections are followed."""

    def outline(self, key: str) -> Outline | None:
        """Its leaves and questions, cut once."""

    def leaf_scores(self, key: str, question: str) -> Sequence[float]:
        """How well each leaf of a fiche fits a question, by number; comparable within one call only."""
