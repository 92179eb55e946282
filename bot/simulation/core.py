"""The conversation core without Rasa's processes: the gateway's own client of Rasa, with its requests answered here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import aiohttp

from bot.errors import RasaUnreachable
from bot.messages import Message, Turn
from bot.rasa import WEBHOOK, Rasa
from bot.settings import Office
from bot.simulation.dialogue import Dialogues
from bot.store.base import Conversation, Entry
from bot.text.wording import Wording


class _Client(Rasa):
    """Speaks as to Rasa and hears from `Dialogues`: what is sent and how answers are read stays as it is."""

    def __init__(self, http: aiohttp.ClientSession, dialogues: Dialogues, wording: Wording, office: Office) -> None:
        super().__init__(http, "http://nobody.invalid", "", wording, office)
        self._dialogues = dialogues

    async def _ask(
        self, method: str, path: str, body: object = None, patience: timedelta | None = None, **query: str
    ) -> Any:
        if path == WEBHOOK and isinstance(body, dict):
            return await self._dialogues.hear(body["sender"], body["message"], body["input_channel"], body["metadata"])
        _, conversations, key, tracker, *rest = path.split("/")
        if (conversations, tracker) == ("conversations", "tracker"):
            if rest == ["events"] and isinstance(body, list):
                await self._dialogues.append(unquote(key), body)
            return self._dialogues.state(unquote(key))
        raise RasaUnreachable(f"the simulated core knows no {path}")


class LocalCore:
    """See `bot.backing.Core`."""

    def __init__(self, http: aiohttp.ClientSession, dialogues: Dialogues, wording: Wording, office: Office) -> None:
        self._rasa = _Client(http, dialogues, wording, office)

    async def talk(self, conversation: Conversation, message: Message, payload: str | None) -> Turn:
        """See `Core.talk`."""
        return await self._rasa.talk(conversation, message, payload)

    async def replay(self, conversation: Conversation, message: Message) -> Turn | None:
        """See `Core.replay`."""
        return await self._rasa.replay(conversation, message)

    async def remember(self, conversation: Conversation, entries: Sequence[Entry]) -> None:
        """See `Core.remember`."""
        await self._rasa.remember(conversation.id, entries)

    async def well(self) -> bool:
        """See `Core.well`: it is this process."""
        return True
