"""What is said at once to danger, and what becomes of a question that the core cannot answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import safety, settings
from bot.bus import LocalBus
from bot.conversation import FUTILE_ATTEMPTS, Counter
from bot.errors import RasaError, RasaSilent, RasaSlow, RasaUnreachable
from bot.messages import Address, AnswerStatus, Kind, Message, Reply, Turn
from bot.store.base import Conversation
from bot.store.sql import Store, migrate, open_store
from bot.text import wording
from tests.store.words import ANNE, START, put

ROOT = Path(__file__).resolve().parents[1]
TRIES = FUTILE_ATTEMPTS + 3


class Unanswering:
    """A core that fails each question in the same way."""

    def __init__(self, error: RasaError, well: bool) -> None:
        self._error = error
        self._well = well

    async def talk(self, conversation: Conversation, message: Message, payload: str | None) -> Turn:
        raise self._error

    async def replay(self, conversation: Conversation, message: Message) -> Turn | None:
        return None

    async def well(self) -> bool:
        return self._well


class Answering:
    """A core that answers all it hears, and remembers it."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def talk(self, conversation: Conversation, message: Message, payload: str | None) -> Turn:
        self.heard.append(message.text)
        return Turn((Reply(f"{message.id}.0", "Voici."),))

    async def replay(self, conversation: Conversation, message: Message) -> Turn | None:
        return None

    async def well(self) -> bool:
        return True


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path / 'guichet.db'}"
    migrate(url)
    opened = await open_store(url)
    yield opened
    await opened.close()


async def tries_until_answered(store: Store, core: Unanswering) -> tuple[int, list[str]]:
    """How often a question is tried, at most `TRIES` times, and what its citizen reads."""
    office = settings.read_office(ROOT / "office.yml")
    counter = Counter(store, core, {}, wording.load(office), safety.load(), LocalBus(), "w1", lambda: START)
    await put(store, "m1")
    tried = 0
    while tried < TRIES and (
        claim := await store.inbox.claim("w1", START + timedelta(minutes=tried), timedelta(seconds=30))
    ):
        tried += 1
        await counter.handle(claim)
    conversation = await store.conversations.find(ANNE)
    assert conversation
    entries = await store.transcript.read(conversation.id)
    return tried, [entry.ref for entry in entries if entry.reply and entry.reply.status is AnswerStatus.UNAVAILABLE]


async def said(store: Store, address: Address = ANNE) -> list[tuple[str, str]]:
    """The ids and first words of a conversation's lines."""
    conversation = await store.conversations.find(address)
    assert conversation
    entries = await store.transcript.read(conversation.id)
    return [(entry.ref, entry.text.split("\n")[0]) for entry in entries]


async def exchange(store: Store, message: Message) -> tuple[list[str], list[tuple[str, str]]]:
    """What the core hears of a message, and what stands in the transcript when it was handled."""
    office = settings.read_office(ROOT / "office.yml")
    core = Answering()
    counter = Counter(store, core, {}, wording.load(office), safety.load(), LocalBus(), "w1", lambda: START)
    for _ in range(2):
        await counter.receive(message)
    if claim := await store.inbox.claim("w1", START, timedelta(seconds=30)):
        await counter.handle(claim)
    assert await store.inbox.claim("w1", START, timedelta(seconds=30)) is None
    return core.heard, await said(store)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("il y a le feu chez moi", "Appelez tout de suite :"),
        ("mon mari me frappe", "En danger, appelez tout de suite :"),
    ],
)
async def test_a_sure_danger_ends_the_turn(store: Store, text: str, line: str) -> None:
    """The numbers are the whole answer, and the core never hears of it."""
    assert await exchange(store, Message("m1", ANNE, text, START)) == ([], [("m1", text), ("m1.alarm", line)])


async def test_a_possible_danger_is_also_answered_as_a_question(store: Store) -> None:
    """The numbers first, under an id that no answer of the core has; then the answer."""
    text = "une fumée dans le ciel"
    expected = [("m1", text), ("m1.alarm", "Si quelqu’un est en danger :"), ("m1.0", "Voici.")]

    assert await exchange(store, Message("m1", ANNE, text, START)) == ([text], expected)


async def test_an_opening_is_welcomed_without_the_core(store: Store) -> None:
    """It leaves nothing to handle."""
    heard, lines = await exchange(store, Message("m1", ANNE, "", START, kind=Kind.START))

    assert (heard, [ref for ref, _ in lines]) == ([], ["m1.0"])


@pytest.mark.parametrize("error", [RasaSilent("nothing"), RasaSlow("too slow")])
async def test_a_core_that_is_well_is_asked_a_few_times(store: Store, error: RasaError) -> None:
    """What a healthy core meets with silence, or takes too long over, is answered with an honest sentence."""
    assert await tries_until_answered(store, Unanswering(error, well=True)) == (FUTILE_ATTEMPTS, ["m1.0"])


@pytest.mark.parametrize(
    ("error", "well"),
    [(RasaSilent("nothing"), False), (RasaSlow("too slow"), False), (RasaUnreachable("gone"), True)],
)
async def test_an_outage_is_waited_out(store: Store, error: RasaError, well: bool) -> None:
    """While the core or its action server is sick, the question stays."""
    assert await tries_until_answered(store, Unanswering(error, well)) == (TRIES, [])
