"""More than one gateway on one database, and a gateway that takes up what its former life had begun."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import aiohttp
import pytest

from bot.app import gateway
from bot.errors import ConfigurationError
from bot.gateway.worker import Worker
from bot.messages import Address, Message
from bot.settings import Settings
from bot.store.sql import Store
from tests.fakes.rasa import FakeRasa
from tests.gateway.conftest import page, until
from tests.redis_server import PrivateRedis
from tests.servers import free_port


@pytest.mark.redis
async def test_a_citizen_is_answered_whichever_gateway_works(
    settings: Settings, store: Store, rasa: FakeRasa, redis_url: str
) -> None:
    """Two tabs on two gateways, one Redis between them: both show every answer, each once."""
    rasa.answer(lambda heard: f"réponse à {heard['message']}")
    shared = replace(settings, redis_url=redis_url)
    async with gateway(shared) as one, gateway(replace(shared, monitor_port=0)) as other:
        await until(lambda: one.core.trusted and other.core.trusted)
        async with page(one) as citizen, page(other) as tab:
            session = await citizen.request_session(client="guichet")
            await tab.request_session(session, client="guichet")
            for number in range(6):
                await citizen.say(f"question {number}", id=f"m{number}")
            expected = [f"réponse à question {number}" for number in range(6)]
            await citizen.wait_for_texts(6)
            await tab.wait_for_texts(6)

            assert (citizen.texts(), tab.texts()) == (expected, expected)
            assert len(rasa.heard) == 6


@pytest.mark.redis
async def test_an_answer_reaches_the_other_gateway_after_redis_was_away(
    settings: Settings, store: Store, rasa: FakeRasa, redis_restart: PrivateRedis
) -> None:
    """What Redis has not taken is not settled as sent: a tab on the other gateway gets it when Redis is back, once."""
    rasa.answer("Oui.")
    shared = replace(settings, redis_url=redis_restart())
    async with gateway(shared) as one, gateway(replace(shared, monitor_port=0)) as other:
        await until(lambda: one.core.trusted and other.core.trusted)
        async with page(one) as citizen, page(other) as tab:
            session = await citizen.request_session(client="guichet")
            await tab.request_session(session, client="guichet")
            redis_restart.stop()
            await citizen.say("bonjour", id="m1")
            await citizen.wait_for_texts(1)
            seen_meanwhile = tab.texts()
            redis_restart()
            await tab.wait_for_texts(1)

    assert (seen_meanwhile, tab.texts()) == ([], ["Oui."])
    assert {entry["id"] for entry in citizen.events("bot_uttered")} == {tab.events("bot_uttered")[0]["id"]}


async def test_what_the_core_handled_before_a_restart_is_not_said_again(
    settings: Settings, store: Store, rasa: FakeRasa
) -> None:
    """Killed between the core's answer and its storing: the restarted gateway rebuilds the answer, the core hears nothing."""
    rasa.answer("Une seule fois.")
    now = datetime.now(timezone.utc)
    same = replace(settings, port=free_port())
    message = Message(f"{'k' * 24}.m1", Address("web", "k" * 24), "bonjour", now)
    await store.inbox.put(message, "fr", now)
    claimed = await store.inbox.claim(f"{socket.gethostname()}:{same.host}:{same.port}", now, timedelta(hours=1))
    assert claimed is not None
    async with aiohttp.ClientSession() as http:
        said = {"sender": claimed.conversation.id, "message": "bonjour", "metadata": {"message_id": message.id}}
        await http.post(f"{rasa.url}/webhooks/rest/webhook", json=said)

    async def answered() -> list[str]:
        return [entry.text for entry in await store.transcript.read(claimed.conversation.id)]

    async with gateway(same):
        for _ in range(500):
            if len(texts := await answered()) > 1:
                break
            await asyncio.sleep(0.02)

    assert (texts, len(rasa.heard)) == (["bonjour", "Une seule fois."], 1)


async def test_a_gateway_that_gets_no_port_takes_nothing_from_the_one_that_has_it(
    settings: Settings, store: Store, rasa: FakeRasa
) -> None:
    """A second start by mistake ends with a sentence, and what the first one is working on stays its own."""
    now = datetime.now(timezone.utc)
    port = free_port()
    async with gateway(replace(settings, port=port)) as first:
        await until(lambda: first.core.trusted)
        rasa.fault = "hanging"
        await store.inbox.put(Message("k.m1", Address("web", "k" * 24), "bonjour", now), "fr", now)
        await until(lambda: rasa.heard)
        with pytest.raises(ConfigurationError, match=str(port)):
            async with gateway(replace(settings, port=port)):
                pass
        taken = await store.inbox.claim("another", datetime.now(timezone.utc), timedelta(hours=1))
        rasa.fault = None

    assert taken is None


async def test_a_gateway_whose_part_breaks_says_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process ends then, and the supervisor starts a new one: a gateway that answers nobody must not look alive."""
    due = asyncio.Event()

    async def run(self: Worker) -> None:
        await due.wait()
        raise RuntimeError("a bug")

    monkeypatch.setattr(Worker, "run", run)
    async with gateway(settings) as built:
        before = built.broken.is_set()
        due.set()
        await asyncio.wait_for(built.broken.wait(), 5)

    assert before is False


async def test_a_restarted_gateway_takes_up_its_claims_at_once(
    settings: Settings, store: Store, rasa: FakeRasa
) -> None:
    """After `kill -9` nobody waits for a lease to run out."""
    rasa.answer("Oui.")
    now = datetime.now(timezone.utc)
    same = replace(settings, port=free_port())
    async with gateway(same):
        pass
    message = Message("k.m1", Address("web", "k" * 24), "bonjour", now)
    await store.inbox.put(message, "fr", now)
    claimed = await store.inbox.claim(f"{socket.gethostname()}:{same.host}:{same.port}", now, timedelta(hours=1))
    assert claimed is not None
    async with gateway(same):
        await until(lambda: rasa.heard, seconds=15)
