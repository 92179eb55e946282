"""The supervisor with small real programs."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.supervisor import state
from bot.supervisor.health import Policy
from bot.supervisor.processes import Program
from bot.supervisor.supervisor import Plan, Supervisor
from tests.ops.programs import BROKEN, IMPATIENT, MUTE, REFUSING, ROOT, Happened, Reports, alive, program


async def until(happened: Happened, within: float = 30.0) -> None:
    """Wait for a fact; the test's own deadline, never a time that is asserted."""
    deadline = time.monotonic() + within
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)


class Run:
    """A supervisor in this process."""

    def __init__(self, data: Path, supervisor: Supervisor, reports: Reports, ready: list[bool]) -> None:
        self.data = data
        self.supervisor = supervisor
        self.reports = reports
        self.ready = ready

    def pid(self, name: str) -> int | None:
        found = state.read(self.data)
        return found.processes[name].pid if found and name in found.processes else None

    def said(self, words: str) -> bool:
        return any(words in line for line in self.reports)

    async def up(self, name: str, times: int = 1) -> int:
        await until(lambda: sum(f"{name}: up" in line for line in self.reports) >= times)
        pid = self.pid(name)
        assert pid is not None
        return pid


@asynccontextmanager
async def running(folder: Path, programs: Sequence[Program], policy: Policy = IMPATIENT) -> AsyncIterator[Run]:
    data = folder / "var"
    plan = Plan(programs, "http://127.0.0.1:1", f"http://127.0.0.1:{programs[0].port}", data, {"PORT": "1"})
    reports: Reports = []
    ready: list[bool] = []
    supervisor = Supervisor(plan, policy, reports.append)
    with state.alone(data):
        task = asyncio.create_task(supervisor.run(lambda: ready.append(True)))
        try:
            yield Run(data, supervisor, reports, ready)
        finally:
            supervisor.tell_to_stop()
            await task


async def test_a_killed_program_starts_again(tmp_path: Path) -> None:
    """A program that is killed with -9 runs again, as another process, and nothing else is touched."""
    async with running(tmp_path, [program("one", tmp_path), program("two", tmp_path)]) as run:
        first, other = await run.up("one"), await run.up("two")
        os.kill(first, signal.SIGKILL)
        second = await run.up("one", times=2)

        assert second != first
        assert run.said("one: was ended by SIGKILL; starts again in")
        assert run.pid("two") == other


async def test_a_hanging_program_is_replaced(tmp_path: Path) -> None:
    """A program that lives but answers no ping is killed and started again."""
    async with running(tmp_path, [program("one", tmp_path)]) as run:
        first = await run.up("one")
        os.kill(first, signal.SIGSTOP)
        second = await run.up("one", times=2)

        assert second != first
        assert not alive(first)
        assert run.said("one: hangs (3 pings without an answer)")


async def test_a_program_that_never_gets_ready_is_replaced(tmp_path: Path) -> None:
    """A program that lives but never answers is killed when its time is over."""
    policy = replace(IMPATIENT, ready_within=timedelta(milliseconds=200))
    async with running(tmp_path, [program("one", tmp_path, MUTE)], policy) as run:
        await until(lambda: run.said("one: was not ready within"))
        await until(lambda: sum("was not ready" in line for line in run.reports) >= 2)


async def test_a_program_that_cannot_start_shows_its_last_lines_once(tmp_path: Path) -> None:
    """What a program said before it ended is shown the first time, and the place of its log."""
    async with running(tmp_path, [program("one", tmp_path, BROKEN)]) as run:
        await until(lambda: sum("one: ended with code 3" in line for line in run.reports) >= 3)

        assert sum("no such table: towns" in line for line in run.reports) == 1
        assert run.said(str(run.data / "log" / "one.log"))


async def test_the_last_lines_are_of_this_start(tmp_path: Path) -> None:
    """What an earlier run left in the log is not shown as the reason."""
    log = tmp_path / "var" / "log" / "one.log"
    log.parent.mkdir(parents=True)
    log.write_text("an old trouble\n")
    async with running(tmp_path, [program("one", tmp_path, BROKEN)]) as run:
        await until(lambda: run.said("the whole log is"))

        assert [line for line in run.reports if " | " in line] == ["one | no such table: towns"]


async def test_a_refusal_is_its_one_sentence(tmp_path: Path) -> None:
    """Of a program that refuses with a sentence only that is shown, and again only when it is another."""
    async with running(tmp_path, [program("one", tmp_path, REFUSING)]) as run:
        await until(lambda: sum("one: ended with code 1" in line for line in run.reports) >= 4)

        assert [line for line in run.reports if " | " in line] == [
            "one | guichet: the port is in use",
            "one | guichet: the disk is full",
        ]


async def test_the_pause_grows_up_to_its_limit(tmp_path: Path) -> None:
    """A program that ends again and again is started ever later, up to the longest pause."""
    async with running(tmp_path, [program("one", tmp_path, BROKEN)]) as run:
        await until(lambda: sum("starts again" in line for line in run.reports) >= 5)
        pauses = [line.rpartition(" in ")[2] for line in run.reports if "starts again" in line][:5]

        assert pauses == ["0.1 s", "0.1 s", "0.2 s", "0.4 s", "0.4 s"]


def test_the_usual_pauses() -> None:
    """Half a second after the first failure, half a minute after many."""
    pauses = [Policy().pause(failures).total_seconds() for failures in (0, 1, 2, 6, 1000)]

    assert pauses == [0.5, 1.0, 2.0, 30.0, 30.0]


async def test_it_ends_what_it_started(tmp_path: Path) -> None:
    """Told to stop, it stops the first program before the others, and leaves no process and no state behind."""
    programs = [program(name, tmp_path) for name in ("gateway", "rasa", "actions")]
    async with running(tmp_path, programs) as run:
        pids = [await run.up(name) for name in ("gateway", "rasa", "actions")]
    diary = (tmp_path / "diary").read_text().splitlines()

    assert [alive(pid) for pid in pids] == [False, False, False]
    assert diary[0] == "gateway stopped"
    assert sorted(diary) == ["actions stopped", "gateway stopped", "rasa stopped"]
    assert not (run.data / "run" / "processes.json").exists()


async def test_a_program_deaf_to_the_end_is_killed(tmp_path: Path) -> None:
    """A program that ignores SIGTERM is killed when its time is over."""
    async with running(tmp_path, [program("one", tmp_path, environ={"DEAF": "1"})]) as run:
        pid = await run.up("one")

    assert not alive(pid)
    assert run.said("one: did not end in time and was killed")


async def test_ready_is_said_once(tmp_path: Path) -> None:
    """It says that Guichet answers when the gateway's /ready says so, once."""
    async with running(tmp_path, [program("gateway", tmp_path)]) as run:
        await until(lambda: run.ready)
        os.kill(await run.up("gateway"), signal.SIGKILL)
        await run.up("gateway", times=2)

        assert run.ready == [True]


async def test_not_ready_is_not_announced(tmp_path: Path) -> None:
    """While a check of /ready fails, nobody is told that Guichet answers."""
    gateway = program("gateway", tmp_path, environ={"READY": '{"rasa": "no connection"}'})
    async with running(tmp_path, [gateway]) as run:
        await run.up("gateway")

        assert run.ready == []


async def test_children_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    """When the supervisor itself is killed with -9, its programs end too, and another one can start at once."""
    starter = tmp_path / "starter.py"
    starter.write_text(
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from bot.supervisor import state\n"
        "from bot.supervisor.supervisor import Plan, Supervisor\n"
        "from tests.ops.programs import IMPATIENT, program\n"
        "folder = Path(sys.argv[1])\n"
        "programs = [program('one', folder, environ={'DEAF': '1'})]\n"
        "plan = Plan(programs, 'http://127.0.0.1:1', 'http://127.0.0.1:1', folder / 'var')\n"
        "with state.alone(folder / 'var'):\n"
        "    asyncio.run(Supervisor(plan, IMPATIENT, lambda line: print(line, flush=True)).run(lambda: None))\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, str(starter), str(tmp_path), stdout=asyncio.subprocess.PIPE, env=environ
    )
    assert supervisor.stdout
    first = await supervisor.stdout.readline()
    found = state.read(tmp_path / "var")
    assert found
    child = found.processes["one"].pid
    assert child
    was_alive = alive(child)
    supervisor.send_signal(signal.SIGKILL)
    await supervisor.wait()
    await until(lambda: not alive(child))

    assert b"one: up" in first
    assert (found.supervisor, was_alive) == (supervisor.pid, True)
    assert state.read(tmp_path / "var") is None
    with state.alone(tmp_path / "var"):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_signals_end_it(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C, SIGTERM and a closed terminal all end it cleanly."""
    data = tmp_path / "var"
    reports: Reports = []
    plan = Plan([program("one", tmp_path)], "http://127.0.0.1:1", "http://127.0.0.1:1", data)
    # Whoever runs the tests may ignore a closed terminal, as `nohup` does; the supervisor then ignores it too.
    inherited = signal.signal(number, signal.default_int_handler)
    try:
        with state.alone(data):
            task = asyncio.create_task(Supervisor(plan, IMPATIENT, reports.append).run(lambda: None))
            await until(lambda: any("one: up" in line for line in reports))
            os.kill(os.getpid(), number)
            await asyncio.wait_for(task, 10)
    finally:
        signal.signal(number, inherited)

    assert (tmp_path / "diary").read_text() == "one stopped\n"
