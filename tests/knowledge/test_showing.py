"""Which piece of a fiche is told first."""

from __future__ import annotations

from collections.abc import Sequence

from bot.fiches import Section, Text
from bot.knowledge.index import Index
from bot.knowledge.library import Library
from bot.knowledge.talk import Talk
from bot.knowledge.telling import tell
from tests.knowledge import small
from tests.knowledge.fiches import WordSearcher, fiche

PAGE = fiche(
    "F70",
    "Renvoi d'un rameur",
    Text("Le club qui veut renvoyer un rameur le convoque d'abord, et lui écrit ensuite une lettre."),
    Section("Lettre", (Text("La lettre part sous quinze jours et dit le motif du renvoi en termes précis."),)),
)


class Scored(WordSearcher):
    """Whose second piece fits as well as it is told to."""

    def __init__(self, score: float) -> None:
        super().__init__((PAGE,))
        self._score = score

    def leaf_scores(self, key: str, question: str) -> Sequence[float]:
        return (0.0, self._score)


def _first(score: float) -> str:
    index = Index(small.articles(), small.OFFICE.services, [small.OFFICE.town.name])
    shelf = Library.of(index, Scored(score), small.OFFICE, small.TODAY)
    return tell(shelf, PAGE.key, "mon chef me met dehors", Talk()).passages[0].text


def test_a_chance_hit_is_no_better_than_the_introduction() -> None:
    """A piece that fits well is told at once; one that hardly fits leaves the word to what introduces the page."""
    assert _first(1.5).startswith("La lettre part")
    assert _first(0.15).startswith("Le club qui veut")
