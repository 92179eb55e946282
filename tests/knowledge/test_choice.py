"""Which of the titles that were offered a citizen means in words."""

import pytest

from bot.knowledge import choice

POOL = ["Tarifs de la piscine", "Horaires de la piscine"]
CARDS = ["Carte Vitale et assurance maladie", "Carte de stationnement résident", "Faire sa carte d'identité"]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1", 0),
        ("le premier", 0),
        ("Le un", 0),
        ("la 2 svp", 1),
        ("numéro 2", 1),
        ("je veux la deuxième", 1),
        ("oui, la première", 0),
        ("the second one please", 1),
        ("3e", 2),
        ("le dernier", 2),
        ("le quatrième", None),
        ("4", None),
        ("j'ai 2 enfants", None),
        ("premier permis", None),
        ("oui", None),
        ("", None),
    ],
)
def test_by_its_place(text: str, at: int | None) -> None:
    """In figures or words, with politeness around it; a sentence that has more in it is a question."""
    assert choice.place(text, 3) == at


def test_a_place_that_is_not_there() -> None:
    """Of two titles there is no third, and of none no first."""
    assert (choice.place("le troisième", 2), choice.place("le premier", 0), choice.place("le un", 0)) == (None,) * 3


@pytest.mark.parametrize(
    ("text", "at"), [("vitale", 0), ("celle du stationnement", 1), ("identité", 2), ("carte", None), ("piscine", None)]
)
def test_by_its_name(text: str, at: int | None) -> None:
    """By a word that one title has and no other."""
    assert choice.named(text, CARDS) == at


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("et le samedi ?", 1),
        ("c'est combien", 0),
        ("quels sont les horaires", 1),
        ("vos horaires", None),
        ("quels papiers ?", None),
        ("les horaires de la cantine", None),
    ],
)
def test_by_its_side(text: str, at: int | None) -> None:
    """Hours or price, where one title is about that; a question with a subject, or to the office, is no choice."""
    assert choice.side(text, POOL) == at
