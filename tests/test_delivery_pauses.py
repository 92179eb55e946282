"""A provider that fails for everybody is left alone for a while, and holds up nobody on another channel."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.bus import LocalBus
from bot.delivery import AT_ONCE, Delivery
from bot.errors import SendFailed
from bot.tasks import stop
from tests.test_delivery import START, Box, Fragile, delivering, due, settled


async def test_a_provider_that_fails_for_everybody_is_left_alone() -> None:
    """After a few failures in a row the others of that channel wait for it, and are not tried one after the other."""
    box, channel = Box(*(due(row) for row in range(1, 60))), Fragile()
    channel.failures = [SendFailed("down") for _ in range(100)]
    async with delivering(box, channel):
        await asyncio.sleep(0.05)

    assert 5 <= 100 - len(channel.failures) <= AT_ONCE
    assert len(box.due) == 59 - (100 - len(channel.failures))


async def test_a_limit_for_everybody_pauses_the_channel_at_once() -> None:
    """One answer is enough where the provider says that it means all of them."""
    box, channel = Box(due(1)), Fragile()
    channel.failures = [SendFailed("slow down", timedelta(seconds=30), everyone=True)]
    async with delivering(box, channel):
        await settled(box, 1)
        box.due.append(due(2))
        await asyncio.sleep(0.05)

    assert (channel.taken, len(box.due)) == ([], 1)


async def test_a_channel_in_a_pause_holds_up_no_other() -> None:
    """What goes to another channel is sent meanwhile."""
    box, channel, other = Box(due(1)), Fragile(), Fragile()
    channel.failures = [SendFailed("down", everyone=True)]
    delivery = Delivery(box, {"fragile": channel, "sound": other}, LocalBus(), "w", lambda: START)
    running = asyncio.create_task(delivery.run())
    await settled(box, 1)
    box.due += [due(2), due(3, channel="sound")]
    await settled(box, 3)
    await stop(running)

    assert (channel.taken, other.taken, len(box.due)) == ([], ["t3"], 1)


async def test_a_provider_that_hangs_leaves_places_for_other_channels() -> None:
    """However many of its messages hang."""
    box, channel, other = Box(*(due(row) for row in range(1, 50))), Fragile(), Fragile()
    channel.slow = {f"t{row}" for row in range(1, 50)}
    delivery = Delivery(box, {"fragile": channel, "sound": other}, LocalBus(), "w", lambda: START)
    running = asyncio.create_task(delivery.run())
    await asyncio.sleep(0.02)
    box.due.append(due(99, channel="sound"))
    await settled(box, 99)
    channel.hurry.set()
    await stop(running)
    await delivery.drain(timedelta(seconds=1))

    assert other.taken == ["t99"]


async def test_a_provider_that_is_well_again_gets_what_has_waited() -> None:
    """After the pause one message is tried alone; when it is taken, all others are due at once."""
    moment = [START]
    box, channel = Box(due(1)), Fragile()
    channel.failures = [SendFailed("down", everyone=True)]
    delivery = Delivery(box, {"fragile": channel}, LocalBus(), "w", lambda: moment[0])
    running = asyncio.create_task(delivery.run())
    await settled(box, 1)
    box.due += [due(row) for row in range(2, 6)]
    moment[0] += timedelta(seconds=5)
    await settled(box, 2, 3, 4, 5)
    await stop(running)

    assert (channel.taken[0], sorted(channel.taken), box.hastened) == ("t2", ["t2", "t3", "t4", "t5"], ["fragile"])


async def test_failures_at_once_are_one_failure() -> None:
    """Sixteen messages were under way when the provider broke: it is tried again after the first pause, not the longest."""
    moment = [START]
    box, channel = Box(*(due(row) for row in range(1, AT_ONCE + 1))), Fragile()
    channel.failures = [SendFailed("down", everyone=True) for _ in range(AT_ONCE)]
    delivery = Delivery(box, {"fragile": channel}, LocalBus(), "w", lambda: moment[0])
    running = asyncio.create_task(delivery.run())
    await settled(box, *range(1, AT_ONCE + 1))
    box.due.append(due(99))
    moment[0] += timedelta(seconds=3)
    await settled(box, 99)
    await stop(running)

    assert channel.taken == ["t99"]


async def test_a_message_sent_before_a_pause_does_not_end_it() -> None:
    """The provider asked everybody to wait; what it takes of what was under way already changes nothing of that."""
    box, channel = Box(due(1)), Fragile()
    channel.slow = {"t1"}
    async with delivering(box, channel):
        await asyncio.sleep(0.02)
        channel.failures = [SendFailed("slow down", timedelta(seconds=30), everyone=True)]
        box.due.append(due(2))
        await settled(box, 2)
        channel.hurry.set()
        await settled(box, 1)
        box.due.append(due(3))
        await asyncio.sleep(0.05)

    assert (channel.taken, box.hastened, len(box.due)) == (["t1"], [], 1)
