"""`python -m bot.commands.build_fiches`: the search's files for the stored fiches, where this machine has none.

Started by the processes that answer; an import builds its own. No command of `guichet`: there is nothing to decide.
"""

from __future__ import annotations

import asyncio
import fcntl
import sys
from pathlib import Path

from bot.errors import BotError, ConfigurationError
from bot.knowledge.engine import building, files
from bot.knowledge.engine.resources import Resources, resources
from bot.knowledge.opening import FOLDER, fingerprint, swept
from bot.settings import Settings, load
from bot.store.sql import open_store

LOCK = ".lock"


async def build(settings: Settings) -> Path:
    """The folder of the files for the fiches as they are stored now, built unless they are there.

    One process of a machine builds; the others wait for it and find them there.

    Raises:
        FilesError: the disk does not take them.
        StoreError: the fiches cannot be read.
        ConfigurationError: the database, or a file that ships with the search, is wrong.
    """
    above = settings.data / FOLDER
    above.mkdir(parents=True, exist_ok=True)
    with (above / LOCK).open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        return await _built(settings, above, resources(settings.root))


async def _built(settings: Settings, above: Path, shipped: Resources) -> Path:
    store = await open_store(settings.database_url)
    try:
        folder = above / await fingerprint(store.fiches, shipped)
        try:
            files.manifest(folder)
        except files.FilesError:
            fiches, redirections = await store.fiches.all(), await store.fiches.redirections()
            await asyncio.to_thread(building.build, fiches, redirections, folder, shipped)
        swept(settings.data, folder.name)
        return folder
    finally:
        await store.close()


def main() -> None:
    """Build, and say in one sentence why not."""
    try:
        print(asyncio.run(build(load())))
    except (ConfigurationError, BotError, OSError) as error:
        print(f"guichet: {error or type(error).__name__}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
