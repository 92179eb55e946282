"""What is said in public: each comment or mention becomes a case with a link to the post, for a person to answer."""

from __future__ import annotations

import asyncio

from bot.cases import CaseKind, CaseState, Cause, NewCase
from bot.casework import Cases
from bot.clock import Clock, now
from bot.correspondence import ALIKE_WITHIN, Reads
from bot.letters import Letter
from bot.mailroom import Letters, NewLetter
from bot.messages import Kind
from bot.readings import LetterKind, Reading, Urgency
from bot.safety import Safety
from bot.settings import GENERAL_SERVICE
from bot.store.base import Claimed

EFFECT = "comment"
POST = "post"
"""The detail of a case that leads to the post."""


class Comments:
    """Opens cases."""

    def __init__(
        self, cases: Cases, letters: Letters, safety: Safety, reads: Reads | None = None, clock: Clock = now
    ) -> None:
        """Without `reads` everything goes to the reception."""
        self._cases = cases
        self._letters = letters
        self._safety = safety
        self._reads = reads
        self._clock = clock

    async def open(self, claimed: Claimed) -> None:
        """The case of what was said in public; handled twice, it is the first one. A trader's gets none.

        Raises:
            Missing: the conversation is gone.
        """
        message, conversation_id = claimed.message, claimed.conversation.id
        reading: Reading | None = None
        if self._reads is not None:
            await self._reads.ready()
            reading = await asyncio.to_thread(self._reads.read, Letter(), message.text)
        alarms = self._safety.check(message.text) is not None
        if reading is not None and reading.kind is LetterKind.SPAM and not alarms:
            return
        if message.kind is Kind.TEXT and await self._is_open(conversation_id):
            # A mention in a conversation that somebody of the town has in hand.
            return
        url = message.thread.url if message.thread else None
        urgent = alarms or (reading is not None and reading.urgency is Urgency.HIGH)
        case = NewCase(
            conversation_id,
            message.id,
            EFFECT,
            CaseKind.QUESTION,
            reading.service if reading else GENERAL_SERVICE,
            Cause.COMMENT,
            message.text,
            details={POST: url} if url else {},
            urgent=urgent,
        )
        opened = await self._cases.open(case, self._clock())
        if reading is not None and self._reads is not None:
            await self._file(self._reads, claimed, opened.case.id, reading)

    async def _file(self, reads: Reads, claimed: Claimed, case_id: int, reading: Reading) -> None:
        moment = self._clock()
        gist = reads.gist(Letter(), reading)
        earlier = await self._letters.recent(reading.service, moment - ALIKE_WITHIN)
        alike = reads.alike(gist, Letter(), earlier)
        new = NewLetter(
            claimed.conversation.id,
            claimed.message.id,
            case_id,
            Letter(),
            reading,
            gist=gist,
            group=alike.group if alike else None,
        )
        await self._letters.file(new, moment)
        if new.group is not None:
            for behind in (await self._letters.together(new.group, urgent=False)).behind:
                await self._cases.mark_urgent(behind, moment)

    async def _is_open(self, conversation_id: str) -> bool:
        return any(case.state is not CaseState.CLOSED for case in await self._cases.find(conversation_id))
