"""Two processes of Rasa on one database, and citizens who do not behave: no crash, no growth, nobody else's tracker."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web

from bot.errors import RasaError
from bot.rasa import Rasa, disarm
from bot.store.sql import Store, migrate, open_store
from tests.rasa.conftest import TOKEN, Project, conversation, message, served
from tests.rasa.test_server import core
from tests.servers import free_port

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]

PORT = free_port()
QUESTION = "comment refaire ma carte d'identité ?"
TEXTS = (
    *(
        "😀😀👩‍👩‍👧‍👦",
        "مرحبا، أريد تجديد جواز السفر",
        "bonjour مرحبا привіт 你好",
        "\u200b\u200d\ufeff",
        "\u202eruojnob",
    ),
    *(
        "é" * 4000,
        "carte " * 660,
        "{" * 4000,
        "\ud800",
        "a\x00b",
        "\u2028\u2029",
        "'; DROP TABLE events; --",
        "/restart" * 500,
    ),
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = f"sqlite:///{tmp_path_factory.mktemp('database') / 'guichet.db'}"
    migrate(made)
    return made


@pytest.fixture(scope="module")
def started() -> list[subprocess.Popen[bytes]]:
    return []


@pytest.fixture(scope="module")
def servers(
    project: Project,
    model: Path,
    url: str,
    started: list[subprocess.Popen[bytes]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[list[str]]:
    """Two; the last test kills the first."""
    endpoints = yaml.safe_load((project.folder / "endpoints.yml").read_text("utf-8"))
    endpoints["action_endpoint"] = {"url": f"http://127.0.0.1:{PORT}/webhook"}
    with ExitStack() as stack:
        addresses = []
        for _ in range(2):
            folder = tmp_path_factory.mktemp("server")
            (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints), "utf-8")
            addresses.append(
                stack.enter_context(served(project, model, folder / "endpoints.yml", folder, url, started))
            )
        yield addresses


@pytest.fixture
async def actions() -> AsyncIterator[list[dict[str, Any]]]:
    """An action server that answers everything after a moment; the bodies that it was sent."""
    bodies: list[dict[str, Any]] = []

    async def webhook(request: web.Request) -> web.Response:
        body = await request.json()
        bodies.append(body)
        await asyncio.sleep(0.01)
        events = [{"event": "slot", "name": "answered_article", "value": body["sender_id"], "timestamp": None}]
        return web.json_response({"events": events, "responses": [{"text": f"à {body['sender_id']}"}]})

    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/webhook", webhook)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", PORT).start()
    yield bodies
    await runner.cleanup()


@pytest.fixture
async def cores(servers: list[str], actions: list[dict[str, Any]]) -> AsyncIterator[list[Rasa]]:
    async with aiohttp.ClientSession() as http:
        yield [core(http, server) for server in servers]


@pytest.fixture
async def database(url: str) -> AsyncIterator[Store]:
    opened = await open_store(url)
    yield opened
    await opened.close()


async def users(database: Store, sender: str) -> list[dict[str, Any]]:
    events, _ = await database.tracker_events.read(sender, current_session=False)
    return [event for event in events if event["event"] == "user"]


async def insist(cores: list[Rasa], sender: str, ref: str, text: str, first: int = 0) -> None:
    """As the gateway does: a message that was lost is looked for, and said again."""
    for attempt in range(40):
        rasa = cores[(first + attempt) % len(cores)]
        try:
            if await rasa.replay(conversation(sender), message(ref, text)) is None:
                await rasa.talk(conversation(sender), message(ref, text), None)
            return
        except RasaError:
            await asyncio.sleep(0.02)
    raise AssertionError(f"{ref} was never answered")


async def test_whatever_is_typed_is_answered_and_kept(cores: list[Rasa], database: Store) -> None:
    """Emoji alone, right to left, mixed scripts, what shows as nothing, 4,000 characters: each a turn of its own sender."""
    for number, text in enumerate(TEXTS):
        await insist(cores, f"typed{number % 3}", f"m{number}", text, first=number % 2)
    kept = [event for sender in range(3) for event in await users(database, f"typed{sender}")]

    assert sorted(event["metadata"]["message_id"] for event in kept) == sorted(f"m{n}" for n in range(len(TEXTS)))
    assert {event["text"] for event in kept} <= {disarm(text).replace("\ud800", "\ufffd") for text in TEXTS}


async def test_fifty_messages_in_a_second(cores: list[Rasa], database: Store, actions: list[dict[str, Any]]) -> None:
    """Of one citizen, at both processes at once: each is answered once, and nobody else's slots are touched."""
    await asyncio.gather(
        *(insist(cores, "eager", f"m{number}", QUESTION, first=number % 2) for number in range(50)),
        *(insist(cores, "calm", f"c{number}", QUESTION, first=number % 2) for number in range(3)),
    )
    heard = [event["metadata"]["message_id"] for event in await users(database, "eager")]
    events, _ = await database.tracker_events.read("calm", current_session=False)

    assert sorted(heard, key=str) == sorted(f"m{number}" for number in range(50))
    assert {event["value"] for event in events if event.get("name") == "answered_article"} == {"calm"}
    assert {body["tracker"]["sender_id"] for body in actions} == {"eager", "calm"}


async def test_what_actions_are_sent_does_not_grow(cores: list[Rasa], actions: list[dict[str, Any]]) -> None:
    """The hundredth question is sent with no more of the past than the thirtieth."""
    for number in range(100):
        await insist(cores[:1], "long", f"m{number}", QUESTION)
    counts = [len(body["tracker"]["events"]) for body in actions]

    assert max(counts[30:]) <= 2 * max(counts[:30])
    assert max(counts) <= 100


async def test_a_put_on_a_live_conversation(cores: list[Rasa], servers: list[str], database: Store) -> None:
    """What is put is what both processes go on with; `GET` gives the whole."""
    for number in range(20):
        await insist(cores, "put", f"m{number}", "merci beaucoup", first=number % 2)
    async with aiohttp.ClientSession() as http:
        where = f"{servers[0]}/conversations/put/tracker"
        async with http.get(where, params={"token": TOKEN, "include_events": "ALL"}) as response:
            whole = (await response.json())["events"]
        turns = [at for at, event in enumerate(whole) if event.get("name") == "action_listen"]
        few = whole[: turns[2] + 1]
        async with http.put(f"{where}/events", params={"token": TOKEN}, json=few) as response:
            put = response.status
        await insist(cores, "put", "later", "merci beaucoup", first=1)
        async with http.get(where, params={"token": TOKEN, "include_events": "ALL"}) as response:
            after = (await response.json())["events"]

    assert len([event for event in whole if event["event"] == "user"]) == 20
    assert put == 200
    assert [event.get("metadata", {}).get("message_id") for event in after if event["event"] == "user"][-1] == "later"
    assert [event["event"] for event in after[: len(few)]] == [event["event"] for event in few]
    kept = [event["metadata"]["message_id"] for event in few if event["event"] == "user"]
    assert [event["metadata"]["message_id"] for event in await users(database, "put")] == [*kept, "later"]


async def test_a_process_that_is_killed_behind_its_commit(
    cores: list[Rasa], database: Store, started: list[subprocess.Popen[bytes]]
) -> None:
    """The answer may not have gone out; the other process finds that the message was handled, and goes on behind it."""
    await insist(cores[:1], "killed", "m0", "bonjour")
    talking = asyncio.create_task(cores[0].talk(conversation("killed"), message("m1", QUESTION), None))
    while len(await users(database, "killed")) < 2:  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.001)
    started[0].send_signal(signal.SIGKILL)
    await asyncio.wait({talking})
    talking.exception()
    again = await cores[1].replay(conversation("killed"), message("m1", QUESTION))
    await insist(cores[1:], "killed", "m2", QUESTION)

    assert again is not None
    assert [reply.text for reply in again.replies] == ["à killed"]
    assert [event["metadata"]["message_id"] for event in await users(database, "killed")] == ["m0", "m1", "m2"]
