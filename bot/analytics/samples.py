"""A random sample of each week's answers, and what its ratings say of all of them.

Each answer has a number that nobody can choose: the hash of the week and of its own place. The smallest ones of each
service are drawn, so the same week gives the same sample whoever draws it, and as often as it is drawn.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.lessons import Answered, NewSample, Rating, Sample, Samples

log = structlog.get_logger(__name__)

SIZE = 40
"""Answers that are drawn of a week; the margin is some 12 points with a quarter wrong."""
ANSWERS_AT_ONCE = 2000
WEEKS = 4
"""How many finished weeks back a night looks for one without its sample."""
Z = 1.959963984540054
"""Of 95 %: the normal quantile at 0.975."""
OTHERS = ""
"""The stratum of services that are too small to have one, and of answers that belong to none."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What is known of a week's answers; shares in [0, 1]."""

    answers: int
    """As many were there to be drawn from."""
    drawn: int
    rated: int
    counts: Mapping[Rating, int]
    right: float | None = None
    """The share of right answers, weighted by service; None if nothing was rated."""
    low: float | None = None
    high: float | None = None
    """Between these it lies, 95 times of 100."""


def monday(day: date) -> date:
    """Of the week of a day."""
    return day - timedelta(days=day.weekday())


def number(week: date, answer: Answered) -> bytes:
    """By which answers are drawn, the smallest first."""
    return hashlib.sha256(f"{week.isoformat()}:{answer.conversation_id}:{answer.answer_ref}".encode()).digest()


def allocation(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many to draw from each stratum: in proportion (largest remainders first), and one at least while there is room.

    Proportional allocation: Cochran, Sampling Techniques (1977), section 5.5.
    """
    total = sum(sizes.values())
    if total <= size:
        return dict(sizes)
    names = sorted((name for name, count in sizes.items() if count), key=lambda name: (-sizes[name], name))
    share = {name: min(1, size // len(names)) for name in names}
    left = size - sum(share.values())
    spread = total - sum(share.values())
    exact = {name: divmod(left * (sizes[name] - share[name]), spread) for name in names}
    for name in names:
        share[name] += exact[name][0]
    rest = sorted(names, key=lambda name: (-exact[name][1], name))
    for name in rest[: size - sum(share.values())]:
        share[name] += 1
    return share


class Urn:
    """Answers of a week, of which it keeps only those that may be drawn."""

    def __init__(self, week: date, size: int = SIZE) -> None:
        self._week = week
        self._size = size
        self._sizes: Counter[str] = Counter()
        self._kept: dict[str, list[tuple[int, int, Answered]]] = {}

    def put(self, answer: Answered, service: str) -> None:
        """One more answer; order does not matter."""
        self._sizes[service] += 1
        kept = self._kept.setdefault(service, [])
        # The heap's first is the one that goes first: the greatest number.
        entry = (-int.from_bytes(number(self._week, answer), "big"), answer.position, answer)
        if len(kept) < self._size:
            heapq.heappush(kept, entry)
        else:
            heapq.heappushpop(kept, entry)

    def draw(self) -> list[NewSample]:
        """The sample, by its numbers: no service after the other, so that half of it rated is a sample too."""
        self._merge()
        share = allocation(self._sizes, self._size)
        drawn = [
            (-entry[0], service, entry[2])
            for service, kept in self._kept.items()
            for entry in sorted(kept, reverse=True)[: share.get(service, 0)]
        ]
        return [
            NewSample(
                one.conversation_id,
                one.answer_ref.rpartition(".")[0],
                one.answer_ref,
                one.article,
                service,
                self._sizes[service],
            )
            for _, service, one in sorted(drawn, key=lambda each: each[0])
        ]

    def _merge(self) -> None:
        """With more services than places, the smallest ones are one stratum: every answer can be drawn."""
        names = sorted(self._sizes, key=lambda name: (-self._sizes[name], name))
        for name in names[self._size - 1 :] if len(names) > self._size else ():
            if name != OTHERS:
                self._sizes[OTHERS] += self._sizes.pop(name)
                both = self._kept.get(OTHERS, []) + self._kept.pop(name)
                self._kept[OTHERS] = heapq.nlargest(self._size, both)


def wilson(share: float, rated: float, of: int, z: float = Z) -> tuple[float, float]:
    """Between which shares the true one of a finite population lies, by a share that was seen among so many rated.

    Wilson (1927), with the number of rated ones enlarged by the finite population correction (n - 1 becomes the whole
    population as the sample does: Cochran, 1977, section 2.6). `rated` may be an effective size.
    """
    if rated >= of:
        return share, share
    n = rated * (of - 1) / (of - rated)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def quality(samples: Sequence[Sample]) -> Quality:
    """What the ratings of one week say; services count by how many answers they gave.

    The effective number of ratings is Kish's (sum of weights)² / sum of squared weights (Survey Sampling, 1965).
    """
    strata = {one.service: one.stratum for one in samples}
    rated = [one for one in samples if one.rating is not Rating.NONE]
    counts = Counter(one.rating for one in rated)
    answers = sum(strata.values())
    if not rated:
        return Quality(answers, len(samples), 0, counts)
    per = Counter(one.service for one in rated)
    weights = [strata[one.service] / per[one.service] for one in rated]
    whole = sum(weights)
    right = sum(weight for weight, one in zip(weights, rated, strict=True) if one.rating is Rating.RIGHT) / whole
    effective = whole * whole / sum(weight * weight for weight in weights)
    low, high = wilson(right, effective, answers)
    return Quality(answers, len(samples), len(rated), counts, right, low, high)


async def nightly(
    samples: Samples, service_of: Callable[[str], str], zone: ZoneInfo, now: datetime, size: int = SIZE
) -> None:
    """Draw the sample of every finished week that has none, the last ones alone; done twice, it comes to the same.

    Raises:
        StoreError: the database did not do it.
    """
    this = monday(now.astimezone(zone).date())
    for back in range(WEEKS, 0, -1):
        week = this - timedelta(weeks=back)
        if not await samples.drawn(week):
            kept = await draw(samples, service_of, zone, week, now, size)
            log.info("samples.drawn", week=week.isoformat(), samples=kept)


async def draw(
    samples: Samples, service_of: Callable[[str], str], zone: ZoneInfo, week: date, now: datetime, size: int = SIZE
) -> int:
    """Draw the sample of a week that begins on this Monday; how many answers. Raises: see `nightly`."""
    since, until = (datetime.combine(week + timedelta(days=more), time(), zone) for more in (0, 7))
    urn, after = Urn(week, size), 0
    while True:
        answers = await samples.answers(since, until, after, ANSWERS_AT_ONCE)
        for one in answers:
            # A page without an article of its own only goes on with an answer that was counted.
            if one.article:
                urn.put(one, service_of(one.article))
        if len(answers) < ANSWERS_AT_ONCE:
            return await samples.draw(week, urn.draw(), now)
        after = answers[-1].position
