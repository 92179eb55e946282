"""What speaks for each document: the signals of one question, the same when the reranker learns and when it answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

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
AT_ONCE = 16
"""Questions of a build: what is worked out for every passage and document of all of them stays below 20 MB."""


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
    return _chosen(arrays, query, *_wide(arrays, [query])[0], spread, allowed, at_most)


def surveyed(arrays: Arrays, queries: Iterable[Query], spread: Floats) -> Iterator[Candidates]:
    """The candidates of many questions in their order, some at a time: half as much work as one by one."""
    waiting = iter(queries)
    while some := list(islice(waiting, AT_ONCE)):
        for query, (wide, passed) in zip(some, _wide(arrays, some), strict=True):
            yield _chosen(arrays, query, wide, passed, spread)


def _chosen(
    arrays: Arrays,
    query: Query,
    wide: Floats,
    passed: Floats,
    spread: Floats,
    allowed: NDArray[np.bool_] | None = None,
    at_most: int = CANDIDATES,
) -> Candidates:
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


def _wide(arrays: Arrays, queries: Sequence[Query]) -> list[tuple[Floats, Floats]]:
    """The signals of every document, (documents, len(WIDE)), and of every passage: a pair for each question."""
    count, many = arrays.count, len(queries)
    begins, ways = arrays.first[:-1], arrays.way_first[:-1]
    asked = [(query.terms, query.weights) for query in queries]
    mass = np.array([[query.mass + 1] for query in queries], np.float32)
    scores = arrays.fields.many(asked, count * len(COLUMNS)).reshape(many, count, len(COLUMNS))
    wide = np.empty((many, count, len(WIDE)), np.float32)
    wide[:, :, : len(COLUMNS)] = scores / mass[:, :, None]
    passed = arrays.passages.many(asked, int(arrays.first[-1]))
    wide[:, :, AT["passage_most"]] = np.maximum.reduceat(passed, begins, axis=1) / mass
    wide[:, :, AT["passage_sum"]] = np.cbrt(np.add.reduceat(passed * passed * passed, begins, axis=1)) / mass
    wide[:, :, AT["title_fit"]] = scores[:, :, AT["titled"]] / (arrays.title_mass + 0.5 * mass)
    said = arrays.ways.many([(query.terms, _direction(arrays, query)) for query in queries], int(arrays.way_first[-1]))
    wide[:, :, AT["way_fit"]] = np.maximum.reduceat(said, ways, axis=1)
    spelt = [shapes(query.spelt) for query in queries]
    for name, grams, tallies in (
        ("said_words", arrays.said_words, [runs(query.said) for query in queries]),
        ("said_letters", arrays.said_letters, [shapes(query.said) for query in queries]),
    ):
        fits = grams.many(tallies, int(arrays.way_first[-1]))
        wide[:, :, AT[name]] = np.maximum.reduceat(fits, ways, axis=1)
    wide[:, :, AT["shape_title"]] = arrays.shape_title.many(spelt, count)
    wide[:, :, AT["shape_all"]] = arrays.shape_all.many(spelt, count)
    vectors = np.stack([arrays.meaning.of(query.terms, query.weights) for query in queries])
    wide[:, :, AT["meant"]] = np.maximum(vectors @ arrays.meant.T, 0)
    wide[:, :, AT["meant_title"]] = np.maximum(vectors @ arrays.meant_title.T, 0)
    for place, query in enumerate(queries):
        wide[place][:, [AT["together"], AT["together_short"]]] = arrays.pairs.scores(query.stems, count)
    return list(zip(wide, passed / mass, strict=True))


def _direction(arrays: Arrays, query: Query) -> Floats:
    """A question's weights scaled to length 1, its unknown words counted in it."""
    asked = query.weights * arrays.idf[query.terms]
    length = float(np.sqrt((asked**2).sum() + (query.unknown * query.mass) ** 2)) or 1.0
    return np.asarray(asked / length, np.float32)


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
