"""Examples as they are typed in a hurry."""

from __future__ import annotations

import random

from nlu.components.features import sample
from nlu.components.misspelling import copies, misspelt

TEXT = "je voudrais prendre un rendez-vous pour ma carte d'identite"


def test_the_same_seed_makes_the_same_mistakes() -> None:
    """A model is the same each time it is trained; another seed makes others."""
    samples = [sample(TEXT)] * 20

    assert copies(samples, 3) == copies(samples, 3)
    assert copies(samples, 3) != copies(samples, 4)


def test_a_copy_stands_for_each_example() -> None:
    """In their order, the shortest included."""
    assert len(copies([sample(text) for text in ("", "?", "oui", TEXT)], 1)) == 4


def test_mistakes_are_of_many_kinds_and_few() -> None:
    """Hundreds of copies are nearly all different, and most of the letters stay."""
    source = random.Random(5)
    found = [misspelt(TEXT, source) for _ in range(300)]

    assert len(set(found)) > 200
    assert all(0.5 * len(TEXT) < len(one) < 1.5 * len(TEXT) for one in found)
    assert TEXT in found


def test_nothing_can_be_typed_wrong_in_nothing() -> None:
    """Signs, blanks and other alphabets are no error."""
    source = random.Random(5)

    for text in ("", " ", "?", "😀😀😀😀😀😀", "привет как дела", "a" * 4000):
        for _ in range(50):
            assert isinstance(misspelt(text, source), str)
