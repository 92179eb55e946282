"""What becomes of cases that nobody takes: they go on to another service, or those who see all services are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.cases import Case, CaseEvent, What

PLACING = frozenset(
    {What.OPENED, What.RELEASED, What.VANISHED, What.TRANSFERRED, What.REFERRAL, What.PASSED_ON},
)
"""After which a case waits anew: somebody has put it where it is, or seen to it."""
GOING = frozenset({What.RELAYED, What.UNTAKEN})
"""What rules do."""


@dataclass(frozen=True, slots=True)
class Relay:
    """What a rule does with a case that nobody took."""

    service: str
    """The code of the service that it goes to; "" if it stays, and the supervisors are told."""
    origin: str
    """The code of the service where nobody took it."""
    minutes: int
    """Within so many opening minutes; 0 if that service does not open for long."""

    @property
    def what(self) -> What:
        """The line of the case's history."""
        return What.RELAYED if self.service else What.UNTAKEN

    @property
    def text(self) -> str:
        """As it stands in `CaseEvent.text`: codes have no colon."""
        return f"{self.service}:{self.origin}:{self.minutes}"


def read_relay(text: str) -> Relay:
    """What `Relay.text` wrote; of anything else as much as there is."""
    service, _, rest = text.partition(":")
    origin, _, minutes = rest.partition(":")
    return Relay(service, origin, int(minutes) if minutes.isdecimal() and len(minutes) < 9 else 0)


def moved_to(event: CaseEvent) -> str:
    """The code of the service that a case went to by a line of its history; "" where it stayed."""
    match event.what:
        case What.TRANSFERRED:
            return event.text
        case What.RELAYED:
            return read_relay(event.text).service
        case _:
            return ""


@dataclass(frozen=True, slots=True)
class Untaken:
    """A case that waits, and what of its history a rule has to know."""

    case: Case
    opened_for: str
    """The code of the service that it was opened for; "" where that was not kept."""
    events: Sequence[CaseEvent]
    """Of `PLACING` and `GOING`, in order."""

    @property
    def since(self) -> datetime:
        """Since when it waits where it is."""
        return self.events[-1].at if self.events else self.case.opened_at

    @property
    def placed_at(self) -> str:
        """The code of the service where it was put last, by a person or by being opened: whose rule counts."""
        by_hand = [event.text for event in self.events if event.what is What.TRANSFERRED]
        by_rule = [read_relay(event.text).origin for event in self.events if event.what is What.RELAYED]
        return next(code for code in (*by_hand[-1:], self.opened_for, *by_rule[:1], self.case.service) if code)

    @property
    def been_at(self) -> frozenset[str]:
        """The codes of all services where it is or was: it never goes back there by itself."""
        moves = {moved_to(event) for event in self.events}
        origins = {read_relay(event.text).origin for event in self.events if event.what in GOING}
        return frozenset({self.case.service, self.opened_for} | moves | origins) - {""}


@dataclass(frozen=True, slots=True)
class Mark:
    """The last that a rule did with a case that still waits."""

    relay: Relay
    at: datetime


class Relays(Protocol):
    """Cases that go on by themselves. Every method is one transaction."""

    async def untaken(self, after: int, limit: int = 500) -> list[Untaken]:
        """Waiting cases with a higher id than `after`, by id: those that are offered to nobody now, and of which the
        supervisors were not told since somebody last saw to them.
        """

    async def relay(self, case_id: int, version: int, relay: Relay, now: datetime) -> bool:
        """Put a case into the queue of another service, or only note that the supervisors were told of it.

        What was promised, its urgency and everything else stay. False if it is not waiting and offered to nobody any
        more, or has changed since it had that version: of two gateways that do the same, one finds that out.
        """

    async def marks(self, case_ids: Sequence[int]) -> Mapping[int, Mark]:
        """What a rule did last with waiting cases, if nobody saw to them since; the others are left out."""
