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
MEMINFO = Path("/proc/meminfo")
CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUP = Path("/proc/self/cgroup")


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


def own_cgroup(own: Path = OWN_CGROUP, cgroups: Path = CGROUPS) -> Path:
    """The folder with the limits of this service or container (cgroup v2)."""
    try:
        named = [line[3:] for line in own.read_text(encoding="utf-8").splitlines() if line.startswith("0::")]
    except (OSError, ValueError):
        named = []
    return cgroups / named[0].strip("/") if named else cgroups


def total_bytes(meminfo: Path = MEMINFO, cgroup: Path | None = None) -> int:
    """The memory of this machine, or of this container where that has less; 0 if it cannot be told."""
    cgroup = cgroup or own_cgroup()
    limit = _number(cgroup / "memory.max")
    total = _meminfo(meminfo).get("MemTotal", 0)
    return min(limit, total) if limit is not None else total


def has_room(meminfo: Path = MEMINFO, cgroup: Path | None = None) -> bool:
    """Whether one Rasa process more can be started now."""
    cgroup = cgroup or own_cgroup()
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
