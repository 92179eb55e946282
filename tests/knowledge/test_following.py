"""How a process follows the fiches: without waiting for a build, without losing what it has."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.fiches import AUDIENCES, Fiche
from bot.knowledge import opening
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.engine.found import Searcher
from bot.knowledge.engine.resources import Resources
from bot.knowledge.following import RETRY_AFTER, FollowedFiches
from bot.knowledge.opening import NotBuilt
from bot.messages import AnswerStatus
from bot.store.fiches import SqlFiches
from bot.store.sql import Store
from tests.databases import opened
from tests.knowledge import small
from tests.knowledge.fiches import FICHES, WordSearcher
from tests.knowledge.test_base import Seconds


class Door:
    """Opens searchers when it is let, and fails when it is told to."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.broken = False
        self.error: Exception = StoreError("no room on the disk")
        self.opened: list[int] = []

    async def __call__(self, version: int) -> Searcher:
        self.opened.append(version)
        await self.open.wait()
        if self.broken:
            raise self.error
        return WordSearcher(FICHES, version)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as made:
        await made.articles.replace("markdown", small.articles(), small.NOON)
        yield made


async def fill(store: Store, sum_: str = "1") -> None:
    for audience in AUDIENCES:
        fiches = [one for one in FICHES if one.audience == audience]
        await store.fiches.replace(audience, fiches, {one.id: sum_ for one in fiches}, {}, small.NOON)


async def taken(followed: FollowedFiches, seconds: Seconds, version: int) -> Searcher:
    """Wait until a version answers."""
    until = time.monotonic() + 20
    while True:
        searcher = await followed.searcher()
        if searcher is not None and searcher.version == version:
            return searcher
        assert time.monotonic() < until, "the version was never taken"
        seconds.now += 2
        await asyncio.sleep(0.01)


async def test_no_fiches_is_no_searcher(store: Store) -> None:
    """The town's own answers stand alone, and nothing is opened."""
    door = Door()
    followed = FollowedFiches(store.fiches, door)
    base = KnowledgeBase(store.articles, small.OFFICE, lambda: small.NOON, fiches=followed)
    told = await base.ask("horaires de la piscine")
    await base.close()

    assert (told.status, told.talk, door.opened) == (AnswerStatus.ANSWERED, None, [])


async def test_a_newer_version_is_taken_when_it_is_ready(store: Store) -> None:
    """Until then the former one answers; nobody waits."""
    await fill(store)
    door, seconds = Door(), Seconds()
    followed = FollowedFiches(store.fiches, door, seconds)
    first = await taken(followed, seconds, await store.fiches.version())
    door.open.clear()
    changed = [one for one in FICHES if one.audience == "part"][:3]
    await store.fiches.replace("part", changed, {one.id: "2" for one in changed}, {}, small.NOON)
    seconds.now += 2
    during = [await followed.searcher(), await followed.searcher()]
    door.open.set()
    second = await taken(followed, seconds, await store.fiches.version())
    await followed.close()

    assert during == [first, first]
    assert second is not first


@pytest.mark.parametrize("error", [StoreError("no room on the disk"), ValueError("a mistake of ours")])
async def test_a_failed_opening_is_tried_again_later(store: Store, error: Exception) -> None:
    """The town answers meanwhile, whatever it was; not every question tries."""
    await fill(store)
    door, seconds = Door(), Seconds()
    door.error = error
    door.broken = True
    followed = FollowedFiches(store.fiches, door, seconds)
    first = await followed.searcher()
    seconds.now += 5
    await followed.searcher()
    tried = len(door.opened)
    door.broken = False
    seconds.now += RETRY_AFTER.total_seconds()
    later = await taken(followed, seconds, await store.fiches.version())
    await followed.close()

    assert (first, tried) == (None, 1)
    assert later.version == await store.fiches.version()


async def test_first_questions_do_not_wait_for_a_build(store: Store) -> None:
    """A build takes longer than a citizen is kept waiting: the town's articles answer until it is done."""
    await fill(store)
    door = Door()
    door.open.clear()
    followed = FollowedFiches(store.fiches, door, first_within=timedelta(milliseconds=10))
    base = KnowledgeBase(store.articles, small.OFFICE, lambda: small.NOON, fiches=followed)
    told = await base.ask("horaires de la piscine")
    await base.close()

    assert (told.status, told.talk) == (AnswerStatus.ANSWERED, None)


async def test_the_base_answers_from_both(store: Store) -> None:
    """One question, two indexes; titles and pages of both are found by their ids."""
    await fill(store)
    base = KnowledgeBase(store.articles, small.OFFICE, lambda: small.NOON, fiches=FollowedFiches(store.fiches, Door()))
    own, state = await base.ask("horaires de la piscine"), await base.ask("location de vacances")
    titles = [await base.title(one) for one in ("piscine", "part:F3", "part:F99", "nothing")]
    await base.close()

    assert (own.passages[0].article_id, state.passages[0].article_id) == ("piscine", "part:F3")
    assert titles[1:] == ["Location de vacances", "", ""]
    assert titles[0]


async def test_a_folder_is_named_by_what_it_is_made_of(store: Store) -> None:
    """The same fiches have the same name everywhere; another text, another one."""
    await fill(store)
    names = [await opening.fingerprint(store.fiches, Resources()) for _ in range(2)]
    other = await opening.fingerprint(store.fiches, Resources(phrasings={"F1": ("papiers perdus",)}))
    await fill(store, "2")
    changed = await opening.fingerprint(store.fiches, Resources())

    assert names[0] == names[1]
    assert len({names[0], other, changed}) == 3


class Overtaken(SqlFiches):
    """Fiches that an import changes while they are read."""

    def __init__(self, store: Store, times: int) -> None:
        assert isinstance(store.fiches, SqlFiches)
        super().__init__(store.fiches._database)
        self.store, self.times = store, times

    async def all(self, audience: str | None = None) -> list[Fiche]:
        if self.times:
            self.times -= 1
            await fill(self.store, f"later {self.times}")
        return await super().all(audience)


async def test_a_folder_never_holds_what_its_name_does_not_say(store: Store, tmp_path: Path) -> None:
    """An import while the fiches are read: they are read again; imports without end are one sentence."""
    await fill(store)
    shelf = tmp_path / "shelf"
    opened = await opening.ready(Overtaken(store, 1), shelf, Resources())

    assert opened.folder.name == await opening.fingerprint(store.fiches, Resources())
    assert {opened.folder.name, ".lock"} == set(os.listdir(shelf))
    restless, other = Overtaken(store, 9), Resources(phrasings={"F1": ("papiers",)})

    with pytest.raises(NotBuilt, match="faster than they can be read"):
        await opening.ready(restless, tmp_path, other)


async def test_files_that_are_damaged_are_built_again(store: Store, tmp_path: Path) -> None:
    """Also where their sizes are right, and whichever it is that is nonsense."""
    await fill(store)
    folder = (await opening.ready(store.fiches, tmp_path, Resources())).folder
    for name in ("shelf.json", "model.json", "idf.npy"):
        path = folder / name
        path.write_bytes(b"?" * path.stat().st_size)

        assert (await opening.ready(store.fiches, tmp_path, Resources())).search("location de vacances").hits
