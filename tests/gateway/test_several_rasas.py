"""Several Rasa processes behind one gateway: who answers whom, and what happens when one goes, hangs or comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import datetime, timedelta, timezone
from functools import partial

import aiohttp
import pytest

from bot import settings as settings_module
from bot.app import Gateway, gateway
from bot.errors import RasaSlow
from bot.gateway.trusted import TrustedProcess
from bot.rasa import Rasa
from bot.store.sql import Store
from bot.text import wording as catalogues
from tests.fakes.actions import FakeActions
from tests.fakes.rasa import FakeRasa
from tests.gateway.conftest import Page, page, until
from tests.gateway.test_outages import ready

TOKEN = "a-token-of-tests"


class Several:
    """A gateway, its fake processes, and the citizens who talk."""

    def __init__(self, built: Gateway, rasas: list[FakeRasa], http: aiohttp.ClientSession) -> None:
        self.built = built
        self.rasas = rasas
        self._http = http

    def heard(self, text: str) -> list[int]:
        """Which processes were asked something, by number, once for each time."""
        return [number for number, rasa in enumerate(self.rasas) for one in rasa.heard if one.get("message") == text]

    async def route(self, urls: list[str], token: str = TOKEN) -> tuple[int, dict[str, dict[str, object]]]:
        """What the supervisor tells, and the answer."""
        async with self._http.put(
            f"http://127.0.0.1:{self.built.monitor_port}/rasa",
            json={"urls": urls},
            headers={"Authorization": f"Bearer {token}"},
        ) as response:
            body = await response.json()
            return response.status, body.get("rasa", body)


@asynccontextmanager
async def several(
    environ: dict[str, str], store: Store, actions: FakeActions, count: int = 2, routed: int = 0
) -> AsyncIterator[Several]:
    """A gateway with so many processes, of which the first `routed` are known to it (all, without a number)."""
    async with AsyncExitStack() as stack:
        rasas = [
            await stack.enter_async_context(FakeRasa(tracker_events=store.tracker_events, token=TOKEN))
            for _ in range(count)
        ]
        for rasa in rasas:
            rasa.answer(lambda heard: f"réponse à {heard['message']}")
        reached = {
            **environ,
            "GUICHET_RASA_URL": ", ".join(rasa.url for rasa in rasas[: routed or count]),
            "GUICHET_RASA_TOKEN": TOKEN,
            "GUICHET_ACTIONS_URL": actions.url,
        }
        built = await stack.enter_async_context(gateway(settings_module.load(reached)))
        known = [one.url for one in rasas[: routed or count]]
        await until(lambda: all(standing.trusted for standing in built.core.route(known).values()))
        yield Several(built, rasas, await stack.enter_async_context(aiohttp.ClientSession()))


@asynccontextmanager
async def citizens(built: Gateway, count: int) -> AsyncIterator[list[Page]]:
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(page(built)) for _ in range(count)]
        for one in pages:
            await one.request_session(client="guichet")
        yield pages


async def answered(one: Page, text: str, **more: str) -> None:
    await one.say(text, **more)
    await until(lambda: f"réponse à {text}" in one.texts())


async def test_a_conversation_stays_with_its_process(
    environ: dict[str, str], store: Store, actions: FakeActions
) -> None:
    """Every message of a citizen is answered by the same process."""
    async with several(environ, store, actions, count=3) as town, citizens(town.built, 4) as pages:
        for number, one in enumerate(pages):
            for turn in range(3):
                await answered(one, f"{number} {turn}")
        asked = [
            [process for turn in range(3) for process in town.heard(f"{number} {turn}")] for number in range(len(pages))
        ]

    assert [len(processes) for processes in asked] == [3] * len(pages)
    assert [len(set(processes)) for processes in asked] == [1] * len(pages)


async def test_a_process_that_dies_leaves_its_conversations_to_the_other(
    environ: dict[str, str], store: Store, actions: FakeActions
) -> None:
    """Nobody reads an apology: the next process answers, and the conversation comes back with the one that was gone."""
    async with several(environ, store, actions) as town, citizens(town.built, 1) as (one,):
        await answered(one, "avant")
        (home,) = town.heard("avant")
        town.rasas[home].fault = "closing"
        await answered(one, "pendant")
        town.rasas[home].fault = None
        await until(lambda: all(found.trusted for found in town.built.core.route(urls(town)).values()))
        await answered(one, "après")
        texts = one.texts()

    assert set(town.heard("pendant")) == {0, 1}
    assert town.heard("après") == [home]
    assert texts == ["réponse à avant", "réponse à pendant", "réponse à après"]


def urls(town: Several) -> list[str]:
    return [rasa.url for rasa in town.rasas]


async def test_a_message_under_way_is_not_answered_twice(
    environ: dict[str, str], store: Store, actions: FakeActions
) -> None:
    """The process stored its answer and died: the other one finds it in the tracker and says nothing anew."""
    async with several(environ, store, actions) as town, citizens(town.built, 1) as (one,):
        await answered(one, "avant")
        (home,) = town.heard("avant")
        away = town.rasas[1 - home]
        with shared_trackers(town.rasas):
            town.rasas[home].fault = "answers_then_closes"
            await answered(one, "pendant")
        texts = one.texts()

    assert town.heard("pendant") == [home]
    assert away.heard == []
    assert texts == ["réponse à avant", "réponse à pendant"]


@contextmanager
def shared_trackers(rasas: list[FakeRasa]) -> Iterator[None]:
    """What the database is to the real ones: a tracker that one has written is read by the others."""
    for rasa in rasas[1:]:
        for sender, events in rasa.trackers.items():
            rasas[0].trackers[sender] = events
        rasa.trackers = rasas[0].trackers
    yield


async def test_a_message_that_waits_too_long_is_tried_elsewhere(
    environ: dict[str, str], store: Store, actions: FakeActions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process answers its pings and no message: the next try is the other's."""
    monkeypatch.setattr("bot.app.Rasa", partial(Rasa, patience=timedelta(seconds=1)))
    async with several(environ, store, actions) as town, citizens(town.built, 1) as (one,):
        await answered(one, "avant")
        (home,) = town.heard("avant")
        town.rasas[home].mute = True
        await one.say("pendant")
        await until(lambda: "réponse à pendant" in one.texts(), seconds=30)
        texts = one.texts()

    assert set(town.heard("pendant")) == {0, 1}
    assert texts.count("réponse à pendant") == 1


async def test_a_process_that_lets_all_messages_wait_is_spared(
    environ: dict[str, str], store: Store, rasa: FakeRasa
) -> None:
    """After five in a row none is given to it for some seconds, then one, and all again once that one is answered."""
    office = settings_module.load(environ).office
    moment = [datetime(2026, 1, 5, 9, tzinfo=timezone.utc)]
    async with aiohttp.ClientSession() as http:
        client = Rasa(http, rasa.url, "", catalogues.load(office), office)
        process = TrustedProcess(client, store.tracker_events, "", lambda: moment[0])
        for _ in range(5):
            with pytest.raises(RasaSlow), process.calling(talks=True):
                raise RasaSlow("Rasa does not answer in time")
            with process.calling(talks=False):
                pass
        spared = process.preferred
        moment[0] += timedelta(seconds=10)
        with process.calling(talks=True):
            during = process.preferred
        after = process.preferred

    assert (spared, during, after) == (False, False, True)


async def test_ready_tells_each_process(environ: dict[str, str], store: Store, actions: FakeActions) -> None:
    """With one of two down the gateway is ready, and says which is down; with both down it is not."""
    async with several(environ, store, actions) as town:
        places = [rasa.url.removeprefix("http://") for rasa in town.rasas]
        calm = (await ready(town.built))["rasa"]
        town.rasas[1].model_id = None
        await until(lambda: "409" in town.built.core.detail, seconds=20)
        limping = (await ready(town.built))["rasa"]
        town.rasas[0].model_id = None
        await until(lambda: not town.built.core.trusted, seconds=20)
        down = (await ready(town.built))["rasa"]

    assert calm == {"ok": True, "detail": f"{places[0]}: model fake-model; {places[1]}: model fake-model"}
    assert limping["ok"] is True
    assert str(limping["detail"]).endswith(f"{places[1]}: Rasa answers with HTTP status 409")
    assert down["ok"] is False


async def test_a_process_that_is_left_answers_what_it_owes(
    environ: dict[str, str], store: Store, actions: FakeActions
) -> None:
    """Told that another process answers from now on, the gateway sends nothing new to the old one and waits for it."""
    async with several(environ, store, actions, count=2, routed=1) as town, citizens(town.built, 2) as (one, other):
        old, new = town.rasas
        old.held = asyncio.Event()
        await one.say("longue question")
        await until(lambda: old.heard)
        await town.route([old.url, new.url])
        await until(lambda: town.built.core.route([old.url, new.url])[new.url].trusted)
        _, leaving = await town.route([new.url])
        await answered(other, "question suivante")
        old.held.set()
        await until(lambda: "réponse à longue question" in one.texts())
        _, gone = await town.route([new.url])
        texts = one.texts()

    assert leaving[old.url]["under_way"] == 1
    assert town.heard("question suivante") == [1]
    assert town.heard("longue question") == [0]
    assert list(gone) == [new.url]
    assert texts == ["réponse à longue question"]


@pytest.mark.parametrize(
    ("token", "wanted", "status"),
    [
        ("another-token", ["http://127.0.0.1:1"], 403),
        (TOKEN, [], 400),
        (TOKEN, ["not an address"], 400),
        (TOKEN, [f"http://127.0.0.1:{port}" for port in range(1, 70)], 400),
    ],
)
async def test_a_wish_that_is_not_taken_changes_nothing(
    environ: dict[str, str], store: Store, actions: FakeActions, token: str, wanted: list[str], status: int
) -> None:
    """A foreign token and a list that is none are refused, and the same processes go on answering."""
    async with several(environ, store, actions, count=1) as town, citizens(town.built, 1) as (one,):
        refused, _ = await town.route(wanted, token)
        await answered(one, "bonjour")

    assert refused == status
    assert town.heard("bonjour") == [0]
