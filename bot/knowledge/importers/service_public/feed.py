"""An import: read the zips, prepare what answers from them, and only then let them become current, all at once."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace as replaced

from bot.errors import StoreError
from bot.feeds import Change, Feed, Feeds, keyed
from bot.fiches import AUDIENCES, Fiche
from bot.knowledge.importers import Problem
from bot.knowledge.importers.service_public import download
from bot.knowledge.importers.service_public.archive import digest
from bot.knowledge.importers.service_public.errors import FeedRefused
from bot.knowledge.importers.service_public.finishing import named
from bot.knowledge.importers.service_public.reading import READER, Parsed, Step, checksum, read
from bot.store.base import Imported

MIN_KEPT_SHARE = 0.5
"""A feed with fewer of the stored fiches is half a feed: a mistake at the source costs no answers."""


@dataclass(frozen=True, slots=True)
class Coming:
    """The base as an import will leave it."""

    sums: Mapping[str, str]
    """By key."""
    redirections: Mapping[str, str]
    """Of keys."""
    fiches: Callable[[], Awaitable[Sequence[Fiche]]]
    """All of them by audience and id: they are fetched only if they are asked for."""


Prepare = Callable[[Coming], Awaitable[bool]]
"""Makes ready what is to answer from the base as it comes, beside what answers now; whether it was not ready before."""


class Stamp(Struct, frozen=True, omit_defaults=True):
    """What is known of the state of a source that was imported last."""

    digest: str = ""
    """Of the zip."""
    reader: int = 0
    audiences: tuple[str, ...] = ()
    """Of all feeds in the zip, where it has several."""
    url: str = ""
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one source."""

    place: str
    audience: str
    fiches: int
    """How many its audience has now."""
    unchanged: bool
    """It is the one that was imported last, and was not read again."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did."""

    sources: tuple[Told, ...]
    imported: Imported


@dataclass(frozen=True, slots=True)
class _Source:
    place: str
    path: Path
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Importer:
    """Imports sources into a base."""

    feeds: Feeds
    prepare: Prepare
    force: bool = False
    """Read what has not changed, and take what is refused: half a feed, another schema, many broken files."""

    async def run(self, places: Sequence[str], now: datetime, step: Step = lambda name, files: None) -> Outcome:
        """Make the fiches of some zips current, by path or URL: all of them, or none if one is refused.

        The order is what makes a kill at any moment harmless: nothing is changed until everything is read and
        `prepare` has made ready what answers from it; then one transaction makes all audiences current.

        Raises:
            FeedRefused: a source is not a feed, or is broken, or has lost too much; nothing is changed.
            StoreError: the database does not do it; nothing is changed.
        """
        stored = await self._stored()
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="guichet-")))
            told: list[Told] = []
            read_now: list[tuple[_Source, Parsed]] = []
            restamped: list[tuple[Feed, Stamp]] = []
            for number, place in enumerate(places):
                step(place, 0)
                source = await self._source(place, folder / f"{number}.zip", stored)
                same = source if isinstance(source, list) else self._same(source, stored)
                told += same
                if same and isinstance(source, _Source) and source.stamp.url:
                    restamped += [
                        (feed, replaced(source.stamp, audiences=_stamp(feed).audiences))
                        for feed in (stored[one.audience] for one in same)
                    ]
                elif not same and isinstance(source, _Source):
                    feeds = await asyncio.to_thread(read, source.path, source.place, self.force, step)
                    several = tuple(one.audience for one in feeds) if len(feeds) > 1 else ()
                    source = replace(source, stamp=replaced(source.stamp, audiences=several))
                    read_now += [(source, parsed) for parsed in feeds]
        _once(told, [parsed for _, parsed in read_now])
        changes, more, fiches = await self._changes(read_now, stored)
        renewed = await self.prepare(await self._coming(changes, fiches, stored))
        changes += await self._restamped(restamped)
        try:
            imported = await self.feeds.switch(changes, now, renewed)
        except StoreError as error:
            if await self._stored() == stored:
                raise
            raise FeedRefused("another import has changed the fiches meanwhile; run this one again") from error
        return Outcome((*told, *more), imported)

    async def _stored(self) -> dict[str, Feed]:
        return {audience: feed for audience in AUDIENCES if (feed := await self.feeds.feed(audience))}

    async def _source(self, place: str, target: Path, stored: Mapping[str, Feed]) -> _Source | list[Told]:
        """A place as a file; what its feeds are if its server says that nothing is new."""
        if "://" not in place:
            path = Path(place)
            return _Source(place, path, Stamp(await asyncio.to_thread(digest, path), READER))
        stamps = [stamp for feed in stored.values() if (stamp := _stamp(feed)).url == place]
        same = self._known(stamps[0], place, stored) if stamps else []
        asked = download.State(stamps[0].etag, stamps[0].modified) if same else None
        state = await download.fetch(place, target, asked)
        if state is None and same:
            return same
        known = state or download.State()
        digested = await asyncio.to_thread(digest, target)
        return _Source(place, target, Stamp(digested, READER, (), place, known.etag, known.modified))

    def _same(self, source: _Source, stored: Mapping[str, Feed]) -> list[Told]:
        """What the source's feeds are, if it is the one that was imported last."""
        stamps = (_stamp(feed) for feed in stored.values())
        known = next((stamp for stamp in stamps if stamp.digest == source.stamp.digest), None)
        return self._known(known, source.place, stored) if known else []

    def _known(self, stamp: Stamp, place: str, stored: Mapping[str, Feed]) -> list[Told]:
        """The feeds of a zip by the stamp of one of them; none if one of its others has come from elsewhere since."""
        mine = [audience for audience, feed in stored.items() if _stamp(feed).digest == stamp.digest]
        if self.force or stamp.reader != READER or not set(stamp.audiences) <= set(mine):
            return []
        return [Told(place, audience, _pages(stored[audience].sums), unchanged=True) for audience in mine]

    async def _changes(
        self, sources: Sequence[tuple[_Source, Parsed]], stored: Mapping[str, Feed]
    ) -> tuple[list[Change], list[Told], list[Fiche]]:
        """What each audience is to become, and the fiches that were read.

        Raises:
            FeedRefused: one has lost too much.
        """
        changes: list[Change] = []
        told: list[Told] = []
        fiches: list[Fiche] = []
        leads = await self.feeds.redirections() if any(parsed.redirections is None for _, parsed in sources) else {}
        for source, parsed in sources:
            feed = stored.get(parsed.audience)
            former = feed.sums if feed else {}
            broken = {problem.article_id for problem in parsed.problems} - parsed.sums.keys()
            kept = {page: former[page] for page in broken if page in former}
            if kept:
                parsed = await self._with_titles(parsed, kept)
            sums = {**parsed.sums, **kept}
            self._whole(source.place, former, sums)
            fiches.extend(parsed.fiches)
            fresh = [fiche for fiche in parsed.fiches if former.get(fiche.id) != parsed.sums[fiche.id]]
            redirections = parsed.redirections
            if redirections is None:
                redirections = _of(parsed.audience, leads)
            stamp = msgspec.json.encode(source.stamp).decode()
            changes.append(Change(parsed.audience, fresh, sums, redirections, stamp))
            problems = tuple(replace(problem, kept=problem.article_id in kept) for problem in parsed.problems)
            told.append(Told(source.place, parsed.audience, _pages(sums), unchanged=False, problems=problems))
        return changes, told, fiches

    async def _restamped(self, restamped: Sequence[tuple[Feed, Stamp]]) -> list[Change]:
        """The same zip under a new mark of its server: the next import asks by that one."""
        leads = await self.feeds.redirections() if restamped else {}
        return [
            Change(feed.audience, (), feed.sums, _of(feed.audience, leads), msgspec.json.encode(stamp).decode())
            for feed, stamp in restamped
        ]

    async def _with_titles(self, parsed: Parsed, kept: Collection[str]) -> Parsed:
        """Guided searches name the fiches that are kept, too."""
        titles = {page: (await self.feeds.get(f"{parsed.audience}:{page}")).title for page in kept}
        fiches = tuple(
            replaced(fiche, guide=named(fiche.guide, titles)) if fiche.guide else fiche for fiche in parsed.fiches
        )
        return replace(parsed, fiches=fiches, sums={fiche.id: checksum(fiche) for fiche in fiches})

    def _whole(self, place: str, former: Mapping[str, str], sums: Mapping[str, str]) -> None:
        before, after = _pages(former), sum(page in former for page in sums if page.startswith("F"))
        if before and after < before * MIN_KEPT_SHARE and not self.force:
            raise FeedRefused(
                f"{place}: has {after} of the {before} fiches that are in the base, less than half: "
                "it looks like half a feed; --force takes it all the same"
            )

    async def _coming(self, changes: Sequence[Change], read_now: Sequence[Fiche], stored: Mapping[str, Feed]) -> Coming:
        by_audience = {audience: feed.sums for audience, feed in stored.items()}
        by_audience.update({change.audience: dict(change.sums) for change in changes})
        sums = {f"{audience}:{page}": known for audience, pages in by_audience.items() for page, known in pages.items()}
        former = await self.feeds.redirections()
        leads: dict[str, Mapping[str, str]] = {audience: _of(audience, former) for audience in AUDIENCES}
        leads.update({change.audience: change.redirections for change in changes})
        fresh = {fiche.key: fiche for fiche in read_now}

        async def fiches() -> Sequence[Fiche]:
            lacking = {key.partition(":")[0] for key in sums.keys() - fresh.keys()}
            kept = [fiche for audience in sorted(lacking) for fiche in await self.feeds.all(audience)]
            mine = {fiche.key: fiche for fiche in kept if fiche.key in sums} | fresh
            return [mine[key] for key in sorted(mine)]

        return Coming(sums, keyed(leads, sums.keys()), fiches)


def _once(told: Sequence[Told], parsed: Sequence[Parsed]) -> None:
    places: dict[str, str] = {}
    seen = [(one.audience, one.place) for one in told] + [(one.audience, one.place) for one in parsed]
    for audience, place in seen:
        if audience in places:
            raise FeedRefused(f"{place}: is for the audience {audience}, as {places[audience]} is; import one of them")
        places[audience] = place


def _of(audience: str, leads: Mapping[str, str]) -> dict[str, str]:
    """The redirections of one audience, of ids."""
    return {
        gone.partition(":")[2]: stands.partition(":")[2]
        for gone, stands in leads.items()
        if gone.partition(":")[0] == audience
    }


def _pages(sums: Mapping[str, str]) -> int:
    """How many fiches there are; navigation pages (N…) are none."""
    return sum(page.startswith("F") for page in sums)


def _stamp(feed: Feed) -> Stamp:
    try:
        return msgspec.json.decode(feed.stamp, type=Stamp)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return Stamp()
