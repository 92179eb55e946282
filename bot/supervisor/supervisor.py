"""Runs the programs of a plan until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.supervisor import capacity, state
from bot.supervisor.changeover import Changeover, Workers
from bot.supervisor.copies import Copies
from bot.supervisor.crew import Crew
from bot.supervisor.disk import Disk
from bot.supervisor.health import Pinger, Policy
from bot.supervisor.keeper import Keeper
from bot.supervisor.line import Line
from bot.supervisor.processes import Program
from bot.tasks import stop

LOOK_EVERY = timedelta(milliseconds=500)
EXPLAIN_AFTER = timedelta(seconds=60)
"""Not ready for so long: say what is missing, and again each time that changes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to run; the first program is stopped before the others."""

    programs: Sequence[Program]
    address: str
    """Where citizens find it."""
    monitor: str
    """Where /ready is."""
    data: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    """What other commands need to speak with the programs."""
    workers: Workers | None = None
    """Those of the programs that are replaced when there is a new model; they are the last ones."""


class Supervisor:
    """The processes of one machine."""

    def __init__(
        self,
        plan: Plan,
        policy: Policy,
        report: Callable[[str], None],
        has_room: Callable[[], bool] = capacity.has_room,
    ) -> None:
        """`has_room` says whether there is memory for one Rasa process more."""
        self._plan = plan
        self._has_room = has_room
        self._policy = policy
        self._report = report
        self._told = asyncio.Event()
        self._crew: Crew | None = None
        self._environ = dict(plan.environ)
        self._disk = Disk(report)
        self._state_is_written = True

    def tell_to_stop(self) -> None:
        """Ask for the end; asked twice, nothing is waited for."""
        if self._told.is_set() and self._crew is not None:
            self._crew.kill()
        self._told.set()

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Start everything, keep it running, stop it when told (SIGINT, SIGTERM, SIGHUP, or `tell_to_stop`).

        `on_ready` is called once, when the gateway's /ready says so for the first time. A disk that is full, or cannot
        be written for another reason, is told and ends nothing.
        """
        loop = asyncio.get_running_loop()
        signals = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            # Ignored means nohup: whoever started us wants us to outlive the terminal.
            signals.append(signal.SIGHUP)
        for number in signals:
            loop.add_signal_handler(number, self.tell_to_stop)
        try:
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as http:
                await self._run(http, on_ready)
        finally:
            for number in signals:
                loop.remove_signal_handler(number)
            state.remove(self._plan.data)

    async def _run(self, http: aiohttp.ClientSession, on_ready: Callable[[], None]) -> None:
        pinger = Pinger(http, self._policy.ping_within)
        crew = self._crew = Crew(lambda program: self._keeper(program, pinger), self._write_state)
        told = asyncio.create_task(self._told.wait(), name="told")
        besides: list[asyncio.Task[Any]] = [
            told,
            asyncio.create_task(self._announce(pinger, on_ready), name="announce"),
            asyncio.create_task(self._rewrite_state(), name="rewrite"),
        ]
        ends: list[asyncio.Future[Any]] = [told, crew.broken]
        if self._plan.workers is None:
            for program in self._plan.programs:
                crew.add(program)
        else:
            changeover = self._start_with(self._plan.workers, crew, http, pinger)
            besides.append(asyncio.create_task(changeover.watch(), name="changeover"))
            ends.append(besides[-1])
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await asyncio.gather(*(stop(task) for task in besides))
            await crew.stop()
        for end in ends:
            if end.done() and not end.cancelled():
                end.result()

    def _start_with(self, workers: Workers, crew: Crew, http: aiohttp.ClientSession, pinger: Pinger) -> Changeover:
        """Start all programs, the first worker before the others: it has the machine for itself and is up the sooner."""
        changeover = Changeover(
            workers,
            crew,
            Line(http, self._plan.monitor, workers.token, self._policy.ping_within),
            pinger,
            self._policy,
            self._report,
            self._disk,
            Copies(self._plan.data / "run" / "models"),
            self._has_room,
            self._rerouted,
        )
        first: Keeper | None = None
        for program in self._plan.programs:
            if program.name not in workers.names:
                crew.add(program)
            elif first is None:
                first = crew.add(changeover.first(program))
            else:
                crew.add(changeover.first(program), first, self._policy.ready_within)
        return changeover

    def _keeper(self, program: Program, pinger: Pinger) -> Keeper:
        # One log for all lives of a name, also where two of them overlap.
        log = self._plan.data / "log" / f"{program.name.partition('.')[0]}.log"
        return Keeper(program, log, pinger, self._policy, self._report, self._disk)

    def _rerouted(self, urls: str) -> None:
        """Have the next life of the gateway, and other commands, find the addresses that hold now."""
        if self._crew is None or self._plan.workers is None:
            return
        now = {self._plan.workers.variable: urls}
        if self._environ[self._plan.workers.variable] == urls:
            return
        self._environ.update(now)
        gateway = next(iter(self._crew.keepers.values()))
        gateway.program = replace(gateway.program, environ={**gateway.program.environ, **now})
        self._write_state()

    async def _announce(self, pinger: Pinger, on_ready: Callable[[], None]) -> None:
        started = time.monotonic()
        explained: dict[str, str] | None = None
        while True:
            missing = await pinger.unready(f"{self._plan.monitor}/ready")
            if missing == {}:
                on_ready()
                return
            late = time.monotonic() - started > EXPLAIN_AFTER.total_seconds()
            if late and missing is not None and missing != explained:
                explained = missing
                self._report("not ready yet: " + "; ".join(f"{name}: {why}" for name, why in missing.items()))
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    def _write_state(self) -> None:
        plan = self._plan
        keepers = self._crew.keepers if self._crew is not None else {}
        processes = {name: state.Running(keeper.pid, keeper.program.port) for name, keeper in keepers.items()}
        running = state.State(os.getpid(), plan.address, plan.monitor, processes, self._environ)
        file = str(state.file_of(plan.data))
        try:
            state.write(plan.data, running)
        except OSError as error:
            self._state_is_written = False
            self._disk.failed(file, error)
        else:
            self._state_is_written = True
            self._disk.written(file)

    async def _rewrite_state(self) -> None:
        """Write the state again for as long as it could not be written."""
        while True:
            await asyncio.sleep(self._policy.ping_every.total_seconds())
            if not self._state_is_written:
                self._write_state()
