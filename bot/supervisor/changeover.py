"""A new model takes the place of the one that serves, without a moment in which nobody answers.

One process after another: a fresh one loads the new model beside the old one, proves itself to the gateway, gets the
conversations; the old one answers what it has begun, and ends. A model that does not load, or does not answer, changes
nothing. Where there is no memory for one process more, a process is replaced in its place while the others answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.supervisor import model
from bot.supervisor.copies import Copies, signature
from bot.supervisor.crew import Crew
from bot.supervisor.disk import Disk
from bot.supervisor.health import Pinger, Policy
from bot.supervisor.keeper import Keeper
from bot.supervisor.line import Line, Standing
from bot.supervisor.processes import Program

NEW = ".new"
OLD = ".old"
LOADED_NOTHING = 409
"""Rasa's /status without a model. It listens only after it has tried to load one (`rasa.core.run`, 3.6.21)."""
ATTEMPTS = 3
"""For the second process and those after it: the model has been seen to load, so what hinders it passes."""


@dataclass(frozen=True, slots=True)
class Workers:
    """The programs that serve the model, of which there may be several."""

    names: tuple[str, ...]
    model: Path
    """Where a new one appears."""
    build: Callable[[str, int, Path | None], Program]
    """A program by name, port (0 takes a free one) and the model that it loads, None for the one at its place."""
    url: Callable[[Program], str]
    variable: str
    """In which the gateway finds the addresses when it starts."""
    token: str
    """By which the gateway knows who tells it others."""
    config: Path | None = None
    """The config.yml that names the assistant whose models are taken."""


class Refused(Exception):
    """The new model does not serve; the message says why."""


class Changeover:
    """Looks for a new model and brings it in."""

    def __init__(
        self,
        workers: Workers,
        crew: Crew,
        line: Line,
        pinger: Pinger,
        policy: Policy,
        report: Callable[[str], None],
        disk: Disk,
        copies: Copies,
        has_room: Callable[[], bool],
        announce: Callable[[str], None],
    ) -> None:
        """`announce` hears the addresses, in the form of the environment variable, whenever they change."""
        self._workers = workers
        self._crew = crew
        self._line = line
        self._pinger = pinger
        self._policy = policy
        self._report = report
        self._disk = disk
        self._copies = copies
        self._has_room = has_room
        self._announce = announce
        self._seen = signature(workers.model)
        """What lay there when it was last tried."""
        self._serving: dict[str, Path | None] = dict.fromkeys(workers.names)

    def first(self, program: Program) -> Program:
        """A program of the plan with a copy of the model, which is its own from now on."""
        copy = self._copy()
        self._serving[program.name] = copy
        return self._workers.build(program.name, program.port, copy)

    async def watch(self) -> None:
        """Bring in each new model, until cancelled."""
        before = self._seen
        self._forget()
        while True:
            await asyncio.sleep(self._policy.ping_every.total_seconds())
            now = signature(self._workers.model)
            # Twice the same: nobody is writing it any more.
            if now is not None and now == before and now != self._seen:
                self._seen = now
                try:
                    await self._bring_in()
                except Exception as error:  # noqa: BLE001 - no new model is worth ending for
                    self._report(f"the new model was not brought in to the end: {type(error).__name__}: {error}")
                self._forget()
            before = now

    async def _bring_in(self) -> None:
        found = await asyncio.to_thread(model.check, self._workers.model, self._workers.config)
        if not found.usable:
            self._report(f"the new model is not taken: {found.detail}; the one of before goes on serving")
            return
        copy = await asyncio.to_thread(self._copy)
        if copy is None:
            # There was no room for it: it is tried again.
            self._seen = None
            return
        if all(serving == copy for serving in self._serving.values()):
            return
        started = time.monotonic()
        self._report("a new model: it takes over while the one of before goes on serving")
        for number, name in enumerate(self._workers.names):
            for attempts_left in reversed(range(ATTEMPTS if number else 1)):
                try:
                    await self._replace(name, copy)
                except Refused as refused:
                    self._report(f"{name}: the new model does not serve: {refused}; the one of before goes on")
                    if not number:
                        return
                    if attempts_left:
                        await asyncio.sleep(self._policy.pause(ATTEMPTS - attempts_left).total_seconds())
                else:
                    break
        if all(serving == copy for serving in self._serving.values()):
            self._report(f"the new model serves ({time.monotonic() - started:.0f} s)")

    async def _replace(self, name: str, copy: Path) -> None:
        """Have a process with the new model in the place of another.

        Raises:
            Refused: it does not serve, and the other is as it was.
        """
        if self._has_room():
            await self._beside(name, copy)
        else:
            await self._in_place(name, copy)
        self._serving[name] = copy

    async def _beside(self, name: str, copy: Path) -> None:
        taking_over = self._crew.add(self._workers.build(name + NEW, 0, copy))
        try:
            await self._ready(taking_over)
            await self._trusted(taking_over)
        except Refused:
            await self._leave(name + NEW)
            await self._crew.remove(name + NEW)
            raise
        self._crew.rename(name, name + OLD)
        self._crew.rename(name + NEW, name)
        await self._leave(name + OLD)
        await self._crew.remove(name + OLD)

    async def _in_place(self, name: str, copy: Path) -> None:
        self._report(f"{name}: there is no memory for one process more, so it makes room for its successor")
        before = self._crew.keepers[name].program
        if len(self._workers.names) > 1:
            await self._leave(name)
        await self._crew.remove(name)
        successor = self._crew.add(self._workers.build(name, before.port, copy))
        try:
            await self._ready(successor)
            await self._trusted(successor)
        except Refused:
            await self._crew.remove(name)
            self._crew.add(before)
            await self._route(self._serving_now())
            raise

    async def _ready(self, keeper: Keeper) -> None:
        """Wait until a program is up.

        Raises:
            Refused: it has ended, loads nothing, or takes too long.
        """
        deadline = time.monotonic() + self._policy.ready_within.total_seconds()
        while not keeper.ready.is_set():
            if keeper.fault:
                raise Refused(f"its process {keeper.fault} (the log is {keeper.log})")
            if await self._pinger.status(keeper.program.ping_url) == LOADED_NOTHING:
                raise Refused(f"Rasa cannot load it (the log is {keeper.log})")
            if time.monotonic() > deadline:
                raise Refused(f"it was not ready within {self._policy.ready_within.total_seconds():.0f} s")
            await asyncio.sleep(self._policy.look_every.total_seconds())

    async def _trusted(self, keeper: Keeper) -> None:
        """Let the gateway ask a program besides the others, and wait until it has proved itself there.

        Raises:
            Refused: it does not.
        """
        url = self._workers.url(keeper.program)
        deadline = time.monotonic() + self._policy.trusted_within.total_seconds()
        while True:
            known = await self._route(self._serving_now(besides=keeper))
            if known and url in known and known[url].trusted:
                return
            if keeper.fault:
                raise Refused(f"its process {keeper.fault} (the log is {keeper.log})")
            if time.monotonic() > deadline:
                why = known[url].detail if known and url in known else "the gateway does not answer"
                raise Refused(f"the gateway does not trust it ({why})")
            await asyncio.sleep(self._policy.look_every.total_seconds())

    async def _leave(self, name: str) -> None:
        """Have the gateway ask a program nothing more, and wait until it has answered what it owes, for so long at most."""
        leaving = self._workers.url(self._crew.keepers[name].program)
        staying = [url for url in self._serving_now() if url != leaving]
        deadline = time.monotonic() + self._policy.drain_within.total_seconds()
        while time.monotonic() < deadline:
            known = await self._route(staying)
            if known is not None and (leaving not in known or not known[leaving].under_way):
                return
            await asyncio.sleep(self._policy.look_every.total_seconds())
        self._report(f"{name}: has not answered all in {self._policy.drain_within.total_seconds():.0f} s, and is left")

    async def _route(self, urls: list[str]) -> dict[str, Standing] | None:
        # Also for a gateway that is started anew in this moment.
        self._announce(",".join(urls))
        return await self._line.route(urls)

    def _serving_now(self, besides: Keeper | None = None) -> list[str]:
        """The addresses of the programs that go by their own names, and of one more."""
        keepers = [self._crew.keepers[name] for name in self._workers.names if name in self._crew.keepers]
        more = [besides] if besides is not None and besides not in keepers else []
        return [self._workers.url(keeper.program) for keeper in [*keepers, *more]]

    def _forget(self) -> None:
        self._copies.forget([copy for copy in self._serving.values() if copy])

    def _copy(self) -> Path | None:
        """A copy of the model, None where none can be made: what is at its place is loaded then."""
        what = str(self._workers.model)
        if signature(self._workers.model) is None:
            return None
        try:
            copy = self._copies.keep(self._workers.model)
        except OSError as error:
            self._disk.failed(what, error)
            return None
        self._disk.written(what)
        return copy
