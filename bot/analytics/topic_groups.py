"""Questions into groups: average linkage on unit vectors, cut at a distance.

Equal questions are one point. More points than `MAX_POINTS` are grouped in rounds: the most asked first, then whatever
lies near a group's centre joins it, and the next round takes from what is left. So memory is bounded by `MAX_POINTS`
squared, and time by the number of rounds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from bot.analytics.topic_questions import MAX_CHARS, MAX_WORD_CHARS, WORD, subject_words
from bot.analytics.topic_vectors import Floats, Vectors, terms, unit
from bot.knowledge.engine.vocabulary import stemmer
from bot.knowledge.synonyms import flexed
from bot.text.french import fold
from bot.text.normalise import normalise
from bot.topics import LEAST, Asked

MAX_POINTS = 4000
MAX_ROUNDS = 12
ALIKE = 0.15
"""The mean cosine from which two sets of questions are one group."""
JOINS = 0.35
"""The cosine with a group's centre from which a question that took no part in the grouping joins it."""
MAX_WEIGHTS = 40
NAME_WORDS = 8
COHERENT = 0.25
"""Of a group's questions, so many have one word in common: otherwise only pieces of words hold it together."""
CENTRAL = 3
BLOCK = 8192
"""Rows that are compared with all centres at once."""


@dataclass(frozen=True, slots=True)
class Found:
    """A group of one night, before it is known whether there was one like it."""

    asked: tuple[Asked, ...]
    words: tuple[str, ...]
    weights: dict[str, float]
    central: tuple[str, ...]
    """The questions nearest its centre, as they were said."""


def grouped(asked: Sequence[Asked], max_points: int = MAX_POINTS) -> list[Found]:
    """The groups of questions, the largest first; each has `LEAST` questions of `LEAST` conversations and a name.

    `Asked.text` has its personal data masked already. The order of what is given makes no difference.
    """
    by_terms: dict[str, list[Asked]] = defaultdict(list)
    for one in sorted(asked, key=lambda one: (one.at, one.line)):
        if said := " ".join(terms(one.text)):
            by_terms[said].append(one)
    texts = sorted(by_terms, key=lambda text: (-len(by_terms[text]), text))
    if not texts:
        return []
    labels = _labels(texts, max_points)
    members: dict[int, list[int]] = defaultdict(list)
    for place, label in enumerate(labels.tolist()):
        if label >= 0:
            members[label].append(place)
    common = _spread([one for of in by_terms.values() for one in of])
    found = [
        group
        for places in members.values()
        if (group := _found([by_terms[texts[place]] for place in places], common, len(asked))) is not None
    ]
    return sorted(found, key=lambda group: (-len(group.asked), group.words))


def _labels(texts: Sequence[str], max_points: int) -> npt.NDArray[np.int64]:
    """The group of each text, -1 for none."""
    vectors = Vectors(texts)
    rows = np.concatenate(
        [vectors.of(texts[start : start + BLOCK]).astype(np.float32) for start in range(0, len(texts), BLOCK)]
    )
    labels = np.full(len(texts), -1, np.int64)
    left = np.flatnonzero(np.einsum("ij,ij->i", rows, rows) > 0)
    known = 0
    for _ in range(MAX_ROUNDS):
        if not len(left):
            break
        taken, rest = left[:max_points], left[max_points:]
        of = _linked(rows[taken].astype(np.float64))
        labels[taken] = of + known
        if len(rest):
            sizes = np.bincount(of)
            large = np.flatnonzero(sizes >= 2)
            centres = np.zeros((len(sizes), rows.shape[1]), np.float32)
            np.add.at(centres, of, rows[taken])
            near, best = _nearest(rows[rest], unit(centres[large]).astype(np.float32))
            joins = near >= JOINS
            labels[rest[joins]] = large[best[joins]] + known
            rest = rest[~joins]
        known += int(of.max()) + 1
        left = rest
    _rejoin(rows, labels)
    return labels


def _rejoin(rows: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> None:
    """Texts whose group is too small to be one join a large one whose centre is near."""
    sizes = np.bincount(labels + 1)
    sizes[0] = 0
    large = np.flatnonzero(sizes >= LEAST)
    if not len(large):
        return
    alone = np.flatnonzero(sizes[labels + 1] < LEAST)
    number = np.full(len(sizes), -1, np.int64)
    number[large] = np.arange(len(large))
    of = number[labels + 1]
    centres = np.zeros((len(large), rows.shape[1]), np.float32)
    np.add.at(centres, of[of >= 0], rows[of >= 0])
    near, best = _nearest(rows[alone], unit(centres).astype(np.float32))
    joins = near >= JOINS
    labels[alone[joins]] = large[best[joins]] - 1


def _linked(rows: Floats) -> npt.NDArray[np.int64]:
    from sklearn.cluster import AgglomerativeClustering

    if len(rows) < 2:
        return np.zeros(len(rows), np.int64)
    # Of unit vectors: |a - b|² = 2 - 2 cos.
    cut = float(np.sqrt(2 - 2 * ALIKE))
    linked = AgglomerativeClustering(n_clusters=None, distance_threshold=cut, linkage="average")
    return np.asarray(linked.fit_predict(rows), np.int64)


def _nearest(
    rows: npt.NDArray[np.float32], centres: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    near, best = np.full(len(rows), -1, np.float32), np.zeros(len(rows), np.int64)
    for start in range(0, len(rows) if len(centres) else 0, BLOCK):
        cosines = rows[start : start + BLOCK] @ centres.T
        best[start : start + BLOCK] = cosines.argmax(axis=1)
        near[start : start + BLOCK] = cosines.max(axis=1)
    return near, best


def _spread(asked: Sequence[Asked]) -> Counter[str]:
    """In how many questions each stem is."""
    counted: Counter[str] = Counter()
    for one in asked:
        counted.update(set(terms(one.text)))
    return counted


def _found(points: Sequence[Sequence[Asked]], common: Counter[str], total: int) -> Found | None:
    asked = sorted((one for point in points for one in point), key=lambda one: (one.at, one.line))
    if len(asked) < LEAST or len({one.conversation_id for one in asked}) < LEAST:
        return None
    stem = stemmer()
    said_in: dict[str, set[str]] = defaultdict(set)
    spelt: dict[str, Counter[str]] = defaultdict(Counter)
    counted: Counter[str] = Counter()
    place: dict[str, float] = defaultdict(float)
    for one in asked:
        in_order = [stem(word) for word in subject_words(one.text)]
        said = set(subject_words(one.text))
        counted.update(set(in_order))
        for root in set(in_order):
            place[root] += in_order.index(root)
        for word in said:
            said_in[word].add(one.conversation_id)
        for written in WORD.findall(normalise(one.text[:MAX_CHARS]).lower()):
            spelt[fold(written)[:MAX_WORD_CHARS]][written] += 1
    # Singular and plural are one word; one that was said in fewer than `LEAST` conversations names nothing.
    said_by: dict[str, set[str]] = defaultdict(set)
    for word, of in said_in.items():
        said_by[flexed(word)] |= of
    # Of each stem the form that is in most conversations.
    name: dict[str, str] = {}
    for word in sorted(said_in, key=lambda one: (-len(said_in[one]), one)):
        if len(said_by[flexed(word)]) >= LEAST:
            name.setdefault(stem(word), word)
    if max((counted[root] for root in name), default=0) < COHERENT * len(asked):
        return None
    weighed = {root: counted[root] * float(np.log(1 + total / common[root])) for root in name}
    # Of two words that weigh the same, such as those of a name, the one that is said first.
    order = sorted(name, key=lambda root: (-round(weighed[root], 6), place[root], root))[:MAX_WEIGHTS]
    length = sum(weighed[root] ** 2 for root in order) ** 0.5
    weights = {root: round(weighed[root] / length, 4) for root in order}
    words = tuple(_written(spelt[name[root]], name[root]) for root in order[:NAME_WORDS])
    return Found(tuple(asked), words, weights, _central(asked, weights))


def _written(spelt: Counter[str], otherwise: str) -> str:
    """How a word is mostly written; the one with accents of two that are as usual."""
    return max(spelt, key=lambda one: (spelt[one], not one.isascii(), one), default=otherwise)


def _central(asked: Sequence[Asked], weights: dict[str, float]) -> tuple[str, ...]:
    scored: dict[str, float] = {}
    for one in asked:
        said = terms(one.text)
        scored[one.text] = sum(weights.get(root, 0) for root in set(said)) / max(1, len(said)) ** 0.5
    return tuple(islice(sorted(scored, key=lambda text: (-scored[text], text)), CENTRAL))
