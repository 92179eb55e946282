"""Whether two letters say the same: the same citizen again, or the same pothole seen by twelve."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from bot.knowledge.circumstances import stem
from bot.letters import Letter
from bot.mailroom import Gist
from bot.text.french import words
from bot.text.memory import remembered

FACTS_KEPT = 4096
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
    own, places = _facts(tuple(mine))
    known = [(one, *_facts(one.words)) for one in earlier]
    weight = _weights([own, *(words for _, words, _ in known)])
    own_mass = sum(map(weight, own))
    best, best_score = None, 0.0
    for one, those, others in known:
        shared = own & those
        if len(shared) < min(LEAST_SHARED, len(own), len(those)):
            continue
        if places and others and not places & others:
            # The same thing in another street.
            continue
        mass = min(own_mass, sum(map(weight, those)))
        score = sum(map(weight, shared)) / mass if mass else 0.0
        bar = SAME_SENDER if letter.sender and one.sender == letter.sender else OTHER_SENDER
        if score >= bar and score > best_score:
            best, best_score = one, score
    return best


@remembered(FACTS_KEPT)
def _facts(gist: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a gist, and the places among them. Each letter is compared with hundreds of later ones."""
    return frozenset(gist), _places(gist)


def _places(gist: Sequence[str]) -> frozenset[str]:
    """The names of streets and squares: what stands behind their kind."""
    return frozenset(name for kind, name in itertools.pairwise(gist) if kind in STREETS)


def _weights(texts: Sequence[Iterable[str]]) -> Callable[[str], float]:
    """The weight of each word: the rarer among these letters, the heavier."""
    having = Counter(itertools.chain.from_iterable(texts))
    by_count = [math.log(1 + (len(texts) + 4) / (count + 1)) for count in range(len(texts) + 1)]
    return lambda word: by_count[having[word]]
