"""Words by their letters: three to five in a row, within a word and its edges. Finds misspelt and compound words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.engine.grams import Tally, tallied
from bot.text.memory import remembered

SHORTEST, LONGEST = 3, 5
MAX_CHARS = 40
"""Of one word; what is longer is no word."""
_EDGE = 37
_BASE = 38
"""Letters are 1 to 26, digits 27 to 36: five in a row stay below 2 ** 31, and no two shapes share a number."""


def shapes(words: Iterable[str]) -> Tally:
    """The shapes of folded words."""
    of_words = [_of_word(word) for word in words]
    return tallied(np.concatenate(of_words) if of_words else np.empty(0, np.int64))


@remembered(100_000)
def _of_word(word: str) -> NDArray[np.int64]:
    letters = [_EDGE, *(_number(char) for char in word[:MAX_CHARS]), _EDGE]
    found = []
    for width in range(SHORTEST, LONGEST + 1):
        for begin in range(len(letters) - width + 1):
            code = 0
            for number in letters[begin : begin + width]:
                code = code * _BASE + number
            found.append(code)
    return np.array(found, np.int64)


def _number(char: str) -> int:
    return ord(char) - 96 if char.isalpha() else ord(char) - 48 + 27
