"""What agents decided about letters like this one: a correction counts from the next letter on, before any training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.triage.examples import Example
from bot.triage.features import Floats, Sparse, Vocabulary, said_of

ALIKE = 0.45
"""From this cosine on two letters are about the same."""
TRUST = 0.8
"""How much an identical letter's decision counts beside the model."""


@dataclass(frozen=True, slots=True)
class Similar:
    """Letters whose service an agent decided, as unit vectors (decisions x features)."""

    matrix: Any = None
    services: tuple[str, ...] = ()

    def blend(self, vector: Sparse, names: Sequence[str], scores: Floats) -> Floats:
        """Scores of the services `names`, moved towards what was decided about the most similar letters."""
        if not self.services:
            return scores
        whole = np.zeros(self.matrix.shape[1])
        whole[vector.columns] = vector.values
        near = self.matrix @ whole / 2
        # Both halves of a vector have length 1: an identical letter has 2.
        votes = np.zeros(len(names))
        for place in np.argsort(-near)[:3]:
            if near[place] >= ALIKE and self.services[place] in names:
                at = names.index(self.services[place])
                votes[at] = max(votes[at], near[place])
        best = float(votes.max())
        if not best:
            return scores
        share = TRUST * best**2
        return np.asarray((1 - share) * scores + share * votes / votes.sum())


def remember(decided: Sequence[Example], vocabulary: Vocabulary) -> Similar:
    """The decisions of agents as vectors of a vocabulary."""
    if not decided:
        return Similar()
    texts = [said_of(one.subject, one.body) for one in decided]
    return Similar(vocabulary.matrix(texts), tuple(one.service for one in decided))
