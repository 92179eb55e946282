"""One program as the supervisor starts, hears, logs and stops it."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.supervisor.leash import leashed
from bot.supervisor.progress import with_group

MAX_LOG_BYTES = 10_000_000
OLD_LOGS = 3


@dataclass(frozen=True, slots=True)
class Program:
    """What is started: `ping_url` answers 200 when it is ready, and goes on answering as long as it is well."""

    name: str
    command: tuple[str, ...]
    ping_url: str
    port: int
    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    stop_within: timedelta = timedelta(seconds=5)
    """How long it may take to end by itself once told."""


class Process:
    """A started program. It has a process group of its own: Ctrl-C reaches the supervisor, which ends it in order."""

    def __init__(self, program: Program, child: asyncio.subprocess.Process, log_bytes: int) -> None:
        self.program = program
        self.log_bytes = log_bytes
        """The size of the log at its start: what it says itself comes after."""
        self._child = child

    @classmethod
    async def start(cls, program: Program, log: Path) -> Process:
        """Start a program with its output at the end of `log`.

        Raises:
            OSError: the log cannot be written or the program not be started.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        # O_APPEND: the log may be cut while the program writes (`rotate`).
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        log_bytes = os.fstat(descriptor).st_size
        try:
            child = await asyncio.create_subprocess_exec(
                *leashed(list(program.command)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                cwd=program.folder,
                env={**os.environ, **program.environ},
                start_new_session=True,
            )
        finally:
            os.close(descriptor)
        return cls(program, child, log_bytes)

    @property
    def pid(self) -> int:
        """Its process id, which is also its group's."""
        return self._child.pid

    async def wait(self) -> str:
        """Wait for its end; how it ended, in words."""
        code = await self._child.wait()
        # What it started itself must not outlive it.
        with_group(self.pid, signal.SIGKILL)
        if code >= 0:
            return f"ended with code {code}"
        return f"was ended by {signal.Signals(-code).name}"

    def kill(self) -> None:
        """End it and all it started, now."""
        with_group(self.pid, signal.SIGKILL)

    async def stop(self) -> bool:
        """Tell it to end, and end it when it does not in time; False if it had to be killed."""
        if self._child.returncode is not None:
            return True
        with_group(self.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(self.wait(), self.program.stop_within.total_seconds())
        except asyncio.TimeoutError:
            self.kill()
            await self.wait()
            return False
        return True


def rotate(log: Path, max_bytes: int = MAX_LOG_BYTES) -> bool:
    """Put a log aside once it is too large, the oldest is dropped; whether it was.

    Copied and cut rather than renamed: the program that writes it keeps its descriptor.

    Raises:
        OSError: there is no room for the copy, or it cannot be written; the log and all old ones but the oldest stay.
    """
    try:
        size_bytes = log.stat().st_size
    except FileNotFoundError:
        return False
    if size_bytes <= max_bytes:
        return False
    old = [log.with_name(f"{log.name}.{number}") for number in range(1, OLD_LOGS + 1)]
    old[-1].unlink(missing_ok=True)
    # Looked at first: a copy that fills the disk takes the room of what citizens say meanwhile.
    if shutil.disk_usage(log.parent).free < size_bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(log))
    aside = log.with_name(f"{log.name}.new")
    try:
        shutil.copyfile(log, aside)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    for newer, older in zip(old[-2::-1], old[:0:-1], strict=True):
        if newer.exists():
            newer.replace(older)
    aside.replace(old[0])
    os.truncate(log, 0)
    return True
