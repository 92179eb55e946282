"""The town's own site as articles: the pages of its sitemap, one at a time and as robots.txt allows.

The host in office.yml is the only one that is asked. What the site cannot say now (a part of its sitemap, a page that
fails for the moment) never takes an article from citizens.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.knowledge.articles import passages
from bot.knowledge.importers import Problem, Reading
from bot.knowledge.importers.site import memory
from bot.knowledge.importers.site.memory import Seen, remembered
from bot.knowledge.importers.site.page import Page, extract, refused, without_shared
from bot.knowledge.importers.site.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from bot.knowledge.importers.site.robots import Robots
from bot.knowledge.importers.site.robots import parse as parse_robots
from bot.knowledge.importers.site.sitemap import MAX_BYTES as MAX_SITEMAP_BYTES
from bot.knowledge.importers.site.sitemap import Sitemap, Unreadable
from bot.knowledge.importers.site.sitemap import parse as parse_sitemap
from bot.knowledge.importers.site.web import AGENT, REQUEST_PATIENCE, Failed, Web, opened
from bot.settings import GENERAL_SERVICE
from bot.settings_site import SiteSource
from bot.store.base import Article
from bot.text.french import tokens

ORIGIN = "site"
MAX_SITEMAPS = 100
MAX_ID_CHARS = 80
MAX_SOURCE_CHARS = 500
MAX_FAILURES = 10
"""In a row: then the site does not answer, and is left alone."""

_TOP_HEADING = re.compile(r"^# .*$", re.MULTILINE)


class _Stopped(Exception):
    """Says in a sentence why nothing is taken from the site this time."""


@dataclass(slots=True)
class _Listed:
    """What the sitemaps list, in their order."""

    pages: dict[str, date | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    elsewhere: int = 0


async def read(
    source: SiteSource,
    website: str,
    step: Callable[[int, int], None] = lambda done, total: None,
    remember: Path | None = None,
    patience: timedelta = REQUEST_PATIENCE,
) -> Reading:
    """Every page that the sitemap lists, as far as the settings' bounds go.

    `website` is the town's, read where the source names no address, and what we are called by. `step` is told how many
    of how many pages are done. `remember` is a file that an unchanged page is known by the next time, and `patience` is
    for one request. Without a single article the problems say why, and storing the reading changes nothing.
    """
    base = source.address or website
    seen = await asyncio.to_thread(memory.load, remember) if remember else {}
    kept: dict[str, Seen] = {}
    async with opened(base, website, timedelta(milliseconds=source.delay_ms), source.internal, patience) as web:
        try:
            robots = await _robots(web)
            web.delay = max(web.delay, timedelta(seconds=robots.delay_seconds))
            listed = await _listed(web, source, robots)
        except _Stopped as stopped:
            return Reading((), (Problem(urlsplit(base).netloc, str(stopped)),))
        reader = _Reader(web, source, robots, seen, kept)
        reading = await reader.all(listed, step)
    if remember:
        await asyncio.to_thread(memory.save, remember, kept)
    return reading


async def _robots(web: Web) -> Robots:
    """What the site asks of us: without a robots.txt everything goes, and nothing while it cannot be read (RFC 9309)."""
    address = web.own("/robots.txt")
    if address is None:
        raise _Stopped("is no address of a site")
    try:
        found = await web.get(address, MAX_ROBOTS_BYTES)
    except Failed as error:
        if error.passing:
            raise _Stopped(f"robots.txt {error}; without it no page is read") from error
        return Robots()
    return parse_robots(found.body.decode("utf-8", "replace"), AGENT)


async def _listed(web: Web, source: SiteSource, robots: Robots) -> _Listed:
    """The pages of all sitemaps. Raises: _Stopped."""
    listed = _Listed()
    told = (source.sitemap,) if source.sitemap else robots.sitemaps or ("/sitemap.xml",)
    waiting = list(told)
    asked: set[str] = set()
    while waiting:
        written = waiting.pop(0)
        address = web.own(written)
        if address is None:
            listed.problems.append(Problem(_place(written), "is a sitemap of another site"))
            continue
        if address in asked:
            continue
        if len(asked) >= MAX_SITEMAPS:
            listed.problems.append(Problem(_place(address), f"is not read: more than {MAX_SITEMAPS} sitemaps"))
            break
        asked.add(address)
        found = await _sitemap(web, address, listed)
        waiting += found.sitemaps
        for entry in found.pages:
            page = web.own(entry.address)
            if page is None:
                listed.elsewhere += 1
            else:
                listed.pages.setdefault(page, entry.modified)
    if listed.elsewhere:
        listed.problems.append(
            Problem("sitemap", f"lists {listed.elsewhere} addresses of other sites, which are left out")
        )
    if not listed.pages:
        first = f": {listed.problems[0].place} {listed.problems[0].sentence}" if listed.problems else ""
        raise _Stopped(f"has no sitemap that lists a page{first}")
    return listed


async def _sitemap(web: Web, address: str, listed: _Listed) -> Sitemap:
    """One sitemap; one that is not there is a problem, one that cannot be read stops the import: half a list would take
    the other half's articles from citizens. Raises: _Stopped.
    """
    try:
        found = await web.get(address, MAX_SITEMAP_BYTES)
        return await asyncio.to_thread(parse_sitemap, found.body)
    except Failed as error:
        if not error.gone:
            raise _Stopped(f"{_place(address)} {error}; nothing is changed") from error
        listed.problems.append(Problem(_place(address), str(error)))
    except Unreadable as error:
        raise _Stopped(f"{_place(address)} {error}; nothing is changed") from error
    return Sitemap()


class _Reader:
    """Goes through the pages once."""

    def __init__(
        self, web: Web, source: SiteSource, robots: Robots, seen: dict[str, Seen], kept: dict[str, Seen]
    ) -> None:
        self._web = web
        self._source = source
        self._robots = robots
        self._seen = seen
        self._kept = kept
        self._problems: list[Problem] = []
        self._pages: dict[str, Page] = {}
        self._listed_as: dict[str, str] = {}
        self._failures = 0

    async def all(self, listed: _Listed, step: Callable[[int, int], None]) -> Reading:
        """The pages as articles."""
        self._problems += listed.problems
        wanted = list(self._wanted(listed))
        ends_at = time.monotonic() + timedelta(minutes=self._source.minutes).total_seconds()
        for number, address in enumerate(wanted):
            step(number, len(wanted))
            if time.monotonic() > ends_at or self._failures >= MAX_FAILURES:
                late = f"was not reached in {self._source.minutes} minutes"
                why = late if self._failures < MAX_FAILURES else "was not asked for: the site does not answer any more"
                self._unreached(wanted[number:], why)
                break
            await self._one(address)
        else:
            step(len(wanted), len(wanted))
        articles = self._articles(listed)
        return Reading(articles, tuple(self._problems))

    def _wanted(self, listed: _Listed) -> Iterator[str]:
        """The addresses to ask for; the others are reported."""
        count = 0
        for number, address in enumerate(listed.pages):
            sentence = refused(address)
            if not sentence and not self._robots.allows(_path(address)):
                sentence = "is not for robots (robots.txt)"
            if not sentence and any(_below(address, prefix) for prefix in self._source.skip):
                continue
            if not sentence and count >= self._source.pages:
                self._problem(
                    address, f"and {len(listed.pages) - number - 1} more are not read: more than {count} pages"
                )
                return
            if sentence:
                self._problem(address, sentence)
                continue
            count += 1
            yield address

    async def _one(self, address: str) -> None:
        before = self._seen.get(address)
        try:
            fetched = await self._web.get(address, conditions=before.conditions if before else None)
        except Failed as error:
            if before and error.passing:
                self._kept[address] = before
            self._failures = self._failures + 1 if error.passing else 0
            self._problem(address, str(error), _id(address) if error.passing else "")
            return
        self._failures = 0
        page, sentence = None, ""
        if fetched.status == 304 and before:
            page, sentence = before.page, before.refused
            self._kept[address] = before
        elif refused(fetched.address) or not self._robots.allows(_path(fetched.address)):
            sentence = f"leads to a page that {refused(fetched.address) or 'is not for robots (robots.txt)'}"
        else:
            try:
                page = await asyncio.to_thread(extract, fetched)
            except Failed as error:
                sentence = str(error)
            if new := remembered(fetched, page, sentence):
                self._kept[address] = new
        if page is None:
            self._problem(address, sentence)
        elif page.address in self._pages:
            self._problem(address, f"is the same page as {_place(page.address)}")
        else:
            self._pages[page.address] = page
            # What fails the next time has only the address that is listed.
            self._listed_as[page.address] = address

    def _articles(self, listed: _Listed) -> tuple[Article, ...]:
        articles = []
        texts: dict[str, str] = {}
        for page in without_shared(list(self._pages.values())):
            said = " ".join(tokens(_TOP_HEADING.sub("", page.text)))
            if (same := texts.setdefault(said, page.address)) != page.address:
                self._problem(page.address, f"says the same as {_place(same)}")
                continue
            article = Article(
                id=_id(self._listed_as[page.address]),
                title=page.title,
                service=self._service(page.address),
                body=page.text + "\n",
                source=page.address if len(page.address) <= MAX_SOURCE_CHARS else "",
                origin=ORIGIN,
                updated=listed.pages.get(self._listed_as[page.address]) or page.modified,
            )
            if passages(article):
                articles.append(article)
            else:
                self._problem(page.address, "has no text of its own")
        return tuple(articles)

    def _service(self, address: str) -> str:
        fitting = [prefix for prefix in self._source.services if _below(address, prefix)]
        return self._source.services[max(fitting, key=len)] if fitting else GENERAL_SERVICE

    def _unreached(self, addresses: list[str], why: str) -> None:
        for address in addresses:
            if before := self._seen.get(address):
                self._kept[address] = before
            self._problem(address, why, _id(address))

    def _problem(self, address: str, sentence: str, article_id: str = "") -> None:
        self._problems.append(Problem(_place(address), sentence, article_id))


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _place(address: str) -> str:
    """An address as it is reported: its path, and nothing that could fill a page."""
    return unquote(_path(address))[:200]


def _below(address: str, prefix: str) -> bool:
    path, start = unquote(urlsplit(address).path), unquote(prefix).rstrip("/")
    return path == start or path.startswith(f"{start}/")


def _id(address: str) -> str:
    """Stable, and told apart by a sum where paths differ in signs only."""
    path = _path(address)
    slug = "-".join(tokens(unquote(path))) or "accueil"
    mark = hashlib.sha256(path.encode()).hexdigest()[:6]
    return f"site-{slug[: MAX_ID_CHARS - 12].rstrip('-')}-{mark}"
