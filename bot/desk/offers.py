"""The job that offers those who wait in the chat to agents, one after the other, until somebody takes them."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.bus import DESK, Bus
from bot.cases import Case
from bot.clock import Clock, now
from bot.desk.assign import Rule, choose, rule_of
from bot.desk.hours import MINUTE, Hours
from bot.desk.queue import SEEN_WITHIN
from bot.offering import CaseOffers, Present
from bot.settings import Office
from bot.tasks import repeat

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=1)
AGAIN_AFTER = timedelta(minutes=10)
"""Nobody is asked for the same case twice within this time."""
MOST_PASSES = 20
"""A case that nobody took so often waits in the queue for somebody to take it unasked."""

MOST_TRIES = 3
"""So many agents are asked for a case in one look, where other gateways keep them busy meanwhile."""


class Offering:
    """Offers waiting cases by their priority. Several gateways may do so at once: the store lets one of them."""

    def __init__(self, offers: CaseOffers, office: Office, hours: Hours, bus: Bus, clock: Clock = now) -> None:
        self._offers = offers
        self._office = office
        self._hours = hours
        self._bus = bus
        self._clock = clock

    async def run(self) -> None:
        """Look every second, until cancelled."""
        await repeat(self.look, LOOK_EVERY, log, "desk.offering_failed")

    async def look(self) -> int:
        """Let go what was not taken in time, and offer what waits; how many cases that changed."""
        moment = self._clock()
        waiting = await self._offers.waiting()
        if not waiting:
            return 0
        since = moment - SEEN_WITHIN
        present = await self._offers.present(since)
        passed = await self._let_go(waiting, {one.agent.id for one in present}, moment)
        # Read again: another gateway may have let go of the rest.
        present = await self._offers.present(since)
        asked = await self._offers.asked([case.id for case in waiting], moment - AGAIN_AFTER)
        changed = len(passed)
        for case in waiting:
            if case.offered is not None and case.id not in passed:
                continue
            passes = case.passes + (case.id in passed)
            if passes >= MOST_PASSES or not (case.urgent or self._hours.is_open(case.service, moment)):
                continue
            agent, present = await self._offer(case, present, asked.get(case.id, frozenset()), moment)
            if agent is not None:
                log.info("desk.offered", case=case.id, agent=agent, passes=passes)
                changed += 1
        if changed:
            await self._bus.publish(DESK)
        return changed

    async def _offer(
        self, case: Case, present: list[Present], asked: frozenset[int], moment: datetime
    ) -> tuple[int | None, list[Present]]:
        """Offer a case to whoever is best placed; their id, and who is there with what they have now.

        Where another gateway has been quicker with the agent, the next best is asked; with the case, nobody is.
        """
        rule, since = rule_of(self._office, case.service), moment - SEEN_WITHIN
        for _ in range(MOST_TRIES):
            agent = choose(case, rule, present, asked, self._waited(case, moment))
            if agent is None:
                break
            # An urgent case may go to somebody who has as much as they can take.
            most = rule.room(agent) if not case.urgent else max(rule.room(agent), _load(present, agent.id) + 1)
            if await self._offers.offer(case.id, agent.id, most, since, moment):
                return agent.id, [_asked(one, moment) if one.agent.id == agent.id else one for one in present]
            before, present = _load(present, agent.id), await self._offers.present(since)
            if before == _load(present, agent.id):
                break
        return None, present

    async def _let_go(self, waiting: Sequence[Case], there: Set[int], moment: datetime) -> set[int]:
        """End offers whose time is over, or whose agent is not there; the ids of their cases."""
        passed: set[int] = set()
        for case in waiting:
            if case.offered is None:
                continue
            is_over = moment - case.offered.at >= self._rule(case).offer_for
            if not (is_over or case.offered.agent_id not in there):
                continue
            if await self._offers.pass_on(case.id, case.offered.agent_id, case.offered.at, moment):
                passed.add(case.id)
        return passed

    def _rule(self, case: Case) -> Rule:
        return rule_of(self._office, case.service)

    def _waited(self, case: Case, moment: datetime) -> timedelta:
        return self._hours.minutes_open_between(case.service, case.opened_at, moment) * MINUTE


def _asked(one: Present, moment: datetime) -> Present:
    return Present(replace(one.agent, offered_at=moment), one.load + 1)


def _load(present: Sequence[Present], agent_id: int) -> int:
    return next((one.load for one in present if one.agent.id == agent_id), 0)
