"""Rasa or its actions down, silent or hanging: an apology, nothing lost, an answer when they are back."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import date, timedelta
from functools import partial

import aiohttp
import pytest

from bot.analytics.night_state import NAME, NightState, encoded
from bot.app import Gateway, gateway
from bot.clock import now
from bot.rasa import Rasa
from bot.rasa_events import LOCK_OF_PROCESS
from bot.settings import Settings
from bot.store.sql import Store
from tests.fakes.actions import FakeActions
from tests.fakes.rasa import FakeRasa
from tests.gateway.conftest import page, until


async def ready(built: Gateway) -> dict[str, dict[str, object]]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{built.monitor_port}/ready") as response,
    ):
        checks: dict[str, dict[str, object]] = (await response.json())["checks"]
        return checks


@pytest.mark.parametrize("fault", ["silent", "failing", "closing"])
async def test_an_outage_costs_an_apology_and_no_message(running: Gateway, rasa: FakeRasa, fault: str) -> None:
    """The citizen is told once, and answered when the core is back."""
    rasa.fault = fault
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        await citizen.say("la piscine ?", id="m1")
        apology = (await citizen.wait_for_texts(1))[0]
        rasa.fault = None
        rasa.answer("Ouverte le mardi.")
        texts = await citizen.wait_for_texts(2)
        await asyncio.sleep(0.1)

        assert "incident" in apology
        assert texts == [apology, "Ouverte le mardi."]
        assert len(citizen.texts()) == 2


async def test_a_hanging_core_costs_an_apology_too(
    settings: Settings, store: Store, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rasa takes the question and says nothing: a citizen is not kept waiting, and answered when it has recovered."""
    monkeypatch.setattr("bot.app.Rasa", partial(Rasa, patience=timedelta(seconds=1)))
    async with gateway(settings) as built:
        await until(lambda: built.core.trusted)
        rasa.fault = "hanging"
        async with page(built) as citizen:
            await citizen.request_session(client="guichet")
            await citizen.say("la piscine ?", id="m1")
            (apology,) = await citizen.wait_for_texts(1)
            rasa.fault = None
            rasa.answer("Ouverte le mardi.")
            texts = await citizen.wait_for_texts(2)

    assert "incident" in apology
    assert texts == [apology, "Ouverte le mardi."]


@pytest.mark.parametrize("fault", [None, "silent", "failing", "closing", "hanging"])
@pytest.mark.parametrize(("said", "number"), [("au secours il y a le feu", "112"), ("je veux mourir", "3114")])
async def test_danger_comes_first_whatever_the_core_does(
    running: Gateway, rasa: FakeRasa, fault: str | None, said: str, number: str
) -> None:
    """The numbers do not wait for Rasa, nor behind a message that does."""
    rasa.fault = fault
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        await citizen.say("ma question d'avant", id="m0")
        await citizen.say(said, id="m1")
        await until(lambda: any(number in text for text in citizen.texts()), seconds=2)

    assert all(said not in heard["message"] for heard in rasa.heard)


@pytest.mark.parametrize("fault", [None, "silent", "failing", "closing"])
async def test_possible_danger_is_answered_twice(running: Gateway, rasa: FakeRasa, fault: str | None) -> None:
    """The numbers at once, whatever the core does, and then what any other message would get."""
    rasa.fault = fault
    rasa.answer("Le don du sang a lieu vendredi.")
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        await citizen.say("que faire, mon sang", id="m1")
        await until(lambda: any("112" in text for text in citizen.texts()), seconds=2)
        rasa.fault = None
        await until(lambda: "Le don du sang a lieu vendredi." in citizen.texts(), seconds=10)

        assert "Si quelqu’un est en danger" in citizen.texts()[0]


async def test_a_message_handled_already_is_not_said_again(running: Gateway, rasa: FakeRasa) -> None:
    """The core wrote its answer and the connection broke: the answer is rebuilt from its events."""
    rasa.answer("Une seule fois.")
    rasa.fault = "answers_then_closes"
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        await citizen.say("bonjour", id="m1")
        await until(lambda: rasa.heard)
        rasa.fault = None
        texts = await citizen.wait_for_texts(2)

    assert len(rasa.heard) == 1
    assert texts[1] == "Une seule fois."


async def test_a_question_that_silences_a_healthy_core_does_not_block_the_next(
    running: Gateway, rasa: FakeRasa
) -> None:
    """One poisonous message is answered with an honest sentence after some tries."""
    rasa.answer(lambda heard: None if "poison" in heard["message"] else "Oui.")
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        await citizen.say("poison", id="m1")
        await citizen.say("bonjour", id="m2")
        await until(lambda: "Oui." in citizen.texts(), seconds=40)

        assert any("Je ne peux pas chercher" in text for text in citizen.texts())


async def test_a_dead_action_server_keeps_the_message_stored(
    running: Gateway, rasa: FakeRasa, actions: FakeActions
) -> None:
    """However long it is down: no giving up, and the question does not pile up in Rasa's tracker meanwhile."""
    rasa.fault = "silent"
    actions.well = False
    async with page(running) as citizen:
        await citizen.request_session(client="guichet")
        await citizen.say("la piscine ?", id="m1")
        await asyncio.sleep(12)
        heard = len(rasa.heard)
        actions.well, rasa.fault = True, None
        rasa.answer("Ouverte le mardi.")
        await until(lambda: "Ouverte le mardi." in citizen.texts(), seconds=20)

        assert (heard, len(citizen.texts())) == (1, 2)


async def test_each_of_many_waiting_citizens_gets_an_apology(
    running: Gateway, rasa: FakeRasa, actions: FakeActions
) -> None:
    """In a long outage nobody's first apology waits behind others' tenth try: forty citizens, within seconds."""
    rasa.fault = "closing"
    actions.well = False
    await until(lambda: not running.core.trusted, seconds=20)
    await asyncio.sleep(4)
    async with AsyncExitStack() as stack:
        citizens = [await stack.enter_async_context(page(running)) for _ in range(40)]
        for citizen in citizens:
            await citizen.request_session(client="guichet")
            await citizen.say("la piscine ?", id="m1")
        await until(lambda: all(citizen.texts() for citizen in citizens), seconds=5)

    assert all(len(citizen.texts()) == 1 for citizen in citizens)


async def test_ready_names_what_is_down(running: Gateway, rasa: FakeRasa, actions: FakeActions) -> None:
    """Each part has its own line, and comes back by itself."""
    actions.well = False
    rasa.fault = "failing"
    for _ in range(600):
        checks = await ready(running)
        if not checks["rasa"]["ok"] and not checks["actions"]["ok"]:
            break
        await asyncio.sleep(0.05)
    down = {name for name, check in checks.items() if not check["ok"]}
    actions.well, rasa.fault = True, None
    for _ in range(200):
        checks = await ready(running)
        if all(check["ok"] for check in checks.values()):
            break
        await asyncio.sleep(0.05)

    assert down == {"rasa", "actions"}
    assert all(check["ok"] for check in checks.values())


async def test_a_core_under_a_lock_that_is_not_ours_is_not_trusted(running: Gateway, rasa: FakeRasa) -> None:
    """A lock store in Rasa's memory reports ready; the row that we read back shows which lock was held."""
    rasa.fault = "failing"
    await until(lambda: not running.core.trusted, seconds=20)
    rasa.locked_by = ""
    rasa.fault = None
    await until(lambda: "lock store" in running.core.detail, seconds=20)

    assert not running.core.trusted
    rasa.locked_by = LOCK_OF_PROCESS
    await until(lambda: running.core.trusted, seconds=20)


async def test_a_core_that_writes_nowhere_is_not_trusted(running: Gateway, rasa: FakeRasa) -> None:
    """A tracker store in Rasa's memory reports ready; we read the row back and say so."""
    rasa.fault = "failing"
    await until(lambda: not running.core.trusted, seconds=20)
    rasa.forgetful = True
    rasa.fault = None
    await asyncio.sleep(1.5)

    assert not running.core.trusted
    assert "tracker store" in running.core.detail


async def test_a_night_that_failed_is_told_and_stops_nobody(running: Gateway, store: Store) -> None:
    """`/ready` names the step that was not done, and the gateway is ready all the same; once it is done, there is no fault."""
    assert (await ready(running))["figures"] == {"ok": True, "detail": "no fault"}
    await store.cursors.hold(NAME, "w1", now(), timedelta(minutes=1))
    await store.cursors.write(
        NAME, "w1", encoded(NightState().tried(date(2026, 5, 4), {"topics": "ValueError"}, now()))
    )
    told = await ready(running)
    await store.cursors.write(NAME, "w1", "2026-05-04")

    assert (told["figures"]["ok"], "topics (ValueError)" in str(told["figures"]["detail"])) == (False, True)
    assert {name for name, check in told.items() if not check["ok"]} == {"figures"}
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{running.monitor_port}/ready") as response,
    ):
        assert response.status == 200
    assert (await ready(running))["figures"]["ok"]
