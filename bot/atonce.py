"""What is said to a message without the conversation core, in the transaction that stores it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot import metrics, photos
from bot.hearing import TOKEN, Hearing
from bot.messages import ALARM_SUFFIX, PUBLIC, Author, Kind, Message, Reply
from bot.privacy.masking import mask
from bot.safety import Safety
from bot.speaking import Speaker
from bot.store.base import Conversations, Prepared
from bot.text.identifiers import Identifier
from bot.text.languages import alarmed
from bot.text.wording import DEFAULT, Wording

log = structlog.get_logger(__name__)

MEGABYTES = str(photos.MAX_BYTES // 1_000_000)
TOLD_MASKED = "masked"
"""The id of what is said where an identifier was masked: a second one of a conversation is dropped."""


@dataclass(frozen=True, slots=True)
class Reception:
    """A message as it is meant, and what is said to it there and then."""

    message: Message
    answered: Sequence[Prepared] = ()
    settles: bool = False
    """Whether that is all: the core never hears of it."""
    alarmed: bool = False
    """Whether it is sure to be danger or distress."""


class AtOnce:
    """Decides what needs no core: an opening, danger, what is not taken."""

    def __init__(
        self,
        conversations: Conversations,
        hearing: Hearing,
        speaker: Speaker,
        wording: Wording,
        safety: Safety,
        own_pages: frozenset[str],
    ) -> None:
        """`own_pages` names the channels that are pages of ours."""
        self._conversations = conversations
        self._hearing = hearing
        self._speaker = speaker
        self._wording = wording
        self._safety = safety
        self._own_pages = own_pages

    async def receive(self, message: Message) -> Reception:
        """Read a message; what is answered at once has ids of its own, never that of an answer of the core.

        Identifiers are masked before anything else: nothing behind this has ever seen them.
        """
        masked = mask(message)
        message = masked.message
        if masked.kinds:
            metrics.IDENTIFIERS.inc()
        if message.kind is Kind.LETTER:
            # Read as a whole a moment later: its acknowledgement says all there is to say, danger first.
            return Reception(message)
        elsewhere = message.address.channel not in self._own_pages
        token = TOKEN.fullmatch(message.pressed or message.text.strip())
        known = await self._conversations.find(message.address) if elsewhere or token else None
        if elsewhere and known is not None:
            # A provider's hint says how the citizen's device is set, each time: what they chose since counts.
            message = replace(message, language_hint=None)
        message, offered = await self._hearing.read(message, known, listed=elsewhere)
        if offered:
            return Reception(message)
        language = (message.language_hint or (known.language if known else DEFAULT))[:16]
        match message.kind:
            case Kind.START:
                return await self._welcome(message, language, elsewhere)
            case Kind.GROUP:
                return Reception(message, [self._say("group_declined", message, language, public=True)], settles=True)
            case Kind.UNREADABLE:
                return Reception(message, [self._say(message.text, message, language)], settles=True)
            case _:
                return self._weigh(message, language, masked.kinds)

    async def _welcome(self, message: Message, language: str, elsewhere: bool) -> Reception:
        words = await self._hearing.opened(message)
        line = "welcome_elsewhere" if elsewhere else "welcome"
        ref = f"{message.id}.welcome" if words else ""
        welcome = self._say(line, message, language, Author.BOT, ref=ref)
        if not words:
            return Reception(message, [welcome], settles=True)
        # A deep link asks its question: it is answered behind the welcome.
        return Reception(replace(message, kind=Kind.TEXT, text=words), [welcome])

    def _weigh(self, message: Message, language: str, masked: Sequence[Identifier]) -> Reception:
        answered: list[Prepared] = []
        if message.thread is not None and message.thread.visibility == PUBLIC and message.kind is not Kind.COMMENT:
            # One line a day for all who read along: a thread is not filled with it, whatever it hangs under.
            ref = f"public.{message.sent_at.date()}"
            answered.append(self._say("public_invite", message, language, ref=ref, public=True))
        told = self._masked(message, language, masked) if masked and message.kind is not Kind.COMMENT else ()
        alert = self._safety.check(message.text)
        if alert is None:
            return Reception(message, [*answered, *told])
        metrics.ALERTS.labels(alert.name.lower()).inc()
        log.warning("safety.alert", alert=alert.name, channel=message.address.channel)
        spoken = alarmed(message.text) or language
        answered.append(self._say(alert.value, message, spoken, ref=f"{message.id}{ALARM_SUFFIX}"))
        # A comment becomes a case all the same: somebody of the town has to see it.
        answered += told
        is_over = alert.is_sure and message.kind is not Kind.COMMENT
        return Reception(message, answered, settles=is_over, alarmed=is_over)

    def _masked(self, message: Message, language: str, kinds: Sequence[Identifier]) -> Sequence[Prepared]:
        """That what the citizen gave away was not kept, once in a conversation."""
        what = ", ".join(self._wording.say(f"masked_{kind.value}", language) for kind in kinds)
        return [self._say("masked", message, language, ref=TOLD_MASKED, what=what)]

    def _say(
        self,
        key: str,
        message: Message,
        language: str,
        author: Author = Author.SYSTEM,
        ref: str = "",
        public: bool = False,
        **values: str,
    ) -> Prepared:
        said = self._wording.say(key, language, megabytes=MEGABYTES, **values)
        language = self._wording.spoken(language, key)
        return self._speaker.answer(Reply(ref or f"{message.id}.0", said, language, author, public=public), message)


def aftermath_of(message: Message, moment: datetime) -> Message:
    """What the core hears of a message that was answered as an alarm: an open form is left, and a case of it is urgent."""
    return Message(f"{message.id}-alarmed", message.address, "", moment, Kind.ALARMED)
