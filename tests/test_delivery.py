"""From the outbox to a channel that may fail."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone

from bot.bus import LocalBus
from bot.delivery import GIVE_UP_AFTER, UNSURE_WAIT, Delivery
from bot.errors import SendFailed, SendRefused, SendUnsure, StoreError
from bot.messages import Address, Message, Outgoing, Receipt, Reply, Status, Thread
from bot.outgoing import Delivered, Due, Undelivered
from bot.store.base import Prepared
from bot.tasks import stop
from channels.base import Channel, Limits, RawRequest

START = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)


class Fragile(Channel):
    """Takes messages unless told otherwise."""

    name = "fragile"
    limits = Limits(1000, 3, 20, 1000)

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.failures: list[Exception] = []
        self.slow: set[str] = set()
        self.hurry = asyncio.Event()

    def verify(self, request: RawRequest) -> None: ...

    def parse(self, request: RawRequest) -> list[Message]:
        return []

    def render(self, reply: Reply, thread: Thread) -> list[Outgoing]:
        return [Outgoing({"text": reply.text})]

    async def send(self, to: Address, outgoing: Outgoing) -> Receipt:
        if outgoing.payload["text"] in self.slow:
            await self.hurry.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(str(outgoing.payload["text"]))
        return Receipt("p-1")


class Box:
    """An outbox in memory that records how each row was settled."""

    def __init__(self, *due: Due) -> None:
        self.due = list(due)
        self.released = 0
        self.hastened: list[str] = []
        self.settled: defaultdict[int, list[tuple[object, ...]]] = defaultdict(list)

    async def claim(
        self, worker: str, now: datetime, lease: timedelta, limit: int, without: Collection[str] = ()
    ) -> list[Due]:
        due = [one for one in self.due if one.address.channel not in without][:limit]
        self.due = [one for one in self.due if one not in due]
        return due

    async def sent(self, row: int, now: datetime, provider_id: str | None) -> None:
        self.settled[row].append(("sent", provider_id))

    async def postpone(self, row: int, until: datetime, error: str, doubtful: bool = False) -> None:
        self.settled[row].append(("doubtful" if doubtful else "postponed", until))

    async def hasten(self, channel: str, now: datetime) -> int:
        self.hastened.append(channel)
        return 0

    async def report(self, channel: str, status: Status) -> str | None: ...

    async def states(self, conversation_id: str) -> dict[str, Delivered]:
        return {}

    async def undelivered(self, limit: int = 100) -> list[Undelivered]:
        return []

    async def by_channel(self) -> tuple[dict[str, int], dict[str, int]]:
        return {}, {}

    async def again(self, conversation_id: str, prepared: Prepared, now: datetime) -> bool:
        return False

    async def dismiss(self, conversation_id: str, reply_id: str, now: datetime) -> bool:
        return False

    async def give_up(self, row: int, now: datetime, error: str) -> None:
        self.settled[row].append(("given up", error))

    async def add(self, *_: object) -> int:
        return 0

    async def release(self, worker: str) -> int:
        self.released += 1
        return 0

    async def waiting(self, now: datetime) -> tuple[int, timedelta]:
        return len(self.due), timedelta()


def due(row: int, channel: str = "fragile", attempts: int = 1, created_at: datetime = START) -> Due:
    return Due(
        row, f"conversation-{row}", Address(channel, str(row)), Outgoing({"text": f"t{row}"}), attempts, created_at
    )


@asynccontextmanager
async def delivering(box: Box, channel: Fragile, clock: datetime = START) -> AsyncIterator[Delivery]:
    delivery = Delivery(box, {"fragile": channel}, LocalBus(), "w", lambda: clock)
    running = asyncio.create_task(delivery.run())
    try:
        yield delivery
    finally:
        await stop(running)
        await delivery.drain(timedelta(seconds=1))


async def flush(box: Box, channel: Fragile, clock: datetime = START) -> None:
    """Until everything is settled once."""
    rows = [one.row for one in box.due]
    async with delivering(box, channel, clock):
        await settled(box, *rows)


async def settled(box: Box, *rows: int) -> None:
    """Wait until rows are settled."""
    for _ in range(3000):
        if all(box.settled[row] for row in rows):
            return
        await asyncio.sleep(0.001)
    raise AssertionError("rows are not settled")


async def test_what_is_due_is_sent_and_its_receipt_kept() -> None:
    """One call of the channel, one settled row."""
    box, channel = Box(due(1)), Fragile()
    await flush(box, channel)

    assert (channel.taken, box.settled[1]) == (["t1"], [("sent", "p-1")])


async def test_a_provider_that_names_a_wait_gets_it() -> None:
    """429 with a wait: not earlier, and a little later, not all in the same moment."""
    box, channel = Box(due(1)), Fragile()
    channel.failures = [SendFailed("slow down", timedelta(seconds=42))]
    await flush(box, channel)

    ((what, until),) = box.settled[1]
    assert what == "postponed"
    assert isinstance(until, datetime)
    assert START + timedelta(seconds=42) <= until <= START + timedelta(seconds=47)


async def test_waits_grow_and_stay_bounded() -> None:
    """The tenth wait is longer than the first, and never longer than a quarter of an hour."""
    waits = []
    for attempts in (1, 10, 30):
        box, channel = Box(due(1, attempts=attempts)), Fragile()
        channel.failures = [SendFailed("down")]
        await flush(box, channel)
        ((_, until),) = box.settled[1]
        assert isinstance(until, datetime)
        waits.append(until - START)

    assert waits[0] < timedelta(seconds=2) < waits[1] <= timedelta(minutes=15)
    assert waits[2] <= timedelta(minutes=15)


async def test_a_refusal_is_final() -> None:
    """A citizen who blocked us is not asked again."""
    box, channel = Box(due(1)), Fragile()
    channel.failures = [SendRefused("blocked")]
    await flush(box, channel)

    assert box.settled[1] == [("given up", "blocked")]


async def test_after_a_day_it_is_given_up_with_its_reason() -> None:
    """Loudly: the row keeps why."""
    box, channel = Box(due(1, attempts=99)), Fragile()
    channel.failures = [SendFailed("still down")]
    await flush(box, channel, START + GIVE_UP_AFTER + timedelta(seconds=1))
    ((what, why),) = box.settled[1]

    assert what == "given up"
    assert "still down" in str(why)


async def test_one_broken_channel_does_not_hold_up_the_others() -> None:
    """A bug in one send is retried; its neighbours are sent."""
    box, channel = Box(due(1), due(2), due(3)), Fragile()
    channel.failures = [ZeroDivisionError("bug")]
    await flush(box, channel)

    assert sorted(channel.taken) == ["t2", "t3"]
    assert box.settled[1][0][0] == "doubtful"


async def test_a_channel_that_was_switched_off_gives_up() -> None:
    """Nothing waits for ever for a channel that is gone."""
    box, channel = Box(due(1, channel="gone")), Fragile()
    await flush(box, channel)

    assert box.settled[1][0][0] == "given up"


async def test_a_slow_send_holds_up_nobody_else() -> None:
    """While one provider takes its time, what comes later is sent."""
    box, channel = Box(due(1)), Fragile()
    channel.slow = {"t1"}
    async with delivering(box, channel):
        await asyncio.sleep(0.01)
        box.due.append(due(2))
        await settled(box, 2)
        slow = list(box.settled[1])
        channel.hurry.set()

    assert (slow, channel.taken) == ([], ["t2", "t1"])


async def test_a_stop_waits_for_what_is_being_sent() -> None:
    """What the provider took is settled before the process ends, and not sent again after its restart."""
    box, channel = Box(due(1)), Fragile()
    channel.slow = {"t1"}
    async with delivering(box, channel):
        await asyncio.sleep(0.01)
        asyncio.get_running_loop().call_later(0.1, channel.hurry.set)

    assert box.settled[1] == [("sent", "p-1")]


async def test_what_no_provider_takes_in_time_is_given_back() -> None:
    """A stop does not wait for ever; the row is free for the next life."""
    box, channel = Box(due(1)), Fragile()
    channel.slow = {"t1"}
    async with delivering(box, channel):
        await asyncio.sleep(0.01)

    assert (box.settled[1], box.released) == ([], 1)


async def test_an_attempt_without_an_answer_is_in_doubt_and_waits_a_while() -> None:
    """The provider may have it, and may still tell so."""
    box, channel = Box(due(1)), Fragile()
    channel.failures = [SendUnsure("no answer")]
    await flush(box, channel)
    ((what, until),) = box.settled[1]

    assert what == "doubtful"
    assert isinstance(until, datetime)
    assert until >= START + UNSURE_WAIT


async def test_a_receipt_is_noted_when_the_database_comes_back() -> None:
    """Until it is, the message would be sent again: the note is tried for as long as nobody else may have the message."""

    class Stubborn(Box):
        tries = 0

        async def sent(self, row: int, now: datetime, provider_id: str | None) -> None:
            self.tries += 1
            if self.tries < 3:
                raise StoreError("the database is away")
            await super().sent(row, now, provider_id)

    box, channel = Stubborn(due(1)), Fragile()
    await flush(box, channel)

    assert (channel.taken, box.settled[1]) == (["t1"], [("sent", "p-1")])


async def test_a_fault_of_ours_is_noted_without_its_words() -> None:
    """They may hold a token, or what the citizen reads; the desk and the table see the kind of fault."""
    errors: list[str] = []

    class Noting(Box):
        async def postpone(self, row: int, until: datetime, error: str, doubtful: bool = False) -> None:
            errors.append(error)
            await super().postpone(row, until, error, doubtful)

    box, channel = Noting(due(1)), Fragile()
    channel.failures = [ValueError("https://provider.example/bot123:secret/send")]
    await flush(box, channel)

    assert errors == ["SendUnsure: ValueError"]
