"""The models that Rasa processes were started with, each a copy of its own.

A process that ends is started again with the model that it had, whatever lies at the model's place by then: one that
was trained meanwhile, one that does not load, none.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from bot.supervisor.model import digest

DIGITS = 16
Signature = tuple[int, int, int]


def signature(path: Path) -> Signature | None:
    """Which file lies there, as far as the file system tells; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


class Copies:
    """The copies in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, model: Path) -> Path:
        """A copy of a model, named after its contents: the same model is the same copy.

        Raises:
            OSError: the model cannot be read, or the copy not be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = self._folder / f".copying.{os.getpid()}"
        try:
            shutil.copyfile(model, aside)
            copy = self._folder / f"{digest(aside)[:DIGITS]}.tar.gz"
            aside.replace(copy)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
        return copy

    def forget(self, in_use: Collection[Path]) -> None:
        """Remove all copies but those in use."""
        for path in self._folder.glob("*.tar.gz"):
            if path not in in_use:
                # It is tried again after the next change.
                with suppress(OSError):
                    path.unlink()
