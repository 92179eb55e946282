"""What happens to one message: the centre of the book.

`receive` stores what a citizen said, and answers danger there and then; where danger is only possible, the message is
handled as any other besides. `handle` takes a stored message to the core and stores what came back; what it cannot
answer stays stored and is tried again.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot import metrics
from bot.atonce import AtOnce, aftermath_of
from bot.attention import Attention
from bot.backing import Core, Storage
from bot.bus import DESK, INBOX, OUTBOX, Bus
from bot.clock import Clock, now
from bot.comments import Comments
from bot.correspondence import Correspondence, Taken
from bot.desk.consent import Consent
from bot.errors import MediaFailed, Missing, RasaError, RasaSilent, RasaSlow, Stale
from bot.files import PATIENCE, Files
from bot.greeting import Greeting
from bot.hearing import CHOICE_VALID, Hearing, Opens, nothing_opens
from bot.joining import Joining
from bot.mailroom import Filing
from bot.messages import (
    PHOTO_URL,
    REMOTE_URL,
    AnswerStatus,
    Author,
    HeardIn,
    Kind,
    Message,
    Mode,
    Reply,
    Turn,
    is_public,
)
from bot.rights import Rights
from bot.safety import Safety
from bot.sourced import Sourced
from bot.speaking import Speaker
from bot.store.base import CITIZEN, Claimed, Conversation, Entry, Prepared
from bot.text.wording import DEFAULT, Wording
from channels.base import Channel

log = structlog.get_logger(__name__)

RETRY_FIRST = timedelta(milliseconds=500)
RETRY_LONGEST = timedelta(seconds=5)
APOLOGISE_WITHIN = 2
"""Attempts: the first may have been cut short by a restart. A second apology has the id of the first, and is dropped."""
FUTILE_ATTEMPTS = 6
"""After so many tries without an answer by a core that is otherwise well, the question itself is what it cannot answer."""


UNTOLD_LINES = 2000
"""As many lines without the core are told to it; older ones it never learns of."""
UNSAID: Mapping[Kind, Callable[[Message], str]] = {
    Kind.RETURN: lambda message: f'/returned{{"case": "{message.text}"}}',
    Kind.ALARMED: lambda message: "/alarmed",
}
"""What nobody said, and what it means to the core."""


PHOTO_ALONE = "/photo"
"""What a photo without a word means to the core."""


class Counter:
    """Takes messages in and answers them."""

    def __init__(
        self,
        store: Storage,
        core: Core,
        channels: Mapping[str, Channel],
        wording: Wording,
        safety: Safety,
        bus: Bus,
        worker: str,
        clock: Clock = now,
        opens: Opens = nothing_opens,
        sourced: Sourced | None = None,
        correspondence: Correspondence | None = None,
        consent: Consent | None = None,
    ) -> None:
        """`opens` reads deep links; `sourced` checks what is said; `consent` hears a yes to what is passed on.

        Without a `correspondence` no channel may bring letters, and what is said in public goes to the reception.
        """
        self._store = store
        self._core = core
        self._wording = wording
        self._bus = bus
        self._worker = worker
        self._clock = clock
        self._speaker = Speaker(channels, clock, sourced)
        self._sourced = sourced
        pages = frozenset(name for name, channel in channels.items() if channel.limits.own_page)
        self._pages = pages
        self._hearing = hearing = Hearing(store.transcript, opens, clock)
        self._at_once = AtOnce(store.conversations, hearing, self._speaker, wording, safety, pages)
        self._attention = Attention(channels)
        self._files = Files(channels, store.photos, clock)
        self._joining = Joining(store.links, wording, clock)
        self._rights = Rights(store, self._speaker, wording, pages, clock)
        self._consent = consent
        self._greeting = Greeting(store.conversations, wording)
        self._correspondence = correspondence
        self._comments = Comments(
            store.cases, store.letters, safety, correspondence.reads if correspondence else None, clock
        )

    async def receive(self, message: Message) -> bool:
        """Store a message; False if it was seen before. Danger and distress are answered in the same transaction.

        What is sure to be either ends the turn there; what only may be is still to be handled, and is answered twice.

        Raises:
            StoreError: it is not stored, and the provider has to send it again.
        """
        if self._correspondence:
            message = await self._correspondence.hung(message)
        received = await self._at_once.receive(message)
        language = (message.language_hint or DEFAULT)[:16]
        moment = self._clock()
        aftermath = aftermath_of(received.message, moment) if received.alarmed else None
        fresh = await self._store.inbox.put(
            received.message, language, moment, received.answered, received.settles, aftermath
        )
        if received.answered:
            await self._bus.publish(OUTBOX)
        if not received.settles or aftermath:
            await self._bus.publish(INBOX)
        await self._bus.publish(DESK)
        return fresh

    async def handle(self, claimed: Claimed) -> None:
        """Answer a claimed message, or put it back for later."""
        try:
            try:
                if claimed.attempts == 1:
                    self._attention.show(claimed.message)
                claimed = await self._bring_files(claimed)
                taken = await self._take(claimed)
                turn = taken.turn if taken else await self._answer(claimed)
            except RasaError as error:
                await self._later(claimed, error)
            except MediaFailed as error:
                await self._store.inbox.postpone(
                    claimed.row, self._worker, self._retry_at(claimed.attempts), type(error).__name__
                )
            else:
                await self._finish(claimed, turn.replies, taken.filing if taken else None)
                for directive in turn.directives:
                    if isinstance(directive, HeardIn):
                        await self._store.conversations.heard_in(claimed.conversation.id, directive.language)
        except (Stale, Missing):
            # Somebody else answered it, or the citizen erased the conversation meanwhile: nothing is left to say.
            log.info("conversation.overtaken", conversation=claimed.conversation.id)
        await self._bus.publish(OUTBOX)
        # Also for `Handoff`: the action server, which opened the case, may be a process without a bus.
        await self._bus.publish(DESK)

    async def close(self) -> None:
        """Stop what goes on beside the answers."""
        await self._attention.close()

    async def say(self, conversation: Conversation, reply: Reply) -> None:
        """Say something that answers no stored message."""
        prepared = self.prepare(reply, conversation)
        await self._store.outbox.add(conversation.id, [prepared], self._clock())
        await self._bus.publish(OUTBOX)

    async def say_again(self, conversation_id: str, reply_id: str) -> bool:
        """Send a reply once more that was given up, as its channel wants it now; False if there is none, or no channel.

        Raises:
            Missing: the conversation is gone.
        """
        conversation = await self._store.conversations.get(conversation_id)
        entry = await self._store.transcript.entry(conversation_id, reply_id)
        if entry is None or entry.reply is None:
            return False
        prepared = self._speaker.again(entry.reply, conversation)
        if not prepared.outgoing:
            return False
        sent = await self._store.outbox.again(conversation_id, prepared, self._clock())
        await self._bus.publish(OUTBOX)
        await self._bus.publish(DESK)
        return sent

    def prepare(self, reply: Reply, conversation: Conversation) -> Prepared:
        """A reply with fresh tokens for its choices, rendered by its channel under the citizen's last message."""
        return self._speaker.say(reply, conversation)

    async def _bring_files(self, claimed: Claimed) -> Claimed:
        """The message with its files here; what is said of those that were refused is on its way.

        Raises:
            MediaFailed: not now.
        """
        message = claimed.message
        if not any(one.url.startswith(REMOTE_URL) for one in message.attachments):
            return claimed
        is_last = self._clock() - claimed.received_at > PATIENCE
        brought = await self._files.bring(message, claimed.conversation, is_last)
        if message.letter is not None:
            # A letter is answered once: its acknowledgement says that too.
            letter = replace(message.letter, refused=brought.refused)
            brought = replace(brought, message=replace(brought.message, letter=letter), refused=())
        refused = [
            self._speaker.answer(
                replace(self._line(key, claimed), id=_refusal(message, number)), message, claimed.conversation
            )
            for number, key in enumerate(brought.refused)
        ]
        if refused:
            # Before the files are gone from the message: an attempt that ends behind this has said it.
            await self._store.outbox.add(claimed.conversation.id, refused, self._clock())
        await self._store.inbox.replace(claimed.row, self._worker, brought.message)
        await self._bus.publish(DESK)
        return replace(claimed, message=brought.message)

    async def _take(self, claimed: Claimed) -> Taken | None:
        """What becomes of a letter; None for what is none."""
        is_letter = claimed.message.kind is Kind.LETTER
        return await self._correspondence.take(claimed) if is_letter and self._correspondence else None

    async def _answer(self, claimed: Claimed) -> Turn:
        message, conversation = claimed.message, claimed.conversation
        if is_public(message):
            await self._comments.open(claimed)
        if message.kind is Kind.COMMENT:
            return Turn(())
        for talk in (self._joining, self._rights, self._consent):
            if talk is not None and (said := await talk.answer(message, conversation)) is not None:
                return Turn((said,))
        if conversation.mode is Mode.AGENT:
            # It is for the agent, who reads it in the transcript.
            return Turn(())
        if message.kind is Kind.TEXT:
            message = await self._hearing.chosen(message, conversation, conversation.address.channel in self._pages)
        payload = UNSAID[message.kind](message) if message.kind in UNSAID else None
        if message.pressed is not None:
            offer = await self._store.transcript.offer(
                conversation.id, message.pressed, claimed.received_at, CHOICE_VALID
            )
            if offer is None:
                return Turn((self._line("choice_expired", claimed),))
            payload = offer.payload
            if (said := await self._greeting.chosen(payload, message, conversation)) is not None:
                return Turn((said,))
        if not (payload or message.text.strip()):
            alone = self._without_words(message)
            if alone != PHOTO_ALONE:
                told = await self._store.transcript.entry(conversation.id, _refusal(message, 0))
                return Turn(() if told else (self._line(alone, claimed),))
            payload = alone
        await self._catch_up(claimed)
        turn = await self._core.replay(conversation, message) if claimed.attempts > 1 else None
        if turn is None:
            turn = await self._core.talk(conversation, message, payload)
        return turn if payload else self._greeting.added(turn, message, conversation)

    def _without_words(self, message: Message) -> str:
        """What a message without a word means to the core, or the key of the line that answers it."""
        if any(one.url.startswith(PHOTO_URL) for one in message.attachments) or message.location:
            return PHOTO_ALONE
        return "file_alone" if message.attachments else "empty"

    async def _catch_up(self, claimed: Claimed) -> None:
        """Tell the core what was said without it: to an agent, or in an alarm."""
        message, conversation = claimed.message, claimed.conversation
        after = conversation.untold_after
        if after is None:
            return
        said: list[Entry] = []
        for entry in await self._store.transcript.read(conversation.id, after, UNTOLD_LINES):
            if entry.ref == message.id or (message.kind in UNSAID and entry.at > message.sent_at):
                break
            if entry.author != Author.BOT.value:
                said.append(entry)
        await self._core.remember(conversation, said)
        await self._store.conversations.told(conversation.id, after)

    async def _finish(self, claimed: Claimed, replies: Sequence[Reply], filing: Filing | None = None) -> None:
        prepared = [
            self._speaker.answer(reply, claimed.message, claimed.conversation, await self._quoted(reply, claimed))
            for reply in replies
        ]
        await self._store.inbox.finish(claimed.row, self._worker, prepared, self._clock(), filing)
        for reply in replies:
            metrics.ANSWERS.labels(reply.status.value if reply.status else "none").inc()

    async def _quoted(self, reply: Reply, claimed: Claimed) -> Sequence[str]:
        """What a reply may repeat besides what the town says of itself."""

        async def own() -> list[str]:
            lines = await self._store.transcript.read(claimed.conversation.id)
            return [claimed.message.text, *(line.text for line in lines if line.author == CITIZEN)]

        return await self._sourced.quoted(reply, own) if self._sourced else ()

    async def _later(self, claimed: Claimed, error: RasaError) -> None:
        """The first failure is told to the citizen; every failure but a hopeless one means another try."""
        futile = isinstance(error, (RasaSilent, RasaSlow)) and claimed.attempts >= FUTILE_ATTEMPTS
        nobody_waits = claimed.message.kind in UNSAID
        if futile and await self._core.well():
            metrics.UNANSWERABLE.inc()
            log.error("conversation.unanswerable", conversation=claimed.conversation.id)
            reply = replace(self._line("unavailable", claimed), status=AnswerStatus.UNAVAILABLE)
            await self._finish(claimed, () if nobody_waits else (reply,))
            return
        log.warning(
            "conversation.postponed",
            conversation=claimed.conversation.id,
            attempts=claimed.attempts,
            error=type(error).__name__,
        )
        if claimed.attempts <= APOLOGISE_WITHIN and not nobody_waits:
            metrics.APOLOGIES.inc(claimed.attempts == 1)
            apology = replace(self._line("broken", claimed), id=f"{claimed.message.id}.broken")
            prepared = self._speaker.answer(apology, claimed.message, claimed.conversation)
            with contextlib.suppress(Missing):
                await self._store.outbox.add(claimed.conversation.id, [prepared], self._clock())
        until = self._retry_at(claimed.attempts)
        await self._store.inbox.postpone(claimed.row, self._worker, until, type(error).__name__)

    def _retry_at(self, attempts: int) -> datetime:
        wait = min(RETRY_LONGEST, RETRY_FIRST * float(2 ** min(attempts - 1, 10)))
        return self._clock() + wait * random.uniform(0.7, 1.3)

    def _line(self, key: str, claimed: Claimed) -> Reply:
        language = claimed.conversation.language
        return Reply(f"{claimed.message.id}.0", self._wording.say(key, language), language, Author.SYSTEM)


def _refusal(message: Message, number: int) -> str:
    """The id of what is said of a file that was refused."""
    return f"{message.id}.file{number}"
