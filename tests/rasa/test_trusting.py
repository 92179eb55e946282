"""What the core is told of, and what it has to prove before it is trusted, against a fake Rasa."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.errors import RasaUnreachable
from bot.messages import Author
from bot.rasa import Rasa
from bot.rasa_events import LOCK_OF_PROCESS
from bot.store.base import CITIZEN
from tests.fakes.actions import FakeActions
from tests.fakes.rasa import FakeRasa
from tests.rasa.conftest import NOW, conversation, message, said


async def test_what_was_said_without_the_bot_is_remembered_once(rasa: Rasa, fake: FakeRasa) -> None:
    """A citizen's words under an intent that no rule answers, an agent's with their author, then the bot listens."""
    entries = [said("x1", CITIZEN), said("x2", Author.AGENT.value, "oui")]
    await rasa.remember("c1", entries)
    await rasa.remember("c1", [*entries, replace(entries[0], ref="x3", text="merci")])
    events = fake.trackers["c1"][3:]

    assert [event["event"] for event in events] == ["user", "bot", "action", "user", "action"]
    assert [event.get("text") for event in events] == ["bonjour madame", "oui", None, "merci", None]
    assert events[0]["parse_data"]["intent"]["name"] == "said_to_agent"
    assert events[1]["metadata"] == {"ref": "x2", "author": "agent"}
    assert {event["timestamp"] for event in events} == {NOW.timestamp()}


async def test_what_the_bot_heard_itself_is_not_remembered_again(rasa: Rasa, fake: FakeRasa) -> None:
    """A line of the transcript whose message Rasa has handled is left out."""
    await rasa.talk(conversation("c1"), message("m1"), None)
    before = len(fake.trackers["c1"])
    await rasa.remember("c1", [said("m1", CITIZEN)])
    await rasa.remember("c1", [])

    assert len(fake.trackers["c1"]) == before


async def test_a_core_that_writes_to_our_database_is_proved(rasa: Rasa, fake: FakeRasa) -> None:
    """The probe is asked for under the id under which it was written."""
    asked: list[str] = []

    async def read_back(sender_id: str) -> list[dict[str, Any]]:
        asked.append(sender_id)
        return fake.trackers[sender_id]

    await rasa.prove(read_back, LOCK_OF_PROCESS)

    assert len(asked) == 1
    assert list(fake.trackers) == asked


async def test_a_core_that_writes_elsewhere_is_not(rasa: Rasa) -> None:
    """Rasa forgets silently; the message names the tracker store."""

    async def read_back(sender_id: str) -> list[dict[str, Any]]:
        return []

    with pytest.raises(RasaUnreachable, match="tracker store"):
        await rasa.prove(read_back, LOCK_OF_PROCESS)


@pytest.mark.parametrize(
    ("held", "needed", "told"),
    [("process", "redis", "locks by process and not by redis"), ("", "process", "locks by none of ours")],
)
async def test_a_core_under_another_lock_is_not(rasa: Rasa, fake: FakeRasa, held: str, needed: str, told: str) -> None:
    """Rasa locks by itself if no lock store is named; the message says what was found and what is needed."""
    fake.locked_by = held

    async def read_back(sender_id: str) -> list[dict[str, Any]]:
        return fake.trackers[sender_id]

    with pytest.raises(RasaUnreachable, match=told):
        await rasa.prove(read_back, needed)


async def test_an_action_server_is_rehearsed(rasa: Rasa) -> None:
    """It answers a question of nobody's, so that no citizen waits for what it builds first; one that is away is said."""
    async with FakeActions() as actions:
        await rasa.rehearse(actions.url)
    with pytest.raises(RasaUnreachable):
        await rasa.rehearse(actions.url)
