"""What the workers of one run of `pytest -n` share; without workers, a run is one."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def held(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """A folder of all workers, empty at first, which one of them at a time holds; the others wait."""
    base = factory.getbasetemp()
    # pytest-xdist gives each worker a folder inside the run's.
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / f"shared-{name}"
    folder.mkdir(exist_ok=True)
    with (folder.parent / f"shared-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
