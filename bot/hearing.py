"""What a citizen meant before anybody answers: a press, a number of a list, a deep link."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta

from bot.clock import Clock, now
from bot.messages import Author, Kind, Message
from bot.store.base import CITIZEN, Conversation, Entry, Transcript
from bot.text.french import tokens
from bot.text.normalise import normalise

CHOICE_VALID = timedelta(hours=24)
TOKEN = re.compile(r"c\.[A-Za-z0-9_-]{16}")
NUMBER = re.compile(r"(\d{1,2})\s*[.)]?")
TITLE_CHARS = 120
"""A longer text is no title."""
LINES_BACK = 6
"""So many of the last lines are looked through for the choices that a number may mean."""

Opens = Callable[[str], Awaitable[str]]
"""The words that a deep link's payload stands for, "" if for none."""


async def nothing_opens(payload: str) -> str:
    """No deep links."""
    return ""


class Hearing:
    """Reads choices as presses and deep links as words."""

    def __init__(self, transcript: Transcript, opens: Opens = nothing_opens, clock: Clock = now) -> None:
        self._transcript = transcript
        self._opens = opens
        self._clock = clock

    async def read(self, message: Message, conversation: Conversation | None, listed: bool) -> tuple[Message, bool]:
        """The message as it is meant, and whether it is a choice that was offered in its conversation.

        A text that equals an offered token is a press; where choices may be `listed`, so is the number, or the very title,
        of a choice of the last reply. A press is stored in the words of its title. What was not offered is a citizen's own
        text, however it looks.
        """
        token = message.pressed or message.text.strip()
        if TOKEN.fullmatch(token):
            offer = conversation and await self._transcript.offer(conversation.id, token, self._clock(), CHOICE_VALID)
            if offer:
                return replace(message, text=offer.title, pressed=token), True
            return replace(message, pressed=token), False
        # What a button of somebody else's carries means nothing to us; its title does.
        message = replace(message, pressed=None) if message.pressed and message.text else message
        if listed and conversation and message.pressed is None and 0 < len(message.text) <= TITLE_CHARS:
            before = reversed(await self._transcript.read(conversation.id, limit=LINES_BACK))
            return await self._written_choice(message, conversation, before, numbered=True)
        return message, False

    async def titled(self, message: Message, conversation: Conversation) -> Message:
        """A stored message as the press that it is, where its words are the very title of a choice of the reply before it.

        A case of a fiche may read like anything, « Travaux » like a complaint. For pages of ours, whose messages are not
        looked up before they are stored: that would cost their order.
        """
        if message.pressed is not None or not 0 < len(message.text) <= TITLE_CHARS:
            return message
        lines = await self._transcript.read(conversation.id, limit=2 * LINES_BACK)
        own = next((place for place, entry in enumerate(lines) if entry.ref == message.id), None)
        if own is None:
            return message
        return (await self._written_choice(message, conversation, reversed(lines[:own]), numbered=False))[0]

    async def opened(self, message: Message) -> str:
        """The words that the deep link of an opening stands for, "" if there was none."""
        return await self._opens(message.text) if message.kind is Kind.START and message.text else ""

    async def _written_choice(
        self, message: Message, conversation: Conversation, before: Iterable[Entry], numbered: bool
    ) -> tuple[Message, bool]:
        """`before` are the lines of the transcript before the message, the newest first."""
        said = normalise(message.text)
        for entry in before:
            if entry.author in {CITIZEN, Author.AGENT.value}:
                # What answers an agent's question chooses nothing of ours.
                break
            buttons = entry.reply.buttons if entry.reply else ()
            if not buttons:
                continue
            found = NUMBER.fullmatch(said) if numbered else None
            place = int(found[1]) - 1 if found else _titled(said, [button.title for button in buttons])
            if not 0 <= place < len(buttons):
                break
            button = buttons[place]
            if await self._transcript.offer(conversation.id, button.payload, self._clock(), CHOICE_VALID):
                return replace(message, text=button.title, pressed=button.payload), True
            break
        return message, False


def _titled(said: str, titles: list[str]) -> int:
    """The place of a title, however it is written; -1 if it is none of them."""
    wanted = tokens(said)
    plain = [tokens(normalise(title)) for title in titles]
    return plain.index(wanted) if wanted and plain.count(wanted) == 1 else -1
