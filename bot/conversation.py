"""What happens to one message: the centre of the book.

`receive` stores what a citizen said, and answers danger there and then; where danger is only possible, the message is
handled as any other besides. `handle` takes a stored message to the core and stores what came back; what it cannot
answer stays stored and is tried again.
"""

from __future__ import annotations

import contextlib
import random
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot import metrics
from bot.bus import DESK, INBOX, OUTBOX, Bus
from bot.clock import Clock, now
from bot.errors import Missing, RasaError, RasaSilent, RasaSlow, Stale
from bot.messages import ALARM_SUFFIX, Address, AnswerStatus, Author, Button, Kind, Message, Mode, Reply, Thread, Turn
from bot.outgoing import Outbox
from bot.safety import Safety
from bot.store.base import (
    Claimed,
    Conversation,
    Conversations,
    Entry,
    Inbox,
    Offer,
    Prepared,
    Transcript,
)
from bot.text.wording import DEFAULT, Wording
from channels.base import Channel

log = structlog.get_logger(__name__)

CHOICE_VALID = timedelta(hours=24)
TOKEN_PREFIX = "c."
TOKEN = re.compile(r"c\.[A-Za-z0-9_-]{16}")
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


class Core(Protocol):
    """What a conversation needs of Rasa."""

    async def talk(self, conversation: Conversation, message: Message, payload: str | None) -> Turn:
        """Say a message; `payload` is what a pressed choice means.

        Raises:
            RasaError: no answer.
        """

    async def replay(self, conversation: Conversation, message: Message) -> Turn | None:
        """What the core answered to a message already, None if it did not."""

    async def remember(self, conversation: Conversation, entries: Sequence[Entry]) -> None:
        """Learn what was said without the core; what it knows already is left out.

        Raises:
            RasaError: it did not.
        """

    async def well(self) -> bool:
        """Whether all of the core, action server included, answers its pings."""


class Storage(Protocol):
    """The stores a conversation needs."""

    @property
    def conversations(self) -> Conversations:
        """Who speaks with us."""

    @property
    def inbox(self) -> Inbox:
        """What is to be answered."""

    @property
    def outbox(self) -> Outbox:
        """What is to be sent."""

    @property
    def transcript(self) -> Transcript:
        """What was said."""


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
    ) -> None:
        self._store = store
        self._core = core
        self._channels = channels
        self._wording = wording
        self._safety = safety
        self._bus = bus
        self._worker = worker
        self._clock = clock

    async def receive(self, message: Message) -> bool:
        """Store a message; False if it was seen before. Danger and distress are answered in the same transaction.

        What is sure to be either ends the turn there; what only may be is still to be handled, and is answered twice.

        Raises:
            StoreError: it is not stored, and the provider has to send it again.
        """
        message, offered = await self._with_choice(message)
        language = (message.language_hint or DEFAULT)[:16]
        moment = self._clock()
        answered, settles = ((), False) if offered else self._answered_at_once(message, language)
        aftermath = _aftermath(message, moment) if settles and message.kind is not Kind.START else None
        fresh = await self._store.inbox.put(message, language, moment, answered, settles, aftermath)
        if answered:
            await self._bus.publish(OUTBOX)
        if not settles or aftermath:
            await self._bus.publish(INBOX)
        await self._bus.publish(DESK)
        return fresh

    async def handle(self, claimed: Claimed) -> None:
        """Answer a claimed message, or put it back for later."""
        try:
            try:
                turn = await self._answer(claimed)
            except RasaError as error:
                await self._later(claimed, error)
            else:
                await self._finish(claimed, turn.replies)
        except Stale:
            # Somebody else answered it, or the citizen erased the conversation meanwhile: nothing is left to say.
            log.info("conversation.overtaken", conversation=claimed.conversation.id)
        await self._bus.publish(OUTBOX)
        # Also for `Handoff`: the action server, which opened the case, may be a process without a bus.
        await self._bus.publish(DESK)

    async def say(self, conversation: Conversation, reply: Reply) -> None:
        """Say something that answers no stored message."""
        prepared = self.prepare(reply, conversation.address)
        await self._store.outbox.add(conversation.id, [prepared], self._clock())
        await self._bus.publish(OUTBOX)

    def prepare(self, reply: Reply, to: Address, about: Message | None = None) -> Prepared:
        """A reply with fresh tokens for its choices, rendered by its channel."""
        offers = tuple(
            Offer(TOKEN_PREFIX + secrets.token_urlsafe(12), button.title, button.payload) for button in reply.buttons
        )
        shown = replace(reply, buttons=tuple(Button(offer.title, offer.token) for offer in offers))
        thread = Thread(
            last_message_id=about.id if about else None,
            last_heard_at=about.sent_at if about else None,
            now=self._clock(),
        )
        channel = self._channels.get(to.channel)
        return Prepared(shown, offers, tuple(channel.render(shown, thread)) if channel else ())

    async def _with_choice(self, message: Message) -> tuple[Message, bool]:
        """A text that equals an offered token is a press; a press is stored in the words of its title.

        And whether it was offered: what was not is a citizen's own text, however it looks.
        """
        token = message.pressed or message.text.strip()
        if not TOKEN.fullmatch(token):
            return message, False
        conversation = await self._store.conversations.find(message.address)
        offer = conversation and await self._store.transcript.offer(conversation.id, token, self._clock(), CHOICE_VALID)
        if offer:
            return replace(message, text=offer.title, pressed=token), True
        return replace(message, pressed=token), False

    def _answered_at_once(self, message: Message, language: str) -> tuple[Sequence[Prepared], bool]:
        """What is said without the core, and whether that is all. The id of an alarm is never that of an answer."""
        if message.kind is Kind.START:
            reply = Reply(f"{message.id}.0", self._wording.say("welcome", language), language, Author.BOT)
            settles = True
        elif alert := self._safety.check(message.text):
            metrics.ALERTS.labels(alert.name.lower()).inc()
            log.warning("safety.alert", alert=alert.name, channel=message.address.channel)
            said = self._wording.say(alert.value, language)
            reply, settles = Reply(f"{message.id}{ALARM_SUFFIX}", said, language, Author.SYSTEM), alert.is_sure
        else:
            return (), False
        return [self.prepare(reply, message.address, message)], settles

    async def _answer(self, claimed: Claimed) -> Turn:
        message, conversation = claimed.message, claimed.conversation
        if conversation.mode is Mode.AGENT:
            # It is for the agent, who reads it in the transcript.
            return Turn(())
        payload = UNSAID[message.kind](message) if message.kind in UNSAID else None
        if message.pressed is not None:
            offer = await self._store.transcript.offer(
                conversation.id, message.pressed, claimed.received_at, CHOICE_VALID
            )
            if offer is None:
                return Turn((self._line("choice_expired", claimed),))
            payload = offer.payload
        if not (payload or message.text.strip() or message.attachments):
            return Turn((self._line("empty", claimed),))
        if not (payload or message.text.strip()):
            payload = PHOTO_ALONE
        await self._catch_up(claimed)
        turn = await self._core.replay(conversation, message) if claimed.attempts > 1 else None
        return turn if turn is not None else await self._core.talk(conversation, message, payload)

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

    async def _finish(self, claimed: Claimed, replies: Sequence[Reply]) -> None:
        prepared = [self.prepare(reply, claimed.conversation.address, claimed.message) for reply in replies]
        await self._store.inbox.finish(claimed.row, self._worker, prepared, self._clock())
        for reply in replies:
            metrics.ANSWERS.labels(reply.status.value if reply.status else "none").inc()

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
            prepared = self.prepare(apology, claimed.conversation.address, claimed.message)
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


def _aftermath(message: Message, moment: datetime) -> Message:
    """What the core hears of a message that was answered as an alarm: an open form is left, and a case of it is urgent."""
    return Message(f"{message.id}-alarmed", message.address, "", moment, Kind.ALARMED)
