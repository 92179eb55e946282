"""How something is said, word for word: runs of one to three words, the words of grammar among them.

« J'ai pas de quoi payer » has one word that carries a subject, and is said as others say it all the same. Where the
citizen's words and the office's do not meet, the turn of phrase is what is left.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from bot.knowledge.engine.grams import Tally, tallied

LONGEST = 3


def runs(tokens: Sequence[str]) -> Tally:
    """The runs of a text's tokens."""
    # A checksum for a number: two runs of a hundred thousand may share one, and nothing hangs on it.
    found = [
        zlib.crc32(" ".join(tokens[begin : begin + width]).encode())
        for width in range(1, LONGEST + 1)
        for begin in range(len(tokens) - width + 1)
    ]
    return tallied(np.array(found, np.int64))
