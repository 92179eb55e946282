"""What happens to a letter: read, put on the right shelf beside those that say the same, and acknowledged once.

The core never hears of letters. Every step may be repeated: the case, the letter and the acknowledgement each have the
message's id for their key, so that a letter whose worker was killed is filed, and answered, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.backing import Storage
from bot.cases import Case, CaseKind, CaseState, Cause, NewCase
from bot.clock import Clock, now
from bot.letters import Letter
from bot.mailroom import Acknowledged, Filed, Gist, NewLetter
from bot.messages import FILE_URL, PHOTO_URL, Attachment, HeardIn, Message, Reply, Turn
from bot.readings import LetterKind, Reading, Suggested, Urgency
from bot.store.base import Claimed
from bot.text.languages import FULL

EFFECT = "letter"
"""The effect under which a letter opens its case."""
ACKNOWLEDGED_SUFFIX = ".received"
"""What the id of an acknowledgement has behind that of its message."""
SUGGESTIONS = 3
ALIKE_WITHIN = timedelta(days=30)
"""Letters are compared with those of so long."""
ACKNOWLEDGED_WITHIN = timedelta(hours=1)
MAX_ACKNOWLEDGED = 5
"""Acknowledgements that a sender gets in that time; more are held, and shown on the desk: a loop, or a flood."""
MAX_ALARMED = 20
"""As many before one that speaks of danger is held: the numbers in it matter more than a mailbox that fills."""
ACKNOWLEDGED_KINDS = frozenset({LetterKind.REQUEST, LetterKind.COMPLAINT, LetterKind.REPORT})
"""Whoever writes one gets its number, whether they ask for an answer or not (CRPA, article L112-11)."""
SUBJECT = "subject"
PREVIOUS = "previous"
MAILBOX = "mailbox"
FORM = "form"
"""Details of a case: its letter's subject, the number of the closed case before it, where it came to."""


class Reads(Protocol):
    """What is found out about a letter; `bot.triage` does it."""

    async def ready(self) -> None:
        """Be able to read."""

    def read(self, letter: Letter, text: str) -> Reading:
        """Read a letter; arithmetic, a few milliseconds. Never raises for what stands in it."""

    def gist(self, letter: Letter, reading: Reading) -> tuple[str, ...]:
        """What it says in few words, to be compared."""

    def alike(self, gist: Sequence[str], letter: Letter, earlier: Sequence[Gist]) -> Gist | None:
        """The earlier letter that says the same."""


class Suggests(Protocol):
    """Replies that may fit."""

    async def suggest(self, letter: Letter, reading: Reading, limit: int) -> Sequence[Suggested]:
        """Whole replies, the best first."""


class Acknowledges(Protocol):
    """The words that a citizen gets at once."""

    def delay(self, service: str, opened_at: datetime) -> datetime | None:
        """When a case of a service is due; None where nobody can say."""

    async def words(self, case: Case, letter: Letter, reading: Reading) -> Reply:
        """The acknowledgement of a case, without its id."""


class Correspondence:
    """Takes letters."""

    def __init__(
        self, store: Storage, reads: Reads, suggests: Suggests, acknowledges: Acknowledges, clock: Clock = now
    ) -> None:
        self._store = store
        self.reads = reads
        self._suggests = suggests
        self._acknowledges = acknowledges
        self._clock = clock

    async def hung(self, message: Message) -> Message:
        """A letter as it is to be stored: somebody else's mail in a conversation is nothing that replies hang under.

        Whoever replies go to has never seen it.

        Raises:
            StoreError: not now.
        """
        letter = message.letter
        if letter is None or not letter.returned:
            return message
        conversation = await self._store.conversations.find(message.address)
        if conversation is None:
            return message
        own = await self._store.letters.correspondent(conversation.id)
        if own in {"", letter.sender}:
            return message
        return replace(message, thread=None)

    async def take(self, claimed: Claimed) -> Turn:
        """File a claimed letter; what is said to it.

        Raises:
            Missing: the conversation is gone.
            StoreError: not now.
        """
        message, conversation = claimed.message, claimed.conversation
        letter = replace(message.letter or Letter(), files=len(message.attachments))
        # A first attempt has filed nothing yet.
        filed = await self._store.letters.find(conversation.id, message.id) if claimed.attempts > 1 else None
        case: Case | None = None
        if filed is None:
            await self.reads.ready()
            reading = await asyncio.to_thread(self.reads.read, letter, message.text)
            filed, case = await self._file(claimed, letter, reading)
        if filed.group is not None:
            # After the letter is stored: whoever is killed between does it when the letter comes again.
            for behind in await self._store.letters.behind(filed.group):
                await self._store.cases.mark_urgent(behind, self._clock())
        said: tuple[Reply, ...] = ()
        if filed.acknowledged is Acknowledged.SENT and filed.case_id is not None:
            said = (await self.acknowledgement(filed, case),)
        language = filed.reading.language
        return Turn(said, (HeardIn(language),) if language and language not in FULL else ())

    async def acknowledgement(self, filed: Filed, case: Case | None = None) -> Reply:
        """The one acknowledgement of a letter's case, which is looked up if it is not given.

        Raises:
            Missing: it has no case, or that is gone.
        """
        case = case or await self._store.cases.get(filed.case_id or 0)
        reply = await self._acknowledges.words(case, filed.letter, filed.reading)
        return replace(reply, id=f"{filed.message_id}{ACKNOWLEDGED_SUFFIX}")

    async def open(self, filed: Filed) -> Case:
        """A letter that was put aside becomes a case after all; done twice, it is done.

        It is acknowledged if its sender can be, and its headers do not say that a machine has sent it.

        Raises:
            Missing: the conversation is gone.
        """
        if filed.case_id is not None:
            return await self._store.cases.get(filed.case_id)
        before = await self._store.cases.find(filed.conversation_id)
        entry = await self._store.transcript.entry(filed.conversation_id, filed.message_id)
        new = self._case(filed.conversation_id, filed.message_id, filed.at, filed.letter, filed.reading, before)
        photos = _files(entry.attachments if entry else ())
        opened = await self._store.cases.open(new, self._clock(), photos=photos)
        answered = filed.letter.sender and filed.letter.automatic is None
        acknowledged = Acknowledged.SENT if answered else Acknowledged.NONE
        await self._store.letters.assign(filed.id, opened.case.id, acknowledged)
        return opened.case

    async def _file(self, claimed: Claimed, letter: Letter, reading: Reading) -> tuple[Filed, Case | None]:
        """The letter as it is filed, and the case that it has opened."""
        conversation_id, message = claimed.conversation.id, claimed.message
        moment = self._clock()
        since = (moment - ALIKE_WITHIN, moment - ACKNOWLEDGED_WITHIN)
        around = await self._store.letters.around(conversation_id, letter.sender, reading.service, *since)
        going_on = next((case for case in around.cases if case.state is not CaseState.CLOSED), None)
        # Whether it comes from the address that the conversation's replies go to.
        own = around.correspondent in {"", letter.sender}
        new = NewLetter(conversation_id, message.id, None, letter, reading, trusted=own)
        if going_on is not None:
            if reading.urgency is Urgency.HIGH and not _nobody_waits(reading):
                await self._store.cases.mark_urgent(conversation_id, moment)
            return await self._store.letters.file(replace(new, case_id=going_on.id), moment), None
        if _nobody_waits(reading):
            return await self._store.letters.file(new, moment), None
        if reading.language in FULL and reading.language != claimed.conversation.language:
            await self._store.conversations.speak(conversation_id, reading.language)
        gist = self.reads.gist(letter, reading)
        alike = self.reads.alike(gist, letter, around.recent)
        known = replace(reading, duplicate_of=str(alike.group)) if alike else reading
        suggested = tuple(await self._suggests.suggest(letter, known, SUGGESTIONS))
        new = replace(
            new,
            acknowledged=_acknowledged(letter, reading, own, around.acknowledged),
            gist=gist,
            group=alike.group if alike else None,
            suggested=suggested,
        )
        case = self._case(conversation_id, message.id, message.sent_at, letter, reading, around.cases)
        return await self._store.letters.open(new, case, moment, _files(message.attachments))

    def _case(
        self,
        conversation_id: str,
        message_id: str,
        opened_at: datetime,
        letter: Letter,
        reading: Reading,
        before: Sequence[Case],
    ) -> NewCase:
        details = {SUBJECT: letter.subject, MAILBOX: letter.mailbox, FORM: letter.form, **letter.fields}
        if before:
            details[PREVIOUS] = before[0].number
        return NewCase(
            conversation_id,
            message_id,
            EFFECT,
            CaseKind.QUESTION,
            reading.service,
            Cause.FORM if letter.form else Cause.MAIL,
            letter.subject.strip() or reading.said,
            details={name: value for name, value in details.items() if value},
            contact=letter.sender,
            urgent=reading.urgency is Urgency.HIGH,
            due_at=self._acknowledges.delay(reading.service, opened_at),
        )


def _acknowledged(letter: Letter, reading: Reading, own: bool, sent: int) -> Acknowledged:
    if not letter.sender or letter.automatic is not None or not _waits(reading):
        return Acknowledged.NONE
    if not own:
        # It would tell the case's own address of a letter that came from another one.
        return Acknowledged.HELD
    most = MAX_ALARMED if reading.alert else MAX_ACKNOWLEDGED
    return Acknowledged.HELD if sent >= most else Acknowledged.SENT


def _waits(reading: Reading) -> bool:
    """Whether its sender is told that it has come: whoever asks or reports something, or is in danger."""
    return bool(reading.alert) or reading.expects_reply or reading.kind in ACKNOWLEDGED_KINDS


def _nobody_waits(reading: Reading) -> bool:
    """Whether it opens no case. Danger always does, whatever a letter looks like."""
    machine = reading.automatic is not None or reading.kind in {LetterKind.AUTOREPLY, LetterKind.SPAM}
    return machine and not reading.alert


def _files(attachments: Sequence[Attachment]) -> list[str]:
    kept = (PHOTO_URL, FILE_URL)
    urls = (one.url for one in attachments)
    return [url.removeprefix(prefix) for url in urls for prefix in kept if url.startswith(prefix)]
