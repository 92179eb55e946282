"""What agents decide about letters, kept for the next training: the right service, kind and urgency, and the reply they sent."""

from __future__ import annotations

import structlog

from bot.agents import Agent
from bot.cases import Case, Pending
from bot.casework import Cases
from bot.clock import Clock, now
from bot.errors import Missing, StoreError
from bot.mailroom import Filed, Label, Letters, Told
from bot.messages import Author
from bot.privacy.redact import redact
from bot.readings import LetterKind, Urgency
from bot.store.base import Transcript

log = structlog.get_logger(__name__)


class Labels:
    """Notes what agents decide. A case without a letter has nothing to learn from, and a label that is not kept stops nobody."""

    def __init__(self, letters: Letters, cases: Cases, transcript: Transcript, clock: Clock = now) -> None:
        self._letters = letters
        self._cases = cases
        self._transcript = transcript
        self._clock = clock

    async def moved(self, agent: Agent, case: Case, service: str) -> None:
        """A case is for another service."""
        filed = await self._first(case)
        if filed is not None:
            await self._note(agent, filed, Told.SERVICE, filed.reading.service, service)

    async def moved_back(self, agent: Agent, case: Case, service: str) -> None:
        """A case was not for another service after all: what was kept of that is as it was before.

        That it is where it was read to be was not said by anybody, unless somebody has answered it there.
        """
        filed = await self._first(case)
        if filed is None:
            return
        if service != filed.reading.service or await self._was_answered(case):
            await self._note(agent, filed, Told.SERVICE, filed.reading.service, service)
            return
        try:
            await self._letters.forget(filed.id, Told.SERVICE)
        except StoreError:
            log.exception("desk.label_not_kept", letter=filed.id, what=Told.SERVICE.value)

    async def urgent(self, agent: Agent, case: Case, urgency: Urgency) -> None:
        """How soon somebody has to look at a case."""
        filed = await self._first(case)
        if filed is not None:
            await self._note(agent, filed, Told.URGENCY, filed.reading.urgency.value, urgency.value)

    async def kind(self, agent: Agent, filed: Filed, kind: LetterKind) -> None:
        """What a letter is."""
        await self._note(agent, filed, Told.KIND, filed.reading.kind.value, kind.value)

    async def answered(self, agent: Agent, case: Case, said: Pending, suggestion: str) -> None:
        """The first answer to a case: its service was right, and which suggestion was used; "" for none.

        Until it has left it can be taken back and said otherwise: the last one counts.
        """
        filed = await self._first(case)
        if filed is None or await self._was_answered(case, said):
            return
        await self._note(agent, filed, Told.SERVICE, filed.reading.service, case.service)
        used = next((one for one in filed.suggested if one.id == suggestion), None)
        was = filed.suggested[0].id if filed.suggested else ""
        edited = used is not None and used.text.strip() != said.text.strip()
        await self._note(agent, filed, Told.REPLY, was, used.id if used else "", edited)

    async def _first(self, case: Case) -> Filed | None:
        try:
            return (await self._letters.of_cases([case.id])).get(case.id)
        except StoreError:
            log.exception("desk.label_not_kept", case=case.id)
            return None

    async def _was_answered(self, case: Case, said: Pending | None = None) -> bool:
        """Whether an agent has said something (else) before, since the case was opened; also where nobody can say."""
        try:
            lines = await self._transcript.read(case.conversation_id)
            pending = await self._cases.pending(case.id)
        except StoreError:
            log.exception("desk.label_not_kept", case=case.id)
            return True
        if any(line.author == Author.AGENT.value and line.at >= case.opened_at for line in lines):
            return True
        return any(said is None or one.reply_id != said.reply_id for one in pending)

    async def _note(self, agent: Agent, filed: Filed, what: Told, was: str, value: str, edited: bool = False) -> None:
        label = Label(
            letter_id=filed.id,
            what=what,
            was=was,
            value=value,
            edited=edited,
            subject=redact(filed.letter.subject).text,
            text=redact(filed.reading.said).text,
            at=self._clock(),
        )
        try:
            await self._letters.note(label, agent.id)
        except (Missing, StoreError):
            log.exception("desk.label_not_kept", letter=filed.id, what=what.value)
