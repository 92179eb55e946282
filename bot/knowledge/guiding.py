"""The State's guided searches as dialogues: one question at a time, with a way back, down to the fiches. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.fiches import Fiche, Fork, Link
from bot.knowledge import choice
from bot.knowledge.narrowing import picked
from bot.messages import MAX_BUTTONS
from bot.text.french import fold

At = tuple[int, ...]
BACK, RESTART = "back", "restart"
PAGE = MAX_BUTTONS - 3
"""So many answers are offered at once: beside them stand « back », « start again », and the next ones."""
MAX_DEPTH = 50

_BACK = {"retour", "en arriere", "revenir", "precedent", "etape precedente", "question precedente", "back", "go back"}
_RESTART = {"recommencer", "du debut", "recommencer du debut", "reprendre du debut", "start again", "restart"}


@dataclass(frozen=True, slots=True)
class Step:
    """Where a guided search stands."""

    at: At
    fork: Fork
    trail: tuple[str, ...]
    """The answers that led here, the first first."""

    @property
    def answers(self) -> tuple[str, ...]:
        """What may be chosen: the branches, then the pages that stand beside them."""
        return (*(fork.title for fork in self.fork.forks), *(link.words for link in self.pages))

    @property
    def pages(self) -> tuple[Link, ...]:
        """The fiches of the source that this answer ends at."""
        return tuple(link for link in self.fork.links if link.fiche)

    @property
    def ends(self) -> bool:
        """Whether nothing more is asked."""
        return not self.fork.forks


def step(fiche: Fiche, at: At) -> Step | None:
    """The step of a path; None if this search has no such path, as after a change of the page."""
    fork = fiche.guide
    trail: list[str] = []
    if fork is None or len(at) > MAX_DEPTH:
        return None
    for place in at:
        if not 0 <= place < len(fork.forks):
            return None
        fork = fork.forks[place]
        trail.append(fork.title)
    while len(fork.forks) == 1 and not fork.links and not fork.question and len(at) < MAX_DEPTH:
        # A single answer to nothing is no question.
        at, fork = (*at, 0), fork.forks[0]
        trail.append(fork.title)
    return Step(at, fork, tuple(title for title in trail if title))


def back(fiche: Fiche, at: At) -> At:
    """The step before, that asked something; the root's own where there is none."""
    shorter = at[:-1]
    while shorter and (found := step(fiche, shorter)) is not None and found.at == at:
        shorter = shorter[:-1]
    return shorter


def moved(text: str) -> str:
    """`BACK` or `RESTART` where a text asks for it, else ""."""
    said = " ".join(fold(text).strip(" .!?").split())
    return BACK if said in _BACK else RESTART if said in _RESTART else ""


def answered(found: Step, text: str) -> int | None:
    """The answer of a step that words choose, by place; None if they say something else."""
    at = choice.titled(text, found.answers)
    return picked(found.answers, text) if at is None else at


def parts(count: int) -> int:
    """In how many parts so many answers are offered."""
    return max(1, -(-count // PAGE))
