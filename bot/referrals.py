"""What is passed on to somebody who is competent: never without the citizen's yes, and with a trace of every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

MAX_TEXT_CHARS = 8000
"""Of what is passed on: the citizen reads all of it before they say yes."""


class State(str, Enum):
    """How far it has come. ASKED: the citizen has not answered. GIVEN: they said yes, and it has not left yet.

    REFUSED: they said no, which stands. WITHDRAWN: the agent took the question back. LAPSED: nobody answered in time;
    both may be asked anew. SENT: it was passed on. FAILED: no server takes the mail, and it has to be passed on by hand.
    """

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    SENT = "sent"
    FAILED = "failed"


class Step(str, Enum):
    """What the history of a case says of it; NOTED and DENIED are answers that an agent heard and wrote down."""

    ASKED = "asked"
    GIVEN = "given"
    NOTED = "noted"
    REFUSED = "refused"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    FAILED = "failed"


AGAIN = frozenset({State.WITHDRAWN, State.LAPSED})
"""What may be asked anew."""
TO_PASS = frozenset({State.GIVEN, State.FAILED})
"""What may be passed on."""


@dataclass(frozen=True, slots=True)
class NewReferral:
    """Something that is to be passed on if its citizen agrees. (case, body) is its key."""

    case_id: int
    body: str
    """The body's code."""
    name: str
    """As the citizen reads it."""
    email: str
    """Where it is sent; "" where an agent passes it on by hand."""
    text: str
    closes: bool
    """Whether the case is closed when it has been passed on."""
    agent_id: int


@dataclass(frozen=True, slots=True)
class Referral:
    """Something that was, or is to be, passed on."""

    id: int
    case_id: int
    conversation_id: str
    body: str
    name: str
    email: str
    text: str
    closes: bool
    state: State
    agent_id: int
    agent_name: str
    asked_at: datetime
    answered_at: datetime | None = None
    sent_at: datetime | None = None


class Referrals(Protocol):
    """What is passed on. Every method is one transaction; what changes one adds to the history of its case."""

    async def ask(self, new: NewReferral, now: datetime) -> Referral:
        """Keep what the citizen is asked.

        Raises:
            Missing: there is no such case, or its conversation is gone.
            CaseTaken: it is not this agent's; CaseClosed.
            Stale: this body was asked about, refused or served already.
        """

    async def get(self, referral_id: int) -> Referral:
        """One of them.

        Raises:
            Missing: there is none.
        """

    async def of_case(self, case_id: int) -> Sequence[Referral]:
        """Those of a case, the oldest first."""

    async def answer(
        self, referral_id: int, given: bool, now: datetime, agent_id: int | None = None
    ) -> Referral | None:
        """The citizen's answer, or what an agent was told of it; None if it is not asked (any more)."""

    async def withdraw(self, referral_id: int, agent_id: int, now: datetime) -> Referral | None:
        """Take the question back, or the mail that has not left; None if it is too late."""

    async def due(self, limit: int = 200) -> Sequence[Referral]:
        """Those that citizens agreed to and that a mail can bring, the oldest first."""

    async def sent(self, referral_id: int, now: datetime, agent_id: int | None = None) -> Referral | None:
        """It was passed on, by an agent's hand or by ours; None if nobody said yes, or it was already."""

    async def failed(self, referral_id: int, now: datetime) -> Referral | None:
        """No server takes it; None if it does not wait to leave."""

    async def lapse(self, before: datetime, now: datetime) -> int:
        """Give up what was asked before a moment and not answered; how many."""
