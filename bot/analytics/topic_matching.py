"""Which of tonight's groups are which of those that are known: by the lines they share and by their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.analytics.topic_groups import Found
from bot.topics import Assigned, Line, Topic

SAME_LINES = 0.5
"""Of the lines of a group that were in a group before, so many have to have been in that one."""
SAME_WORDS = 0.6
"""Or the cosine of the two groups' words."""


def matched(found: Sequence[Found], known: Sequence[Topic], lines: Mapping[Line, Assigned]) -> list[int | None]:
    """For each group the id of the known one that it is; None for a new one. No id is given twice.

    The surest pair is settled first: of two groups that one has become, the one that has more of it goes on.
    """
    sizes = Counter(one.topic_id for one in lines.values())
    pairs: list[tuple[float, int, int]] = []
    for place, group in enumerate(found):
        before = Counter(lines[one.line].topic_id for one in group.asked if one.line in lines)
        total = sum(before.values())
        for topic in known:
            share = before[topic.id] / total if total else 0.0
            kept = before[topic.id] / sizes[topic.id] if sizes[topic.id] else 0.0
            words = cosine(group.weights, topic.weights)
            if share >= SAME_LINES or words >= SAME_WORDS:
                pairs.append((share + kept + words, topic.id, place))
    ids: list[int | None] = [None] * len(found)
    taken: set[int] = set()
    for _, topic_id, place in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if ids[place] is None and topic_id not in taken:
            ids[place] = topic_id
            taken.add(topic_id)
    return ids


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Of two sparse vectors of length 1."""
    return sum(weight * other[root] for root, weight in one.items() if root in other)
