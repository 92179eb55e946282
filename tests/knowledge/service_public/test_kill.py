"""An import that is killed at any moment: the old base stays, or the new one is whole."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.knowledge import engine
from bot.knowledge.importers.service_public.feed import Coming, Importer
from bot.knowledge.opening import FOLDER, fingerprint
from bot.settings import load
from bot.store.sql import Store, open_store
from tests.knowledge.service_public.pages import page, zipped

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=timezone.utc)
PAGES, FEW = 150, 12
PATIENCE_SECONDS = 60
OFFICE = str(Path(__file__).resolve().parents[3] / "office.yml")


def feed(folder: Path, audience: str, word: str, pages: int) -> str:
    """A zip in which every page says one word."""
    body = f"<Texte>{f'<Paragraphe>Le mot est {word}.</Paragraphe>' * 10}</Texte>"
    names = {f"F{number}.xml": page(body, f"F{number}", audience) for number in range(1, pages + 1)}
    return str(zipped(folder / word / f"{audience}.zip", names))


def both(folder: Path, word: str, pages: int = PAGES) -> list[str]:
    return [feed(folder, audience, word, pages) for audience in ("Particuliers", "Professionnels")]


async def words(store: Store) -> tuple[int, set[str]]:
    """How many pages there are, and which words they say."""
    fiches = await store.fiches.all()
    return len(fiches), {word for word in ("ancien", "nouveau") for fiche in fiches if word in str(fiche.parts)}


async def ready(coming: Coming) -> bool:
    return False


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


def state(shelf: Path) -> str:
    """What an import has made so far of the search's files."""
    names = [path.name for path in shelf.iterdir() if path.is_dir()] if shelf.is_dir() else []
    return "building" if any(name.startswith(".") for name in names) else f"{len(names)} built"


async def command(places: list[str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "knowledge", "import", "service-public", *places, stderr=asyncio.subprocess.DEVNULL
    )


async def test_the_command_killed_while_the_search_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There are whole files for the fiches that are current, and the next import tidies up."""
    monkeypatch.setenv("GUICHET_OFFICE", OFFICE)
    monkeypatch.setenv("GUICHET_DATA", str(tmp_path))
    monkeypatch.delenv("GUICHET_DATABASE_URL", raising=False)
    settings, shelf = load(), tmp_path / FOLDER
    await (await command(both(tmp_path, "ancien", FEW))).wait()
    process = await command(both(tmp_path, "nouveau", FEW))
    while process.returncode is None and state(shelf) != "building":  # noqa: ASYNC110 - files tell nobody when they come
        await asyncio.sleep(0.001)
    if process.returncode is None:
        process.kill()
    await process.wait()
    store = await open_store(settings.database_url)
    name = await fingerprint(store.fiches, engine.resources(settings.root))
    found = await words(store)
    await store.close()

    assert found in [(2 * FEW, {"ancien"}), (2 * FEW, {"nouveau"})]
    assert engine.current(shelf, name) is not None
    await (await command(both(tmp_path, "nouveau", FEW))).wait()
    assert state(shelf) == "2 built"
