"""The contacts of one conversation, and what happened in them, made of its history: pure, and the same each time.

Everything that is counted comes from here. Contacts are always made anew, all of a conversation at once, so that what
arrives twice, late or with a wrong clock can be counted neither twice nor too late. docs/insights.md is the catalogue.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.analytics.case_facts import Happened, first_answers, happened, opening
from bot.cases import Case, Cause
from bot.contacts import Contact, Fact, History, Received, Way, What
from bot.desk.hours import Hours
from bot.letters import CHANNELS
from bot.messages import ALARM_SUFFIX, AnswerStatus, Author
from bot.store.base import CITIZEN, Entry

GAP = timedelta(hours=4)
"""A longer silence of the citizen ends a chat's contact."""
BACK_WITHIN = timedelta(days=7)
"""Who comes back with the same matter so soon was not helped."""
ALARMED = "-alarmed"
"""What the id of a message that nobody said has behind that of the alarm which it follows."""
LOST = frozenset({AnswerStatus.LOST, AnswerStatus.OUT_OF_SCOPE})
HELPFUL, USELESS = "helpful", "useless"

ServiceOf = Callable[[str], str]
"""The service of an article by its id; "" for one of no service, or that is gone."""


def no_service(article: str) -> str:
    """Nobody knows articles."""
    return ""


@dataclass(slots=True)
class _Run:
    """The citizen's lines of one contact, in the order of time, and what came of them."""

    way: Way
    lines: list[Entry]
    letter: Received | None = None
    replies: list[Entry] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    facts: list[tuple[Happened, str]] = field(default_factory=list)
    """Each with its topic."""

    @property
    def started_at(self) -> datetime:
        return self.lines[0].at


def contacts_of(
    history: History,
    hours: Hours,
    zone: ZoneInfo,
    service_of: ServiceOf = no_service,
    now: datetime | None = None,
) -> list[Contact]:
    """The contacts of a conversation in the order of time; an open case is late only if it is so at `now`."""
    runs = sorted(_runs(history), key=lambda run: (run.started_at, run.lines[0].position))
    if not runs:
        return []
    _share_replies(history, runs)
    for case in sorted(history.cases, key=lambda case: (case.opened_at, case.id)):
        _opened_in(history, case, runs).cases.append(case)
    made: list[Contact] = []
    helpful: dict[int, bool] = {}
    for rating in sorted(history.ratings, key=lambda rating: rating.at):
        run = _at(runs, rating.at)
        detail = HELPFUL if rating.helpful else USELESS
        rated = Happened(What.RATED, rating.at, service_of(rating.article_id), detail)
        run.facts.append((rated, rating.article_id))
        helpful[id(run)] = rating.helpful
    answers = first_answers(history)
    for run in runs:
        contact = _contact(history, run, zone, service_of, helpful.get(id(run)))
        for case in run.cases:
            run.facts += [(one, contact.topic) for one in happened(history, case, answers.get(case.id), hours, now)]
        made.append(replace(contact, facts=tuple(_fact(one, topic, zone) for one, topic in run.facts)))
    starts = [one.started_at for one in made]
    return [replace(one, returned=_came_back(one, made, starts)) for one in made]


def _runs(history: History) -> list[_Run]:
    """The citizen's lines, put together to contacts; a letter and a public comment are one each."""
    channel = history.conversation.address.channel
    letters = {letter.ref: letter for letter in history.letters}
    public = {opening(history, case).message_id for case in history.cases if case.cause is Cause.COMMENT}
    runs: list[_Run] = []
    chat: _Run | None = None
    for line in sorted(_said(history), key=lambda line: (line.at, line.position)):
        letter = letters.get(line.ref)
        if channel in CHANNELS:
            # What was not read yet is counted when it is.
            if letter is not None and not letter.is_aside:
                runs.append(_Run(Way.FORM if letter.is_form else Way.MAIL, [line], letter))
        elif letter is not None or line.public or line.ref in public:
            if letter is None or not letter.is_aside:
                runs.append(_Run(Way.POST, [line], letter))
        elif chat is not None and line.at - chat.lines[-1].at <= GAP:
            chat.lines.append(line)
        else:
            chat = _Run(Way.CHAT, [line])
            runs.append(chat)
    return runs


def _said(history: History) -> Iterable[Entry]:
    return (line for line in history.lines if line.author == CITIZEN)


def _share_replies(history: History, runs: Sequence[_Run]) -> None:
    """Give each reply to the contact of the citizen's line that it stands behind; none to a line of no contact."""
    whose = {line.position: run for run in runs for line in run.lines}
    positions = sorted(line.position for line in _said(history))
    for line in history.lines:
        if line.reply is not None and (place := bisect_left(positions, line.position)):
            run = whose.get(positions[place - 1])
            if run is not None:
                run.replies.append(line)


def _opened_in(history: History, case: Case, runs: Sequence[_Run]) -> _Run:
    """The contact that a case was opened in: of the message that it was opened for, else the last one by then."""
    ref = opening(history, case).message_id.removesuffix(ALARMED)
    own = next((run for run in runs if any(line.ref == ref for line in run.lines)), None)
    return own or _at(runs, case.opened_at)


def _at(runs: Sequence[_Run], moment: datetime) -> _Run:
    """The contact that had begun last at a moment; the first one where none had."""
    begun = [run for run in runs if run.started_at <= moment]
    return begun[-1] if begun else runs[0]


def _contact(history: History, run: _Run, zone: ZoneInfo, service_of: ServiceOf, helpful: bool | None) -> Contact:
    """A contact without its facts; those of its replies and of its letter are noted in the run."""
    statuses: list[AnswerStatus] = []
    topic = run.letter.topic if run.letter else ""
    for line in run.replies:
        reply = line.reply
        if reply is None:
            continue
        if reply.status is not None:
            article = next((source.article for source in reply.sources if source.article), "")
            met = Happened(What.MET, line.at, service_of(article) if article else "", reply.status.value)
            run.facts.append((met, article))
            statuses.append(reply.status)
            if reply.status is AnswerStatus.ANSWERED and not run.letter:
                topic = topic or article
        if line.ref.endswith(ALARM_SUFFIX) and line.author != Author.AGENT.value:
            run.facts.append((Happened(What.ALARM, line.at, ""), ""))
    if run.letter is not None and run.way is not Way.POST:
        read = Happened(What.LETTER, run.started_at, run.letter.service, run.letter.kind)
        run.facts.append((read, run.letter.topic))
    first = run.cases[0] if run.cases else None
    service = opening(history, first).service if first else run.letter.service if run.letter else ""
    conversation = history.conversation
    local = run.started_at.astimezone(zone)
    return Contact(
        position=run.lines[0].position,
        way=run.way,
        channel=conversation.address.channel,
        language=conversation.spoken or conversation.language,
        started_at=run.started_at,
        ended_at=run.lines[-1].at,
        day=local.date(),
        hour=local.hour,
        service=service or (service_of(topic) if topic else ""),
        topic=topic,
        questions=len(statuses),
        answered=statuses.count(AnswerStatus.ANSWERED),
        lost=sum(status in LOST for status in statuses),
        cause=first.cause.value if first else "",
        helpful=helpful,
    )


def _fact(one: Happened, topic: str, zone: ZoneInfo) -> Fact:
    local = one.at.astimezone(zone)
    return Fact(one.what, one.at, local.date(), local.hour, one.service, topic, one.detail, one.value)


def _came_back(one: Contact, others: Sequence[Contact], starts: Sequence[datetime]) -> bool:
    """Whether another contact begins within seven days behind its end, with its topic, or with a case at its service.

    `starts` are those of the others, in order: an address that has written for years has thousands.
    """
    within = slice(bisect_left(starts, one.ended_at), bisect_right(starts, one.ended_at + BACK_WITHIN))
    return any(
        (one.topic != "" and other.topic == one.topic)
        or (one.service != "" and other.service == one.service and other.cause != "")
        for other in others[within]
        if other.position != one.position
    )
