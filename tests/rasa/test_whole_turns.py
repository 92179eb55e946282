"""What Rasa makes of a turn in which an action cannot be run: nothing, so that it can be tried again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import yaml
from aiohttp import web

from bot.errors import ConfigurationError, RasaSilent
from bot.rasa_plugins import whole_turns
from bot.store.sql import migrate
from tests.rasa.conftest import Project, conversation, message, served
from tests.rasa.test_server import core
from tests.servers import free_port

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]

PORT = free_port()
WISH = "je voudrais parler à quelqu'un pour mon passeport perdu"


@pytest.fixture(scope="module")
def server(project: Project, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    endpoints = yaml.safe_load((project.folder / "endpoints.yml").read_text("utf-8"))
    endpoints["action_endpoint"] = {"url": f"http://127.0.0.1:{PORT}/webhook"}
    (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints), "utf-8")
    database = f"sqlite:///{folder / 'guichet.db'}"
    migrate(database)
    with served(project, model, folder / "endpoints.yml", folder, database) as address:
        yield address


class Actions:
    """An action server that asks for a contact in each form, and can die at a call."""

    def __init__(self) -> None:
        self.dies = False
        self.called: list[str] = []

    async def webhook(self, request: web.Request) -> web.Response:
        action = (await request.json())["next_action"]
        self.called.append(action)
        if self.dies:
            assert request.transport is not None
            request.transport.abort()
        asks = [{"event": "slot", "name": "requested_slot", "value": "handoff_contact", "timestamp": None}]
        said = [{"custom": {"say": "handoff_contact"}}] if action.startswith("action_ask") else []
        return web.json_response({"events": asks, "responses": said})


@pytest.fixture
async def actions() -> AsyncIterator[Actions]:
    made = Actions()
    app = web.Application()
    app.router.add_post("/webhook", made.webhook)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", PORT).start()
    yield made
    await runner.cleanup()


async def test_a_turn_whose_action_is_lost_leaves_no_trace(server: str, actions: Actions) -> None:
    """In a form, thanks are answered by Rasa alone and the question by the action server: both, or neither and once more."""
    talk = conversation("whole")
    async with aiohttp.ClientSession() as http:
        rasa = core(http, server)
        await rasa.talk(talk, message("m1", WISH), None)
        actions.dies = True
        with pytest.raises(RasaSilent):
            await rasa.talk(talk, message("m2", "merci beaucoup"), None)
        assert await rasa.replay(talk, message("m2")) is None
        actions.dies = False
        again = await rasa.talk(talk, message("m2", "merci beaucoup"), None)

        assert [reply.id for reply in again.replies] == ["m2.0", "m2.1"]
        assert await rasa.replay(talk, message("m2")) == again


async def test_danger_is_answered_without_the_action_server(server: str, actions: Actions) -> None:
    """Rasa has the numbers by itself: they wait for nothing and for nobody."""
    actions.dies = True
    async with aiohttp.ClientSession() as http:
        (reply,) = (await core(http, server).talk(conversation("danger"), message("m1", "il y a le feu"), None)).replies

    assert "112" in reply.text


def test_another_release_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose turns nobody has looked through could answer by half: no Rasa of ours starts with it, and it says why."""
    monkeypatch.setattr(whole_turns, "MADE_FOR", "3.6.20")

    with pytest.raises(ConfigurationError, match=r"Rasa 3\.6\.21: is another release than 3\.6\.20"):
        whole_turns.install()
