"""Who waits for what in one process: a line for each name, served in the order of arrival."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

log = structlog.get_logger(__name__)

LONGEST_LINE = 200
"""Those who hold or wait for one name; the gateway sends one message of a conversation at a time."""


class LineFull(Exception):
    """Too many wait already."""


class NotServed(Exception):
    """It took longer than one can wait."""


class Lines:
    """Locks by name. Belongs to one event loop."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @asynccontextmanager
    async def served(self, name: str, at_most: timedelta, patience: timedelta) -> AsyncIterator[None]:
        """Wait in line, then hold the name `at_most` so long; whoever holds it longer is passed over, and not stopped.

        Raises:
            LineFull: there are `LONGEST_LINE` before us.
            NotServed: our turn did not come within `patience`.
        """
        loop = asyncio.get_running_loop()
        line = self._lines.setdefault(name, deque())
        if len(line) >= LONGEST_LINE:
            raise LineFull(f"{LONGEST_LINE} wait already")
        ticket: asyncio.Future[None] = loop.create_future()
        line.append(ticket)
        limit: asyncio.TimerHandle | None = None
        try:
            if line[0] is not ticket:
                await asyncio.wait({ticket}, timeout=patience.total_seconds())
                if not ticket.done():
                    raise NotServed("others took too long")
            limit = loop.call_later(at_most.total_seconds(), self._pass_over, name, ticket)
            yield
        finally:
            if limit is not None:
                limit.cancel()
            self._leave(name, ticket)

    def _pass_over(self, name: str, ticket: asyncio.Future[None]) -> None:
        log.warning("lock.passed_over")
        self._leave(name, ticket)

    def _leave(self, name: str, ticket: asyncio.Future[None]) -> None:
        line = self._lines.get(name)
        if line is None or ticket not in line:
            return
        served = line[0] is ticket
        line.remove(ticket)
        if not line:
            del self._lines[name]
        elif served:
            line[0].set_result(None)
