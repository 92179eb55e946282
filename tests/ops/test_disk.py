"""A disk that is full: the supervisor says so once, goes on with its work, and says when it is over."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from bot.supervisor import state
from bot.supervisor.disk import Disk
from bot.supervisor.processes import MAX_LOG_BYTES, rotate
from tests.ops.programs import ROOT, Reports, program
from tests.ops.test_supervisor import running, until

Usage = namedtuple("Usage", "total used free")


class FullDisk:
    """A disk that is full for as long as it is told to be."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        self.attempts = 0
        really_used, really_written = shutil.disk_usage, state.write

        def used(path: Path) -> object:
            self.attempts += self.full
            return Usage(1, 1, 0) if self.full else really_used(path)

        def write(data: Path, running: state.State) -> None:
            self.attempts += self.full
            if self.full:
                raise no_space()
            really_written(data, running)

        monkeypatch.setattr(shutil, "disk_usage", used)
        monkeypatch.setattr(state, "write", write)


def no_space() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    return FullDisk(monkeypatch)


async def test_programs_start_again_on_a_full_disk(tmp_path: Path, disk: FullDisk) -> None:
    """A state file that cannot be written ends nothing: it is told once, and written when there is room again."""
    async with running(tmp_path, [program("one", tmp_path), program("two", tmp_path)]) as run:
        first, other = await run.up("one"), await run.up("two")
        disk.full = True
        os.kill(first, signal.SIGKILL)
        await until(lambda: sum("one: up" in line for line in run.reports) >= 2)
        await until(lambda: disk.attempts >= 5)
        told = [line for line in run.reports if "disk" in line or "written" in line]
        disk.full = False
        await until(lambda: run.said("can be written again"))
        second = run.pid("one")

        assert told == [
            f"the disk is full: {run.data}/run/processes.json cannot be written (No space left on device); "
            "what runs goes on, make room soon: messages are stored there too"
        ]
        assert (second is not None, second != first, run.pid("two")) == (True, True, other)


async def test_a_log_that_cannot_be_put_aside_ends_nothing(tmp_path: Path, disk: FullDisk) -> None:
    """No room for a log's copy: its program is left in peace, and the log is put aside once there is room."""
    async with running(tmp_path, [program("one", tmp_path)]) as run:
        pid = await run.up("one")
        log = run.data / "log" / "one.log"
        disk.full = True
        os.truncate(log, MAX_LOG_BYTES + 1)
        await until(lambda: disk.attempts >= 3)
        told = [line for line in run.reports if "disk" in line]
        disk.full = False
        await until(lambda: run.said(f"{log} can be written again"))

        assert [line.partition(" (")[0] for line in told] == [f"the disk is full: {log} cannot be written"]
        assert (run.pid("one"), log.stat().st_size) == (pid, 0)
        assert log.with_name("one.log.1").stat().st_size == MAX_LOG_BYTES + 1


def test_old_logs_outlive_a_full_disk(tmp_path: Path, disk: FullDisk) -> None:
    """However often it is tried, a log that cannot be put aside costs no old log but the one that had to go."""
    log = tmp_path / "rasa.log"
    for name, content in (("", "fourth"), (".1", "third"), (".2", "second"), (".3", "first")):
        (tmp_path / f"rasa.log{name}").write_text(content)
    disk.full = True
    for _ in range(3):
        with pytest.raises(OSError, match="No space left"):
            rotate(log, max_bytes=3)
    contents = {path.name: path.read_text() for path in tmp_path.iterdir()}

    assert contents == {"rasa.log": "fourth", "rasa.log.1": "third", "rasa.log.2": "second"}


def test_half_a_copy_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that could not be finished gives its room back."""

    def copyfile(source: Path, target: Path) -> None:
        target.write_text("fou")
        raise no_space()

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    log = tmp_path / "rasa.log"
    log.write_text("fourth")
    with pytest.raises(OSError, match="No space left"):
        rotate(log, max_bytes=3)

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"rasa.log": "fourth"}


def test_half_a_state_is_not_left(tmp_path: Path) -> None:
    """A state that could not be written leaves the one before, and no part of itself: it holds the token of the run."""
    before = state.State(1, "http://127.0.0.1:8080", "http://127.0.0.1:8081", {}, {})
    state.write(tmp_path, before)
    (tmp_path / "run" / f"processes.json.{os.getpid()}").symlink_to("/dev/full")
    with state.alone(tmp_path):
        with pytest.raises(OSError, match="No space left"):
            state.write(tmp_path, state.State(2, "", "", {}, {}))
        found = state.read(tmp_path)

    assert found == before
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["processes.json", "supervisor.lock"]


def test_an_output_on_a_full_disk_ends_nothing() -> None:
    """`nohup guichet serve > file` goes on when it cannot say anything any more."""
    source = "import sys; from bot.commands.serve import _report; _report('one: up'); print('goes on', file=sys.stderr)"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", source], stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT)

    assert done.stderr.splitlines()[0] == "goes on"


def test_another_reason_is_told_too() -> None:
    """One sentence a reason, however many files it touches; the end is told when all of them are well."""
    reports: Reports = []
    disk = Disk(reports.append)
    disk.failed("a.log", no_space())
    disk.failed("b.log", no_space())
    disk.failed("c.log", OSError(errno.EROFS, os.strerror(errno.EROFS)))
    for name in ("a.log", "b.log", "c.log", "d.log"):
        disk.written(name)

    assert [line.partition(" (")[0] for line in reports] == [
        "the disk is full: a.log cannot be written",
        "c.log cannot be written",
        "c.log can be written again, and all else",
    ]
