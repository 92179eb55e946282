"""What the desk and the actions ask of the storage of cases, appointments and photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.cases import Case, CaseEvent, NewCase, Opened, Pending, Queued, Seen, Slot, View
from bot.messages import Address, Location, Message
from bot.store.base import Prepared


class Cases(Protocol):
    """The cases of the town. Every method is one transaction; what changes a case adds to its history."""

    async def open(self, new: NewCase, now: datetime, slot: Slot | None = None, photos: Sequence[str] = ()) -> Opened:
        """Open a case, with the appointment and the photos that belong to it.

        Raises:
            Missing: the conversation is gone.
            SlotTaken: every place of that time is booked.
        """

    async def get(self, case_id: int) -> Case:
        """One case.

        Raises:
            Missing: there is none.
        """

    async def find(self, conversation_id: str, number: str = "", linked: bool = False) -> list[Case]:
        """The cases of a conversation, the newest first; with a number, that one if it is of this conversation.

        With `linked`, also those of the conversations that the citizen linked with it.
        """

    async def view(self, view: View, seen: Seen, limit: int = 200) -> list[Case]:
        """What an agent sees under a tab: urgent ones first, then the nearest promise, then the oldest. CLOSED has the last
        closed first.
        """

    async def count(self, seen: Seen) -> dict[View, int]:
        """How many cases each tab but CLOSED has; UNTAKEN is counted for whoever sees all services, for the others it costs
        too much for nothing.
        """

    async def queued(self, case_id: int) -> Queued:
        """Where a waiting case stands among those of its service.

        Raises:
            Missing: it is not waiting.
        """

    async def take(self, case_id: int, agent_id: int, now: datetime) -> Case:
        """Give a waiting case to an agent; a QUESTION's conversation becomes theirs too. Taking one's own changes nothing.

        Raises:
            CaseTaken: another agent has it; CaseClosed: it is closed; Missing.
        """

    async def join(self, case_id: int, agent_id: int, now: datetime) -> Case:
        """Make the conversation of one's own case one's own: the agent speaks now.

        Raises:
            CaseTaken: it, or the conversation, is another agent's; CaseClosed; Missing.
        """

    async def release(self, case_id: int, agent_id: int, now: datetime, reason: str = "") -> Case:
        """Put one's own case back into the queue, at the place that its age gives it; the bot has the conversation again.

        Raises:
            CaseTaken: it is not this agent's; CaseClosed; Missing.
        """

    async def transfer(
        self, case_id: int, agent_id: int, service: str, note: str, now: datetime, due_at: datetime | None = None
    ) -> Case:
        """Put a case into the queue of another service, which promises it for `due_at`; the bot has the conversation again.

        Raises:
            CaseTaken: another agent has it; CaseClosed; Missing.
        """

    async def close(
        self, case_id: int, agent_id: int, now: datetime, farewell: Message | None = None, cancels: bool = False
    ) -> Case:
        """Close one's own case, or one that nobody has; with `cancels` its appointment's time is free again.

        If the conversation was the agent's, it is the bot's again, and `farewell` is put into the inbox in the same
        transaction: the core answers it before anything that the citizen says later.

        Raises:
            CaseTaken: another agent has it; CaseClosed: it is closed already; Missing.
            Stale: a reply has not left yet.
        """

    async def withdraw(self, case_id: int, conversation_id: str, now: datetime) -> bool:
        """Close a waiting case at its citizen's wish, and free its appointment; False if it is not waiting or not theirs."""

    async def mark_urgent(self, conversation_id: str, now: datetime) -> list[int]:
        """Make every open case of a conversation urgent; the ids of all open ones."""

    async def set_urgent(self, case_id: int, agent_id: int, urgent: bool, now: datetime) -> Case:
        """An agent's own judgement.

        Raises:
            CaseClosed, Missing.
        """

    async def note(self, case_id: int, agent_id: int, note_id: str, text: str, now: datetime) -> CaseEvent:
        """Add a private note; one that is stored under this id already is given back.

        Raises:
            Missing: there is no such case.
        """

    async def reveal(self, case_id: int, agent_id: int, now: datetime) -> str:
        """The contact of a case; that it was looked at is noted in the history.

        Raises:
            Missing: there is none.
        """

    async def rate(self, case_id: int, conversation_id: str, rating: int, now: datetime) -> bool:
        """The citizen's rating of the contact (1 to 3); the last one counts. False if it is not this conversation's."""

    async def history(self, case_id: int) -> list[CaseEvent]:
        """All that happened to a case, in order."""

    async def changed(self, after: int, limit: int = 500) -> list[CaseEvent]:
        """What happened to any case after a position, in order."""

    async def last_position(self) -> int:
        """The newest position of any history."""

    async def say_soon(self, pending: Pending, now: datetime) -> Pending:
        """Keep an agent's reply until it leaves; one that is stored under this id already is given back.

        Raises:
            CaseTaken: the conversation is not this agent's (any more); CaseClosed; Missing.
        """

    async def take_back(self, case_id: int, reply_id: str, agent_id: int) -> Pending | None:
        """An agent's own reply of a case that has not left yet: it never will. None if it has left."""

    async def leaving(self, now: datetime, limit: int = 50) -> list[Pending]:
        """Replies whose time has come, in order."""

    async def send(self, pending: Pending, prepared: Prepared, now: datetime) -> bool:
        """Let a reply leave: it stands in the transcript and in the outbox now. False if it was taken back, or has left."""

    async def pending(self, case_id: int) -> list[Pending]:
        """Replies of a case that have not left yet."""

    async def vanished(self, before: datetime, now: datetime) -> list[Case]:
        """Put every case whose conversation is an agent's who was not seen since `before` back into the queue."""


class Bookings(Protocol):
    """Appointments."""

    async def taken(self, service: str, start: datetime, end: datetime) -> dict[datetime, int]:
        """How many appointments begin at each moment in [start, end), cancelled ones left out."""

    async def cancel(self, case_id: int, now: datetime) -> bool:
        """Free an appointment's time; False if there was none."""


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo as it is kept: re-encoded, without metadata. Or a document, as it came."""

    id: str
    case_id: int | None
    media_type: str
    content: bytes
    location: Location | None
    conversation_id: str = ""
    """Of whoever sent it; "" for one that is kept before there is any."""
    name: str = ""
    """Of a document, as its citizen named it; "" for a photo."""


class Photos(Protocol):
    """What citizens photographed."""

    async def add(self, address: Address, language: str, photo: StoredPhoto, now: datetime) -> None:
        """Keep a photo of a citizen, whose conversation is made if it names none. One whose id is kept already stays as it is.

        Raises:
            Missing: the conversation that it names is gone.
            TooMany: that conversation has as many as it may.
        """

    async def get(self, photo_id: str) -> StoredPhoto:
        """One photo.

        Raises:
            Missing: there is none.
        """

    async def of(self, address: Address, photo_ids: Sequence[str]) -> list[StoredPhoto]:
        """Those of an address among these ids, without their content, in the order of the ids."""
