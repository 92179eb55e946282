"""Citizens who write in a language that the conversation is not in: what they are told, in their own.

In the languages of `bot.text.languages.GREETED` we only say what we can do, once and in full; after that they get what
the town's pages answer for sure, in French, or the short words again. French and English are offered to whoever writes
in them: the language of a conversation changes only at a citizen's own wish.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from bot.cases import Cause
from bot.messages import AnswerStatus, Button, HeardIn, Kind, Message, Reply, Turn
from bot.store.base import Conversation, Conversations
from bot.text.languages import FULL, GREETED, surely
from bot.text.wording import DEFAULT, Wording
from bot.wire import speak

SPEAK = re.compile(r'/speak\{"language": "(fr|en)"\}')
"""What a button means by which a language is chosen; the core never hears of it."""
PERSON = f"/handoff{json.dumps({'cause': Cause.ASKED.value})}"
SUFFIX = ".greeting"
"""What the id of a greeting has behind that of its message."""
UNSURE = frozenset({AnswerStatus.LOST, AnswerStatus.OUT_OF_SCOPE, AnswerStatus.CHOOSE, AnswerStatus.GUIDED})
"""Answers that help nobody who does not read French."""


def written_in(message: Message, conversation: Conversation) -> str:
    """The language that a typed message is surely in, if it is not the conversation's; "" otherwise."""
    if message.pressed is not None or message.kind not in {Kind.TEXT, Kind.EDIT}:
        return ""
    language = surely(message.text, conversation.spoken)
    return "" if language == answered_in(conversation) else language


def said_in(message: Message, conversation: Conversation) -> str:
    """The language of lines that exist in it, if it is not the conversation's; "" otherwise.

    Who writes in Spanish and presses a button, or types a telephone number, reads on in Spanish where we can say it.
    """
    typed = message.pressed is None and message.kind in {Kind.TEXT, Kind.EDIT}
    language = surely(message.text, conversation.spoken) if typed else ""
    if not language and answered_in(conversation) == DEFAULT and conversation.spoken in GREETED:
        language = conversation.spoken
    return "" if language == answered_in(conversation) else language


def answered_in(conversation: Conversation) -> str:
    """French or English, whatever language a citizen's device is set to."""
    language = conversation.language.split("-")[0].lower()
    return language if language in FULL else DEFAULT


class Greeting:
    """Says what can be done for somebody, in the language that they write in."""

    def __init__(self, conversations: Conversations, wording: Wording) -> None:
        self._conversations = conversations
        self._wording = wording

    async def chosen(self, payload: str | None, message: Message, conversation: Conversation) -> Reply | None:
        """What is said to the press of a button that chooses a language; None if it is another.

        Raises:
            StoreError: it could not be done.
        """
        wish = SPEAK.fullmatch(payload or "")
        if wish is None:
            return None
        language = wish[1]
        await self._conversations.speak(conversation.id, language)
        said = self._wording.say("language_changed", language)
        return Reply(f"{message.id}.0", said, language, speak=language)

    def added(self, turn: Turn, message: Message, conversation: Conversation) -> Turn:
        """A turn with what it says to somebody who writes in another language than it answers in."""
        language = written_in(message, conversation)
        if not language and conversation.spoken in GREETED and surely(message.text, conversation.spoken):
            # They have changed to the conversation's language.
            return replace(turn, directives=(*turn.directives, HeardIn(answered_in(conversation))))
        if language not in self._wording.lines or (language in FULL and conversation.spoken):
            return turn
        if language in FULL and any(
            SPEAK.fullmatch(button.payload) for said in turn.replies for button in said.buttons
        ):
            # « Do you speak English? » is answered with that button already.
            return replace(turn, directives=(*turn.directives, HeardIn(language)))
        if language in FULL:
            offer = self._say("greeting", language, message, [self._speak(language, language)])
            return Turn((*turn.replies, offer), (*turn.directives, HeardIn(language)))
        # What a form asks has no status, nor has what follows it: it goes on in the language that it has.
        helpful = [reply for reply in turn.replies if reply.status not in UNSURE]
        other = "fr" if answered_in(conversation) == "en" else "en"
        buttons = [self._person(language), self._speak(other, language)]
        said: Sequence[Reply] = helpful
        if not conversation.spoken:
            said = [self._say("greeting", language, message, buttons), *helpful]
        elif not helpful:
            said = [self._say("greeting_again", language, message, buttons)]
        heard = () if conversation.spoken == language else (HeardIn(language),)
        return replace(turn, replies=tuple(said), directives=(*turn.directives, *heard))

    def _say(self, key: str, language: str, message: Message, buttons: Sequence[Button]) -> Reply:
        said = self._wording.say(key, language)
        return Reply(f"{message.id}{SUFFIX}", said, language, buttons=tuple(buttons))

    def _person(self, language: str) -> Button:
        return Button(self._wording.say("person_title", language), PERSON)

    def _speak(self, chosen: str, language: str) -> Button:
        key = "english_title" if chosen == "en" else "french_title"
        return Button(self._wording.say(key, language), speak(chosen))
