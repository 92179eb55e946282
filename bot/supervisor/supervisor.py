"""Runs the programs of a plan until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiohttp

from bot.supervisor import state
from bot.supervisor.disk import Disk
from bot.supervisor.health import Pinger, Policy
from bot.supervisor.keeper import Keeper
from bot.supervisor.processes import Program

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


class Supervisor:
    """The processes of one machine."""

    def __init__(self, plan: Plan, policy: Policy, report: Callable[[str], None]) -> None:
        self._plan = plan
        self._policy = policy
        self._report = report
        self._told = asyncio.Event()
        self._keepers: list[Keeper] = []
        self._disk = Disk(report)
        self._state_is_written = True

    def tell_to_stop(self) -> None:
        """Ask for the end; asked twice, nothing is waited for."""
        if self._told.is_set():
            for keeper in self._keepers:
                keeper.kill()
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
                await self._run(Pinger(http, self._policy.ping_within), on_ready)
        finally:
            for number in signals:
                loop.remove_signal_handler(number)
            state.remove(self._plan.data)

    async def _run(self, pinger: Pinger, on_ready: Callable[[], None]) -> None:
        logs = self._plan.data / "log"
        for program in self._plan.programs:
            keeper = Keeper(program, logs / f"{program.name}.log", pinger, self._policy, self._report, self._disk)
            keeper.changed = self._write_state
            self._keepers.append(keeper)
        tasks = [asyncio.create_task(keeper.run(), name=keeper.program.name) for keeper in self._keepers]
        told = asyncio.create_task(self._told.wait(), name="told")
        announce = asyncio.create_task(self._announce(pinger, on_ready), name="announce")
        rewrite = asyncio.create_task(self._rewrite_state(), name="rewrite")
        try:
            done, _ = await asyncio.wait({told, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            besides = (told, announce, rewrite)
            for task in (*besides, *tasks):
                task.cancel()
            await asyncio.gather(*besides, *tasks, return_exceptions=True)
            # The first one still speaks with the others while it ends what it has begun.
            first, *others = self._keepers
            await first.stop()
            await asyncio.gather(*(keeper.stop() for keeper in others))
        for task in done - {told}:
            task.result()

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
        processes = {keeper.program.name: state.Running(keeper.pid, keeper.program.port) for keeper in self._keepers}
        running = state.State(os.getpid(), plan.address, plan.monitor, processes, dict(plan.environ))
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
