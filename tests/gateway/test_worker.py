"""The worker: what it does when a handler breaks."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import pytest

from bot.bus import LocalBus
from bot.errors import StoreError
from bot.gateway import worker as worker_module
from bot.gateway.worker import Worker
from bot.messages import Address, Message
from bot.store.base import Claimed
from bot.store.sql import Store
from bot.tasks import stop
from tests.gateway.conftest import until


async def test_a_message_whose_handler_broke_is_tried_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours costs a delay, and does not block the conversation for ever."""
    monkeypatch.setattr(worker_module, "AGAIN_AFTER", timedelta(milliseconds=10))
    handled: list[tuple[str, int]] = []
    now = datetime.now(timezone.utc)

    async def handle(claimed: Claimed) -> None:
        handled.append((claimed.message.id, claimed.attempts))
        if len(handled) < 3:
            raise StoreError("the disk is full") if len(handled) == 1 else KeyError("a bug")
        await store.inbox.finish(claimed.row, "w", [], now)

    for number in (1, 2):
        await store.inbox.put(Message(f"m{number}", Address("web", "k"), "bonjour", now), "fr", now)
    running = asyncio.create_task(Worker(store.inbox, handle, LocalBus(), "w").run())
    await until(lambda: len(handled) == 4)
    await stop(running)

    assert handled == [("m1", 1), ("m1", 2), ("m1", 3), ("m2", 1)]
