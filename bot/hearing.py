"""What a citizen meant before anybody answers: a press, a number of a list, a deep link."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta

from bot.clock import Clock, now
from bot.knowledge import narrowing
from bot.messages import AnswerStatus, Author, Button, Kind, Message
from bot.store.base import CITIZEN, Conversation, Entry, Transcript
from bot.text.french import listed, tokens
from bot.text.normalise import normalise

CHOICE_VALID = timedelta(hours=24)
TOKEN = re.compile(r"c\.[A-Za-z0-9_-]{16}")
NUMBER = re.compile(r"(\d{1,2})\s*[.)]?")
TITLE_CHARS = 120
"""A longer text is no title."""
LINES_BACK = 6
"""So many of the last lines are looked through for the choices that a number may mean."""

ASKING = frozenset({AnswerStatus.NARROWED, AnswerStatus.GUIDED})
"""What a reply is that ends with the cases of a fiche or the answers of a step."""
CASE = re.compile(r"/(?:case|guide)\{.*\"(?:cases|take)\":")
"""The payload of a case or of an answer; « other situations » and « back » beside them choose none."""
_LEAVES = listed(
    """
    annule annuler annulez annulation stop arrete arreter arretez laisse laisser laissez abandonne abandonner quitter cancel
    humain humaine conseiller conseillere quelqu parler joindre contacter operateur interlocuteur human someone talk speak
    """
)
"""Words of which one is enough to leave, or to ask for a person, where nothing else is said."""
_LEAVING = _LEAVES | listed(
    """
    agent agente personne un une vrai vraie a avec de je j veux voudrais souhaite aimerais peux puis on tout ca cela tomber
    svp stp merci s il vous te plait moi la mairie the to a an with i want please it that person
    """
)

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

    async def chosen(self, message: Message, conversation: Conversation, titled: bool) -> Message:
        """A stored message as the press that it is, where the reply before it offers what its words choose.

        Where a case of a fiche is asked, words of a citizen's own choose it: « un robot » is a question to us anywhere else.
        With `titled` the very title of any choice does, for pages of ours, whose messages are not looked up before they are
        stored: that would cost their order. Danger is looked for before, and leaves the question where it is sure.
        """
        if message.pressed is not None or not 0 < len(message.text) <= TITLE_CHARS:
            return message
        lines = await self._transcript.read(conversation.id, limit=2 * LINES_BACK)
        own = next((place for place, entry in enumerate(lines) if entry.ref == message.id), None)
        if not own:
            return message
        if titled:
            message, pressed = await self._written_choice(message, conversation, reversed(lines[:own]), numbered=False)
            if pressed:
                return message
        return await self._worded_case(message, conversation, lines[own - 1])

    async def _worded_case(self, message: Message, conversation: Conversation, before: Entry) -> Message:
        """`before` is the line of the transcript just before the message."""
        if before.reply is None or before.reply.status not in ASKING or _leaves(message.text):
            return message
        cases: list[Button] = []
        for button in before.reply.buttons:
            offer = await self._transcript.offer(conversation.id, button.payload, self._clock(), CHOICE_VALID)
            if offer is not None and CASE.match(offer.payload):
                cases.append(button)
        at = narrowing.picked([case.title for case in cases], normalise(message.text))
        return message if at is None else replace(message, text=cases[at].title, pressed=cases[at].payload)

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


def _leaves(text: str) -> bool:
    """Whether a text does nothing but drop what was begun, or ask for a person."""
    said = set(tokens(text))
    return bool(said & _LEAVES) and said <= _LEAVING
