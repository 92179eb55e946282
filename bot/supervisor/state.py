"""What runs here, for other commands and for people: `var/run/processes.json`, and a lock that says whether it is true.

    {"supervisor": 41, "address": "http://127.0.0.1:8080", "monitor": "http://127.0.0.1:8081",
     "processes": {"gateway": {"pid": 42, "port": 8080}, "rasa": {…}, "actions": {…}},
     "environ": {"PORT": "8080", "GUICHET_RASA_URL": "http://127.0.0.1:21041", …}}

The file holds the token of this run and is readable by its owner only.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from bot.errors import ConfigurationError
from bot.supervisor import lock
from bot.supervisor.lock import FILE, FOLDER, LOCK


class Running(Struct, frozen=True):
    """A running process; `pid` is None between two starts."""

    pid: int | None
    port: int


class State(Struct, frozen=True):
    """All processes of this machine."""

    supervisor: int
    address: str
    monitor: str
    processes: dict[str, Running]
    environ: dict[str, str]
    """What a command needs in its environment to speak with them."""


def file_of(data: Path) -> Path:
    """The state file of a data folder."""
    return data / FOLDER / FILE


def write(data: Path, state: State) -> None:
    """Replace the state file.

    Raises:
        OSError: it cannot be written; what stood there stays.
    """
    path = file_of(data)
    aside = path.with_name(f"{FILE}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(state), indent=2) + b"\n")
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise


def remove(data: Path) -> None:
    """Forget the state: nothing runs any more."""
    # Where it cannot be removed, it is not believed either: nobody holds the lock.
    with suppress(OSError):
        file_of(data).unlink()


def read(data: Path) -> State | None:
    """What runs here now, None if no supervisor does."""
    if not lock.runs(data):
        return None
    try:
        return msgspec.json.decode(file_of(data).read_bytes(), type=State)
    except (OSError, msgspec.MsgspecError):
        return None


def surroundings(environ: Mapping[str, str], data: Path) -> dict[str, str]:
    """The environment completed with what the processes that run here were given; what is set already stays."""
    state = read(data)
    return {**(state.environ if state else {}), **environ}


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Be the only supervisor of a data folder.

    Raises:
        ConfigurationError: another one runs, or the folder cannot be written.
    """
    path = data / FOLDER / LOCK
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be made ({error.strerror})") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigurationError(lock.refusal(data)) from error
        yield
    finally:
        os.close(descriptor)
