"""What happens to a letter: read, put on the right shelf beside those that say the same, and acknowledged once.

The core never hears of letters. Every step may be repeated: the case, the letter and the acknowledgement each have the
message's id for their key, so that a letter whose worker was killed is filed, and answered, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.backing import Storage
from bot.cases import Case, CaseKind, CaseState, Cause, NewCase
from bot.clock import Clock, now
from bot.letters import Letter
from bot.mailroom import Acknowledged, Filed, Filing, Gist, NewLetter
from bot.messages import FILE_URL, PHOTO_URL, Attachment, HeardIn, Message, Reply, Turn
from bot.readings import LetterKind, Reading, Suggested, Urgency
from bot.store.base import Claimed, Conversation
from bot.store.numbers import new_number
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
SHORT_CHARS = 2000
"""A letter of so many is read in a few milliseconds."""
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


@dataclass(frozen=True, slots=True)
class Taken:
    """What becomes of a letter: settled with its message in one transaction."""

    turn: Turn
    filing: Filing | None
    """None where an attempt before has filed it."""


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

    async def take(self, claimed: Claimed) -> Taken:
        """Read a claimed letter; how it is put away, and what is said to it.

        Raises:
            Missing: the conversation is gone.
            StoreError: not now.
        """
        message, conversation = claimed.message, claimed.conversation
        letter = replace(message.letter or Letter(), files=len(message.attachments))
        # A first attempt has filed nothing yet.
        filed = await self._store.letters.find(conversation.id, message.id) if claimed.attempts > 1 else None
        if filed is not None:
            answered = filed.acknowledged is Acknowledged.SENT and filed.case_id is not None
            return _taken((await self.acknowledgement(filed),) if answered else (), filed.reading)
        await self.reads.ready()
        if len(message.text) <= SHORT_CHARS:
            # In a thread it would keep the loop waiting as long, for its turn.
            reading = self.reads.read(letter, message.text)
        else:
            reading = await asyncio.to_thread(self.reads.read, letter, message.text)
        filing, language = await self._filing(claimed, letter, reading)
        said: tuple[Reply, ...] = ()
        if filing.case is not None and filing.letter.acknowledged is Acknowledged.SENT:
            case = _foreseen(filing.case, conversation, language, filing.at)
            said = (await self._acknowledge(case, message.id, letter, filing.letter.reading),)
        return _taken(said, filing.letter.reading, filing)

    async def acknowledgement(self, filed: Filed) -> Reply:
        """The one acknowledgement of a letter's case.

        Raises:
            Missing: it has no case, or that is gone.
        """
        case = await self._store.cases.get(filed.case_id or 0)
        return await self._acknowledge(case, filed.message_id, filed.letter, filed.reading)

    async def _acknowledge(self, case: Case, message_id: str, letter: Letter, reading: Reading) -> Reply:
        reply = await self._acknowledges.words(case, letter, reading)
        return replace(reply, id=f"{message_id}{ACKNOWLEDGED_SUFFIX}")

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

    async def _filing(self, claimed: Claimed, letter: Letter, reading: Reading) -> tuple[Filing, str]:
        """How a letter is put away, and in which language its citizen is answered."""
        conversation_id, message, language = claimed.conversation.id, claimed.message, claimed.conversation.language
        moment = self._clock()
        since = (moment - ALIKE_WITHIN, moment - ACKNOWLEDGED_WITHIN)
        around = await self._store.letters.around(conversation_id, letter.sender, reading.service, *since)
        going_on = next((case for case in around.cases if case.state is not CaseState.CLOSED), None)
        # Whether it comes from the address that the conversation's replies go to.
        own = around.correspondent in {"", letter.sender}
        new = NewLetter(conversation_id, message.id, None, letter, reading, trusted=own)
        if going_on is not None:
            if reading.urgency is Urgency.HIGH and not reading.is_nobodys:
                await self._store.cases.mark_urgent(conversation_id, moment)
            return Filing(replace(new, case_id=going_on.id), moment), language
        if reading.is_nobodys:
            return Filing(new, moment), language
        if reading.language in FULL and reading.language != language:
            language = reading.language
            await self._store.conversations.speak(conversation_id, language)
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
        if alike is not None:
            together = await self._store.letters.together(alike.group, case.urgent)
            for behind in together.behind:
                await self._store.cases.mark_urgent(behind, moment)
            case = replace(case, urgent=together.urgent)
        numbered = replace(case, number=new_number())
        return Filing(new, moment, numbered, tuple(_files(message.attachments))), language

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


def _taken(said: tuple[Reply, ...], reading: Reading, filing: Filing | None = None) -> Taken:
    language = reading.language
    return Taken(Turn(said, (HeardIn(language),) if language and language not in FULL else ()), filing)


def _foreseen(new: NewCase, conversation: Conversation, language: str, opened_at: datetime) -> Case:
    """A case as it will stand: what is told of it leaves in the transaction that opens it."""
    return Case(
        id=0,
        number=new.number,
        conversation_id=new.conversation_id,
        address=conversation.address,
        language=language,
        kind=new.kind,
        state=CaseState.WAITING,
        service=new.service,
        cause=new.cause,
        subject=new.subject,
        details=new.details,
        callback=new.callback,
        has_contact=bool(new.contact),
        urgent=new.urgent,
        live=False,
        opened_at=opened_at,
        due_at=new.due_at,
        taken_at=None,
        closed_at=None,
        agent_id=None,
        agent_name="",
        rating=None,
        spoken=conversation.spoken,
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


def _files(attachments: Sequence[Attachment]) -> list[str]:
    kept = (PHOTO_URL, FILE_URL)
    urls = (one.url for one in attachments)
    return [url.removeprefix(prefix) for url in urls for prefix in kept if url.startswith(prefix)]
