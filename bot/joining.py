"""The talk by which a citizen links conversations on two channels."""

from __future__ import annotations

import re

from bot.clock import Clock, now
from bot.linking import Links
from bot.messages import Author, Message, Reply
from bot.store.base import Conversation
from bot.text.french import tokens
from bot.text.normalise import normalise
from bot.text.wording import Wording

ASKING = re.compile(
    r"(?:je (?:veux|voudrais|souhaite) )?"
    r"(?:(?:re)?lier|link)(?: (?:mes|nos|my|ces|deux) (?:deux )?(?:conversations?|canaux|comptes|discussions?))?"
)
CUTTING = re.compile(r"(?:delier|unlink)(?: (?:mes|my) (?:conversations?|canaux|comptes|discussions?))?")
CODE = re.compile(r"(?:(?:re)?lier |code |link )?([2-9A-HJKMNP-Z]{4})([- ])([2-9A-HJKMNP-Z]{4})", re.IGNORECASE)


class Joining:
    """Answers what is said about linking; nothing else."""

    def __init__(self, links: Links, wording: Wording, clock: Clock = now) -> None:
        self._links = links
        self._wording = wording
        self._clock = clock

    async def answer(self, message: Message, conversation: Conversation) -> Reply | None:
        """What is said to a wish to link, or to a code; None if it is neither.

        Raises:
            Missing: the conversation is gone.
        """
        said = " ".join(tokens(normalise(message.text)))
        if ASKING.fullmatch(said):
            code = await self._links.begin(conversation.id, self._clock())
            return self._line("link_begin", message, conversation, code=code)
        if CUTTING.fullmatch(said):
            return self._line(
                "link_cut" if await self._links.cut(conversation.id) else "link_none", message, conversation
            )
        code = read_code(message.text)
        if not code:
            return None
        answered = await self._links.answer(conversation.id, code, self._clock())
        other = answered.other.channel if answered.other else message.address.channel
        known = self._wording.say(f"channel_{other}", conversation.language)
        return self._line(f"link_{answered.outcome.value}", message, conversation, code=answered.code, channel=known)

    def _line(self, key: str, message: Message, conversation: Conversation, **values: str) -> Reply:
        said = self._wording.say(key, conversation.language, **values)
        return Reply(f"{message.id}.0", said, conversation.language, Author.SYSTEM)


def read_code(text: str) -> str:
    """The code that a text is, "" if it is none; two words of four letters without a hyphen are no code."""
    found = CODE.fullmatch(text.strip(' .!«»"'))
    if not found:
        return ""
    letters = f"{found[1]}{found[3]}".upper()
    is_one = found[2] == "-" or " " in text.strip()[: found.start(1)] or any(letter.isdecimal() for letter in letters)
    return letters if is_one else ""
