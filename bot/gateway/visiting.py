"""Counts what comes of reading an answer: by day and page, without cookies, and with nothing about whoever reads."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web

from bot import metrics
from bot.clock import Clock, now
from bot.errors import Missing, NotAllowed, PayloadRejected, StoreError
from bot.gateway.searching import Throttle
from bot.knowledge.lookup import fiche_url
from bot.visits import Outcome, Visits

log = structlog.get_logger(__name__)

FLUSH_EVERY = timedelta(seconds=5)
KEPT = timedelta(days=731)
"""Two years: a season can be compared with the same one before."""
MAX_WAITING = 10_000
"""Counts that wait to be written; more is no reading by people, and is dropped."""
MAX_PAGE_CHARS = 120
TOLD = frozenset({Outcome.HELPED, Outcome.UNHELPED, Outcome.ASKED})

Exists = Callable[[str], Awaitable[bool]]
"""Whether a page of this name stands on the site."""


class Visiting:
    """Counts in memory and writes every few seconds."""

    def __init__(
        self,
        visits: Visits,
        exists: Exists,
        throttle: Throttle,
        peer_of: Callable[[web.Request], str],
        zone: ZoneInfo,
        clock: Clock = now,
    ) -> None:
        self._visits = visits
        self._exists = exists
        self._throttle = throttle
        self._peer_of = peer_of
        self._zone = zone
        self._clock = clock
        self._waiting: Counter[tuple[date, str, Outcome]] = Counter()
        self._forgotten_on: date | None = None

    def read(self, request: web.Request, page: str) -> bool:
        """An answer's page is shown: whether somebody came to it by a search of ours, which is then counted."""
        by_search = came_by_search(request)
        if by_search and request.method == "GET" and not _is_again(request):
            self.count(page, Outcome.READ)
        return by_search

    async def take(self, request: web.Request) -> tuple[str, Outcome]:
        """The page and the outcome that a form of ours tells; counted if it came from there.

        Raises:
            PayloadRejected: it is no form of ours.
            NotAllowed: it comes from another site.
            Missing: there is no such page.
        """
        if not _is_own(request):
            raise NotAllowed("from another site")
        form = await request.post()
        page, told = str(form.get("page", ""))[:MAX_PAGE_CHARS], str(form.get("outcome", ""))
        try:
            outcome = Outcome(told)
        except ValueError as error:
            raise PayloadRejected("no outcome of ours") from error
        if outcome not in TOLD:
            raise PayloadRejected("no outcome of ours")
        if not await self._exists(page):
            raise Missing(page)
        # A few a minute of one address: whoever presses more often is counted once and thanked every time.
        if form.get("after") == "search" and not self._throttle.take(f"{self._peer_of(request)} {page}"):
            self.count(page, outcome)
        return page, outcome

    def count(self, page: str, outcome: Outcome) -> None:
        """Add one."""
        if len(self._waiting) < MAX_WAITING:
            self._waiting[(self._clock().astimezone(self._zone).date(), page, outcome)] += 1
            metrics.SELF_SERVICE.labels(outcome.value).inc()

    async def flush(self) -> None:
        """Write what was counted; what cannot be written now waits for the next time.

        Raises:
            StoreError: it could not be written.
        """
        today = self._clock().astimezone(self._zone).date()
        counts, self._waiting = self._waiting, Counter()
        try:
            await self._visits.add(counts)
            if self._forgotten_on != today:
                await self._visits.forget(today - KEPT)
                self._forgotten_on = today
        except StoreError:
            self._waiting.update(counts)
            raise

    async def run(self) -> None:
        """Write now and then, until cancelled; what was counted since is then written."""
        try:
            while True:
                await asyncio.sleep(FLUSH_EVERY.total_seconds())
                await self._try_flush()
        finally:
            await self._try_flush()

    async def _try_flush(self) -> None:
        try:
            await self.flush()
        except StoreError as error:
            log.warning("visits.not_written", error=type(error).__name__, waiting=len(self._waiting))


def page_url(page: str) -> str:
    """Where a page of this name stands."""
    kind, _, rest = page.partition(":")
    return fiche_url(rest) if kind == "fiche" else f"/articles/{rest}"


def came_by_search(request: web.Request) -> bool:
    """Whether the page before this one was a list of results of ours, as far as the browser tells."""
    before = urlsplit(request.headers.get("Referer", ""))
    if before.netloc != request.host:
        return False
    # Nothing on the home page but its search leads to an answer.
    return before.path == "/" or (before.path == "/articles" and "q=" in before.query)


def _is_again(request: web.Request) -> bool:
    """A reload, or a page fetched before anybody asked for it."""
    ahead = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" in ahead or "max-age=0" in request.headers.get("Cache-Control", "")


def _is_own(request: web.Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
