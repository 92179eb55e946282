"""Which agent a waiting case is offered to: a pure choice among those who are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from bot.agents import Agent, Role
from bot.cases import Case
from bot.offering import Present
from bot.settings import GENERAL_SERVICE, Office
from bot.settings_desk import SUPERVISORS, Method, ServiceRouting

LONG_AGO = datetime(1, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Rule:
    """How the cases of one service are offered, and where they go if nobody takes them."""

    method: Method
    services: tuple[str, ...]
    """Whose agents are asked first: the service, and the general one for a service that `office.yml` has lost."""
    then: tuple[str, ...] = ()
    """Codes of services, or `SUPERVISORS`."""
    then_after: timedelta = timedelta(minutes=5)
    offer_for: timedelta = timedelta(seconds=60)
    skill: str = ""
    capacity: int = 3
    """Of an agent whose account says nothing else."""
    then_hours: int | None = None
    """Opening hours after which what nobody took goes on; None for half of what is promised, 0 for never."""

    def room(self, agent: Agent) -> int:
        """How many live conversations an agent takes at a time."""
        own = agent.abilities.capacity
        return self.capacity if own is None else own


def rule_of(office: Office, service: str) -> Rule:
    """The rule of a service: its own settings, else the town's."""
    town = office.desk.routing
    known = office.services.get(service)
    own = known.routing if known else ServiceRouting()
    return Rule(
        method=town.method if own.method is None else own.method,
        services=(service,) if known else (service, GENERAL_SERVICE),
        then=town.then if own.then is None else own.then,
        then_after=timedelta(minutes=own.then_minutes or town.then_minutes),
        offer_for=timedelta(seconds=own.offer_seconds or town.offer_seconds),
        skill=own.skill,
        capacity=town.capacity,
        then_hours=town.then_hours if own.then_hours is None else own.then_hours,
    )


def choose(
    case: Case,
    rule: Rule,
    present: Sequence[Present],
    asked: frozenset[int] = frozenset(),
    waited: timedelta = timedelta(),
) -> Agent | None:
    """Whom to ask next, of those who are `present` and were not `asked` lately; None for nobody now.

    The agents of the service come first, then each of the rule's steps. A step waits for agents before it who are only
    busy, until the case has `waited` as many opening minutes as the rule gives each. Within a step, somebody who speaks
    the citizen's language is waited for as long. An urgent case waits for neither, nor for a free place.
    """
    if rule.method is Method.NONE:
        return None
    for number, pool in enumerate(_pools(rule, present)):
        able = [one for one in pool if one.agent.id not in asked and rule.room(one.agent) > 0]
        language = case.spoken or case.language
        fluent = [one for one in able if one.agent.speaks(language)] or able
        patient = not case.urgent and waited < rule.then_after * (number + 1)
        for wanted in (fluent,) if patient else (fluent, able):
            free = [one for one in wanted if one.load < rule.room(one.agent)]
            if free:
                return _first(free, rule.method)
        if able and case.urgent:
            return _first(fluent, Method.LEAST_LOADED)
        if able and patient:
            return None
    return None


def _pools(rule: Rule, present: Sequence[Present]) -> list[list[Present]]:
    own = [one for one in present if any(one.agent.works_for(code) for code in rule.services)]
    if rule.skill:
        wanted = rule.skill.casefold()
        own = [one for one in own if wanted in {skill.casefold() for skill in one.agent.abilities.skills}]
    return [own, *([one for one in present if _belongs(one.agent, step)] for step in rule.then)]


def _belongs(agent: Agent, step: str) -> bool:
    return agent.role is not Role.AGENT if step == SUPERVISORS else agent.works_for(step)


def _first(free: Sequence[Present], method: Method) -> Agent:
    """By load or by turn; of equals, who was offered nothing for the longest time."""

    def turn(one: Present) -> tuple[int, datetime, int]:
        load = one.load if method is Method.LEAST_LOADED else 0
        return load, one.agent.offered_at or LONG_AGO, one.agent.id

    return min(free, key=turn).agent
