"""Where bases are kept: one folder for each content, named by it, built once however many processes want it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from bot.fiches import Fiche
from bot.knowledge.engine import building, files
from bot.knowledge.engine.resources import Resources
from bot.knowledge.engine.searching import Engine

KEPT = 2
"""The base in use, and the one before: a process that still maps it may be told to open it again."""
LOCK = ".lock"


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
    hidden: Collection[str] = (),
) -> Path:
    """Make a folder the base of some fiches, unless it is: one process builds, the others on this machine wait for it.

    Raises:
        FilesError: the disk does not take it.
    """
    with locked(folder.parent):
        if not _opens(folder):
            rebuild(fiches, redirections, folder, made_with, progress, hidden)
    return folder


def rebuild(
    fiches: Iterable[Fiche],
    redirections: Mapping[str, str],
    folder: Path,
    made_with: Resources,
    progress: building.Progress | None = None,
    hidden: Collection[str] = (),
) -> None:
    """As `build`, for who is alone with the shelf (`locked`) and knows that the folder cannot be used.

    What the newest of the other bases has learnt is kept where it holds (`keeping`).

    Raises:
        FilesError: the disk does not take it.
    """
    for broken in _folders(folder.parent):
        # Nobody else builds now: what stands aside was left by a process that was killed.
        if broken.name.startswith("."):
            shutil.rmtree(broken, ignore_errors=True)
    formers = [path for path in _newest(folder.parent) if path.name != folder.name]
    building.build(fiches, redirections, folder, made_with, progress, hidden, formers)


def _opens(folder: Path) -> bool:
    """Whether a base can be used: files of the right sizes may be damaged all the same."""
    try:
        load(folder)
    except files.FilesError:
        return False
    return True


def _newest(shelf: Path) -> list[Path]:
    return sorted(_folders(shelf), key=lambda path: (path.stat().st_mtime, path.name), reverse=True)


def prune(shelf: Path, keep: Iterable[str]) -> list[str]:
    """Remove bases that nobody answers from any more; `keep` are names in use. Gives what was removed."""
    kept = set(keep)
    whole = sorted((path for path in _folders(shelf) if path.name[0] != "."), key=lambda path: path.stat().st_mtime)
    removed = [path for path in whole if path.name not in kept][: max(0, len(whole) - KEPT)]
    for path in removed:
        shutil.rmtree(path, ignore_errors=True)
    return [path.name for path in removed]


def _folders(shelf: Path) -> list[Path]:
    return [path for path in shelf.iterdir() if path.is_dir()] if shelf.is_dir() else []


@contextlib.contextmanager
def locked(shelf: Path) -> Iterator[None]:
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
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
