"""How a question is put, without what it is about: « combien de _ a la _ » is asked of an encyclopedia, not of an office.

Only words of grammar are seen, and where words of substance stand between them: so what is learnt from some hundred
strange questions holds for others, whatever their subject.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bot.text.french import STOP_WORDS, tokens

LONGEST = 3
MIN_SEEN = 3
MAX_TOKENS = 60
_WORD, _NUMBER, _EDGE = "_", "#", "|"


class Manner(Struct, frozen=True):
    """A logistic on runs of one to three tokens: above 0 as the base is asked, below as others are."""

    weights: dict[str, float] = {}
    bias: float = 0.0

    def logit(self, form: Sequence[str]) -> float:
        """The log odds, kept in [-8, 8]."""
        # Exact whatever the order: sets are ordered anew in every process, and two builds have to be the same.
        found = self.bias + math.fsum(self.weights.get(run, 0.0) for run in _runs(form))
        return max(-8.0, min(8.0, found))


def form(text: str) -> tuple[str, ...]:
    """A question's tokens with its words of substance masked."""
    read = tokens(text)[:MAX_TOKENS]
    masked = (word if word in STOP_WORDS else _NUMBER if word.isdigit() else _WORD for word in read)
    return (_EDGE, *masked, _EDGE)


def learnt(forms: Sequence[Sequence[str]], labels: NDArray[np.bool_]) -> Manner:
    """The manner of forms that the base is asked (True), against others."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    runs = [_runs(one) for one in forms]
    seen = Counter(run for one in runs for run in one)
    places = {run: place for place, run in enumerate(sorted(run for run, count in seen.items() if count >= MIN_SEEN))}
    if not places or labels.all() or not labels.any():
        return Manner()
    known = [[places[run] for run in sorted(one) if run in places] for one in runs]
    starts = np.concatenate([[0], np.cumsum([len(one) for one in known])])
    flat = np.array([place for one in known for place in one], np.int32)
    matrix: Any = csr_matrix((np.ones(len(flat)), flat, starts), shape=(len(runs), len(places)))
    model = LogisticRegression(C=0.3, max_iter=500, class_weight="balanced").fit(matrix, labels)
    weights = {run: round(float(model.coef_[0][place]), 4) for run, place in places.items()}
    return Manner({run: weight for run, weight in weights.items() if weight}, round(float(model.intercept_[0]), 4))


def _runs(form: Sequence[str]) -> set[str]:
    return {
        " ".join(form[begin : begin + width])
        for width in range(1, LONGEST + 1)
        for begin in range(len(form) - width + 1)
    }
