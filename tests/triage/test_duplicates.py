"""Whether two letters say the same."""

from __future__ import annotations

import pytest

from bot.letters import Letter
from bot.mailroom import Gist
from bot.triage.duplicates import alike, gist

HOLE = "Il y a un gros trou dans la chaussée devant le 12 rue du Lavoir, les vélos tombent."
OTHERS = (
    "La lampe devant le 3 place de la Halle clignote toute la nuit.",
    "Je voudrais inscrire mon fils à la piscine pour le mois de mars.",
    "Le camion des poubelles n'est pas passé rue des Tilleuls ce matin.",
    "Un trottoir s'affaisse avenue de la Gare, près du fleuriste.",
)


def earlier(*texts: str, sender: str = "voisin@example.org") -> list[Gist]:
    return [Gist(place, None, place, gist("", text), sender) for place, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    "again",
    [
        "Un gros trou devant le 12 rue du Lavoir : les vélos tombent dans la chaussée.",
        "trou chaussée 12 rue du lavoir, un velo est tombé ce matin",
        HOLE,
    ],
)
def test_the_same_hole_in_other_words(again: str) -> None:
    """The rare words are shared: the street, its number, the hole."""
    found = alike(gist("", again), Letter(sender="lucie@example.org"), earlier(*OTHERS, HOLE))

    assert found is not None
    assert found.letter_id == len(OTHERS) + 1


@pytest.mark.parametrize(
    "other",
    [
        "Il y a un trou dans la chaussée rue des Acacias, devant l'école.",
        "Merci d'avoir réparé la lampe.",
        "Bonjour",
        "",
    ],
)
def test_another_matter_is_not_the_same(other: str) -> None:
    """Another street, thanks, or nothing said."""
    assert alike(gist("", other), Letter(sender="lucie@example.org"), earlier(*OTHERS, HOLE)) is None


def test_a_gist_has_each_word_once_and_few() -> None:
    """However long a letter is, and however often it repeats itself."""
    found = gist("Trou", " ".join(f"mot{number} trou" for number in range(500)))

    assert len(found) == len(set(found)) == 60
