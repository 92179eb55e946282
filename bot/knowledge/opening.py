"""The files of the search over the fiches: which folder they are in, and how they come there.

A folder is named by what its files are made of: the fiches' checksums, what the search ships with, and the versions of
what builds them. So a folder is right or is not there; machines that share nothing come to the same name.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from bot.errors import BotError
from bot.feeds import Fiches
from bot.fiches import AUDIENCES
from bot.knowledge.engine import files
from bot.knowledge.engine.found import Searcher
from bot.knowledge.engine.resources import Resources, resources
from bot.knowledge.engine.searching import Engine

FOLDER = "fiches"
"""Below `settings.data`."""
BUILDER = "bot.commands.build_fiches"
"""Builds what is missing, in a process of its own: it takes a minute and a gigabyte that nobody who answers has to spare."""
BUILT_WITHIN = timedelta(minutes=20)
KEPT = 2
"""Folders that stay: the newest, and the one that other processes may still answer from."""
NAME_CHARS = 24


class NotBuilt(BotError):
    """The search's files could not be built; the sentence says why, and the former ones go on."""


async def fingerprint(fiches: Fiches, shipped: Resources) -> str:
    """The name of the folder for the fiches as they are stored now.

    Raises:
        StoreError: they cannot be read.
    """
    feeds = [await fiches.feed(audience) for audience in AUDIENCES]
    made_of = [
        [sorted(feed.sums.items()) if feed is not None else None for feed in feeds],
        sorted((await fiches.redirections()).items()),
        shipped.checksum,
        files.FORMAT,
        sorted(files.libraries().items()),
    ]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:NAME_CHARS]


class OpenedFiches:
    """Opens the searcher of a version; see `following.Opening`."""

    def __init__(self, fiches: Fiches, data: Path, root: Path) -> None:
        self._fiches = fiches
        self._folder = data / FOLDER
        self._root = root

    async def __call__(self, version: int) -> Searcher:
        """The searcher of the fiches as they are now; its files are built first where there are none that can be read.

        Raises:
            NotBuilt: they could not be built.
            FilesError: they were built and cannot be read.
            StoreError: the fiches cannot be read.
            ConfigurationError: a file that ships with the search is wrong.
        """
        shipped = await asyncio.to_thread(resources, self._root)
        folder = self._folder / await fingerprint(self._fiches, shipped)
        try:
            return await asyncio.to_thread(Engine, folder, version)
        except files.FilesError:
            await _build()
        return await asyncio.to_thread(Engine, folder, version)


def swept(data: Path, current: str) -> None:
    """Remove the folders of states that nobody answers from any more."""
    folder = data / FOLDER
    older = sorted(
        (path for path in folder.iterdir() if path.is_dir() and path.name != current and not path.name.startswith(".")),
        key=lambda path: path.stat().st_mtime,
    )
    for path in older[: max(0, len(older) - (KEPT - 1))]:
        shutil.rmtree(path, ignore_errors=True)


async def _build() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        BUILDER,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ.copy(),
    )
    try:
        _, told = await asyncio.wait_for(process.communicate(), BUILT_WITHIN.total_seconds())
    except asyncio.TimeoutError as error:
        raise NotBuilt(f"the search's files were not built within {BUILT_WITHIN}") from error
    finally:
        # Given up or cancelled: what it has written aside is no base.
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        last = told.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise NotBuilt(f"the search's files were not built: {last[0][:300]}")
