"""What happened to the cases of a conversation, as facts: when each was opened, taken, answered, moved, late, closed, judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cases import Case, CaseEvent
from bot.cases import What as Event
from bot.contacts import History, Opening, What
from bot.desk.hours import Hours
from bot.messages import Author
from bot.relays import moved_to

LONGEST = timedelta(days=3650)
"""Opening hours are added up over so long at most: a clock that was years off must not cost minutes."""
WITHDRAWN = "withdrawn"
"""`Fact.detail` of a case that its citizen took back."""
VERDICTS = frozenset({"1", "2", "3"})
MOVES = {Event.TRANSFERRED: What.MOVED, Event.RELAYED: What.RELAYED}
"""How a case comes to another service: by a person, or by a rule."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A fact of a case, before it is known on which day and in which contact it stands."""

    what: What
    at: datetime
    service: str
    detail: str = ""
    value: int | None = None


def opening(history: History, case: Case) -> Opening:
    """How a case began; of one that nobody knows that of, as it stands."""
    return history.openings.get(case.id) or Opening("", case.service)


def open_seconds(hours: Hours, service: str, start: datetime, end: datetime) -> int:
    """Seconds of a service's opening hours between two moments; 0 if the second is not the later one."""
    return int(hours.open_between(service, max(start, end - LONGEST), end).total_seconds())


def happened(
    history: History, case: Case, answer: datetime | None, hours: Hours, now: datetime | None
) -> Iterator[Happened]:
    """All facts of one case, which an agent answered first at `answer`; what is open is late only if it is so at `now`."""
    events = sorted((event for event in history.events if event.case_id == case.id), key=lambda event: event.position)
    first = opening(history, case).service
    moves = [event for event in events if event.what in MOVES]
    taken = next((event for event in events if event.what is Event.TAKEN), None)
    closed = next((event for event in events if event.what in {Event.CLOSED, Event.WITHDRAWN}), None)

    def place(event: CaseEvent) -> str:
        return _service(first, [move for move in moves if move.position < event.position])

    def place_at(moment: datetime) -> str:
        return _service(first, [move for move in moves if move.at <= moment])

    yield Happened(What.OPENED, case.opened_at, first, case.cause.value)
    for move in moves:
        yield Happened(MOVES[move.what], move.at, place(move), moved_to(move))
    for told in events:
        if told.what is Event.UNTAKEN:
            yield Happened(What.UNTAKEN, told.at, place(told))
    if taken is not None:
        service = place(taken)
        yield Happened(What.TAKEN, taken.at, service, value=open_seconds(hours, service, case.opened_at, taken.at))
    if answer is not None:
        service = place_at(answer)
        yield Happened(What.ANSWERED, answer, service, value=open_seconds(hours, service, case.opened_at, answer))
    if closed is not None:
        seconds = max(int((closed.at - case.opened_at).total_seconds()), 0)
        detail = WITHDRAWN if closed.what is Event.WITHDRAWN else ""
        yield Happened(What.CLOSED, closed.at, place(closed), detail, seconds)
    end = closed.at if closed is not None else case.closed_at or now
    if case.due_at is not None and end is not None and end > case.due_at:
        yield Happened(What.LATE, case.due_at, place_at(case.due_at))
    verdicts = [event for event in events if event.what is Event.RATED and event.text in VERDICTS]
    if verdicts:
        yield Happened(What.JUDGED, verdicts[-1].at, place(verdicts[-1]), value=int(verdicts[-1].text))
    for sent in history.passed_on:
        if sent.case_id == case.id:
            yield Happened(What.PASSED_ON, sent.at, place_at(sent.at), sent.body)


def _service(first: str, moves: Sequence[CaseEvent]) -> str:
    """Where a case is after these moves."""
    return moved_to(moves[-1]) if moves else first


def first_answers(history: History) -> dict[int, datetime]:
    """When an agent first spoke for each case: with several in hand, an agent speaks for the one that was taken last."""
    found: dict[int, datetime] = {}
    for line in history.lines:
        if line.author == Author.AGENT.value and (case := _in_hand(history, line.at)) is not None:
            found.setdefault(case, line.at)
    return found


def _in_hand(history: History, at: datetime) -> int | None:
    """The case that was taken last before a moment and is not closed by then."""
    over = {
        event.case_id for event in history.events if event.what in {Event.CLOSED, Event.WITHDRAWN} and event.at < at
    }
    taken = [event for event in history.events if event.what is Event.TAKEN and event.at <= at]
    taken = [event for event in taken if event.case_id not in over]
    return max(taken, key=lambda event: (event.at, event.position)).case_id if taken else None
