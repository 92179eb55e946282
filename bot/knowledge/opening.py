"""The files of the search over the fiches: which folder they are in, and how they come there.

A folder is named by what its files are made of: the fiches' checksums, what the search ships with, and the versions of
what builds them. So a folder is right or is not there; machines that share nothing come to the same name.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import sys
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

from bot.errors import BotError
from bot.feeds import Fiches
from bot.fiches import AUDIENCES
from bot.knowledge.engine import files, shelves
from bot.knowledge.engine.found import Searcher
from bot.knowledge.engine.resources import Resources, resources
from bot.knowledge.engine.searching import Engine

FOLDER = "fiches"
"""Below `settings.data`."""
BUILDER = "bot.commands.build_fiches"
"""Builds what is missing, in a process of its own: it takes a minute and a gigabyte that nobody who answers has to spare."""
BUILT_WITHIN = timedelta(minutes=20)
TRIES = 5
"""So often what was read is read again because an import changed it meanwhile."""


class NotBuilt(BotError):
    """The search's files could not be built; the sentence says why, and the former ones go on."""


async def fingerprint(fiches: Fiches, shipped: Resources) -> str:
    """The name of the folder for the fiches as they are stored now.

    Raises:
        StoreError: they cannot be read.
    """
    feeds = [feed for audience in AUDIENCES if (feed := await fiches.feed(audience))]
    sums = {f"{feed.audience}:{page}": known for feed in feeds for page, known in feed.sums.items()}
    return shelves.fingerprint(sums, await fiches.redirections(), shipped)


async def ready(fiches: Fiches, shelf: Path, shipped: Resources, hidden: Collection[str] = ()) -> Engine:
    """The searcher of the fiches as they are stored now; its files are built where there are none that can be read.

    `hidden` are ids whose titles are left out, for measuring. One process of a machine builds, the others wait for it.

    Raises:
        FilesError: the disk does not take them.
        StoreError: the fiches cannot be read.
    """
    version, folder = await _now(fiches, shelf, shipped, hidden)
    with contextlib.suppress(files.FilesError):
        return await asyncio.to_thread(Engine, folder, version)
    with contextlib.ExitStack() as alone:
        # Before the fiches are read: who waits has no need of them.
        await asyncio.to_thread(alone.enter_context, shelves.locked(shelf))
        for _ in range(TRIES):
            version, folder = await _now(fiches, shelf, shipped, hidden)
            with contextlib.suppress(files.FilesError):
                return await asyncio.to_thread(Engine, folder, version)
            every, redirections = await fiches.all(), await fiches.redirections()
            # A folder's name is a promise of what is in it.
            if await fiches.version() == version:
                await asyncio.to_thread(shelves.rebuild, every, redirections, folder, shipped, None, hidden)
                return await asyncio.to_thread(Engine, folder, version)
    raise NotBuilt("the fiches change faster than they can be read; try again when the imports are over")


async def _now(fiches: Fiches, shelf: Path, shipped: Resources, hidden: Collection[str]) -> tuple[int, Path]:
    version, name = await fiches.version(), await fingerprint(fiches, shipped)
    if hidden:
        name += "-" + hashlib.sha256(" ".join(sorted(hidden)).encode()).hexdigest()[:12]
    return version, shelf / name


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
        try:
            return await self._opened(version)
        except files.FilesError:
            await _build()
        return await self._opened(version)

    async def _opened(self, version: int) -> Engine:
        # Named anew after a build, which takes the fiches as they are by then.
        shipped = await asyncio.to_thread(resources, self._root)
        return await asyncio.to_thread(Engine, self._folder / await fingerprint(self._fiches, shipped), version)


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
