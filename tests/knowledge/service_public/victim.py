"""An import that stops at a moment, says so, and waits to be killed: `python -m … URL MOMENT ZIP…`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from bot import clock
from bot.knowledge.importers.service_public.feed import Coming, Importer
from bot.store.sql import open_store


def wait() -> None:
    """Say that the moment is there; whoever reads it kills us, or closes our input."""
    print("here", flush=True)
    sys.stdin.read()


async def run(url: str, moment: str, places: Sequence[str]) -> None:
    store = await open_store(url)
    files = 0

    def step(name: str, total: int) -> None:
        nonlocal files
        files += 1
        if moment == "reading" and name == "F2.xml":
            wait()

    async def prepare(coming: Coming) -> bool:
        if moment == "preparing":
            wait()
        if moment == "switching":
            print("here", flush=True)
        return False

    await Importer(store.fiches, prepare).run(places, clock.now(), step)
    await store.close()
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2], sys.argv[3:]))
