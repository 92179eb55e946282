"""What our own page has in its menu, said in words on channels that are somebody else's: erasing, and the language."""

from __future__ import annotations

import re

from bot.backing import Storage
from bot.clock import Clock, now
from bot.messages import Author, Message, Reply
from bot.speaking import Speaker
from bot.store.base import CITIZEN, Conversation, Erased, Prepared
from bot.text.french import tokens
from bot.text.normalise import normalise
from bot.text.wording import Wording

ERASING = re.compile(
    r"(?:je (?:veux|voudrais|souhaite) )?(?:supprimer|supprimez|effacer|effacez) (?:toutes )?"
    r"(?:mes|les) (?:donnees(?: personnelles)?|messages|conversations?)|(?:please )?(?:delete|erase) (?:all )?my (?:data|messages)"
)
ERASED = re.compile(r"tout effacer|tout supprimer|(?:delete|erase) everything")
LANGUAGES = {
    "fr": re.compile(r"(?:en )?francais(?: (?:svp|s il vous plait))?|(?:in )?french(?: please)?"),
    "en": re.compile(r"(?:in )?english(?: please)?|(?:en )?anglais(?: (?:svp|s il vous plait))?"),
}
ASKED_SUFFIX = ".erase"
"""What the id of the question whether to erase has behind that of its message."""
LINES_BACK = 4


class Rights:
    """Answers what is said about one's data and one's language; nothing else, and nothing where a page has a menu."""

    def __init__(
        self, store: Storage, speaker: Speaker, wording: Wording, own_pages: frozenset[str], clock: Clock = now
    ) -> None:
        self._store = store
        self._speaker = speaker
        self._wording = wording
        self._own_pages = own_pages
        self._clock = clock

    async def answer(self, message: Message, conversation: Conversation) -> Reply | None:
        """What is said to such a wish; None if it is none. After an erasure there is nothing left to answer to.

        Raises:
            StoreError: it could not be done.
        """
        if message.address.channel in self._own_pages or not message.text:
            return None
        said = " ".join(tokens(normalise(message.text)))
        if ERASING.fullmatch(said):
            return self._line("erase_confirm", message, conversation.language, ASKED_SUFFIX)
        if ERASED.fullmatch(said) and await self._was_asked(message, conversation):
            return await self._erase(message, conversation)
        for language, wish in LANGUAGES.items():
            if wish.fullmatch(said):
                await self._store.conversations.speak(conversation.id, language)
                return self._line("language_changed", message, language)
        return None

    async def _was_asked(self, message: Message, conversation: Conversation) -> bool:
        """Whether the last thing that was said to the citizen is the question whether to erase."""
        before = [
            entry
            for entry in await self._store.transcript.read(conversation.id, limit=LINES_BACK)
            if entry.author != CITIZEN
        ]
        return bool(before) and before[-1].ref.endswith(ASKED_SUFFIX)

    async def _erase(self, message: Message, conversation: Conversation) -> Reply:
        def receipt(erased: Erased) -> Reply:
            said = self._wording.say("erased", conversation.language, receipt=erased.receipt)
            return Reply(f"erased.{erased.receipt}", said, conversation.language, Author.SYSTEM)

        def farewell(erased: Erased) -> Prepared:
            return self._speaker.say(receipt(erased), conversation)

        return receipt(await self._store.subjects.erase(message.address, self._clock(), farewell))

    def _line(self, key: str, message: Message, language: str, suffix: str = ".0") -> Reply:
        return Reply(f"{message.id}{suffix}", self._wording.say(key, language), language, Author.SYSTEM)
