"""Letters that say the same, and how urgent they are together."""

from __future__ import annotations

import pytest

from bot.mailroom import Together
from bot.messages import Address
from bot.store.sql import Store
from tests.store.contract_agents import hired
from tests.store.words import START
from tests.test_correspondence import Mailroom, letter


@pytest.fixture
def room(store: Store) -> Mailroom:
    return Mailroom(store)


async def test_a_group_is_as_urgent_as_its_most_urgent_letter(room: Mailroom) -> None:
    """What twelve say calmly and one in alarm stands at the top, all of it, whichever came first; the next one too."""
    room.triage.danger = "tombée"
    said = ["Il y a un trou.", "Un trou, une dame est tombée.", "Un trou encore."]
    places = [Address("email", f"c{number}") for number in range(len(said))]
    for number, (text, place) in enumerate(zip(said, places, strict=True)):
        await room.take(letter(f"m{number}", text, place, f"{number}@example.org"))
        urgent = [(await room.cases(place))[0].urgent for place in places[: number + 1]]

        assert urgent == [number > 0] * (number + 1)
    first = await room.filed("m0", places[0])
    assert await room.store.letters.together(first.id, urgent=False) == Together(True)


async def test_an_agent_who_calls_one_of_a_group_less_urgent_is_believed(room: Mailroom) -> None:
    """The next letter that says the same raises the others, and not that one."""
    room.triage.danger = "tombée"
    agent = await hired(room.store)
    places = [Address("email", f"c{number}") for number in range(3)]
    await room.take(letter("m0", "Il y a un trou.", places[0], "0@example.org"))
    await room.take(letter("m1", "Un trou, une dame est tombée.", places[1], "1@example.org"))
    calmed = (await room.cases(places[0]))[0]
    await room.store.cases.set_urgent(calmed.id, agent.id, False, START)
    await room.take(letter("m2", "Un trou, toujours.", places[2], "2@example.org"))

    assert [(await room.cases(place))[0].urgent for place in places] == [False, True, True]


async def test_a_closed_case_of_a_group_raises_nobody(room: Mailroom) -> None:
    """What is mended is mended: only open cases count, and closed ones are left alone."""
    room.triage.danger = "tombée"
    places = [Address("email", f"c{number}") for number in range(2)]
    await room.take(letter("m0", "Un trou, une dame est tombée.", places[0], "0@example.org"))
    await room.store.cases.close((await room.cases(places[0]))[0].id, (await hired(room.store)).id, START)
    await room.take(letter("m1", "Un trou, encore.", places[1], "1@example.org"))

    assert not (await room.cases(places[1]))[0].urgent
