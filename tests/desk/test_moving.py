"""A transfer that was a mistake is taken back, with what it told the next training, until its new service has looked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot import clock
from bot.bus import LocalBus
from bot.cases import CaseState
from bot.desk.cases import Desk
from bot.desk.labels import Labels
from bot.desk.moving import WITHIN, Moving
from bot.desk.refusals import Underway
from bot.mailroom import Told
from bot.settings import Settings
from bot.store.sql import Store
from bot.text import wording as catalogues
from tests.desk.mailroom import Mailroom, mailroom, values
from tests.desk.office import Colleague

ROADS, SPORTS = ("voirie",), ("sports",)
BACK = {"service": "voirie"}


@pytest.fixture
async def room(settings: Settings, store: Store) -> AsyncIterator[Mailroom]:
    async with mailroom(settings, store) as built:
        yield built


async def move(colleague: Colleague, case_id: Any, service: str = "sports") -> None:
    await colleague.done("POST", f"/cases/{case_id}/transfer", {"service": service})


async def test_a_transfer_is_taken_back(room: Mailroom) -> None:
    """The case waits in the first queue again, its agent sees it again, and nothing is kept that nobody has meant."""
    filed = await room.take("m1")
    async with room.agent(services=ROADS) as claire:
        await move(claire, filed.case_id)
        during = await values(room.store, Told.SERVICE)
        answer = await claire.done("POST", f"/cases/{filed.case_id}/transfer/undo", BACK)
        again = await claire.ask("POST", f"/cases/{filed.case_id}/transfer/undo", BACK)

    case = await room.case(filed)
    assert (case.service, case.state, answer["case"]["service"]) == ("voirie", CaseState.WAITING, "voirie")
    assert (during, await values(room.store, Told.SERVICE)) == (["sports"], [])
    # What was undone is a transfer itself: asked for twice, it stays where it is.
    assert again[0] == 200
    assert (await room.case(filed)).service == "voirie"


async def test_what_was_decided_before_stays_decided(room: Mailroom) -> None:
    """A service that an agent had chosen, or answered for, is the right one again and not only the one that was read."""
    moved, answered = await room.take("m1"), await room.take("m2", "Un trou encore.")
    async with room.agent() as claire:
        await move(claire, moved.case_id)
        await move(claire, moved.case_id, "urbanisme")
        await claire.done("POST", f"/cases/{moved.case_id}/transfer/undo", {"service": "sports"})
        await claire.done("POST", f"/cases/{answered.case_id}/take")
        await claire.done("POST", f"/cases/{answered.case_id}/replies", {"id": "r1", "text": "Demain."})
        await move(claire, answered.case_id)
        await claire.done("POST", f"/cases/{answered.case_id}/transfer/undo", BACK)

    assert sorted(await values(room.store, Told.SERVICE)) == ["sports", "voirie"]


async def test_what_somebody_has_opened_stays_theirs(room: Mailroom) -> None:
    """Once an agent of the new service has it before them, or in hand, it is too late; a note changes nothing."""
    watched, taken = await room.take("m1"), await room.take("m2", "Un trou encore.")
    async with room.agent(services=ROADS) as claire, room.agent("zoe", services=SPORTS) as zoe:
        for filed in (watched, taken):
            await move(claire, filed.case_id)
        await room.store.agents.seen([zoe.agent.id], clock.now())
        await room.store.agents.watch(zoe.agent.id, watched.case_id)
        await zoe.done("POST", f"/cases/{taken.case_id}/take")
        refused = [
            await claire.ask("POST", f"/cases/{filed.case_id}/transfer/undo", BACK) for filed in (watched, taken)
        ]
        await room.store.agents.watch(zoe.agent.id, None)
        await zoe.done("POST", f"/cases/{watched.case_id}/notes", {"id": "n1", "text": "À voir."})
        await claire.done("POST", f"/cases/{watched.case_id}/transfer/undo", BACK)

    assert [(status, body["error"]) for status, body in refused] == [(409, "underway")] * 2
    assert (await room.case(taken)).service == "sports"
    assert (await room.case(watched)).service == "voirie"


async def test_only_who_moved_it_takes_it_back(room: Mailroom) -> None:
    """Nobody else of the old service, nobody who does not know the case, and to no service that there is not."""
    filed = await room.take("m1")
    async with room.agent(services=ROADS) as claire, room.agent("paul", services=ROADS) as paul:
        path = f"/cases/{filed.case_id}/transfer/undo"
        untouched = await paul.ask("POST", path, BACK)
        await move(claire, filed.case_id)
        refused = await paul.ask("POST", path, BACK)
        nowhere = await claire.ask("POST", path, {"service": "nowhere"})

    assert (untouched[0], refused[0], nowhere[0]) == (409, 403, 404)
    assert (await room.case(filed)).service == "sports"


async def test_it_is_taken_back_for_two_minutes(room: Mailroom, settings: Settings) -> None:
    """Later it is a transfer like any other, by whoever has it then."""
    filed = await room.take("m1")
    store, office = room.store, settings.office
    desk = Desk(
        store.cases, store.agents, store.conversations, room.counter, catalogues.load(office), office, LocalBus()
    )
    labels = Labels(store.letters, store.cases, store.transcript)
    late = Moving(
        *(desk, store.cases, store.agents, labels, office), clock=lambda: clock.now() + WITHIN + timedelta(seconds=1)
    )
    async with room.agent(services=ROADS) as claire:
        await move(claire, filed.case_id)
        with pytest.raises(Underway):
            await late.back(claire.agent, filed.case_id or 0, "voirie")

    assert (await room.case(filed)).service == "sports"
