"""`python -m bot.commands.build_fiches`: the search's files for the stored fiches, where this machine has none.

Started by the processes that answer; an import builds its own. No command of `guichet`: there is nothing to decide.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.errors import BotError, ConfigurationError
from bot.knowledge import engine
from bot.knowledge.opening import FOLDER, ready
from bot.settings import Settings, load
from bot.store.sql import open_store


async def build(settings: Settings) -> Path:
    """The folder of the files for the fiches as they are stored now, built unless they are there.

    Raises:
        NotBuilt: the fiches change all the time.
        FilesError: the disk does not take them.
        StoreError: the fiches cannot be read.
        ConfigurationError: the database, or a file that ships with the search, is wrong.
    """
    shelf, shipped = settings.data / FOLDER, engine.resources(settings.root)
    store = await open_store(settings.database_url)
    try:
        folder = (await ready(store.fiches, shelf, shipped)).folder
        await asyncio.to_thread(engine.prune, shelf, [folder.name])
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
