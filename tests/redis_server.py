"""A private Redis, started from the installed binary; imported by tests/conftest.py."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
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


@pytest.fixture
def redis_restart(tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Call it to start a Redis, call it again to restart it; its URL."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    port = free_port()
    running: list[subprocess.Popen[bytes]] = []

    def stop() -> None:
        while running:
            running[-1].kill()
            running.pop().wait()

    def restart() -> str:
        stop()
        running.append(_start(port, tmp_path))
        return f"redis://127.0.0.1:{port}/0"

    yield restart
    stop()


@pytest.fixture
def redis_url(redis_restart: Callable[[], str]) -> str:
    return redis_restart()
