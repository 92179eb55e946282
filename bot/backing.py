"""What a conversation needs behind it: the core that answers, and the stores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.casework import Cases, Photos
from bot.linking import Links
from bot.mailroom import Letters
from bot.messages import Message, Turn
from bot.outgoing import Outbox
from bot.referrals import Referrals
from bot.store.base import Conversation, Conversations, Entry, Inbox, Subjects, Transcript


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

    @property
    def cases(self) -> Cases:
        """What a person of the town has to do."""

    @property
    def photos(self) -> Photos:
        """What citizens sent along."""

    @property
    def links(self) -> Links:
        """Conversations of one person."""

    @property
    def letters(self) -> Letters:
        """Mail and web forms."""

    @property
    def referrals(self) -> Referrals:
        """What is passed on to others."""

    @property
    def subjects(self) -> Subjects:
        """The rights of those whose data we hold."""
