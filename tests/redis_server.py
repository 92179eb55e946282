"""A private Redis, started from the installed binary; imported by tests/conftest.py."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import free_port


def _start(port: int, folder: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.01)
    process.kill()
    raise RuntimeError("redis-server did not start")


class PrivateRedis:
    """A Redis on a free port; call it to start it, call it again to restart it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._running: subprocess.Popen[bytes] | None = None

    def __call__(self) -> str:
        """Its URL."""
        self.stop()
        self._running = _start(self._port, self._folder)
        return f"redis://127.0.0.1:{self._port}/0"

    def stop(self) -> None:
        """Kill it."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None


@pytest.fixture
def redis_restart(tmp_path: Path) -> Iterator[PrivateRedis]:
    """A Redis that is not running yet."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    private = PrivateRedis(tmp_path)
    yield private
    private.stop()


@pytest.fixture
def redis_url(redis_restart: PrivateRedis) -> str:
    return redis_restart()
