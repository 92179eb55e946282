"""An import that is killed at any moment: the old base stays, or the new one is whole."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.knowledge.importers.service_public.feed import Coming, Importer
from bot.store.sql import Store, open_store
from tests.knowledge.service_public.pages import page, zipped

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=timezone.utc)
PAGES = 150
PATIENCE_SECONDS = 60


def feed(folder: Path, audience: str, word: str) -> str:
    """A zip in which every page says one word."""
    body = f"<Texte>{f'<Paragraphe>Le mot est {word}.</Paragraphe>' * 10}</Texte>"
    names = {f"F{number}.xml": page(body, f"F{number}", audience) for number in range(1, PAGES + 1)}
    return str(zipped(folder / word / f"{audience}.zip", names))


def both(folder: Path, word: str) -> list[str]:
    return [feed(folder, "Particuliers", word), feed(folder, "Professionnels", word)]


async def words(store: Store) -> tuple[int, set[str]]:
    """How many pages there are, and which words they say."""
    fiches = await store.fiches.all()
    return len(fiches), {word for word in ("ancien", "nouveau") for fiche in fiches if word in str(fiche.parts)}


async def ready(coming: Coming) -> None:
    return None


async def killed(url: str, moment: str, places: list[str], after_seconds: float = 0) -> None:
    """An import in another process, killed at that moment."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.knowledge.service_public.victim",
        url,
        moment,
        *places,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        said = await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
        await asyncio.sleep(after_seconds)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()

    assert said == b"here\n"


@pytest.mark.parametrize("moment", ["reading", "preparing"])
async def test_killed_before_the_switch(store: Store, tmp_path: Path, moment: str) -> None:
    """Nothing is changed, and the next import is a whole one."""
    await Importer(store.fiches, ready).run(both(tmp_path, "ancien"), NOW)
    await killed(f"sqlite:///{tmp_path / 'guichet.db'}", moment, both(tmp_path, "nouveau"))
    assert await words(store) == (2 * PAGES, {"ancien"})
    assert await store.fiches.version() == 1
    await Importer(store.fiches, ready).run(both(tmp_path, "nouveau"), NOW)

    assert await words(store) == (2 * PAGES, {"nouveau"})


@pytest.mark.parametrize("after_ms", [0, 10, 30, 90])
async def test_killed_in_the_switch(store: Store, tmp_path: Path, after_ms: int) -> None:
    """Both audiences are the old ones or both the new ones, whenever it is; the version tells which."""
    await Importer(store.fiches, ready).run(both(tmp_path, "ancien"), NOW)
    url = f"sqlite:///{tmp_path / 'guichet.db'}"
    await killed(url, "switching", both(tmp_path, "nouveau"), after_ms / 1000)
    other = await open_store(url)
    found, version = await words(other), await other.fiches.version()
    await other.close()

    assert (found, version) in [((2 * PAGES, {"ancien"}), 1), ((2 * PAGES, {"nouveau"}), 2)]
