"""Where bases are kept: one folder for each content, named by it, built once however many processes want it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from bot.fiches import Fiche
from bot.knowledge.engine import building, files
from bot.knowledge.engine.resources import Resources, resources
from bot.knowledge.engine.searching import Engine

KEPT = 2
"""The base in use, and the one before: a process that still maps it may be told to open it again."""
LOCK = "building.lock"
MAX_INPUT_BYTES = 1_000_000_000
_WAIT_SECONDS = 0.2


def fingerprint(sums: Mapping[str, str], redirections: Mapping[str, str], resources: Resources) -> str:
    """The name of a base's folder: its content, the words that ship with the project, the format, the libraries.

    `sums` are checksums of the fiches by key ("part:F1341").
    """
    made_of = (sorted(sums.items()), sorted(redirections.items()), resources.checksum, files.FORMAT)
    return hashlib.sha256(repr((made_of, sorted(files.libraries().items()))).encode()).hexdigest()[:24]


def current(shelf: Path, name: str) -> Path | None:
    """The folder of a base that is whole, None where it has to be built."""
    folder = shelf / name
    try:
        files.manifest(folder)
    except files.FilesError:
        return None
    return folder


def load(folder: Path, version: int = 0) -> Engine:
    """A base, ready to be searched.

    Raises:
        FilesError: missing, damaged, or of another format.
    """
    return Engine(folder, version)


def build(
    fiches: Iterable[Fiche],
    redirections: Mapping[str, str],
    folder: Path,
    made_with: Resources,
    progress: building.Progress | None = None,
) -> Path:
    """Make a folder the base of some fiches, unless it is: one process builds, the others on this machine wait for it.

    Raises:
        FilesError: the disk does not take it.
    """
    with locked(folder.parent):
        if current(folder.parent, folder.name) is None:
            building.build(fiches, redirections, folder, made_with, progress)
    return folder


def build_apart(
    fiches: Iterable[Fiche], redirections: Mapping[str, str], folder: Path, root: Path, timeout_seconds: float = 1800
) -> Path:
    """As `build`, in a process of its own, so that this one goes on answering and gives back no memory later.

    `root` is the folder of office.yml. Blocks: call it in a thread.

    Raises:
        FilesError: it failed; the sentence is the other process's.
    """
    feed = msgspec.json.encode((dict(redirections), list(fiches)))
    command = [sys.executable, "-m", "bot.knowledge.engine", str(folder), "--root", str(root)]
    try:
        done = subprocess.run(command, input=feed, capture_output=True, timeout=timeout_seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise files.FilesError(f"{folder}: was not built within {timeout_seconds:.0f} s") from error
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines()
        raise files.FilesError(
            told[-1] if told else f"{folder}: the process that builds it ended with {done.returncode}"
        )
    return folder


def prune(shelf: Path, keep: Iterable[str]) -> list[str]:
    """Remove bases that nobody needs and what broken builds left; `keep` are names in use. Gives what was removed."""
    kept = set(keep)
    removed = []
    with locked(shelf):
        folders = [path for path in shelf.iterdir() if path.is_dir()]
        whole = sorted(
            (path for path in folders if not path.name.startswith(".")), key=lambda path: path.stat().st_mtime
        )
        spare = [path for path in whole if path.name not in kept]
        old = spare[: max(0, len(whole) - KEPT)]
        for path in [*old, *(path for path in folders if path.name.startswith("."))]:
            shutil.rmtree(path, ignore_errors=True)
            removed.append(path.name)
    return removed


@contextlib.contextmanager
def locked(shelf: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Alone on this machine with a shelf; the lock goes with the process that has it, however that ends.

    Raises:
        FilesError: the folder cannot be used.
    """
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        handle = os.open(shelf / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise files.FilesError(f"{shelf}: cannot be used ({error.strerror})") from error
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if waiting:
                    waiting()
                time.sleep(_WAIT_SECONDS)
        yield
    finally:
        os.close(handle)


def main(arguments: list[str]) -> int:
    """`python -m bot.knowledge.engine FOLDER [--root ROOT]`: a base from what comes in, as `build_apart` sends it."""
    if len(arguments) not in {1, 3} or (len(arguments) == 3 and arguments[1] != "--root"):
        print("usage: python -m bot.knowledge.engine FOLDER [--root ROOT] < fiches.json", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    root = Path(arguments[2]) if len(arguments) == 3 else Path.cwd()
    try:
        redirections, fiches = msgspec.json.decode(
            sys.stdin.buffer.read(MAX_INPUT_BYTES), type=tuple[dict[str, str], list[Fiche]]
        )
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        print(f"the fiches that came in cannot be read: {error}", file=sys.stderr)
        return 1
    try:
        build(fiches, redirections, folder, resources(root))
    except files.FilesError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
