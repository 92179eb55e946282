"""Fetching updates: nothing is lost, and nothing is confirmed that was not stored."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.errors import SendFailed
from bot.messages import Message
from channels.telegram import TelegramChannel, payloads
from channels.telegram.client import Client
from channels.telegram.polling import MAX_WAIT_SECONDS, Poller, _backoff
from tests.channels.telegram import NOW, TOKEN, channel, fixture
from tests.fakes.telegram import RETRY_AFTER, FakeTelegram


class Inbox:
    """What was stored; it may fail, or take its time."""

    def __init__(self) -> None:
        self.stored: list[str] = []
        self.attempts = 0
        self.failures = 0
        self.held: asyncio.Event | None = None
        self.reached = asyncio.Event()

    async def deliver(self, message: Message) -> bool:
        self.attempts += 1
        self.reached.set()
        if self.held is not None:
            await self.held.wait()
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        new = message.text not in self.stored
        self.stored.append(message.text)
        return new


class NoCursor:
    """Telegram keeps how far we are."""

    async def read(self) -> str:
        raise AssertionError("not needed")

    async def write(self, value: str) -> None:
        raise AssertionError("not needed")


class Waits:
    """Pauses that are noted instead of waited for."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.after: dict[int, Any] = {}

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if act := self.after.get(len(self.seconds)):
            act()
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def listening(telegram: FakeTelegram, inbox: Inbox, waits: Waits) -> AsyncIterator[asyncio.Task[None]]:
    """A process that fetches, until it is stopped."""
    client = Client(telegram.url, TOKEN)
    poller = Poller(client, lambda raw: payloads.events(raw, payloads.Us(), NOW), waits)
    task = asyncio.create_task(poller.run(inbox.deliver))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, SendFailed):
            await task
        await client.close_connections()


async def test_what_citizens_say_is_delivered_and_then_confirmed(telegram: FakeTelegram) -> None:
    """Before we ask, and while we are asking."""
    inbox = Inbox()
    telegram.say(7, "bonjour")
    async with listening(telegram, inbox, Waits()):
        await asyncio.wait_for(telegram.quiet(), 10)
        telegram.say(8, "salut")
        await asyncio.wait_for(telegram.quiet(), 10)

    assert inbox.stored == ["bonjour", "salut"]


async def test_a_webhook_that_is_set_is_taken_away_first(telegram: FakeTelegram) -> None:
    """With what waits there."""
    inbox = Inbox()
    telegram.webhook = {"url": "http://127.0.0.1:9/old"}
    telegram.say(7, "bonjour")
    async with listening(telegram, inbox, Waits()):
        await asyncio.wait_for(telegram.quiet(), 10)

    assert inbox.stored == ["bonjour"]


async def test_what_could_not_be_stored_comes_again(telegram: FakeTelegram) -> None:
    """In its order; what was stored before it does not."""
    inbox, waits = Inbox(), Waits()
    for text in ("un", "deux", "trois"):
        telegram.say(7, text)
    inbox.failures = 2
    async with listening(telegram, inbox, waits):
        await asyncio.wait_for(telegram.quiet(), 10)

    assert inbox.stored == ["un", "deux", "trois"]
    assert inbox.attempts == 5
    assert len(waits.seconds) == 2


async def test_nothing_is_confirmed_that_was_not_delivered(telegram: FakeTelegram) -> None:
    """The second of three cannot be stored: only the first is gone from Telegram."""
    inbox = Inbox()
    first = telegram.say(7, "un")
    telegram.say(7, "deux")
    telegram.say(7, "trois")
    failed = asyncio.Event()

    async def deliver(message: Message) -> bool:
        if message.text == "deux":
            failed.set()
            raise OSError("the disk is full")
        return await inbox.deliver(message)

    inbox_of_one = Inbox()
    inbox_of_one.deliver = deliver  # type: ignore[method-assign]
    stop, again = asyncio.Event(), asyncio.Event()

    class Stopping(Waits):
        async def __call__(self, seconds: float) -> None:
            self.seconds.append(seconds)
            if len(self.seconds) == 2:
                again.set()
                await stop.wait()

    async with listening(telegram, inbox_of_one, Stopping()):
        await asyncio.wait_for(again.wait(), 10)

    assert inbox.stored == ["un"]
    assert telegram.confirmed == [first]
    assert [one["message"]["text"] for one in telegram.updates] == ["deux", "trois"]


async def test_a_stop_between_fetching_and_storing_loses_nothing(telegram: FakeTelegram) -> None:
    """The next process is told again."""
    first, second = Inbox(), Inbox()
    first.held = asyncio.Event()
    telegram.say(7, "bonjour")
    async with listening(telegram, first, Waits()):
        await asyncio.wait_for(first.reached.wait(), 10)

    assert (first.stored, telegram.confirmed) == ([], [])
    async with listening(telegram, second, Waits()):
        await asyncio.wait_for(telegram.quiet(), 10)
    assert second.stored == ["bonjour"]


async def test_a_confirmation_that_gets_lost_only_repeats(telegram: FakeTelegram) -> None:
    """What was stored and not confirmed comes again, under the same id."""
    inbox = Inbox()
    telegram.say(7, "bonjour")
    stored = asyncio.Event()

    async def deliver(message: Message) -> bool:
        new = await inbox.deliver(message)
        telegram.fault, telegram.fault_of = "hanging", "getUpdates"
        stored.set()
        return new

    dying = Inbox()
    dying.deliver = deliver  # type: ignore[method-assign]
    async with listening(telegram, dying, Waits()):
        await asyncio.wait_for(stored.wait(), 10)
    telegram.fault = None
    async with listening(telegram, inbox, Waits()):
        await asyncio.wait_for(telegram.quiet(), 10)

    assert inbox.stored == ["bonjour", "bonjour"]


async def test_an_update_that_cannot_be_read_costs_no_other(telegram: FakeTelegram) -> None:
    """It is passed over and confirmed like the rest."""
    inbox = Inbox()
    broken = fixture("text")
    broken["message"]["chat"] = 5
    telegram.say(7, "un")
    telegram.queue(message=broken["message"])
    telegram.queue(something_new={"id": 1})
    telegram.say(7, "deux")
    async with listening(telegram, inbox, Waits()):
        await asyncio.wait_for(telegram.quiet(), 10)

    assert inbox.stored == ["un", "deux"]


@pytest.mark.parametrize("fault", ["failing", "gateway", "limiting", "closing", "garbled"])
async def test_an_outage_is_waited_out(telegram: FakeTelegram, fault: str) -> None:
    """Telegram keeps what is said meanwhile."""
    inbox, waits = Inbox(), Waits()
    telegram.fault = fault
    telegram.say(7, "bonjour")

    def mend() -> None:
        telegram.fault = None

    waits.after = {3: mend}
    async with listening(telegram, inbox, waits):
        await asyncio.wait_for(telegram.quiet(), 10)

    assert inbox.stored == ["bonjour"]
    assert len(waits.seconds) == 3
    if fault == "limiting":
        assert waits.seconds == [RETRY_AFTER] * 3


def test_waits_grow_up_to_a_minute_and_are_spread() -> None:
    """Half to all of it."""
    for failures, longest in [(1, 1.0), (2, 2.0), (5, 16.0), (7, MAX_WAIT_SECONDS), (500, MAX_WAIT_SECONDS)]:
        waits = {_backoff(failures) for _ in range(50)}

        assert all(longest / 2 <= wait <= longest for wait in waits)
        assert len(waits) > 1


async def test_another_poller_ends_ours(telegram: FakeTelegram) -> None:
    """Two would each see half of the messages: somebody has to decide."""
    inbox = Inbox()
    telegram.say(7, "bonjour")
    async with listening(telegram, inbox, Waits()) as task:
        await asyncio.wait_for(telegram.quiet(), 10)
        async with listening(telegram, Inbox(), Waits()):
            with pytest.raises(SendFailed, match="another program"):
                await asyncio.wait_for(asyncio.shield(task), 10)


async def test_ids_may_begin_anew(telegram: FakeTelegram) -> None:
    """After a week of silence the next number is random, and may be lower than all before."""
    inbox = Inbox()
    telegram.say(7, "avant")
    async with listening(telegram, inbox, Waits()):
        await asyncio.wait_for(telegram.quiet(), 10)
        telegram.release()
        telegram.restart_numbers(40)
        telegram.say(7, "après")
        await asyncio.wait_for(telegram.quiet(), 10)

    assert inbox.stored == ["avant", "après"]


async def test_the_channel_fetches_only_where_it_is_told_to(telegram: FakeTelegram) -> None:
    """`receive` decides between fetching and hearing."""
    polling, webhook = channel(url=telegram.url, receive="polling"), channel(url=telegram.url)

    assert (polling.pulls, polling.hears) == (True, False)
    assert (webhook.pulls, webhook.hears) == (False, True)
    await webhook.listen(Inbox().deliver, NoCursor())


async def test_the_channel_listens_without_a_cursor(telegram: FakeTelegram) -> None:
    """What is unconfirmed stands at Telegram."""
    inbox = Inbox()
    ours: TelegramChannel = channel(url=telegram.url, receive="polling")
    await ours.open()
    telegram.press(7, "c.aaaaaaaaaaaaaaaa", "Oui")
    task = asyncio.create_task(ours.listen(inbox.deliver, NoCursor()))
    await asyncio.wait_for(telegram.quiet(), 10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await ours.close()

    assert inbox.stored == ["Oui"]
