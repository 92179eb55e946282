"""The State's fiches of one process: the searcher of their newest version, opened beside the one that answers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.errors import BotError, ConfigurationError
from bot.feeds import Fiches
from bot.knowledge.engine.found import Searcher

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=1)
"""How often, at most, a question asks the database whether the fiches changed."""
RETRY_AFTER = timedelta(minutes=1)
"""An opening that failed is not tried again by every question."""
FIRST_WITHIN = timedelta(seconds=5)
"""So long a first question waits for fiches whose files are ready; a build takes longer, and the town's answers go on."""

Opening = Callable[[int], Awaitable[Searcher]]
"""Opens the searcher of a version: from its files, which are built in a process of their own where there are none."""


class FollowedFiches:
    """The newest searcher that is ready; None where there are no fiches, or none is ready yet.

    Belongs to one event loop.
    """

    def __init__(
        self,
        fiches: Fiches,
        opening: Opening,
        elapsed: Callable[[], float] = time.monotonic,
        first_within: timedelta = FIRST_WITHIN,
    ) -> None:
        self._fiches = fiches
        self._open = opening
        self._elapsed = elapsed
        self._first_within = first_within
        self._searcher: Searcher | None = None
        self._taken: int | None = None
        """The version that is answered from; 0 is no fiches at all."""
        self._looked_at: float | None = None
        self._failed_at: float | None = None
        self._opening: asyncio.Task[tuple[int, Searcher | None]] | None = None

    async def searcher(self) -> Searcher | None:
        """The searcher to ask now. A newer one is opened beside it and taken when it is ready; never raises for that."""
        if self._opening is not None and self._opening.done():
            self._take(self._opening)
        if self._opening is None and self._due():
            self._looked_at = self._elapsed()
            self._opening = asyncio.create_task(self._look(), name="knowledge.fiches")
        if self._taken is None and self._opening is not None:
            # The first questions wait together, and not for long.
            await asyncio.wait({self._opening}, timeout=self._first_within.total_seconds())
            if self._opening is not None and self._opening.done():
                self._take(self._opening)
            elif self._taken is None:
                self._taken = -1
        return self._searcher

    async def close(self) -> None:
        """Stop following; an opening that is under way is abandoned."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
            self._opening = None

    def _due(self) -> bool:
        now = self._elapsed()
        if self._failed_at is not None and now - self._failed_at < RETRY_AFTER.total_seconds():
            return False
        return self._looked_at is None or now - self._looked_at >= LOOK_EVERY.total_seconds()

    async def _look(self) -> tuple[int, Searcher | None]:
        version = await self._fiches.version()
        if version == 0:
            return 0, None
        if self._searcher is not None and version == self._taken:
            return version, self._searcher
        started = self._elapsed()
        searcher = await self._open(version)
        log.info("knowledge.fiches_taken", version=version, took_ms=round((self._elapsed() - started) * 1000))
        return version, searcher

    def _take(self, opening: asyncio.Task[tuple[int, Searcher | None]]) -> None:
        self._opening = None
        if opening.cancelled():
            return
        error = opening.exception()
        if error is None:
            self._taken, self._searcher = opening.result()
            self._failed_at = None
            return
        # What was read stays true enough to be answered from. A mistake of ours is no reason to stop answering either,
        # but its place has to be found.
        ours = not isinstance(error, (BotError, ConfigurationError, OSError))
        log.log(
            logging.ERROR if ours else logging.WARNING,
            "knowledge.fiches_not_followed",
            error=f"{type(error).__name__}: {error}"[:300],
            exc_info=error if ours else None,
        )
        self._failed_at = self._elapsed()
        if self._taken is None:
            self._taken = -1
