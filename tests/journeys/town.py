"""The whole installation as `make run` starts it, in a folder and on ports of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_SECONDS = 180.0
CALM_SECONDS = 6.0
PROGRAMS = ("gateway", "rasa", "actions")


class Town:
    """Processes, their ports, and how to kill them."""

    def __init__(self, data: Path, **environ: str) -> None:
        self.data = data
        self.port = free_port()
        self.environ = {
            **os.environ,
            "GUICHET_DATA": str(data),
            "PORT": str(self.port),
            "GUICHET_MONITOR_PORT": str(free_port()),
            # Most journeys kill Rasa by its name; those of several say so.
            "GUICHET_RASA_PROCESSES": "1",
            **environ,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def launch(self) -> None:
        """Start the supervisor; nothing is waited for."""
        with (self.data.parent / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=self.environ, stdout=log, stderr=log
            )

    def start(self) -> None:
        self.launch()
        try:
            self.wait_until_ready()
        except AssertionError:
            self.stop()
            raise

    def stop(self) -> int:
        """Ctrl-C; the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(timeout=30)

    def crash(self) -> None:
        """`kill -9` of the supervisor, with which all that it started ends."""
        assert self._process is not None
        pids = [pid for name in PROGRAMS if (pid := self.pid(name)) is not None]
        self._process.kill()
        self._process.wait(timeout=30)
        deadline = time.monotonic() + 10
        while any(map(_runs, pids)):
            assert time.monotonic() < deadline, "a program outlived its supervisor"
            time.sleep(0.02)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                raise AssertionError(f"ended with {self._process.returncode}: {self.logs()}")
            if self.ready().get("ready"):
                return
            time.sleep(0.2)
        raise AssertionError(f"not ready: {self.ready()}; {self.logs()}")

    def wait_until_calm(self) -> None:
        """Ready for longer than the gateway takes between two looks at the others."""
        calm = 0.0
        while calm < CALM_SECONDS:
            self.wait_until_ready()
            time.sleep(0.5)
            calm = calm + 0.5 if self.ready().get("ready") else 0.0

    def logs(self) -> str:
        """The end of what supervisor and programs said, for whoever reads why it did not start."""
        files = [self.data.parent / "serve.log", *sorted((self.data / "log").glob("*.log"))]
        return "\n".join(
            f"--- {file.name}\n{file.read_text('utf-8', 'replace')[-2500:]}" for file in files if file.exists()
        )

    def ready(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.environ['GUICHET_MONITOR_PORT']}/ready", timeout=5
            ) as response:
                found: dict[str, Any] = json.load(response)
        except urllib.error.HTTPError as error:
            found = json.load(error)
        except (OSError, ValueError):
            found = {}
        return found

    def pid(self, name: str) -> int | None:
        state = json.loads((self.data / "run" / "processes.json").read_text(encoding="utf-8"))
        pid: int | None = state["processes"][name]["pid"]
        return pid

    def port_of(self, name: str) -> int:
        state = json.loads((self.data / "run" / "processes.json").read_text(encoding="utf-8"))
        port: int = state["processes"][name]["port"]
        return port

    def kill(self, name: str) -> bool:
        """`kill -9`, as a machine without memory does; whether there was something to kill."""
        pid = self.pid(name)
        if pid is None:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def kill_when_up(self, name: str) -> None:
        while not self.kill(name):
            time.sleep(0.1)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A `guichet` command in this installation."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def _runs(pid: int) -> bool:
    try:
        # A zombie, which nobody has waited for yet, runs no more.
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return False
