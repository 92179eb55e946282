"""Replies that were given up: who is shown them, and how they are sent again or put away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.agents import Agent, Role
from bot.bus import DESK, Bus
from bot.cases import Case
from bot.casework import Cases
from bot.clock import Clock, now
from bot.errors import NotAllowed
from bot.outgoing import Outbox, Undelivered
from bot.store.base import Transcript

log = structlog.get_logger(__name__)


class Sender(Protocol):
    """Who sends again; see `bot.conversation.Counter`."""

    async def say_again(self, conversation_id: str, reply_id: str) -> bool:
        """Send a reply once more that was given up; False if there is none."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A reply that was given up, and the cases of its citizen's conversation, the newest first."""

    undelivered: Undelivered
    cases: tuple[Case, ...]


class Failures:
    """What was given up and not settled since."""

    def __init__(
        self, outbox: Outbox, cases: Cases, transcript: Transcript, sender: Sender, bus: Bus, clock: Clock = now
    ) -> None:
        self._outbox = outbox
        self._cases = cases
        self._transcript = transcript
        self._sender = sender
        self._bus = bus
        self._clock = clock

    async def given_up(self) -> list[Undelivered]:
        """All of them: one look at the storage."""
        return await self._outbox.undelivered()

    async def with_cases(self, found: Sequence[Undelivered]) -> list[Failure]:
        """The same with the cases that say whose they are to see."""
        whose: dict[str, tuple[Case, ...]] = {}
        for one in found:
            if one.conversation_id not in whose:
                whose[one.conversation_id] = tuple(await self._cases.find(one.conversation_id))
        return [Failure(one, whose[one.conversation_id]) for one in found]

    async def shown(self, agent: Agent) -> list[tuple[Failure, str]]:
        """Those that an agent may see, the newest first, each with its words."""
        found = [one for one in await self.with_cases(await self.given_up()) if may_see(agent, one.cases)]
        return [(one, await self._words(one.undelivered)) for one in found]

    async def send_again(self, agent: Agent, conversation_id: str, reply_id: str) -> bool:
        """Send a reply once more, as its channel wants it now; False if it is not given up (any more).

        Raises:
            NotAllowed: it is not the agent's to see.
            Missing: the conversation is gone.
        """
        await self._require(agent, conversation_id)
        sent = await self._sender.say_again(conversation_id, reply_id)
        log.info("desk.sent_again", agent=agent.id, conversation=conversation_id, sent=sent)
        return sent

    async def dismiss(self, agent: Agent, conversation_id: str, reply_id: str) -> bool:
        """Put a reply away that was given up; False if somebody has.

        Raises:
            NotAllowed: it is not the agent's to see.
        """
        await self._require(agent, conversation_id)
        dismissed = await self._outbox.dismiss(conversation_id, reply_id, self._clock())
        log.info("desk.dismissed", agent=agent.id, conversation=conversation_id, dismissed=dismissed)
        await self._bus.publish(DESK)
        return dismissed

    async def _require(self, agent: Agent, conversation_id: str) -> None:
        if not may_see(agent, await self._cases.find(conversation_id)):
            raise NotAllowed(f"the conversation is none of {agent.login}'s services")

    async def _words(self, one: Undelivered) -> str:
        entry = await self._transcript.entry(one.conversation_id, one.reply_id)
        return entry.text if entry else ""


def may_see(agent: Agent, cases: Sequence[Case]) -> bool:
    """Whether a conversation with these cases is an agent's to see; one without a case, if all services are theirs."""
    if not cases:
        return agent.role is not Role.AGENT or not agent.services
    return any(agent.serves(case.service) or case.agent_id == agent.id for case in cases)
