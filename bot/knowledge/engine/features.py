"""What speaks for each document: the signals of one question, the same when the reranker learns and when it answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.engine.arrays import COLUMNS, HELD, Arrays
from bot.knowledge.engine.meaning import cosines
from bot.knowledge.engine.postings import Floats
from bot.knowledge.engine.query import CORRECTED, Query
from bot.knowledge.engine.sayings import runs
from bot.knowledge.engine.shapes import shapes

PASSED = ("passage_most", "passage_sum")
WIDE = (
    *COLUMNS, *PASSED, "title_fit", "way_fit", "said_words", "said_letters", "together", "together_short", "shape_title", "shape_all", "meant", "meant_title",
)  # fmt: skip
"""Worked out for every document."""
DEEP = ("meant_passage", "meant_way")
"""Worked out for candidates only: they read large arrays."""
FEATURES = (*WIDE, *DEEP)
FUSED = tuple(name for name in FEATURES if name not in HELD)
"""Summed with equal weights; the others only tell whether the base is about the question at all."""
CANDIDATES = 80
SAID_ALIKE = 30
"""Further candidates: those that somebody asks for in much the same words, whatever else speaks for them."""
LIKELIEST = 5


@dataclass(frozen=True, slots=True)
class Candidates:
    """The documents that a question may mean, before they are ranked."""

    places: NDArray[np.int64]
    signals: Floats
    """(candidates, len(FEATURES)); comparable across questions."""
    passages: NDArray[np.int32]
    """Each one's best passage, among all passages."""
    lost: float
    """The weightiest word of the question that a document lacks, as a share of the weightiest there is; of the few
    likeliest documents the one that lacks least."""


def candidates(
    arrays: Arrays, query: Query, spread: Floats, allowed: NDArray[np.bool_] | None = None, at_most: int = CANDIDATES
) -> Candidates:
    """The likeliest documents by the plain sum of their signals, each over its `spread`; `allowed` by place."""
    wide, passed = _wide(arrays, query)
    first = wide @ (_FUSED_WIDE / spread[: len(WIDE)])
    if allowed is not None:
        first = np.where(allowed, first, -np.inf)
    said = np.where(first > 0, wide[:, SAID].sum(axis=1), 0.0)
    places = np.union1d(_most(first, at_most), _most(said, min(at_most, SAID_ALIKE)))
    # Equal strengths stand in the order of the base, whatever the partition made of them.
    places = places[np.lexsort((places, -first[places]))]
    vector = arrays.meaning.of(query.terms, query.weights)
    deep, best = _deep(arrays, vector, places, passed)
    return Candidates(places, np.hstack([wide[places], deep]), best, _lost(arrays, query, places[:LIKELIEST]))


def _most(values: Floats, at_most: int) -> NDArray[np.int64]:
    """The places of the highest values above 0."""
    taken = min(at_most, len(values))
    places = np.argpartition(-values, taken - 1)[:taken] if taken else np.empty(0, np.int64)
    return np.asarray(places[values[places] > 0], np.int64)


def _lost(arrays: Arrays, query: Query, places: NDArray[np.int64]) -> float:
    if query.unknown or not len(places):
        return 1.0
    asked = query.terms[query.weights >= CORRECTED]
    weights = arrays.idf[asked]
    most = [
        float(weights[~arrays.fields.held(asked, int(place) * len(COLUMNS) + AT["covered"])].max(initial=0))
        for place in places
    ]
    return min(most) / float(arrays.idf.max())


def _wide(arrays: Arrays, query: Query) -> tuple[Floats, Floats]:
    count = arrays.count
    mass = query.mass + 1
    scores = arrays.fields.scores(query.terms, query.weights, count * len(COLUMNS)).reshape(count, len(COLUMNS))
    wide = np.empty((count, len(WIDE)), np.float32)
    wide[:, : len(COLUMNS)] = scores / mass
    passed = arrays.passages.scores(query.terms, query.weights, int(arrays.first[-1]))
    begins = arrays.first[:-1]
    wide[:, AT["passage_most"]] = np.maximum.reduceat(passed, begins) / mass
    wide[:, AT["passage_sum"]] = np.cbrt(np.add.reduceat(passed * passed * passed, begins)) / mass
    titled = scores[:, AT["titled"]]
    wide[:, AT["title_fit"]] = titled / (arrays.title_mass + 0.5 * mass)
    asked = query.weights * arrays.idf[query.terms]
    length = float(np.sqrt((asked**2).sum() + (query.unknown * query.mass) ** 2)) or 1.0
    said = arrays.ways.scores(query.terms, asked / length, int(arrays.way_first[-1]))
    wide[:, AT["way_fit"]] = np.maximum.reduceat(said, arrays.way_first[:-1])
    wide[:, [AT["together"], AT["together_short"]]] = arrays.pairs.scores(query.stems, count)
    for name, grams, tally in (
        ("said_words", arrays.said_words, runs(query.said)),
        ("said_letters", arrays.said_letters, shapes(query.said)),
    ):
        wide[:, AT[name]] = np.maximum.reduceat(grams.scores(tally, int(arrays.way_first[-1])), arrays.way_first[:-1])
    spelt = shapes(query.spelt)
    wide[:, AT["shape_title"]] = arrays.shape_title.scores(spelt, count)
    wide[:, AT["shape_all"]] = arrays.shape_all.scores(spelt, count)
    vector = arrays.meaning.of(query.terms, query.weights)
    wide[:, AT["meant"]] = np.maximum(arrays.meant @ vector, 0)
    wide[:, AT["meant_title"]] = np.maximum(arrays.meant_title @ vector, 0)
    return wide, passed / mass


def _deep(
    arrays: Arrays, vector: Floats, places: NDArray[np.int64], passed: Floats
) -> tuple[Floats, NDArray[np.int32]]:
    if not len(places):
        return np.empty((0, len(DEEP)), np.float32), np.empty(0, np.int32)
    rows, starts = _rows(arrays.first, places)
    passage = np.maximum(cosines(arrays.meant_passages[rows], vector), 0)
    fit = passage + passed[rows]
    ends = np.append(starts[1:], len(rows))
    best = np.array([rows[a + int(fit[a:b].argmax())] for a, b in zip(starts, ends, strict=True)], np.int32)
    way_rows, way_starts = _rows(arrays.way_first, places)
    way = np.maximum(cosines(arrays.meant_ways[way_rows], vector), 0)
    deep = np.stack([np.maximum.reduceat(passage, starts), np.maximum.reduceat(way, way_starts)], axis=1)
    return deep, best


def _rows(first: NDArray[np.int32], places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of documents one after the other, and where each document's begin."""
    begins = first[places].astype(np.int64)
    lengths = first[places + 1] - begins
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    rows = np.repeat(begins - starts, lengths) + np.arange(int(lengths.sum()))
    return rows.astype(np.int64), starts.astype(np.int64)


AT = {name: place for place, name in enumerate(FEATURES)}
"""Where each signal stands."""
SAID = [AT["said_words"], AT["said_letters"]]
_FUSED_WIDE = np.array([name in FUSED for name in WIDE], np.float32)
FUSED_AT = np.array([AT[name] for name in FUSED])
