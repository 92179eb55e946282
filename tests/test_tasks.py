"""Ending background tasks."""

from __future__ import annotations

import asyncio

from bot.tasks import stop


async def test_a_task_that_loses_a_cancellation_is_ended_all_the_same() -> None:
    """Once may not be enough; `stop` goes on until the task is done."""
    lost = []

    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if len(lost) == 2:
                    raise
                lost.append("one more")

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await stop(task)

    assert (task.cancelled(), len(lost)) == (True, 2)


async def test_a_task_that_has_failed_already_is_no_trouble() -> None:
    """Stopping is not the place to hear of it."""

    async def failing() -> None:
        raise ZeroDivisionError

    task = asyncio.create_task(failing())
    await asyncio.sleep(0)
    await stop(task)

    assert task.done()
