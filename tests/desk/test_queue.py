"""Where a citizen stands in the queue, what is said of the wait, and when a case is late."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from bot.agents import NewAgent, Role
from bot.cases import CaseKind, Cause, NewCase
from bot.desk.hours import Hours
from bot.desk.queue import SEEN_WITHIN, Presence, Standing, due, presence
from bot.desk.queue import standing as standing_at
from bot.desk.waits import Range
from bot.errors import Missing
from bot.messages import Address
from bot.settings import GENERAL_SERVICE, read_office
from bot.settings_desk import Desk
from bot.store.sql import Store
from tests.databases import opened

OFFICE = read_office(Path(__file__).resolve().parents[2] / "office.yml")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
"""10 h by the town's clock: open."""
NIGHT = MONDAY + timedelta(hours=10)
HOURS = Hours(OFFICE)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as made:
        yield made


async def waiting(store: Store, name: str, at: datetime = MONDAY, urgent: bool = False) -> int:
    """A citizen's case in the queue of the general service."""
    conversation = await store.conversations.open(Address("web", name), "fr", at)
    new = NewCase(
        conversation.id, "m1", "handoff", CaseKind.QUESTION, GENERAL_SERVICE, Cause.ASKED, "Un trou", urgent=urgent
    )
    return (await store.cases.open(new, at)).case.id


async def standing(store: Store, case_id: int, now: datetime = MONDAY) -> Standing:
    return await standing_at(store.cases, store.agents, HOURS, case_id, now)


async def agent(store: Store, login: str = "claire", services: tuple[str, ...] = ()) -> int:
    made = await store.agents.add(NewAgent(login, "Claire M.", Role.AGENT, services, "hash"), MONDAY)
    return made.id


async def test_who_came_first_is_next(store: Store) -> None:
    """Places count from one, in the order of arrival; an urgent case goes before all others."""
    first, second = await waiting(store, "anne"), await waiting(store, "bruno", MONDAY + MINUTE)
    urgent = await waiting(store, "chloe", MONDAY + 2 * MINUTE, urgent=True)
    places = [await standing(store, case_id) for case_id in (urgent, first, second)]

    assert places == [Standing(1, None), Standing(2, None), Standing(3, None)]


async def test_the_wait_is_that_of_others(store: Store) -> None:
    """Three cases were taken after five minutes each: so long may the fourth wait, if somebody is there."""
    claire = await agent(store)
    for number in range(3):
        case_id = await waiting(store, f"before{number}", MONDAY + number * 10 * MINUTE)
        await store.cases.take(case_id, claire, MONDAY + number * 10 * MINUTE + 5 * MINUTE)
    now = MONDAY + 60 * MINUTE
    case_id = await waiting(store, "anne", now)
    alone = await standing(store, case_id, now)
    await store.agents.seen([claire], now)

    assert alone == Standing(1, None)
    assert await standing(store, case_id, now) == Standing(1, Range(5 * MINUTE, 5 * MINUTE))


async def test_who_is_with_an_agent_stands_nowhere(store: Store) -> None:
    """A case that was taken is not in the queue."""
    case_id = await waiting(store, "anne")
    await store.cases.take(case_id, await agent(store), MONDAY)
    with pytest.raises(Missing):
        await standing(store, case_id)


async def test_open_and_staffed_answers(store: Store) -> None:
    """An agent who is available and was seen a moment ago answers; one not heard of for longer is gone."""
    claire = await agent(store)
    await store.agents.set_available(claire, True)
    await store.agents.seen([claire], MONDAY)
    now, late = [
        await presence(store.agents, HOURS, GENERAL_SERVICE, at) for at in (MONDAY, MONDAY + SEEN_WITHIN + MINUTE)
    ]

    assert now == Presence(is_open=True, is_staffed=True, opens_at=None)
    assert (now.answers, late.answers) == (True, False)


async def test_an_agent_of_another_service_does_not_count(store: Store) -> None:
    """Somebody of the roads does not answer for the general service."""
    other = next(code for code in OFFICE.services if code != GENERAL_SERVICE)
    claire = await agent(store, services=(other,))
    await store.agents.set_available(claire, True)
    await store.agents.seen([claire], MONDAY)

    assert not (await presence(store.agents, HOURS, GENERAL_SERVICE, MONDAY)).answers
    assert (await presence(store.agents, HOURS, other, MONDAY)).is_staffed


async def test_closed_says_when_it_opens(store: Store) -> None:
    """An agent who is still there at night does not open the desk."""
    claire = await agent(store)
    await store.agents.set_available(claire, True)
    await store.agents.seen([claire], NIGHT)
    there = await presence(store.agents, HOURS, GENERAL_SERVICE, NIGHT)

    assert not there.answers
    assert there.opens_at == HOURS.next_opening(GENERAL_SERVICE, NIGHT)


def test_a_chat_is_late_after_minutes_and_a_case_after_hours() -> None:
    """Both counted in opening time."""
    desk = msgspec.structs.replace(OFFICE, desk=Desk(chat_due_minutes=15, case_due_hours=2))
    chat = due(CaseKind.QUESTION, False, HOURS, desk, GENERAL_SERVICE, MONDAY)
    call = due(CaseKind.QUESTION, True, HOURS, desk, GENERAL_SERVICE, MONDAY)
    form = due(CaseKind.STREET_ISSUE, False, HOURS, desk, GENERAL_SERVICE, MONDAY)

    assert chat == MONDAY + 15 * MINUTE
    assert call == form == HOURS.after_open(GENERAL_SERVICE, MONDAY, 120)


def test_the_night_does_not_make_a_case_late() -> None:
    """What comes in at night is due so long after the next opening."""
    opens = HOURS.next_opening(GENERAL_SERVICE, NIGHT)

    assert opens is not None
    assert due(CaseKind.QUESTION, False, HOURS, OFFICE, GENERAL_SERVICE, NIGHT) == opens + 15 * MINUTE
