"""To whom a waiting case is offered, of those who are there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import msgspec
import pytest

from bot.agents import Abilities, Agent, Role
from bot.cases import Case, CaseKind, CaseState, Cause
from bot.desk.assign import Rule, choose, rule_of
from bot.offering import Present
from bot.settings import GENERAL_SERVICE, Service
from bot.settings_desk import SUPERVISORS, Desk, Method, Routing, ServiceRouting
from tests.knowledge import small

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
RULE = Rule(Method.LEAST_LOADED, ("voirie",), ("etat_civil", SUPERVISORS), then_after=5 * MINUTE)


def case(language: str = "fr", spoken: str = "", urgent: bool = False) -> Case:
    """Somebody who waits for the roads."""
    return Case(
        *(1, "D-1", "c1", None, language, CaseKind.QUESTION, CaseState.WAITING, "voirie", Cause.ASKED, "Un trou", {}),
        *(False, False, urgent, False, NOON, None, None, None, None, "", None),
        spoken=spoken,
    )


def there(
    number: int,
    load: int = 0,
    services: tuple[str, ...] = ("voirie",),
    role: Role = Role.AGENT,
    offered_ago: int | None = None,
    **abilities: object,
) -> Present:
    """An agent who is there; `offered_ago` minutes ago they were offered something last."""
    offered_at = None if offered_ago is None else NOON - offered_ago * MINUTE
    agent = Agent(number, f"a{number}", f"A{number}", role, services, False, False, True, NOON)
    return Present(replace(agent, abilities=Abilities(**abilities), offered_at=offered_at), load)  # type: ignore[arg-type]


def chosen(
    *present: Present, rule: Rule = RULE, of: Case | None = None, waited: int = 0, asked: tuple[int, ...] = ()
) -> int:
    """The id of who is asked, 0 for nobody."""
    agent = choose(of or case(), rule, present, frozenset(asked), waited * MINUTE)
    return agent.id if agent else 0


def test_nobody_there_gets_nothing() -> None:
    """Without agents, nobody is asked, however long somebody waits."""
    assert chosen(waited=600) == 0


def test_one_agent_is_asked_until_they_are_full() -> None:
    """Below capacity they are asked; at it, the case waits for them."""
    assert [chosen(there(1, load)) for load in (0, 2, 3)] == [1, 1, 0]


def test_the_least_loaded_is_asked_and_of_equals_who_waited_longest() -> None:
    """Load counts first; somebody who was never offered anything comes before who was."""
    assert chosen(there(1, 2, offered_ago=90), there(2, 1, offered_ago=1)) == 2
    assert chosen(there(1, 1, offered_ago=5), there(2, 1, offered_ago=50)) == 2
    assert chosen(there(1, 1, offered_ago=500), there(2, 1)) == 2


def test_in_turn_load_does_not_count() -> None:
    """Round-robin asks whose turn it is, as long as they have room."""
    in_turn = replace(RULE, method=Method.ROUND_ROBIN)

    assert chosen(there(1, 2, offered_ago=90), there(2, 0, offered_ago=1), rule=in_turn) == 1
    assert chosen(there(1, 3, offered_ago=90), there(2, 0, offered_ago=1), rule=in_turn) == 2


def test_a_service_that_offers_nothing_offers_nothing() -> None:
    """Not even what is urgent: agents take from the queue."""
    assert chosen(there(1), rule=replace(RULE, method=Method.NONE), of=case(urgent=True)) == 0


def test_an_own_capacity_counts_before_the_towns() -> None:
    """With 0 somebody is never asked, not even for what is urgent."""
    assert chosen(there(1, 3, capacity=4), there(2, 3)) == 1
    assert chosen(there(1, 0, capacity=0), of=case(urgent=True), waited=60) == 0


def test_who_speaks_the_citizens_language_is_asked_first() -> None:
    """Also by another region, and what is heard counts before what is answered in; French everybody speaks."""
    speaker = there(2, 2, languages=("pt-BR",))

    assert chosen(there(1), speaker, of=case(spoken="pt")) == 2
    assert chosen(there(1), speaker, of=case("en")) == 1
    assert chosen(there(1), speaker) == 1


def test_a_language_that_nobody_speaks_keeps_nobody_waiting() -> None:
    """Whoever is free is asked."""
    assert chosen(there(1), there(2, 1), of=case(spoken="uk")) == 1


def test_a_busy_speaker_is_waited_for_only_so_long() -> None:
    """After the rule's minutes, or after they have passed, or at once when it is urgent, somebody else is asked."""
    agents = there(1), there(2, 3, languages=("uk",))

    assert [chosen(*agents, of=case(spoken="uk"), waited=waited) for waited in (0, 4, 5)] == [0, 0, 1]
    assert chosen(*agents, of=case(spoken="uk"), asked=(2,)) == 1
    assert chosen(*agents, of=case(spoken="uk", urgent=True)) == 1


def test_a_skill_is_asked_of_the_services_own() -> None:
    """Case does not count. Where nobody there has it, the next step is asked."""
    rule = replace(RULE, skill="Voirie lourde")

    assert chosen(there(1), there(2, 2, skills=("voirie lourde",)), rule=rule) == 2
    assert chosen(there(1), there(3, 0, ("etat_civil",)), rule=rule) == 3


def test_it_goes_on_to_the_next_agent_then_to_the_rules_steps() -> None:
    """Each once: the service's agents, the other service's, those who see all."""
    agents = there(1), there(2, 1), there(3, 0, ("etat_civil",)), there(4, 0, (), Role.SUPERVISOR)
    asked: list[int] = []
    while number := chosen(*agents, asked=tuple(asked)):
        asked.append(number)

    assert asked == [1, 2, 3, 4]


def test_a_step_waits_for_busy_agents_before_it() -> None:
    """As many opening minutes for each; an urgent case goes on at once."""
    agents = there(1, 3), there(3, 3, ("etat_civil",)), there(4, 0, (), Role.SUPERVISOR)

    assert [chosen(*agents, waited=waited) for waited in (0, 5, 9, 10)] == [0, 0, 0, 4]
    assert [chosen(agents[0], there(3, 0, ("etat_civil",)), waited=waited) for waited in (4, 5)] == [0, 3]


def test_an_urgent_case_finds_somebody_even_if_all_are_full() -> None:
    """The least loaded of the first step that has anybody, above their capacity."""
    agents = there(1, 4), there(2, 3), there(4, 0, (), Role.SUPERVISOR)

    assert chosen(*agents, of=case(urgent=True)) == 2
    assert chosen(*agents, of=case(urgent=True), asked=(1, 2)) == 4


def test_who_sees_all_is_of_no_service_unless_it_is_named() -> None:
    """A supervisor steps in at their step; an agent without services is of all of them."""
    chief, own = there(4, 0, (), Role.SUPERVISOR), there(5, 2, ("voirie",), Role.ADMIN)

    assert chosen(chief, own) == 5
    assert chosen(chief, rule=replace(RULE, then=())) == 0
    assert chosen(there(6, 0, ()), rule=replace(RULE, then=())) == 6


def test_a_service_has_the_towns_rule_but_for_its_own() -> None:
    """Its own settings replace the town's one by one."""
    own = ServiceRouting(method=Method.ROUND_ROBIN, offer_seconds=30, then=("etat_civil",), skill="plans")
    services = {**small.OFFICE.services, "voirie": Service(name="Voirie", about="", routing=own)}
    desk = Desk(routing=Routing(capacity=5, then_minutes=7))
    office = msgspec.structs.replace(small.OFFICE, desk=desk, services=services)

    assert rule_of(office, "voirie") == Rule(
        Method.ROUND_ROBIN, ("voirie",), ("etat_civil",), 7 * MINUTE, timedelta(seconds=30), "plans", 5
    )
    assert rule_of(office, GENERAL_SERVICE).method is Method.LEAST_LOADED


def test_a_service_that_was_removed_goes_to_the_general_one() -> None:
    """Its old agents and the reception's are asked, by the town's rule."""
    rule = rule_of(small.OFFICE, "piscine")

    assert rule.services == ("piscine", GENERAL_SERVICE)
    assert chosen(there(1, 0, ("etat_civil",)), there(2, 0, (GENERAL_SERVICE,)), rule=rule) == 2


@pytest.mark.parametrize("method", [Method.LEAST_LOADED, Method.ROUND_ROBIN])
def test_the_order_of_those_who_are_there_does_not_matter(method: Method) -> None:
    """The same agents, the same choice."""
    agents = [there(number, number % 2, offered_ago=number) for number in range(1, 6)]
    rule = replace(RULE, method=method)

    assert chosen(*agents, rule=rule) == chosen(*agents[::-1], rule=rule)
