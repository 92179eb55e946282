"""`bot.rasa` and the real `rasa run`, with the model that the repository trains."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from bot import settings
from bot.errors import RasaSilent, RasaUnreachable
from bot.messages import Author, Turn
from bot.rasa import Rasa
from bot.rasa_events import LOCK_OF_PROCESS, LOCK_OF_REDIS
from bot.store.base import CITIZEN, Entry
from bot.store.sql import Store, migrate, open_store
from bot.text import wording
from tests.rasa.conftest import NOW, ROOT, TOKEN, Project, conversation, message, served

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = f"sqlite:///{tmp_path_factory.mktemp('database') / 'guichet.db'}"
    migrate(made)
    return made


@pytest.fixture(scope="module")
def server(project: Project, model: Path, url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    with served(project, model, project.folder / "endpoints.yml", folder, url) as address:
        yield address


@pytest.fixture
async def database(url: str) -> AsyncIterator[Store]:
    opened = await open_store(url)
    yield opened
    await opened.close()


@pytest.fixture
async def rasa(server: str) -> AsyncIterator[Rasa]:
    async with aiohttp.ClientSession() as http:
        yield core(http, server)


def core(http: aiohttp.ClientSession, url: str) -> Rasa:
    office = settings.read_office(ROOT / "office.yml")
    return Rasa(http, url, TOKEN, wording.load(office), office)


def spoken(turn: Turn | None) -> list[str]:
    return [reply.text for reply in turn.replies] if turn else []


async def test_it_is_ready_with_a_model(rasa: Rasa) -> None:
    """Its id is not empty."""
    assert len(await rasa.status()) >= 16


async def test_it_answers_in_our_words_and_can_repeat_them(rasa: Rasa) -> None:
    """The same replies under the same ids, without a second event."""
    greeted = await rasa.talk(conversation("c1"), message("m1", "bonjour"), None)
    await rasa.talk(conversation("c1"), message("m2", "vous êtes un robot ?"), None)

    assert "Quelle est votre question" in spoken(greeted)[0]
    assert await rasa.replay(conversation("c1"), message("m1")) == greeted
    assert await rasa.replay(conversation("c1"), message("m9")) is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("au secours, il y a le feu", "112"),
        ("je veux mourir", "3114"),
        ("merci beaucoup", "Je vous en prie"),
        ("au revoir", "Au revoir"),
    ],
)
async def test_acts_are_answered_in_one_turn(rasa: Rasa, typed: str, said: str) -> None:
    """The safety net behind the lexicon is there too."""
    (text,) = spoken(await rasa.talk(conversation(f"acts {said}"), message("m1", typed), None))

    assert said in text


@pytest.mark.parametrize("typed", ["comment refaire ma carte d'identité ?", "😀😀", "(" * 4000, "/choose", "\ud800"])
async def test_a_dead_action_server_is_silence(rasa: Rasa, typed: str) -> None:
    """No action server runs here: whatever goes to the knowledge base is unanswered, and not handled."""
    with pytest.raises(RasaSilent):
        await rasa.talk(conversation("silent"), message("m1", typed), None)

    assert await rasa.replay(conversation("silent"), message("m1")) is None


async def test_a_typed_restart_forgets_nothing(rasa: Rasa, database: Store) -> None:
    """Rasa obeys `/restart` from its rest channel; ours does not let it through."""
    await rasa.talk(conversation("c3"), message("m1", "bonjour"), None)
    for typed in ("/restart", " ／restart", "\u200b/restart"):
        with pytest.raises(RasaSilent):
            await rasa.talk(conversation("c3"), message("m2", typed), None)
    events, _ = await database.tracker_events.read("c3", current_session=False)

    assert "restart" not in {event["event"] for event in events}


async def test_its_trackers_are_rows_of_ours(rasa: Rasa, database: Store) -> None:
    """Message id, channel and language are in the user event."""
    await rasa.talk(conversation("c4", "en"), message("m1", "bonjour"), None)
    events, stored = await database.tracker_events.read("c4", current_session=False)
    (heard,) = (event for event in events if event["event"] == "user")

    assert heard["metadata"]["message_id"] == "m1"
    assert (heard["metadata"]["language"], heard["input_channel"]) == ("en", "web")
    assert stored == len(events)


async def test_what_was_said_to_an_agent_is_remembered_and_answered_by_nobody(rasa: Rasa, database: Store) -> None:
    """Once, whatever is repeated; and the bot goes on behind it."""
    await rasa.talk(conversation("c5"), message("m1", "bonjour"), None)
    entries = [
        Entry(1, "x1", CITIZEN, "/restart", NOW),
        Entry(2, "x2", Author.AGENT.value, "Je regarde.", NOW),
        Entry(3, "m1", CITIZEN, "bonjour", NOW),
    ]
    await rasa.remember("c5", entries)
    await rasa.remember("c5", entries)
    thanked = await rasa.talk(conversation("c5"), message("m2", "merci beaucoup"), None)
    events, _ = await database.tracker_events.read("c5", current_session=False)

    assert "Je vous en prie" in spoken(thanked)[0]
    assert [event["text"] for event in events if event["event"] == "user"] == ["bonjour", "/restart", "merci beaucoup"]
    assert [event["metadata"].get("author") for event in events if event["event"] == "bot"] == [None, "agent", None]


async def test_it_proves_that_it_writes_to_our_database(rasa: Rasa, database: Store) -> None:
    """The probe is a row of ours, and can be removed."""
    probes: list[str] = []

    async def read_back(sender_id: str) -> list[dict[str, Any]]:
        probes.append(sender_id)
        return (await database.tracker_events.read(sender_id, current_session=False))[0]

    await rasa.prove(read_back, LOCK_OF_PROCESS)
    with pytest.raises(RasaUnreachable, match="locks by process and not by redis"):
        await rasa.prove(read_back, LOCK_OF_REDIS)

    assert await database.tracker_events.remove(probes[0]) > 0


async def test_it_parses(rasa: Rasa) -> None:
    """Ranking and confidence come through; a sign without a word is a question, nothing known is a fallback."""
    thanks = await rasa.parse("merci beaucoup")
    unknown = await rasa.parse("😀")

    assert thanks.intent == thanks.ranking[0][0] == "thank"
    assert 0.5 < thanks.confidence <= 1
    assert (await rasa.parse("?")).intent == "ask_question"
    assert unknown.intent == "nlu_fallback"


@pytest.mark.parametrize(
    ("store", "kind", "told"),
    [
        ("tracker_store", "bot.rasa_plugins.nowhere.TrackerStore", "tracker store does not write"),
        ("lock_store", "in_memory", "locks by none of ours and not by process"),
    ],
)
async def test_a_store_that_is_not_ours_is_found_out(
    project: Project, model: Path, url: str, database: Store, tmp_path: Path, store: str, kind: str, told: str
) -> None:
    """Rasa says that it is ready, and keeps its trackers or its locks in its memory."""
    endpoints = yaml.safe_load((project.folder / "endpoints.yml").read_text("utf-8"))
    endpoints[store]["type"] = kind
    broken = tmp_path / "endpoints.yml"
    broken.write_text(yaml.safe_dump(endpoints), "utf-8")

    async def read_back(sender_id: str) -> list[dict[str, Any]]:
        return (await database.tracker_events.read(sender_id, current_session=False))[0]

    with served(project, model, broken, tmp_path, url) as address:
        async with aiohttp.ClientSession() as http:
            rasa = core(http, address)
            await rasa.status()
            with pytest.raises(RasaUnreachable, match=told):
                await rasa.prove(read_back, LOCK_OF_PROCESS)
