"""Runs of a text's parts, each read as a text of its own: the words are looked up once, whatever the number of runs.

Counts of words and pieces add up over the parts, and a pair of words that a part ends and the next one begins counts where
both are in the run. Logarithms and lengths do not add up; they are taken for many runs at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.triage.features import Floats, Ints, Vocabulary, distinct, plain, terms, tokens
from bot.triage.model import Plane, softmax

Run = tuple[int, int]
"""The first part, and the one behind the last."""


class Runs:
    """The parts of a text, counted. Together they are no longer than `features.MAX_CHARS`."""

    def __init__(self, parts: Sequence[str], plane: Plane, vocabulary: Vocabulary) -> None:
        self._plane = plane
        # No link, address or word goes over the end of a line, so that the parts are made plain together.
        said = [tokens(one) for one in plain("\n".join(one.replace("\n", " ") for one in parts)).split("\n")]
        words, before = vocabulary.words, ""
        # A part is counted in the row of twice its number, a pair of words that ends in it in the row above.
        columns: list[int] = []
        cuts: list[Ints] = []
        rows: list[int] = []
        sizes: list[int] = []
        for place, own in enumerate(said):
            if own and (pair := words.get(f"{before} {own[0]}")) is not None:
                columns.append(pair)
                rows.append(2 * place - 1)
                sizes.append(1)
            known = [words[term] for term in terms(own) if term in words]
            columns += known
            rows.append(2 * place)
            sizes.append(len(known))
            before = own[-1] if own else before
        for place, own in enumerate(said):
            pieces = list(map(vocabulary.pieces_of, own))
            cuts += pieces
            rows.append(2 * place)
            sizes.append(sum(map(len, pieces)))
        found = np.concatenate([np.array(columns, np.int32), *cuts])
        found[len(columns) :] += len(words)
        seen, cells = distinct(found)
        size = 2 * len(parts)
        cells += np.array(rows).repeat(sizes) * len(seen)
        # A row in front, for what stands before the first part.
        counts = np.bincount(cells + len(seen), minlength=size * len(seen)).reshape(size, len(seen))
        self._until = counts.cumsum(axis=0)
        self._words = int(seen.searchsorted(len(words)))
        self._idf = np.concatenate(
            [vocabulary.words_idf[seen[: self._words]], vocabulary.pieces_idf[seen[self._words :] - len(words)]]
        )
        self._weights = plane.weights[seen].astype(np.float64)
        self._begins = list(range(len(parts)))
        for place in reversed(range(len(parts) - 1)):
            if not said[place]:
                # A pair may go over a part without words; in a run that begins with one no word stands before it.
                self._begins[place] = self._begins[place + 1]

    def scores(self, runs: Sequence[Run]) -> Floats:
        """Probabilities (runs x classes) of what `Plane.of` says of each run's parts, joined by blanks."""
        starts = [2 * min(self._begins[start], end - 1) for start, end in runs]
        counts = self._until[[2 * end - 1 for _, end in runs]] - self._until[starts]
        weigh = np.log(np.arange(1.0, counts.max(initial=0) + 2)) + 1
        weigh = np.concatenate(((0.0,), weigh))
        values = weigh[counts] * self._idf
        of_words, of_pieces = values[:, : self._words], values[:, self._words :]
        raw = _unit(of_words) @ self._weights[: self._words] + _unit(of_pieces) @ self._weights[self._words :]
        return softmax((raw + self._plane.bias) / self._plane.temperature)


def _unit(values: Floats) -> Floats:
    lengths = np.sqrt(np.einsum("ij,ij->i", values, values))
    lengths[lengths == 0.0] = 1.0
    values /= lengths[:, None]
    return values
