"""Keeps one program running: starts it again when it ended or hangs, each time a little later."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bot.supervisor.disk import Disk
from bot.supervisor.health import Pinger, Policy
from bot.supervisor.processes import Process, Program, rotate
from bot.supervisor.progress import tail

Report = Callable[[str], None]
REFUSAL = "guichet: "
"""How the one sentence begins with which a command of ours refuses (`bot.cli`)."""


class Keeper:
    """One program, kept running from `run` to `stop`."""

    def __init__(self, program: Program, log: Path, pinger: Pinger, policy: Policy, report: Report, disk: Disk) -> None:
        self.program = program
        self.log = log
        self.restarts = 0
        self.ready = asyncio.Event()
        """Set while the program answers its pings."""
        self.fault = ""
        """How it failed last, since it was up last."""
        self.changed: Callable[[], None] = lambda: None
        """Called when a process was started or has ended."""
        self._pinger = pinger
        self._policy = policy
        self._report = report
        self._disk = disk
        self._process: Process | None = None
        self._ready_since = 0.0
        self._complained = False
        self._refused = ""

    @property
    def pid(self) -> int | None:
        """The running process, None between two."""
        return self._process.pid if self._process else None

    async def run(self) -> None:
        """Start the program and start it again, until cancelled; the running process is left to `stop`."""
        failures = 0
        while True:
            said: list[str] = []
            try:
                self._process = await Process.start(self.program, self.log)
            except OSError as error:
                reason = f"cannot be started ({error.strerror})"
                ready_for = timedelta()
            else:
                self.changed()
                reason, ready_for = await self._watch(self._process)
                said = tail(self.log, since=self._process.log_bytes)
                self._process = None
                self.changed()
            if ready_for >= self._policy.well_after:
                failures = 0
            self.fault = reason
            pause = self._policy.pause(failures)
            failures += 1
            self._report(f"{self.program.name}: {reason}; starts again in {pause.total_seconds():.1f} s")
            if not ready_for:
                self._explain(said)
            await asyncio.sleep(pause.total_seconds())
            self.restarts += 1

    async def stop(self) -> None:
        """End the running process; `run` is cancelled first."""
        if self._process is not None and not await self._process.stop():
            self._report(f"{self.program.name}: did not end in time and was killed")
        self._process = None
        self.ready.clear()

    def kill(self) -> None:
        """End the running process now."""
        if self._process is not None:
            self._process.kill()

    async def _watch(self, process: Process) -> tuple[str, timedelta]:
        """Wait until a process ended or hangs; why, and how long it had been ready."""
        ended = asyncio.create_task(process.wait(), name=f"{self.program.name}.wait")
        hangs = asyncio.create_task(self._until_it_hangs(), name=f"{self.program.name}.ping")
        try:
            await asyncio.wait({ended, hangs}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                process.kill()
                await ended
                reason = await hangs
            else:
                reason = ended.result()
        finally:
            for task in (ended, hangs):
                task.cancel()
        ready_for = timedelta(seconds=time.monotonic() - self._ready_since) if self.ready.is_set() else timedelta()
        self.ready.clear()
        return reason, ready_for

    async def _until_it_hangs(self) -> str:
        started = time.monotonic()
        misses = 0
        while True:
            if await self._pinger.ping(self.program.ping_url):
                misses = 0
                if not self.ready.is_set():
                    self._ready_since = time.monotonic()
                    self.fault = ""
                    self.ready.set()
                    self._complained, self._refused = False, ""
                    self._report(f"{self.program.name}: up after {self._ready_since - started:.1f} s")
            elif self.ready.is_set():
                misses += 1
                if misses >= self._policy.misses:
                    return f"hangs ({misses} pings without an answer)"
            elif time.monotonic() - started > self._policy.ready_within.total_seconds():
                return f"was not ready within {self._policy.ready_within.total_seconds():.0f} s"
            await self._rotate()
            pause = self._policy.ping_every if self.ready.is_set() else self._policy.look_every
            await asyncio.sleep(pause.total_seconds())

    async def _rotate(self) -> None:
        try:
            await asyncio.to_thread(rotate, self.log)
        except OSError as error:
            self._disk.failed(str(self.log), error)
        else:
            self._disk.written(str(self.log))

    def _explain(self, said: list[str]) -> None:
        """Show why a program could not start, once: it would repeat it for ever.

        Its sentence, where it refuses with one; else the last lines of this start.
        """
        refused = next((line for line in reversed(said) if line.startswith(REFUSAL)), "")
        if refused:
            if refused != self._refused:
                self._refused = refused
                self._report(f"{self.program.name} | {refused}")
        elif not self._complained:
            self._complained = True
            for line in said:
                self._report(f"{self.program.name} | {line}")
            self._report(f"{self.program.name}: the whole log is {self.log}")
