"""The night's work on what could not be answered: read, mask, group, know again, count, and look what comes near."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot import safety
from bot.analytics.topic_groups import Found, grouped
from bot.analytics.topic_matching import matched
from bot.analytics.topic_questions import questions
from bot.clock import Clock, now
from bot.privacy.redact import redact
from bot.topics import (
    BEFORE_DAYS,
    LEAST,
    RECENT_DAYS,
    WINDOW,
    Asked,
    Assigned,
    Course,
    Group,
    Heard,
    Line,
    Near,
    Topic,
    Topics,
)

log = structlog.get_logger(__name__)

MAX_QUESTIONS = 100_000
"""The newest ones; a town of a million contacts a year has fewer in two months."""
MAX_GROUPS = 400
"""The largest ones: nobody looks at more, and each asks the knowledge base."""
CONVERSATIONS_AT_ONCE = 200
LINES_AT_ONCE = 1000
NEAREST = 3
GROWS, FADES = 1.5, 0.5
SURE = 2.0
"""How many standard deviations of a Poisson count a change has to be before it is one."""

Nearest = Callable[[str], Awaitable[Sequence[Near]]]
"""The articles that come near a question, the nearest first."""


@dataclass(frozen=True, slots=True)
class Night:
    """What a night came to."""

    questions: int
    groups: int
    fresh: int


async def nightly(
    topics: Topics,
    nearest: Nearest,
    zone: ZoneInfo,
    own: Collection[str] = (),
    clock: Clock = now,
) -> Night:
    """Group what was not answered in the last 60 days, and keep it; done twice, it is the same.

    `own`: the town's own contacts and addresses, which are no personal data.

    Raises:
        StoreError: the database or the knowledge base does not answer; what was kept before stays.
    """
    moment = clock()
    today = moment.astimezone(zone).date()
    first = today - WINDOW
    # From its midnight on: what is counted of a day is written over what was, and no day is kept by half.
    asked = await _asked(topics, datetime.combine(first, time(), zone))
    found, known, lines = await _found(topics, asked, own)
    ids = await asyncio.to_thread(matched, found, known, lines)
    of = {topic.id: topic for topic in known}
    groups = [
        await _group(group, of.get(topic_id or 0), nearest, zone, first, today)
        for group, topic_id in zip(found, ids, strict=True)
    ]
    unasked = [_quiet(of[one]) for one in sorted(of.keys() - set(ids))]
    kept = await topics.keep([*groups, *unasked], (first, today))
    await _assign(topics, found, kept, lines)
    night = Night(len(asked), len(found), sum(one is None for one in ids))
    log.info("topics.grouped", questions=night.questions, groups=night.groups, fresh=night.fresh)
    return night


def course(days: Mapping[date, int], first_day: date, today: date) -> Course:
    """Where counts by day are going that began on a first day: the seven days before a day against the 28 before those."""
    recent = sum(count for day, count in days.items() if 0 < (today - day).days <= RECENT_DAYS)
    before = sum(count for day, count in days.items() if RECENT_DAYS < (today - day).days <= RECENT_DAYS + BEFORE_DAYS)
    if first_day >= today - timedelta(days=RECENT_DAYS):
        return Course.NEW
    usual = before * RECENT_DAYS / BEFORE_DAYS
    far = SURE * max(usual, 1.0) ** 0.5
    if recent >= LEAST and recent >= GROWS * usual and recent - usual >= far:
        return Course.GROWING
    is_fading = not recent or (recent <= FADES * usual and usual - recent >= far)
    return Course.FADING if is_fading else Course.STEADY


async def _asked(topics: Topics, since: datetime) -> list[Asked]:
    names: set[str] = set(await topics.rated_useless(since))
    after: int | None = 0
    while after is not None:
        swept = await topics.sweep(since, after)
        names.update(swept.conversation_ids)
        after = swept.after
    lexicon = await asyncio.to_thread(safety.load)
    ordered = sorted(names)
    asked: list[Asked] = []
    for start in range(0, len(ordered), CONVERSATIONS_AT_ONCE):
        heard = await topics.heard(ordered[start : start + CONVERSATIONS_AT_ONCE])

        asked += await asyncio.to_thread(_read, heard, since, lexicon)
    return sorted(asked, key=lambda one: (one.at, one.line))[-MAX_QUESTIONS:]


def _read(heard: Sequence[Heard], since: datetime, lexicon: safety.Safety) -> list[Asked]:
    def alarms(text: str) -> bool:
        return lexicon.check(text) is not None

    return [asked for one in heard for asked in questions(one, since, alarms)]


async def _found(
    topics: Topics, asked: Sequence[Asked], own: Collection[str]
) -> tuple[list[Found], list[Topic], dict[Line, Assigned]]:
    def work() -> list[Found]:
        return grouped([replace(one, text=redact(one.text, own).text) for one in asked])[:MAX_GROUPS]

    found = await asyncio.to_thread(work)
    return found, await topics.all(), await topics.lines()


async def _group(
    found: Found, known: Topic | None, nearest: Nearest, zone: ZoneInfo, first: date, today: date
) -> Group:
    counted = Counter(one.at.astimezone(zone).date() for one in found.asked)
    days = {day: count for day, count in sorted(counted.items()) if first <= day <= today}
    near = await _near(found, nearest)
    service = near[0].service if near else ""
    first_day = known.first_day if known else min(days, default=today)
    went = course(days, first_day, today)
    return Group(known.id if known else None, found.words, found.weights, service, near, went, days)


async def _near(found: Found, nearest: Nearest) -> tuple[Near, ...]:
    """The articles that come nearest to the central questions of a group, by the mean of their scores."""
    scores: dict[str, float] = defaultdict(float)
    shown: dict[str, Near] = {}
    for question in found.central:
        for one in await nearest(question):
            scores[one.id] += one.score / len(found.central)
            shown[one.id] = one
    best = sorted(scores, key=lambda article: (-scores[article], article))[:NEAREST]
    return tuple(replace(shown[article], score=round(scores[article], 3)) for article in best)


def _quiet(topic: Topic) -> Group:
    """A known group that nothing belongs to tonight."""
    return Group(topic.id, topic.words, topic.weights, topic.service, topic.nearest, Course.FADING, {})


async def _assign(topics: Topics, found: Sequence[Found], kept: Sequence[int], lines: Mapping[Line, Assigned]) -> None:
    wanted = {
        one.line: Assigned(one.line, topic_id, one.why, one.at)
        for group, topic_id in zip(found, kept, strict=False)
        for one in group.asked
    }
    changed = [one for line, one in wanted.items() if lines.get(line) != one]
    gone = [line for line in lines if line not in wanted]
    for start in range(0, max(len(changed), len(gone)), LINES_AT_ONCE):
        end = start + LINES_AT_ONCE
        await topics.assign(changed[start:end], gone[start:end])
