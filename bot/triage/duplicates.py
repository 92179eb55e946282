"""Whether two letters say the same: the same citizen again, or the same pothole seen by twelve."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Sequence

from bot.knowledge.circumstances import stem
from bot.letters import Letter
from bot.mailroom import Gist
from bot.text.french import words

GIST_WORDS = 60
"""As many words of a letter are compared."""
LEAST_WORDS = 3
"""A letter of fewer says nothing that could be the same."""
SAME_SENDER = 0.5
OTHER_SENDER = 0.55
"""How much of what the shorter of two says the other one has to say, in [0, 1], rare words counting more."""
STREETS = frozenset(
    map(
        stem,
        [
            "rue",
            "avenue",
            "boulevard",
            "place",
            "chemin",
            "impasse",
            "allee",
            "quai",
            "route",
            "cours",
            "square",
            "residence",
        ],
    )
)
LEAST_SHARED = 3
"""Words that two letters share at least."""


def gist(subject: str, said: str) -> tuple[str, ...]:
    """The stems of the words that carry a letter's matter, each once, in order; house numbers count as they stand."""
    own = subject if len(words(subject)) > 1 else ""
    found = [stem(word) for word in words(f"{said} {own}") if "adressemail" not in word]
    return tuple(dict.fromkeys(found))[:GIST_WORDS]


def alike(mine: Sequence[str], letter: Letter, earlier: Sequence[Gist]) -> Gist | None:
    """The earlier letter that says the same as this one, the likeliest; None if there is none."""
    if len(mine) < LEAST_WORDS or not earlier:
        return None
    weight = _weights([mine, *(one.words for one in earlier)])
    own = set(mine)
    best, best_score = None, 0.0
    for one in earlier:
        shared = own & set(one.words)
        places, others = _places(mine), _places(one.words)
        if places and others and not places & others:
            # The same thing in another street.
            continue
        if len(shared) < min(LEAST_SHARED, len(own), len(one.words)):
            continue
        mass = min(_mass(own, weight), _mass(one.words, weight))
        score = _mass(shared, weight) / mass if mass else 0.0
        bar = SAME_SENDER if letter.sender and one.sender == letter.sender else OTHER_SENDER
        if score >= bar and score > best_score:
            best, best_score = one, score
    return best


def _places(gist: Sequence[str]) -> frozenset[str]:
    """The names of streets and squares: what stands behind their kind."""
    return frozenset(name for kind, name in itertools.pairwise(gist) if kind in STREETS)


def _weights(texts: Sequence[Sequence[str]]) -> dict[str, float]:
    """Of each word: the rarer among these letters, the heavier."""
    having = Counter(word for text in texts for word in set(text))
    return {word: math.log(1 + (len(texts) + 4) / (count + 1)) for word, count in having.items()}


def _mass(of: Iterable[str], weight: dict[str, float]) -> float:
    return sum(weight[word] for word in set(of))
