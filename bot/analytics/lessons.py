"""Which messages of a day an agent should look at: those that were hard to understand, the most informative first.

Uncertainty is one less the margin between the two likeliest acts (Scheffer, Decomain and Wrobel, 2001, as Settles, Active
Learning Literature Survey, 2009, section 3.1, calls it margin sampling). What a citizen corrected or found useless did go
wrong, whatever the model thought of it: it counts as wholly uncertain, and what was lost as half at least.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.lessons import Lessons, NewLesson, Talk, Understood, Why
from bot.messages import ALARM_SUFFIX, AnswerStatus, Author
from bot.privacy.redact import redact
from bot.safety import Safety
from bot.store.base import CITIZEN, Entry
from bot.text.clean import clean
from bot.understanding import nearness
from bot.understanding.measures import ALARMS

log = structlog.get_logger(__name__)

A_DAY = 25
"""Lessons at most, so that a week's fit into an hour."""
DAYS = 3
"""How many days back a night looks: ratings come late, and nights are missed."""
AROUND = timedelta(hours=2)
"""Of a conversation that goes over midnight, so much is read before and behind the day."""
UNSURE_BELOW = 0.5
"""The confidence under which an act that was acted on is looked at all the same."""
ALARM_FROM = 0.1
"""From which confidence of danger and distress together a conversation teaches nothing; the gate needs twice as much."""
REPHRASED_WITHIN = timedelta(minutes=10)
SHORTEST, LONGEST = 3, 300
"""Characters of a message that can be an example."""
CONVERSATIONS_AT_ONCE = 200
MAX_CANDIDATES = 20_000
"""Of one day; far more than any town has."""
MAX_KNOWN = 20_000

CHOOSE, NONE_OF_THESE = "choose", "none_of_these"
"""What buttons send that correct an answer."""
NOT_ACTS = frozenset({"alarmed", "photo", "inform"})
LOST = frozenset({AnswerStatus.LOST, AnswerStatus.OUT_OF_SCOPE})
DOUBT = {Why.CORRECTED: 1.0, Why.USELESS: 1.0, Why.LOST: 0.5, Why.UNSURE: 0.0}
"""The least uncertainty that each reason stands for."""


@dataclass(slots=True)
class _Asked:
    """A citizen's words, what came of them, and how the citizen took it."""

    line: Entry
    understood: Understood
    status: AnswerStatus | None = None
    article: str = ""
    chosen: str = ""
    refused: bool = False
    useless: bool = False

    @property
    def failed(self) -> bool:
        return self.status in LOST or self.refused or self.useless


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lesson that may be kept, and how uncertain the model was of it, in [0, 1]."""

    lesson: NewLesson
    uncertainty: float


def candidates(talk: Talk, since: datetime, until: datetime, safety: Safety, keep: Collection[str]) -> list[Candidate]:
    """What of a conversation may teach something; nothing of one in which danger or distress was heard.

    Times bound the messages, and not what was said around them; `keep` are the office's own contacts, which stay unmasked.
    """
    if _is_alarming(talk, safety):
        return []
    asked = list(_asked(talk))
    found = []
    for place, one in enumerate(asked):
        following = asked[place + 1] if place + 1 < len(asked) else None
        why, meant = _why(one, following)
        if why is None or not since <= one.line.at < until:
            continue
        text = " ".join(redact(clean(one.line.text), keep).text.split())
        if SHORTEST <= len(text) <= LONGEST and any(sign.isalpha() for sign in text):
            lesson = NewLesson(
                talk.conversation_id,
                one.line.ref,
                text,
                talk.language,
                one.understood.intent,
                one.understood.confidence,
                one.article,
                meant,
                why,
                1,
                one.line.at,
            )
            found.append(Candidate(lesson, max(DOUBT[why], 1 - one.understood.margin)))
    return found


def chosen(found: Sequence[Candidate], known: Sequence[str], limit: int) -> list[NewLesson]:
    """The most informative ones: by uncertainty in tenths, then by how many said so; what says nearly the same once.

    What is known already teaches nothing again.
    """
    # The most uncertain stands for those that say the same, and of them the one that somebody corrected.
    order = sorted(found, key=lambda one: (-one.uncertainty, not one.lesson.meant, one.lesson.at, one.lesson.ref))
    groups = nearness.groups([*known, *(one.lesson.text for one in order)])
    firsts: dict[int, Candidate] = {}
    times: dict[int, int] = {}
    for group, one in zip(groups[len(known) :], order, strict=True):
        firsts.setdefault(group, one)
        times[group] = times.get(group, 0) + 1
    # A group is named by the place of its first text.
    fresh = [group for group in firsts if group >= len(known)]
    fresh.sort(key=lambda group: (-round(firsts[group].uncertainty, 1), -times[group], firsts[group].lesson.at))
    return [replace(firsts[group].lesson, times=times[group]) for group in fresh[: max(0, limit)]]


async def nightly(
    lessons: Lessons,
    safety: Safety,
    zone: ZoneInfo,
    now: datetime,
    keep: Collection[str] = (),
    a_day: int = A_DAY,
    days: int = DAYS,
) -> None:
    """Keep what the last days teach; a night that is done twice, or was missed, comes to the same.

    Raises:
        StoreError: the database did not do it.
    """
    today = now.astimezone(zone).date()
    for back in range(days, 0, -1):
        day = today - timedelta(days=back)
        kept = await of_day(lessons, safety, zone, day, keep, a_day)
        log.info("lessons.kept", day=day.isoformat(), lessons=kept)


async def of_day(
    lessons: Lessons, safety: Safety, zone: ZoneInfo, day: date, keep: Collection[str] = (), a_day: int = A_DAY
) -> int:
    """Keep what one day of the town teaches; how many messages. Raises: see `nightly`."""
    since, until = (datetime.combine(day + timedelta(days=more), time(), zone) for more in (0, 1))
    room = a_day - await lessons.count(since, until)
    if room <= 0:
        return 0
    found: list[Candidate] = []
    after = ""
    while len(found) < MAX_CANDIDATES:
        talks = await lessons.talks(since - AROUND, until + AROUND, after, CONVERSATIONS_AT_ONCE)
        # Not in the event loop: citizens write at night too.
        found += await asyncio.to_thread(_of_talks, talks, since, until, safety, keep)
        if len(talks) < CONVERSATIONS_AT_ONCE:
            break
        after = talks[-1].conversation_id
    known = await lessons.texts(MAX_KNOWN)
    return await lessons.add(await asyncio.to_thread(chosen, found[:MAX_CANDIDATES], known, room))


def _of_talks(
    talks: Sequence[Talk], since: datetime, until: datetime, safety: Safety, keep: Collection[str]
) -> list[Candidate]:
    return [one for talk in talks for one in candidates(talk, since, until, safety, keep)]


def _is_alarming(talk: Talk, safety: Safety) -> bool:
    """Whether anything in it was danger or distress, by the lexicon, the model or an alarm that was answered."""
    return any(
        line.ref.endswith(ALARM_SUFFIX)
        or (
            line.author == CITIZEN
            and (safety.check(line.text) is not None or _may_be_alarm(talk.understood.get(line.ref)))
        )
        for line in talk.lines
    )


def _may_be_alarm(understood: Understood | None) -> bool:
    return understood is not None and (understood.intent in ALARMS or understood.alarm >= ALARM_FROM)


def _asked(talk: Talk) -> Iterator[_Asked]:
    """The citizen's own words that the core heard outside of forms, with what came of each."""
    asked: list[_Asked] = []
    for line in talk.lines:
        if line.author == CITIZEN:
            _hear(asked, line, talk)
        elif line.author == Author.BOT.value and line.reply is not None and asked:
            one = asked[-1]
            # What an agent's or a form's lines are about has no status.
            if _answers(line.ref, one.line.ref) and one.status is None and line.reply.status is not None:
                one.status = line.reply.status
                one.article = next((source.article for source in line.reply.sources if source.article), "")
    yield from asked


def _hear(asked: list[_Asked], line: Entry, talk: Talk) -> None:
    about = talk.useless.get(line.ref)
    if about:
        rated = next((one for one in reversed(asked) if about in {one.article, one.chosen}), None)
        if rated is not None:
            rated.useless = True
    understood = talk.understood.get(line.ref)
    if understood is None:
        return
    if understood.pressed:
        if asked and understood.intent == CHOOSE:
            asked[-1].chosen = understood.article
        elif asked and understood.intent == NONE_OF_THESE:
            asked[-1].refused = True
    elif about is None and not understood.in_form and understood.intent not in NOT_ACTS:
        asked.append(_Asked(line, understood))


def _answers(reply_ref: str, message_ref: str) -> bool:
    """The core's replies have their message's id and a number."""
    return reply_ref.rpartition(".")[0] == message_ref


def _why(one: _Asked, following: _Asked | None) -> tuple[Why | None, str]:
    """Why it should be looked at, and the article that the citizen seems to have meant."""
    if one.chosen and one.chosen != one.article and not one.useless:
        return Why.CORRECTED, one.chosen
    if one.failed and following is not None and _mends(one, following):
        return Why.CORRECTED, following.article or following.chosen
    if one.refused:
        return Why.CORRECTED, ""
    if one.useless:
        return Why.USELESS, ""
    if one.status in LOST:
        return Why.LOST, ""
    if one.understood.unsure or one.understood.confidence < UNSURE_BELOW:
        return Why.UNSURE, ""
    return None, ""


def _mends(one: _Asked, following: _Asked) -> bool:
    soon = following.line.at - one.line.at <= REPHRASED_WITHIN
    found = following.status is AnswerStatus.ANSWERED or bool(following.chosen)
    return soon and found and not following.failed and (following.article or following.chosen) != one.article
