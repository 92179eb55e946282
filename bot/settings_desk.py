"""The settings of the desk and of appointments, a part of `office.yml`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


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
    chat_due_minutes: Annotated[int, Meta(ge=1, le=1440)] = 15
    """A case whose citizen waits in the chat is late after so long within opening hours."""
    case_due_hours: Annotated[int, Meta(ge=1, le=1000)] = 15
    """Any other case is late after so many opening hours; fifteen are about two days."""


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
