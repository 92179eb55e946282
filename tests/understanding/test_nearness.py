"""Texts of different kinds that nearly say the same: found without comparing each with all, and none missed."""

from __future__ import annotations

from random import Random

import pytest

from bot.understanding import nearness
from bot.understanding.pieces import NEAR, key, pieces


def slowly(texts: list[str], kinds: list[str], near: float) -> list[tuple[int, int]]:
    """Each with all."""
    cut = [pieces(key(text)) for text in texts]
    return [
        (one, other)
        for one in range(len(texts))
        for other in range(one + 1, len(texts))
        if kinds[one] != kinds[other] and len(cut[one] & cut[other]) / len(cut[one] | cut[other]) >= near
    ]


@pytest.mark.parametrize("near", [0.3, 0.7, NEAR, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_pairs_are_those_of_a_comparison_of_each_with_all(seed: int, near: float) -> None:
    """Of texts of two letters, which are near to one another by the hundred; of the empty one too."""
    chance = Random(seed)
    texts = ["".join(chance.choice("ab ") for _ in range(chance.randint(0, 40))) for _ in range(150)]
    texts += [text + chance.choice("ab") for text in texts]
    kinds = [chance.choice("xyz") for _ in texts]
    expected = slowly(texts, kinds, near)

    assert expected
    assert nearness.across(texts, kinds, near) == expected


def test_without_texts_there_is_no_pair() -> None:
    """Nothing is not near to anything."""
    assert nearness.across([], []) == []
