"""The worker: what it does when a handler breaks."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta, timezone
from typing import Any

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


async def test_every_free_place_is_filled_by_one_claim(store: Store) -> None:
    """Citizens who wait are all taken at once, not one a transaction; a second message of one of them waits its turn."""
    now = datetime.now(timezone.utc)
    for number, key in enumerate("abca", start=1):
        await store.inbox.put(Message(f"m{number}", Address("web", key), "bonjour", now), "fr", now)

    claimed = await store.inbox.claim_some("w", datetime.now(timezone.utc), timedelta(seconds=30), 16)

    assert [one.message.id for one in claimed] == ["m1", "m2", "m3"]


class Empty:
    """An inbox in which something is only once, and which notes when it is looked into."""

    def __init__(self, first: Claimed) -> None:
        self.looked: list[float] = []
        self._first: list[Claimed] = [first]

    async def claim_some(self, worker: str, now: datetime, lease: timedelta, limit: int) -> list[Claimed]:
        self.looked.append(time.monotonic())
        found, self._first = self._first, []
        return found


async def test_who_has_found_something_looks_again_soon(store: Store) -> None:
    """Another process may receive more than it can handle, and nobody wakes us: we look ten times and more in half a second."""
    now = datetime.now(timezone.utc)
    await store.inbox.put(Message("m1", Address("web", "k"), "bonjour", now), "fr", now)
    (claimed,) = await store.inbox.claim_some("w", now, timedelta(seconds=30), 1)
    inbox: Any = Empty(claimed)

    async def handle(claimed: Claimed) -> None:
        return None

    running = asyncio.create_task(Worker(inbox, handle, LocalBus(), "w").run())
    await asyncio.sleep(0.5)
    await stop(running)

    assert len(inbox.looked) > 10
