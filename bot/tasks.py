"""Background tasks: what goes on for ever, and ending it for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from typing import Any

AGAIN_AFTER_SECONDS = 0.2


async def repeat(work: Callable[[], Awaitable[object]], every: timedelta, log: Any, fault: str) -> None:
    """Do something again and again until cancelled; where it fails, `log` tells the event `fault`, and it goes on."""
    while True:
        try:
            await work()
        except Exception:
            log.exception(fault)
        await asyncio.sleep(every.total_seconds())


async def stop(task: asyncio.Task[Any]) -> None:
    """Cancel a task until it has ended; what it raised is its own affair.

    Once is not enough before Python 3.12: `asyncio.wait_for` loses a cancellation that comes in the moment in which what
    it waits for is done (https://github.com/python/cpython/issues/86296), and the task would go on for ever.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=AGAIN_AFTER_SECONDS)
    if not task.cancelled():
        task.exception()


async def drain(running: Collection[asyncio.Task[Any]], patience: timedelta) -> None:
    """Let tasks end by themselves, then stop those that have not."""
    left = list(running)
    if left:
        await asyncio.wait(left, timeout=patience.total_seconds())
    await asyncio.gather(*(stop(task) for task in left))
