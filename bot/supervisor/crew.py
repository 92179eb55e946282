"""The programs that run now, each with its keeper, by name. Some come and go while the others run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from bot.supervisor.keeper import Keeper
from bot.supervisor.processes import Program
from bot.tasks import stop


class Crew:
    """Keepers and their tasks."""

    def __init__(self, make: Callable[[Program], Keeper], changed: Callable[[], None]) -> None:
        """`make` builds the keeper of a program; `changed` is called when a process was started or has ended."""
        self.keepers: dict[str, Keeper] = {}
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Holds what a keeper failed with, once one does: nobody keeps its program any more."""
        self._make = make
        self._changed = changed
        self._tasks: dict[Keeper, asyncio.Task[None]] = {}

    def add(self, program: Program, after: Keeper | None = None, at_most: timedelta = timedelta()) -> Keeper:
        """Start a program and keep it running; `after` another is up, for which it waits so long at most."""
        keeper = self._make(program)
        keeper.changed = self._changed
        self.keepers[program.name] = keeper
        task = asyncio.create_task(_run(keeper, after, at_most), name=program.name)
        task.add_done_callback(self._ended)
        self._tasks[keeper] = task
        return keeper

    async def remove(self, name: str) -> None:
        """Tell a program to end, and wait until it has; it is known by its name until then."""
        keeper = self.keepers[name]
        await stop(self._tasks.pop(keeper))
        await keeper.stop()
        del self.keepers[name]
        self._changed()

    def rename(self, name: str, new_name: str) -> None:
        """Give a running program another name, which nobody has."""
        self.keepers = {new_name if key == name else key: keeper for key, keeper in self.keepers.items()}
        keeper = self.keepers[new_name]
        keeper.program = replace(keeper.program, name=new_name)
        self._changed()

    def kill(self) -> None:
        """End all processes now."""
        for keeper in self.keepers.values():
            keeper.kill()

    async def stop(self) -> None:
        """End everything: the first program before the others, with which it still speaks."""
        await asyncio.gather(*(stop(task) for task in self._tasks.values()))
        first, *others = self.keepers.values()
        await first.stop()
        await asyncio.gather(*(keeper.stop() for keeper in others))
        self.broken.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and not self.broken.done():
            error = task.exception() or RuntimeError(f"nobody keeps {task.get_name()} running any more")
            self.broken.set_exception(error)


async def _run(keeper: Keeper, after: Keeper | None, at_most: timedelta) -> None:
    if after is not None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(after.ready.wait(), at_most.total_seconds())
    await keeper.run()
