"""The job that lets cases go on which nobody took in time: to the next service of their rule, at last to the supervisors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.agents import Agents
from bot.bus import DESK, Bus
from bot.clock import Clock, now
from bot.desk.assign import Rule, rule_of
from bot.desk.hours import MINUTE, Hours
from bot.relays import Relay, Relays, Untaken
from bot.settings import Office
from bot.settings_desk import SUPERVISORS
from bot.tasks import repeat

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(minutes=1)
LEAST_MINUTES = 60
"""Nothing goes on sooner, in opening minutes: half of what is promised to a chat is no time to be missed in a queue."""
MOST_AT_ONCE = 1000
"""So many cases go on in one look; the rest a minute later."""
PAGE = 500
FURTHEST = timedelta(days=1000)
"""Opening hours are added up over so long at most: a clock that was years off must not cost minutes."""


class Relaying:
    """Looks after all waiting cases. Several gateways may do so at once: the store lets one of them."""

    def __init__(
        self, relays: Relays, agents: Agents, office: Office, hours: Hours, bus: Bus, clock: Clock = now
    ) -> None:
        self._relays = relays
        self._agents = agents
        self._office = office
        self._hours = hours
        self._bus = bus
        self._clock = clock

    async def run(self) -> None:
        """Look every minute, until cancelled."""
        await repeat(self.look, LOOK_EVERY, log, "desk.relaying_failed")

    async def look(self) -> int:
        """Let go on what was not taken in time; how many cases that changed."""
        moment = self._clock()
        done, after, takes = 0, 0, None
        while done < MOST_AT_ONCE:
            page = await self._relays.untaken(after, PAGE)
            takes = takes or await self._takers(moment)
            for one in page:
                relay = due_relay(one, self._office, self._hours, takes, moment)
                if relay is not None and await self._relays.relay(one.case.id, one.case.version, relay, moment):
                    log.info("desk.relayed", case=one.case.id, origin=relay.origin, service=relay.service)
                    done += 1
            if len(page) < PAGE:
                break
            after = page[-1].case.id
        if done:
            await self._bus.publish(DESK)
        return done

    async def _takers(self, moment: datetime) -> Callable[[str], bool]:
        """Whether a case may go to a service: it is there and opens some day, and there is an account whose work it is."""
        accounts = [one for one in await self._agents.all() if not one.disabled]
        known: dict[str, bool] = {}

        def takes(service: str) -> bool:
            if service not in known:
                known[service] = (
                    service in self._office.services
                    and opens(self._hours, service, moment)
                    and any(one.works_for(service) for one in accounts)
                )
            return known[service]

        return takes


def opens(hours: Hours, service: str, at: datetime) -> bool:
    """Whether a service is open, or will be within sixty days."""
    return hours.is_open(service, at) or hours.next_opening(service, at) is not None


def due_relay(
    one: Untaken, office: Office, hours: Hours, takes: Callable[[str], bool], moment: datetime
) -> Relay | None:
    """What is to be done with a waiting case now; None for nothing yet.

    The rule is that of the service where the case was put last by a person; each of its services is waited for anew,
    by its own opening hours. An appointment never leaves the counter where its citizen is expected.
    """
    rule = rule_of(office, one.placed_at)
    if rule.then_hours == 0:
        return None
    here = one.case.service
    minutes = 0
    if opens(hours, here, moment):
        if moment - one.since < LEAST_MINUTES * MINUTE:
            return None
        minutes = patience(one, rule, office, hours)
        if hours.open_between(here, max(one.since, moment - FURTHEST), moment) < minutes * MINUTE:
            return None
    onward = () if one.case.appointment_at else (step for step in rule.then if step != SUPERVISORS)
    service = next((step for step in onward if step not in one.been_at and takes(step)), "")
    return Relay(service, here, minutes)


def patience(one: Untaken, rule: Rule, office: Office, hours: Hours) -> int:
    """For how many opening minutes a case waits where it is.

    The rule's hours; else half of what is left until the case is due, so that somebody is told before it is late; but an
    hour at least.
    """
    if rule.then_hours:
        return 60 * rule.then_hours
    until = one.case.due_at
    if until is None:
        return max(LEAST_MINUTES, 60 * office.desk.case_due_hours // 2)
    left = hours.open_between(one.case.service, one.since, min(until, one.since + FURTHEST))
    return max(LEAST_MINUTES, left // MINUTE // 2)
