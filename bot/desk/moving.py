"""Taking a transfer back: somebody clicked the wrong service, and nobody there has looked at the case yet."""

from __future__ import annotations

from datetime import timedelta

from bot.agents import Agent, Agents
from bot.cases import Case, CaseState, What
from bot.casework import Cases
from bot.clock import Clock, now
from bot.desk.cases import Desk
from bot.desk.labels import Labels
from bot.desk.queue import SEEN_WITHIN
from bot.desk.refusals import Underway
from bot.errors import Missing, NotAllowed
from bot.settings import Office

WITHIN = timedelta(minutes=2)
"""A transfer is taken back for so long, unless somebody of the new service opens the case before."""
QUIET = frozenset({What.NOTE, What.WROTE, What.OFFERED, What.PASSED, What.RATED})
"""What may happen to a case without anybody of its service having done anything with it."""


class Moving:
    """Takes transfers back."""

    def __init__(
        self, desk: Desk, cases: Cases, agents: Agents, labels: Labels, office: Office, clock: Clock = now
    ) -> None:
        self._desk = desk
        self._cases = cases
        self._agents = agents
        self._labels = labels
        self._office = office
        self._clock = clock

    async def back(self, agent: Agent, case_id: int, service: str) -> Case:
        """Put a case back to the service that the agent has just taken it from: a transfer like any other.

        What the transfer has told the next training is taken back with it.

        Raises:
            Missing: there is no such case or service.
            NotAllowed: it was not the agent who moved it last.
            Underway: the new service has it open or in hand, or it is too long ago.
        """
        if service not in self._office.services:
            raise Missing(f"there is no service {service}")
        case = await self._desk.whole_case(case_id)
        history = await self._cases.history(case_id)
        moved = next((one for one in reversed(history) if one.what is What.TRANSFERRED), None)
        if moved is None or moved.agent_id != agent.id:
            if agent.serves(case.service):
                raise Underway(f"{agent.login} has not moved the case {case_id} last")
            raise NotAllowed(f"{agent.login} has nothing to do with the case {case_id}")
        gone_on = any(one.position > moved.position and one.what not in QUIET for one in history)
        moment = self._clock()
        watching = await self._agents.watching(case_id, moment - SEEN_WITHIN)
        opened = any(one.id != agent.id and one.serves(case.service) for one in watching)
        if gone_on or case.state is not CaseState.WAITING or opened or moment - moved.at > WITHIN:
            raise Underway(f"the case {case_id} is with {case.service} now")
        case = await self._desk.move(agent, case, service)
        await self._labels.moved_back(agent, case, service)
        return case
