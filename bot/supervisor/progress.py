"""Says what is being done and for how long, on a terminal and in a log alike.

Only the standard library and no newer syntax than Python 3.8's: `scripts/bootstrap.py` uses it before anything is
installed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.supervisor.leash import leashed

SAY_AGAIN_SECONDS = 10.0
TAIL_LINES = 15


class CommandFailed(Exception):
    """A program ended with another code than 0; `output` is what it said, `log` where that is kept."""

    def __init__(self, message: str, output: str, log: Path) -> None:
        super().__init__(message)
        self.output = output
        self.log = log


def say(line: str) -> None:
    """One line for the person who started this."""
    print(line, flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Show a step while it runs, and what it took; nothing is said of how it failed, the caller does that."""
    started = time.monotonic()
    over = threading.Event()
    live = sys.stdout.isatty()

    def seconds() -> str:
        return f"{time.monotonic() - started:.0f} s"

    def tick() -> None:
        while not over.wait(1.0 if live else SAY_AGAIN_SECONDS):
            if live:
                print(f"\r  … {what}, {seconds()} ", end="", flush=True)
            else:
                say(f"  … {what}, {seconds()}")

    if live:
        print(f"  … {what} ", end="", flush=True)
    else:
        say(f"  … {what}")
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    done = False
    try:
        yield
        done = True
    finally:
        over.set()
        ticker.join()
        before = "\r\033[K" if live else ""
        say(f"{before}  {'✓' if done else '✗'} {what} ({seconds()})")


def run(command: list[str], log: Path, folder: Path, environ: dict[str, str] | None = None) -> str:
    """Run a program to its end with its output in `log`; what it said.

    It dies with this process, whatever kills it.

    Raises:
        CommandFailed: it ended with another code than 0.
        OSError: the log cannot be written.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as file:
        process = subprocess.Popen(
            leashed(command),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=str(folder),
            env=dict(os.environ, **(environ or {})),
            start_new_session=True,
        )
        try:
            code = process.wait()
        except BaseException:
            with_group(process.pid, signal.SIGKILL)
            process.wait()
            raise
    output = log.read_text(encoding="utf-8", errors="replace")
    if code:
        raise CommandFailed(f"{Path(command[0]).name} ended with code {code}", output, log)
    return output


def with_group(pid: int, number: int) -> None:
    """Send a signal to a program and all that it started; nothing if they are gone."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def tail(path: Path, lines: int = TAIL_LINES, since: int = 0) -> list[str]:
    """The last lines of a log, the newest last; none if there is no log.

    `since` is the size in bytes that it had before: only what came after is read, all of it if the log was cut.
    """
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(since if since <= end else 0, end - 200 * lines))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-lines:]
