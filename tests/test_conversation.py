"""A question that the core cannot answer does not hold up its conversation for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import safety, settings
from bot.bus import LocalBus
from bot.conversation import FUTILE_ATTEMPTS, Counter
from bot.errors import RasaError, RasaSilent, RasaSlow, RasaUnreachable
from bot.messages import AnswerStatus, Message, Turn
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
