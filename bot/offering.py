"""What offering cases to agents asks of its storage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.agents import Agent
from bot.cases import Case


@dataclass(frozen=True, slots=True)
class Present:
    """An agent who is there and available; `load` counts their live conversations and what is offered to them now."""

    agent: Agent
    load: int


class CaseOffers(Protocol):
    """Offers of waiting cases. Every method is one transaction."""

    async def present(self, since: datetime) -> list[Present]:
        """Who is available and was seen since then, by login."""

    async def waiting(self, limit: int = 200) -> list[Case]:
        """Those who wait in the chat (`Case.waits_live`): urgent ones first, then the nearest promise, then the oldest."""

    async def asked(self, case_ids: Sequence[int], since: datetime) -> Mapping[int, frozenset[int]]:
        """The agents to whom each case was offered since then, or who gave it back; ids without any are left out."""

    async def offer(self, case_id: int, agent_id: int, capacity: int, seen_since: datetime, now: datetime) -> bool:
        """Offer a waiting case to an agent, and note it in its history.

        False if it is offered, taken or closed by now, or if the agent is away, or has as much as `capacity` allows:
        of two gateways that offer the same case, or two cases to the same agent, one finds that out.
        """

    async def pass_on(self, case_id: int, agent_id: int, offered_at: datetime | None, now: datetime) -> bool:
        """End an offer that was not taken; False if it is not that agent's, or not the one of `offered_at`, any more."""
