"""The settings of the desk and of appointments, a part of `office.yml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, Protocol

from msgspec import Meta, Struct

SUPERVISORS = "supervisors"
"""In `then`: those who see all services."""
MAX_STEPS = 5


class Method(str, Enum):
    """To whom of several agents a case is offered: LEAST_LOADED (who has the fewest conversations), ROUND_ROBIN (whose
    turn it is), or NONE: to nobody, who is free takes it from the queue.
    """

    LEAST_LOADED = "least_loaded"
    ROUND_ROBIN = "round_robin"
    NONE = "none"


OfferSeconds = Annotated[int, Meta(ge=15, le=3600)]
Then = Annotated[tuple[str, ...], Meta(max_length=MAX_STEPS)]
ThenMinutes = Annotated[int, Meta(ge=1, le=240)]
ThenHours = Annotated[int, Meta(ge=0, le=1000)]
ChatDueMinutes = Annotated[int, Meta(ge=1, le=1440)]
DueHours = Annotated[int, Meta(ge=1, le=1000)]


class Routing(Struct, frozen=True, forbid_unknown_fields=True):
    """To whom the desk offers those who wait in the chat, and where cases go that nobody takes."""

    method: Method = Method.LEAST_LOADED
    offer_seconds: OfferSeconds = 60
    """An offer that is not taken for so long goes on to the next agent."""
    capacity: Annotated[int, Meta(ge=0, le=50)] = 3
    """So many conversations at a time an agent is offered, if their account says nothing else; 0 offers nothing."""
    then: Then = (SUPERVISORS,)
    """Who is asked after the agents of the service, step by step: codes of services, or `supervisors`."""
    then_minutes: ThenMinutes = 5
    """After so many opening minutes of waiting the next step is asked too, if the agents before it are all busy."""
    then_hours: ThenHours | None = None
    """After so many opening hours a case that nobody took goes on to the next service of `then`, and after the last one the
    supervisors are told; None is half of what is promised, 0 is never.
    """


class ServiceRouting(Struct, frozen=True, forbid_unknown_fields=True):
    """What differs at one service; None keeps what `desk` says."""

    method: Method | None = None
    offer_seconds: OfferSeconds | None = None
    then: Then | None = None
    then_minutes: ThenMinutes | None = None
    then_hours: ThenHours | None = None
    skill: Annotated[str, Meta(max_length=40)] = ""
    """Only agents of the service who have this skill are offered its cases; "" asks for none."""
    chat_due_minutes: ChatDueMinutes | None = None
    promise_hours: DueHours | None = None
    """Opening hours until any other case is late, instead of `desk.case_due_hours`."""


class Desk(Struct, frozen=True, forbid_unknown_fields=True):
    """How the desk works."""

    replies: str = "replies.yml"
    """The file with the canned replies, beside office.yml; "" for none."""
    undo_seconds: Annotated[int, Meta(ge=0, le=60)] = 5
    """How long an agent's message can be taken back: it leaves only then."""
    idle_minutes: Annotated[int, Meta(ge=5, le=1440)] = 60
    """After so long without a request a session is over."""
    session_hours: Annotated[int, Meta(ge=1, le=72)] = 12
    """After so long a session is over in any case."""
    vanished_seconds: Annotated[int, Meta(ge=30, le=3600)] = 120
    """An agent whose page was not heard of for so long has vanished: their conversations go back to the queue."""
    chat_due_minutes: ChatDueMinutes = 15
    """A case whose citizen waits in the chat is late after so long within opening hours."""
    case_due_hours: DueHours = 15
    """Any other case is late after so many opening hours; fifteen are about two days."""
    routing: Routing = Routing()
    """To whom somebody who waits is offered."""


class Routed(Protocol):
    """A service, as far as its routing goes."""

    @property
    def routing(self) -> ServiceRouting:
        """What differs there."""


def routing_mistakes(desk: Desk, services: Mapping[str, Routed]) -> Iterator[str]:
    """What is wrong with steps that name services, one sentence each."""
    rules = {"": desk.routing.then} | {code: service.routing.then or () for code, service in services.items()}
    for code, then in rules.items():
        place = f"services.{code}.routing" if code else "desk.routing"
        for step in then:
            if step != SUPERVISORS and step not in services:
                yield f"{place}.then: there is no service {step!r}; a step is a code of a service, or {SUPERVISORS!r}"
        if len(set(then)) < len(then):
            yield f"{place}.then: names a step twice"
        if code in then:
            yield f"{place}.then: names the service itself, whose agents come first anyway"


class Appointments(Struct, frozen=True, forbid_unknown_fields=True):
    """What can be booked in the chat."""

    services: tuple[str, ...] = ()
    """Codes of the services that take appointments; empty switches the form off."""
    minutes: Annotated[int, Meta(ge=5, le=240)] = 30
    places: Annotated[int, Meta(ge=1, le=50)] = 1
    """How many appointments a service takes at the same time."""
    notice_hours: Annotated[int, Meta(ge=0, le=720)] = 24
    """The soonest that can be booked."""
    days_ahead: Annotated[int, Meta(ge=1, le=365)] = 60
    """The latest that can be booked."""
