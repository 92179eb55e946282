"""Whether a supervisor runs here, and where: known before anything is installed.

Only the standard library and no newer syntax than Python 3.8's: `scripts/bootstrap.py` uses it.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

FOLDER = "run"
FILE = "processes.json"
LOCK = "supervisor.lock"


def runs(data: Path) -> bool:
    """Whether a supervisor of this data folder lives: it holds the lock until it ends, however it ends."""
    try:
        descriptor = os.open(str(data / FOLDER / LOCK), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def refusal(data: Path) -> str:
    """Why a second supervisor of this data folder is refused, with the place of the first if it has noted it."""
    try:
        noted = json.loads((data / FOLDER / FILE).read_bytes())
        where = f" on {noted['address']} (process {noted['supervisor']})"
    except (OSError, ValueError, KeyError, TypeError):
        where = ""
    return f"Guichet runs already{where}; stop it first, with Ctrl-C where it runs"
