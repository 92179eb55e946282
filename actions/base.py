"""What every action of ours has in common: its services, a deadline, and an answer when something breaks."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.services import Services, shared
from bot.errors import BotError
from bot.messages import AnswerStatus
from bot.wire import Say

log = structlog.get_logger(__name__)

WITHIN = timedelta(seconds=12)
"""An action that takes longer is given up. Generous for the first question, which builds the index; the gateway waits
for Rasa longer still."""

Events = list[dict[str, Any]]
ANSWERED_ARTICLE = "answered_article"
ANSWERED_PASSAGE = "answered_passage"
LOST = "lost"
REQUESTED = "requested_slot"
"""Rasa's own: what an open form has asked for."""
OFFERED = "offered"


@dataclass(frozen=True, slots=True)
class Place:
    """How far an article was shown, in one number for the slot `answered_passage`: 3.002 is from the third, two more."""

    first: int
    """The passage that answered."""
    further: int = 0
    """How many were shown since."""

    def slot(self) -> float:
        """As the tracker and the buttons keep it."""
        return round(self.first + self.further / 1000, 3)

    @classmethod
    def read(cls, value: object) -> Place | None:
        """From the tracker; None when nothing was answered."""
        if not isinstance(value, (int, float)) or value < 0:
            return None
        return cls(int(value), round((value - int(value)) * 1000))


class GuichetAction(Action, ABC):
    """An action that always answers: when its work fails or takes too long, it says that we cannot now.

    Abstract, so Rasa does not register it. Rasa builds actions before there is an event loop; services are made at
    the first question.
    """

    def __init__(self, services: Callable[[], Awaitable[Services]] = shared) -> None:
        self._services = services

    @abstractmethod
    def name(self) -> str:
        """The name in `domain.yml`."""

    @abstractmethod
    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Do the work: say something and return the events for the tracker.

        Raises:
            BotError: it cannot be done now.
        """

    def given_up(self, tracker: Tracker) -> Events:
        """What the tracker is told when the work failed."""
        return []

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Rasa's call."""
        said: list[Say] = []
        started = time.monotonic()
        error = ""
        try:
            events = await asyncio.wait_for(self._run(said.append, tracker), WITHIN.total_seconds())
        except (BotError, asyncio.TimeoutError) as failure:
            # Half an answer is none.
            said, events = [Say("unavailable", status=AnswerStatus.UNAVAILABLE)], self.given_up(tracker)
            error = type(failure).__name__
        for line in said:
            dispatcher.utter_message(json_message=line.payload())
        log.log(
            30 if error else 20,
            "action.failed" if error else "action.done",
            action=self.name(),
            conversation=tracker.sender_id,
            status=next((line.status.value for line in said if line.status), None),
            error=error or None,
            took_ms=round((time.monotonic() - started) * 1000, 1),
        )
        return events

    async def _run(self, say: Callable[[Say], None], tracker: Tracker) -> Events:
        return await self.act(await self._services(), say, tracker)


def entity(tracker: Tracker, name: str) -> Any:
    """What a pressed button says of itself; None for what was typed."""
    return next(tracker.get_latest_entity_values(name), None)


def words(text: object) -> str:
    """A citizen's own words; a payload has none."""
    return text if isinstance(text, str) and not text.startswith("/") else ""


def message_key(message: dict[str, Any], otherwise: str = "") -> str:
    """The gateway's id of a message, else Rasa's own (`rasa shell` has no gateway)."""
    metadata = message.get("metadata") or {}
    return str(metadata.get("message_id") or message.get("message_id") or otherwise)
