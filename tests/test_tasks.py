"""Background tasks, and ending them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.tasks import repeat, stop


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


async def test_what_is_repeated_goes_on_behind_a_fault() -> None:
    """Each fault is logged under its event, and only a cancellation ends it."""
    told: list[str] = []
    done = 0

    class Log:
        def exception(self, event: str) -> None:
            told.append(event)

    async def work() -> None:
        nonlocal done
        done += 1
        if done < 3:
            raise KeyError("a bug")

    task = asyncio.create_task(repeat(work, timedelta(milliseconds=1), Log(), "work.failed"))
    while done < 5:  # noqa: ASYNC110 - the work tells nobody when it is done
        await asyncio.sleep(0.001)
    await stop(task)

    assert told == ["work.failed"] * 2
    assert task.cancelled()
