"""How many Rasa processes a machine carries."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bot.errors import ConfigurationError

VARIABLE = "GUICHET_RASA_PROCESSES"
PROCESS_BYTES = 600_000_000
"""What one Rasa process needs."""
REST_BYTES = 1_000_000_000
"""What the machine, the gateway, the action server and the database need beside."""
MOST_BY_DEFAULT = 8
"""One gateway does not feed more."""
MOST = 32
CGROUP = Path("/sys/fs/cgroup")
MEMINFO = Path("/proc/meminfo")


def rasa_processes(environ: Mapping[str, str]) -> int:
    """As many as the environment asks for; without a wish, as this machine carries.

    Raises:
        ConfigurationError: it asks for something that is no such number.
    """
    text = environ.get(VARIABLE, "").strip()
    if not text:
        return sensible(len(os.sched_getaffinity(0)), total_bytes())
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise ConfigurationError(f"{VARIABLE}={text}: is a number from 1 to {MOST}")
    return int(text)


def sensible(cores: int, memory_bytes: int) -> int:
    """One per core, as far as there is memory for them and for one more, which takes over with a new model."""
    carried = (memory_bytes - REST_BYTES) // PROCESS_BYTES - 1
    return max(1, min(cores, carried, MOST_BY_DEFAULT))


def total_bytes(meminfo: Path = MEMINFO, cgroup: Path = CGROUP) -> int:
    """The memory of this machine, or of this container where that has less; 0 if it cannot be told."""
    limit = _number(cgroup / "memory.max")
    total = _meminfo(meminfo).get("MemTotal", 0)
    return min(limit, total) if limit is not None else total


def has_room(meminfo: Path = MEMINFO, cgroup: Path = CGROUP) -> bool:
    """Whether one Rasa process more can be started now."""
    free = _meminfo(meminfo).get("MemAvailable", 0)
    limit, used = _number(cgroup / "memory.max"), _number(cgroup / "memory.current")
    if limit is not None and used is not None:
        # The file cache counts as used and is given up when memory is needed.
        free = min(free, limit - used + _stat(cgroup / "memory.stat").get("inactive_file", 0))
    return free >= PROCESS_BYTES


def _number(path: Path) -> int | None:
    """None where there is no such file, or no limit."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _meminfo(path: Path) -> dict[str, int]:
    """Bytes by name."""
    return {name: 1024 * value for name, value in _stat(path).items()}


def _stat(path: Path) -> dict[str, int]:
    try:
        rows = [line.replace(":", " ").split() for line in path.read_text(encoding="ascii").splitlines()]
    except (OSError, ValueError):
        return {}
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdecimal()}
